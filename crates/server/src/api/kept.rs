//! What a person changes about a book is kept for its next job.

use std::sync::Arc;

use audiotome_book::{ReadOptions, from_text, to_text};
use audiotome_core::{Book, Chapter};
use audiotome_production::{ChapterEdit, Edits, MetadataEdits, Order, opening};
use axum::extract::State;
use rusqlite::Connection;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

use super::book_views::BookDetails;
use super::books::{InsideQuery, stored};
use super::extract::{Json, Path};
use super::inside::Inside;
use super::new_job::{NewJob, lexicon, order};
use super::problem::{Kind, Problem, Refusals};
use super::settings::{self, JobSettings};
use crate::database::{Database, DatabaseError, books, kept};
use crate::master::Master;

/// Bytes of one change: a chapter's text, as JSON.
pub(crate) const MOST_BYTES: usize = 8 << 20;
/// Bytes of a chapter's text.
const MOST_TEXT: usize = 2 << 20;
/// Bytes of all that is kept for a book.
const MOST_KEPT: usize = 16 << 20;
/// Characters of a title, a name, …
const MOST_NAME: usize = 1_000;
/// Characters of a description.
const MOST_DESCRIPTION: usize = 20_000;
const MOST_AUTHORS: usize = 100;

/// Changes of a book; `null` takes one back.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it only describes the body")]
pub(crate) struct BookChange {
    metadata: Option<MetadataChange>,
    /// By the chapter's number.
    chapters: Option<std::collections::BTreeMap<String, ChapterChange>>,
    /// How its words are said, as `word -> spoken form` or `word -> [IPA]`, a rule a line; besides the
    /// rules of the settings.
    lexicon: Option<String>,
    /// What its next job is like.
    job: Option<JobSettings>,
}

/// Facts about a book; an empty text says that there is none.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it only describes the body")]
struct MetadataChange {
    title: Option<String>,
    subtitle: Option<String>,
    authors: Option<Vec<String>>,
    series: Option<String>,
    series_position: Option<String>,
    language: Option<String>,
    publisher: Option<String>,
    date: Option<String>,
    description: Option<String>,
}

/// Changes of a chapter.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it only describes the body")]
struct ChapterChange {
    /// What players show.
    title: Option<String>,
    /// What is read, as `/books/{id}/chapters/{number}/text` shows it.
    text: Option<String>,
    /// `false`: a job that names no chapters does not read it.
    read: Option<bool>,
}

/// What is kept for a book.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(crate) struct Kept {
    pub(crate) edits: Edits,
    pub(crate) job: JobSettings,
}

impl Kept {
    /// What is kept for a book.
    pub(crate) async fn of(database: &Database, book: &str) -> Result<Self, DatabaseError> {
        let book = book.to_owned();
        database
            .call(move |connection| kept::get(connection, &book))
            .await
    }

    /// Keeps how a book was read when it came, where that was not as usual.
    pub(crate) async fn keep_reading(
        database: &Database,
        book: &str,
        options: &ReadOptions,
    ) -> Result<(), DatabaseError> {
        let (ocr, language) = (options.ocr, options.language.clone());
        if !ocr && language.is_none() {
            return Ok(());
        }
        let book = book.to_owned();
        let keep = move |connection: &Connection| {
            let mut kept: Self = kept::get(connection, &book)?;
            kept.job.ocr = ocr.then_some(true).or(kept.job.ocr);
            kept.edits.metadata.language = language.or(kept.edits.metadata.language);
            kept::put(connection, &book, &kept)
        };
        database.call(keep).await
    }

    /// What a new job is like: as it says itself, else as it was kept, else as the settings say.
    pub(super) fn wanted(
        &self,
        mut new: NewJob,
        settings: JobSettings,
        master: &Master,
        id: &str,
    ) -> Result<(NewJob, Order), Problem> {
        new.fill(self.job.clone());
        new.fill(JobSettings {
            lexicon: Some(self.edits.lexicon.clone()),
            ..JobSettings::default()
        });
        new.fill(settings);
        let mut order = order(&new, master, id)?;
        order.edits = self.edits.clone();
        // They are among the order's own.
        order.edits.lexicon.clear();
        if new.chapters.is_some() {
            for edit in order.edits.chapters.values_mut() {
                edit.read = None;
            }
        }
        Ok((new, order))
    }

