//! A book as a podcast: RSS 2.0 with the tags of Apple and of the podcast namespace.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde_json::json;

use super::episodes::{self, Episode, media_type};
use super::{address, finished, plain};
use crate::api::extract::Path;
use crate::api::files::send;
use crate::api::problem::{Kind, Problem};
use crate::job::Job;
use crate::master::Master;
use crate::runner::seconds;

#[derive(Template)]
#[template(path = "podcast.xml")]
struct Podcast {
    /// Where all that belongs to the book is.
    base: String,
    title: String,
    author: String,
    about: String,
    language: String,
    has_cover: bool,
    items: Vec<Item>,
}

struct Item {
    guid: String,
    title: String,
    file: String,
    bytes: u64,
    media_type: &'static str,
    seconds: u64,
    number: usize,
    date: String,
    /// Whether it holds all chapters.
    whole: bool,
}

/// The feed of a finished book.
pub(super) async fn feed(
    State(master): State<Arc<Master>>,
    Path((secret, id)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let job = finished(&master, &secret, &id).await?;
    let episodes = episodes::of(&master, &job).await?;
    let begun: Timestamp = job.created.parse().unwrap_or(Timestamp::UNIX_EPOCH);
    let items = episodes
        .into_iter()
        .map(|episode| item(&job, begun, episode));
    let podcast = Podcast {
        base: format!("{}/books/{id}", address(&master, &headers)),
        title: plain(&job.record.title),
        author: plain(&job.record.authors.join(", ")),
        about: plain(&about(&job)),
        language: job
            .record
            .language
            .clone()
            .unwrap_or_else(|| "und".to_owned()),
        has_cover: master.has_cover(&job.book),
        items: items.collect(),
    };
    let text = podcast
        .render()
        .map_err(|error| Problem::new(Kind::Broken, error.to_string()))?;
    let kind = [(header::CONTENT_TYPE, "application/rss+xml; charset=utf-8")];
    Ok((kind, text).into_response())
}

fn item(job: &Job, begun: Timestamp, episode: Episode) -> Item {
    // Players that show the newest first, and those that go by the number, agree about the order.
    let number = i64::try_from(episode.number).unwrap_or(0);
    let date = begun.checked_add(number.seconds()).unwrap_or(begun);
    let date = date.to_zoned_datetime(TimeZone::UTC);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "seconds, rounded"
    )]
    let seconds = episode.seconds.round() as u64;
    Item {
        guid: format!("{}/{}", job.id, episode.number),
        title: plain(&episode.title),
        whole: episode.file.starts_with("book."),
        file: episode.file,
        bytes: episode.bytes,
        media_type: media_type(&episode.path),
        seconds,
        number: episode.number,
        date: jiff::fmt::rfc2822::to_string(&date).unwrap_or_default(),
    }
}

/// A line about a book.
pub(super) fn about(job: &Job) -> String {
    let record = &job.record;
    let by = match record.authors.as_slice() {
        [] => String::new(),
        authors => format!(" – {}", authors.join(", ")),
    };
    let narrator = record.narrator.as_deref();
    let read = narrator.map_or_else(String::new, |narrator| format!(" ({narrator})"));
    format!("{}{by}{read}", record.title)
}

/// The chapters of an audiobook that is one file, as players of podcasts ask for them.
pub(super) async fn chapters(
    State(master): State<Arc<Master>>,
    Path((secret, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let job = finished(&master, &secret, &id).await?;
    let marks = episodes::marks(&job).await;
    let marks = marks.ok_or_else(|| Problem::new(Kind::NotFound, "it has no chapters"))?;
    let chapters = marks.chapters.iter().map(|mark| {
        let start = seconds(mark.start, marks.sample_rate);
        json!({ "startTime": start, "title": mark.title })
    });
    let body = json!({ "version": "1.2.0", "chapters": chapters.collect::<Vec<_>>() });
    let kind = [(header::CONTENT_TYPE, "application/json+chapters")];
    Ok((kind, body.to_string()).into_response())
}

/// An episode, or the range of it that is asked for.
pub(super) async fn episode(
    State(master): State<Arc<Master>>,
    Path((secret, id, file)): Path<(String, String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    let job = finished(&master, &secret, &id).await?;
    let episode = episodes::find(&master, &job, &file).await?;
    let mut response = send(&episode.path, None, request).await?;
    let kind = HeaderValue::from_static(media_type(&episode.path));
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    Ok(response)
}
