//! The finished books as a catalogue for programs that read or play: OPDS 1.2 (Atom) and 2.0 (JSON).

use std::sync::Arc;

use askama::Template;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{address, check, episodes, plain, podcast};
use crate::api::extract::{Path, Query};
use crate::api::problem::{Kind, Problem};
use crate::database::{DatabaseError, books, jobs};
use crate::job::JobState;
use crate::master::Master;

/// Books of a page.
const BOOKS: usize = 50;

#[derive(Deserialize)]
pub(super) struct Wanted {
    #[serde(default = "first")]
    page: usize,
}

fn first() -> usize {
    1
}

/// A page of the catalogue.
#[derive(Template)]
#[template(path = "opds.xml")]
struct Catalogue {
    base: String,
    updated: String,
    page: usize,
    pages: usize,
    total: usize,
    entries: Vec<Entry>,
}

/// A finished book.
struct Entry {
    job: String,
    title: String,
    authors: Vec<String>,
    language: Option<String>,
    about: String,
    updated: String,
    seconds: f64,
    /// Media type of the cover.
    cover: Option<&'static str>,
    has_epub: bool,
    /// The audiobook, or each of its chapters: file name, media type, bytes.
    audio: Vec<(String, &'static str, u64)>,
}

/// The catalogue as Atom.
pub(super) async fn atom(
    State(master): State<Arc<Master>>,
    Path(secret): Path<String>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let catalogue = look(&master, &secret, wanted, &headers).await?;
    let text = catalogue
        .render()
        .map_err(|error| Problem::new(Kind::Broken, error.to_string()))?;
    let kind = "application/atom+xml;profile=opds-catalog;kind=acquisition";
    Ok(([(header::CONTENT_TYPE, kind)], text).into_response())
}

/// The catalogue as JSON.
pub(super) async fn json(
    State(master): State<Arc<Master>>,
    Path(secret): Path<String>,
    Query(wanted): Query<Wanted>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let found = look(&master, &secret, wanted, &headers).await?;
    let (base, page) = (&found.base, found.page);
    let place = |rel: &str, page: usize| json!({ "rel": rel, "href": format!("{base}/opds.json?page={page}"), "type": "application/opds+json" });
    let mut links = vec![place("self", page)];
    links.extend((page > 1).then(|| place("previous", page - 1)));
    links.extend((page < found.pages).then(|| place("next", page + 1)));
    let entries = found.entries.iter();
    let publications: Vec<_> = entries.map(|entry| publication(base, entry)).collect();
    let body = json!({
        "metadata": { "title": "audiotome", "numberOfItems": found.total, "itemsPerPage": BOOKS, "currentPage": page },
        "links": links,
        "publications": publications,
    });
    let kind = [(header::CONTENT_TYPE, "application/opds+json")];
    Ok((kind, body.to_string()).into_response())
}

fn publication(base: &str, entry: &Entry) -> Value {
    let at = |file: &str| format!("{base}/books/{}/{file}", entry.job);
    let acquisition = "http://opds-spec.org/acquisition";
    let mut links = Vec::new();
    for (file, media_type, _) in &entry.audio {
        links.push(json!({ "rel": acquisition, "href": at(file), "type": media_type }));
    }
    if entry.has_epub {
        links.push(
            json!({ "rel": acquisition, "href": at("ebook"), "type": "application/epub+zip" }),
        );
    }
    links.push(
        json!({ "rel": "alternate", "href": at("podcast.xml"), "type": "application/rss+xml" }),
    );
    let mut publication = json!({
        "metadata": {
            "@type": "http://schema.org/Audiobook", "identifier": format!("urn:uuid:{}", entry.job),
            "title": entry.title, "author": entry.authors, "modified": entry.updated, "duration": entry.seconds,
        },
        "links": links,
    });
    if let Some(language) = &entry.language {
        publication["metadata"]["language"] = json!(language);
    }
    if let Some(media_type) = entry.cover {
        publication["images"] = json!([{ "href": at("cover"), "type": media_type }]);
    }
    publication
}

async fn look(
    master: &Master,
    secret: &str,
    wanted: Wanted,
    headers: &HeaderMap,
) -> Result<Catalogue, Problem> {
    check(master, secret)?;
    let page = wanted.page.max(1);
    let skip = (page - 1).saturating_mul(BOOKS);
    let found = master.database.call(move |connection| {
        let (jobs, total) = jobs::list(connection, Some(JobState::Done), skip, BOOKS)?;
        let named = jobs.into_iter().map(|job| {
            let book = books::get(connection, &job.book)?;
            Ok((job, book.map(|book| book.name)))
        });
        Ok((named.collect::<Result<Vec<_>, DatabaseError>>()?, total))
    });
    let (found, total) = found.await?;
    let entries: Vec<_> = found
        .into_iter()
        .map(|(job, name)| {
            let is_epub = |name: &String| name.to_ascii_lowercase().ends_with(".epub");
            Entry {
                audio: episodes::files(&job),
                title: plain(&job.record.title),
                authors: job.record.authors.iter().map(|name| plain(name)).collect(),
                about: plain(&podcast::about(&job)),
                seconds: job.record.audio_seconds.unwrap_or(0.0),
                cover: master.cover_type(&job.book),
                has_epub: name.as_ref().is_some_and(is_epub),
                language: job.record.language,
                updated: job.updated,
                job: job.id,
            }
        })
        .collect();
    let latest = entries.iter().map(|entry| entry.updated.clone()).max();
    Ok(Catalogue {
        base: address(master, headers),
        updated: latest.unwrap_or_else(crate::clock::now),
        page,
        pages: total.div_ceil(BOOKS),
        total,
        entries,
    })
}