    /// Keeps it for a book, which the library shows by its changed name.
    fn keep(
        &self,
        connection: &Connection,
        book: &str,
        original: &Book,
    ) -> Result<(), DatabaseError> {
        let (changed, original) = (&self.edits.metadata, &original.metadata);
        let title = changed.title.as_ref().unwrap_or(&original.title);
        let authors = changed.authors.as_ref().unwrap_or(&original.authors);
        kept::put(connection, book, self)?;
        books::rename(connection, book, title, authors)
    }

    /// The same with a change (a merge patch, RFC 7396) to the book as it was read.
    fn changed(&self, change: Map<String, Value>, original: &Book) -> Result<Self, Problem> {
        let mut edits = change;
        let job = edits.remove("job").unwrap_or_else(|| json!({}));
        let mut all = serde_json::to_value(self).expect("text and numbers can be written as JSON");
        merge(&mut all, json!({ "edits": edits, "job": job }));
        let changed = serde_json::from_value::<Self>(all);
        let mut changed = changed.map_err(|error| refused(error.to_string()))?;
        changed.edits.metadata = tidy(changed.edits.metadata)?;
        changed.edits.lexicon = lexicon(Some(&changed.edits.lexicon))?;
        let before = std::mem::take(&mut changed.edits.chapters);
        for (number, edit) in before {
            let chapter = number.checked_sub(1);
            let edit = match chapter.and_then(|index| original.chapters.get(index)) {
                Some(chapter) => settle(number, edit, chapter)?,
                // It waits for a chapter that is not read now.
                None if self.edits.chapters.get(&number) == Some(&edit) => edit,
                None => return Err(refused(format!("there is no chapter {number}"))),
            };
            if (&edit.title, &edit.text, edit.read) != (&None, &None, None) {
                changed.edits.chapters.insert(number, edit);
            }
        }
        let texts = changed.edits.chapters.values();
        let bytes: usize = texts
            .filter_map(|edit| edit.text.as_ref())
            .map(String::len)
            .sum();
        if bytes > MOST_KEPT {
            return Err(too_long(
                "all changed chapters together",
                MOST_KEPT >> 20,
                "MiB",
            ));
        }
        Ok(changed)
    }
}

/// Changes a book for its next job: what is named; `null` takes a change back. The file stays as it is,
/// and so do jobs that are there.
#[utoipa::path(
    patch, path = "/books/{id}", tag = "books", request_body = BookChange, params(("id" = String, Path)),
    responses((status = 200, body = BookDetails), Refusals)
)]
pub(crate) async fn change(
    State(master): State<Arc<Master>>,
    Path(id): Path<String>,
    Json(change): Json<Map<String, Value>>,
) -> Result<Json<BookDetails>, Problem> {
    let book = stored(&master, &id).await?;
    let inside = Inside::open(&master, book, InsideQuery::default()).await?;
    let (asker, original) = (Arc::clone(&master), Arc::clone(&inside.original));
    let settings = settings::of(&master.database).await?;
    let renamed = change.contains_key("metadata");
    let (book, as_read) = (id.clone(), Arc::clone(&original));
    let kept = master.database.call(move |connection| {
        let before: Kept = kept::get(connection, &id)?;
        let mut now = before.clone();
        now.edits = now.edits.settled(&original).0;
        let changed = now.changed(change, &original);
        let changed = changed.and_then(|kept| {
            kept.wanted(NewJob::of_book(&id, None, None), settings, &asker, "")?;
            Ok(kept)
        });
        if let Ok(kept) = &changed {
            kept.keep(connection, &id, &original)?;
        }
        Ok(changed.map(|_| before))
    });
    let before = kept.await??;
    let inside = match Inside::open(&master, inside.stored, InsideQuery::default()).await {
        Ok(inside) => inside,
        // With everything left out there is no book any more, and nobody could change that back.
        Err(problem) => {
            let back = move |connection: &_| before.keep(connection, &book, &as_read);
            master.database.call(back).await?;
            let (message, hint) = problem.into_words();
            return Err(refused(message).with_hint(hint));
        }
    };
    if renamed {
        let data = json!({ "id": inside.stored.id, "title": inside.book.metadata.title });
        master.hub.tell("book", None, data);
    }
    Ok(Json(inside.into()))
}

