//! All books, each with how far its audiobook is.

use std::sync::Arc;

use askama::Template;
use axum::extract::{Query, State};
use axum::response::Response;
use serde::Deserialize;

use super::cover::Cover;
use super::page::{Page, show, trouble};
use super::ring::Ring;
use crate::api::progress::Progress;
use crate::database::library::{self, Sorting, Volume};
use crate::job::JobState;
use crate::master::Master;

/// Books of a page.
const BOOKS: usize = 60;

#[derive(Deserialize)]
pub(crate) struct Wanted {
    /// What the title or an author holds.
    #[serde(default)]
    search: String,
    #[serde(default)]
    sort: String,
    #[serde(default = "first")]
    page: usize,
}

fn first() -> usize {
    1
}

#[derive(Template)]
#[template(path = "library.html")]
struct Library {
    page: Page,
    search: String,
    sort: &'static str,
    cards: Vec<Card>,
    total: usize,
    number: usize,
    pages: usize,
}

/// A book in the library.
struct Card {
    book: String,
    job: Option<String>,
    href: String,
    title: String,
    authors: String,
    cover: Cover,
    ring: Ring,
}

const SORTINGS: [(&str, Sorting); 3] = [
    ("recent", Sorting::Recent),
    ("title", Sorting::Title),
    ("author", Sorting::Author),
];

/// The library.
pub(crate) async fn page(
    State(master): State<Arc<Master>>,
    page: Page,
    Query(wanted): Query<Wanted>,
) -> Response {
    let sorting = SORTINGS.iter().find(|(name, _)| *name == wanted.sort);
    let (sort, sorting) = *sorting.unwrap_or(&SORTINGS[0]);
    let number = wanted.page.max(1);
    let search = wanted.search.trim().to_owned();
    let asked = search.clone();
    let found = master.database.call(move |connection| {
        library::list(
            connection,
            &asked,
            sorting,
            (number - 1).saturating_mul(BOOKS),
            BOOKS,
        )
    });
    let (volumes, total) = match found.await {
        Ok(found) => found,
        Err(error) => return trouble(page, error.into()),
    };
    let cards = volumes
        .into_iter()
        .map(|volume| card(&master, &page, volume));
    show(&Library {
        cards: cards.collect(),
        search,
        sort,
        total,
        number,
        pages: total.div_ceil(BOOKS),
        page,
    })
}

fn card(master: &Master, page: &Page, volume: Volume) -> Card {
    let Volume { book, job } = volume;
    let ring = job.as_ref().map_or_else(
        || Ring::idle(page.say.say("state.new")),
        |job| Ring::of(page.say, job.state, &Progress::of(master, job)),
    );
    let href = match &job {
        Some(job) if job.state != JobState::Cancelled => format!("/listen/{}", job.id),
        _ => format!("/book/{}", book.id),
    };
    let title = job.as_ref().map(|job| job.record.title.clone());
    let title = title
        .filter(|title| !title.is_empty())
        .unwrap_or(book.title);
    Card {
        href,
        cover: Cover::of(master, &book.id, &title),
        title,
        authors: book.authors.join(", "),
        job: job.map(|job| job.id),
        book: book.id,
        ring,
    }
}
