//! Where people are in their books, whatever they listen with.

use std::sync::Arc;

use axum::extract::State;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::extract::{Json, Path};
use super::problem::{Kind, Problem, Refusals};
use crate::clock;
use crate::database::bookmarks::{self, Bookmark};
use crate::database::{DatabaseError, jobs};
use crate::master::Master;

/// Where somebody is in a book.
#[derive(Serialize, ToSchema)]
pub(crate) struct BookmarkView {
    /// Number of the chapter, from 1.
    chapter: u32,
    /// Segment of the chapter, from 0.
    segment: u32,
    /// Seconds of that segment that were heard.
    seconds: f64,
    /// When that was, RFC 3339.
    at: String,
}

/// A new place.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewBookmark {
    /// Number of the chapter, from 1.
    chapter: u32,
    /// Segment of the chapter, from 0.
    segment: u32,
    /// Seconds of that segment that were heard.
    seconds: f64,
    /// When that was, RFC 3339; without it, now. A place that is older than the one that is kept is
    /// forgotten.
    at: Option<String>,
}

/// Where somebody is in a book (by its id, or that of a job of it). 404 where nobody has begun.
#[utoipa::path(
    get, path = "/books/{id}/bookmark", tag = "listening", params(("id" = String, Path)),
    responses((status = 200, body = BookmarkView), Refusals)
)]
pub(crate) async fn get(
    State(master): State<Arc<Master>>,
    Path(id): Path<String>,
) -> Result<Json<BookmarkView>, Problem> {
    let asked = id.clone();
    let mark = master.database.call(move |connection| {
        let book = book_of(connection, asked)?;
        bookmarks::get(connection, &book)
    });
    let mark = mark.await?.ok_or_else(|| Problem::no("bookmark of", &id))?;
    Ok(Json(mark.into()))
}

/// Keeps where somebody is; answers with the place that is kept then: the latest one.
#[utoipa::path(
    put, path = "/books/{id}/bookmark", tag = "listening", params(("id" = String, Path)),
    request_body = NewBookmark, responses((status = 200, body = BookmarkView), Refusals)
)]
pub(crate) async fn put(
    State(master): State<Arc<Master>>,
    Path(id): Path<String>,
    Json(new): Json<NewBookmark>,
) -> Result<Json<BookmarkView>, Problem> {
    let wrong = |field: &str, why: &str| {
        Problem::new(Kind::Unprocessable, format!("`{field}` is no {why}"))
    };
    if !(new.seconds.is_finite() && new.seconds >= 0.0) {
        return Err(wrong("seconds", "time in a segment"));
    }
    let now = clock::now();
    let at = match new.at {
        Some(at) => {
            let at: Timestamp = at.parse().map_err(|_| wrong("at", "time"))?;
            // A clock that is fast would keep all others from moving the mark.
            clock::text(at).min(now)
        }
        None => now,
    };
    let mark = Bookmark {
        chapter: new.chapter,
        segment: new.segment,
        seconds: new.seconds,
        at,
    };
    let asked = id.clone();
    let kept = master.database.call(move |connection| {
        let book = book_of(connection, asked)?;
        bookmarks::put(connection, &book, &mark)
    });
    let kept = kept.await?.ok_or_else(|| Problem::no("book", &id))?;
    Ok(Json(kept.into()))
}

/// The book of a job, or the book itself.
fn book_of(connection: &rusqlite::Connection, id: String) -> Result<String, DatabaseError> {
    Ok(jobs::get(connection, &id)?.map_or(id, |job| job.book))
}

impl From<Bookmark> for BookmarkView {
    fn from(mark: Bookmark) -> Self {
        Self {
            chapter: mark.chapter,
            segment: mark.segment,
            seconds: mark.seconds,
            at: mark.at,
        }
    }
}
