//! A book from inside, as a person wants it.

use std::collections::BTreeSet;
use std::sync::Arc;

use audiotome_book::to_text;
use audiotome_core::{Book, Language};
use audiotome_production::Order;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::books::{InsideQuery, stored};
use super::extract::{Json, Path};
use super::kept::Kept;
use super::new_job::NewJob;
use super::problem::{Kind, Problem, Refusals};
use super::settings;
use crate::database::books::StoredBook;
use crate::master::Master;

/// A book, with what is kept for its next job.
pub(crate) struct Inside {
    pub(crate) stored: StoredBook,
    /// As it was read.
    pub(crate) original: Arc<Book>,
    /// As it would be spoken.
    pub(crate) book: Arc<Book>,
    /// Chapters that are switched off.
    pub(crate) unread: BTreeSet<usize>,
    pub(crate) kept: Kept,
    /// What its next job is like.
    pub(crate) wishes: NewJob,
    pub(crate) order: Order,
}

impl Inside {
    /// Opens a book; what the query says counts for more than what is kept.
    pub(crate) async fn open(
        master: &Arc<Master>,
        stored: StoredBook,
        query: InsideQuery,
    ) -> Result<Self, Problem> {
        let kept = Kept::of(&master.database, &stored.id).await?;
        let settings = settings::of(&master.database).await?;
        let asked = NewJob::of_book(&stored.id, query.language, query.alt_text.then_some(true));
        let (wishes, order) = kept.wanted(asked, settings, master, "")?;
        let (asker, book) = (Arc::clone(master), stored.clone());
        let options = order.options();
        let read = tokio::task::spawn_blocking(move || {
            let path = asker.book_path(&book.id, &book.name);
            let original = asker.lately.read(&book.id, &options, &path)?;
            Ok::<_, audiotome_book::BookError>(apply(kept, original))
        });
        let read = read.await;
        let read = read.map_err(|panic| Problem::new(Kind::Broken, panic.to_string()))?;
        let (kept, original, book, unread) = read.map_err(|error| {
            let hint = error.hint();
            Problem::new(Kind::Gone, error.to_string()).with_hint(hint)
        })?;
        Ok(Self {
            stored,
            original,
            book,
            unread,
            kept,
            wishes,
            order,
        })
    }

    /// Whether a person changed a chapter's text.
    pub(crate) fn is_edited(&self, chapter: usize) -> bool {
        let edit = self.kept.edits.chapters.get(&chapter);
        edit.is_some_and(|edit| edit.text.is_some())
    }

    /// The language that it is read in.
    pub(crate) fn language(&self) -> Language {
        let language = self.book.metadata.language.clone();
        language.unwrap_or_else(Language::undetermined)
    }
}

type Applied = (Kept, Arc<Book>, Arc<Book>, BTreeSet<usize>);

fn apply(mut kept: Kept, original: Arc<Book>) -> Applied {
    if kept.edits == audiotome_production::Edits::default() {
        return (kept, Arc::clone(&original), original, BTreeSet::new());
    }
    kept.edits = kept.edits.settled(&original).0;
    let mut book = Book::clone(&original);
    let unread = kept.edits.apply(&mut book);
    (kept, original, Arc::new(book), unread)
}

/// A chapter's text.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChapterText {
    number: usize,
    title: String,
    /// What is read. Empty lines are between paragraphs; `# ` begins a heading, `- ` an item of a list,
    /// `| ` each line of a verse; `* * *` alone is a change of scene; a `\` in front makes a paragraph of
    /// anything.
    text: String,
    /// Whether a person changed it.
    edited: bool,
}

/// A chapter's text as it will be read.
#[utoipa::path(
    get, path = "/books/{id}/chapters/{number}/text", tag = "books",
    params(("id" = String, Path), ("number" = u32, Path)),
    responses((status = 200, body = ChapterText), Refusals)
)]
pub(crate) async fn text(
    State(master): State<Arc<Master>>,
    Path((id, number)): Path<(String, u32)>,
) -> Result<Json<ChapterText>, Problem> {
    let stored = stored(&master, &id).await?;
    let inside = Inside::open(&master, stored, InsideQuery::default()).await?;
    let number = number as usize;
    let chapter = number.checked_sub(1);
    let chapter = chapter.and_then(|index| inside.book.chapters.get(index));
    let chapter = chapter.ok_or_else(|| Problem::no("chapter", &number.to_string()))?;
    Ok(Json(ChapterText {
        number,
        title: chapter.title.clone(),
        text: to_text(&chapter.blocks),
        edited: inside.is_edited(number),
    }))
}