/// A change of a chapter, checked; what is as the book has it is no change.
fn settle(number: usize, mut edit: ChapterEdit, chapter: &Chapter) -> Result<ChapterEdit, Problem> {
    edit.opening = opening(chapter);
    edit.title = name("title", edit.title, MOST_NAME)?;
    edit.title = edit
        .title
        .filter(|title| !title.is_empty() && *title != chapter.title);
    edit.read = edit.read.filter(|read| !read);
    if let Some(text) = &edit.text {
        if text.len() > MOST_TEXT {
            return Err(too_long("the text of a chapter", MOST_TEXT >> 20, "MiB"));
        }
        let (blocks, _) = from_text(text, &chapter.blocks);
        let mut texts = blocks.iter().map(|block| &block.text);
        if !texts.any(|text| text.chars().any(char::is_alphanumeric)) {
            let hint = "switch it off instead".to_owned();
            let nothing = refused(format!("nothing is left to read of chapter {number}"));
            return Err(nothing.with_hint(Some(hint)));
        }
        if to_text(&blocks) == to_text(&chapter.blocks) {
            edit.text = None;
        }
    }
    Ok(edit)
}

/// Facts, checked, each on one line.
fn tidy(facts: MetadataEdits) -> Result<MetadataEdits, Problem> {
    let authors = facts.authors.map(|authors| {
        if authors.len() > MOST_AUTHORS {
            return Err(too_long("the list of authors", MOST_AUTHORS, "names"));
        }
        let names = authors
            .into_iter()
            .map(|author| name("authors", Some(author), MOST_NAME));
        let names = names.collect::<Result<Vec<_>, _>>()?.into_iter().flatten();
        Ok(names.filter(|name| !name.is_empty()).collect())
    });
    let description = facts.description.map(|text| text.trim().to_owned());
    if description
        .as_ref()
        .is_some_and(|text| text.chars().count() > MOST_DESCRIPTION)
    {
        return Err(too_long("`description`", MOST_DESCRIPTION, "characters"));
    }
    Ok(MetadataEdits {
        title: name("title", facts.title, MOST_NAME)?.filter(|title| !title.is_empty()),
        subtitle: name("subtitle", facts.subtitle, MOST_NAME)?,
        authors: authors.transpose()?,
        series: name("series", facts.series, MOST_NAME)?,
        series_position: name("series_position", facts.series_position, MOST_NAME)?,
        language: facts
            .language
            .filter(|language| !language.is_undetermined()),
        publisher: name("publisher", facts.publisher, MOST_NAME)?,
        date: name("date", facts.date, MOST_NAME)?,
        description,
    })
}

/// A name in one line, without signs that nobody sees.
fn name(field: &str, name: Option<String>, most: usize) -> Result<Option<String>, Problem> {
    let Some(name) = name else {
        return Ok(None);
    };
    if name.chars().count() > most {
        return Err(too_long(&format!("`{field}`"), most, "characters"));
    }
    let words = name.split(|c: char| c.is_whitespace() || c.is_control());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    Ok(Some(words.join(" ")))
}

fn merge(into: &mut Value, patch: Value) {
    match (into, patch) {
        (Value::Object(into), Value::Object(patch)) => {
            for (name, value) in patch {
                if value.is_null() {
                    into.remove(&name);
                } else {
                    merge(into.entry(name).or_insert_with(|| json!({})), value);
                }
            }
        }
        (into, patch) => *into = patch,
    }
}

fn refused(message: String) -> Problem {
    Problem::new(Kind::Unprocessable, message)
}

fn too_long(what: &str, most: usize, unit: &str) -> Problem {
    refused(format!("{what} has over {most} {unit}"))
}
