//! Finished books for programs of others: a podcast of each, and a catalogue of all (OPDS).
//!
//! Such programs know no login: whoever has an address may read what is behind it. So the addresses
//! hold a secret, which is made of the people's token and opens nothing else. Another token makes them void.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::uri::Authority;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;

use crate::api::extract::Path;
use crate::api::files::send;
use crate::api::jobs::find;
use crate::api::problem::{Kind, Problem};
use crate::job::{Job, JobState};
use crate::master::Master;

mod episodes;
mod opds;
mod podcast;

/// What the secret is made for.
const PURPOSE: &str = "audiotome 2026 secret of the feeds";
/// It stands in the addresses of a master that lets everybody in.
const OPEN: &str = "open";

/// The feeds of a master.
pub(crate) fn router() -> Router<Arc<Master>> {
    Router::new()
        .route("/feeds/{secret}/opds", get(opds::atom))
        .route("/feeds/{secret}/opds.json", get(opds::json))
        .route(
            "/feeds/{secret}/books/{job}/podcast.xml",
            get(podcast::feed),
        )
        .route(
            "/feeds/{secret}/books/{job}/chapters.json",
            get(podcast::chapters),
        )
        .route("/feeds/{secret}/books/{job}/cover", get(cover))
        .route("/feeds/{secret}/books/{job}/ebook", get(ebook))
        .route("/feeds/{secret}/books/{job}/{file}", get(podcast::episode))
}

/// The secret in the addresses of this master's feeds.
pub(crate) fn secret(master: &Master) -> String {
    let token = master.settings.token.as_ref();
    token.map_or_else(|| OPEN.to_owned(), |token| token.derived(PURPOSE))
}

/// Where the feeds are, as whoever asks sees this master.
pub(crate) fn address(master: &Master, headers: &HeaderMap) -> String {
    format!("{}/feeds/{}", origin(master, headers), secret(master))
}

/// Where the podcast of a finished job is.
pub(crate) fn podcast_address(master: &Master, headers: &HeaderMap, job: &str) -> String {
    format!("{}/books/{job}/podcast.xml", address(master, headers))
}

/// Scheme, name and port by which this master was asked, a proxy in front of it minded.
fn origin(master: &Master, headers: &HeaderMap) -> String {
    let first = |name: &str| {
        let value = headers.get(name)?.to_str().ok()?;
        Some(value.split(',').next()?.trim().to_owned())
    };
    let scheme = first("x-forwarded-proto").filter(|scheme| scheme == "http" || scheme == "https");
    let own = if master.settings.tls { "https" } else { "http" };
    let named = first("x-forwarded-host").or_else(|| first(header::HOST.as_str()));
    let host = named.filter(|name| name.parse::<Authority>().is_ok());
    let host = host.unwrap_or_else(|| master.settings.listen.to_string());
    format!("{}://{host}", scheme.as_deref().unwrap_or(own))
}

/// Refuses who does not know the secret; nobody learns from it what there is.
fn check(master: &Master, shown: &str) -> Result<(), Problem> {
    let right = match &master.settings.token {
        Some(token) => token.is_derived(PURPOSE, shown),
        None => shown == OPEN,
    };
    if right {
        return Ok(());
    }
    let hint = "the settings page of the master shows its present address".to_owned();
    Err(Problem::new(Kind::NotFound, "there is no such feed").with_hint(Some(hint)))
}

/// A job that is done, for whoever knows the secret.
async fn finished(master: &Master, secret: &str, id: &str) -> Result<Job, Problem> {
    check(master, secret)?;
    let job = find(master, id).await?;
    if job.state == JobState::Done {
        Ok(job)
    } else {
        let message = format!("the audiobook is not there: the job is {}", job.state);
        Err(Problem::new(Kind::NotFound, message))
    }
}

/// The picture of a book.
async fn cover(
    State(master): State<Arc<Master>>,
    Path((secret, id)): Path<(String, String)>,
) -> Result<Response, Problem> {
    let job = finished(&master, &secret, &id).await?;
    let cover = master.cover(&job.book).await;
    let cover = cover.ok_or_else(|| Problem::new(Kind::NotFound, "the book has no cover"))?;
    Ok(([(header::CONTENT_TYPE, cover.0)], cover.1).into_response())
}

/// The book itself, where it is an EPUB.
async fn ebook(
    State(master): State<Arc<Master>>,
    Path((secret, id)): Path<(String, String)>,
    request: Request,
) -> Result<Response, Problem> {
    let job = finished(&master, &secret, &id).await?;
    let path = master.book_of(&job).await?;
    // Nothing that a browser could take for a page of this master.
    if path
        .extension()
        .is_none_or(|kind| !kind.eq_ignore_ascii_case("epub"))
    {
        return Err(Problem::new(Kind::NotFound, "the book is no EPUB"));
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let mut response = send(&path, Some(&name), request).await?;
    let kind = HeaderValue::from_static("application/epub+zip");
    response.headers_mut().insert(header::CONTENT_TYPE, kind);
    Ok(response)
}

/// Text as XML 1.0 can hold it; templates escape the rest.
fn plain(text: &str) -> String {
    let fits = |c: &char| matches!(c, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..);
    text.chars().filter(fits).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_xml_can_not_hold_is_left_out() {
        assert_eq!(plain("a\u{0}b\u{b}c\u{ffff}\u{202e}é\n"), "abc\u{202e}é\n");
    }
}
