//! Books as the API shows them.

use audiotome_core::{Chapter, Language};
use audiotome_production::expected_duration;
use serde::Serialize;
use utoipa::ToSchema;

use super::inside::Inside;
use super::settings::JobSettings;
use crate::database::books::StoredBook;

/// A book in the list.
#[derive(Serialize, ToSchema)]
pub(crate) struct BookView {
    /// First digits of its content's digest: the same file has the same id.
    pub(crate) id: String,
    /// Name of its file.
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) authors: Vec<String>,
    /// When it came, RFC 3339.
    pub(crate) added: String,
}

/// A book from inside: what would be read, and what not; with what people changed about it.
#[derive(Serialize, ToSchema)]
pub(crate) struct BookDetails {
    #[serde(flatten)]
    pub(crate) book: BookView,
    pub(crate) subtitle: Option<String>,
    pub(crate) language: Option<String>,
    pub(crate) series: Option<String>,
    pub(crate) series_position: Option<String>,
    pub(crate) publisher: Option<String>,
    pub(crate) date: Option<String>,
    pub(crate) description: Option<String>,
    pub(crate) isbn: Option<String>,
    /// Whether `/books/{id}/cover` has a picture.
    pub(crate) has_cover: bool,
    pub(crate) words: usize,
    /// How long it is heard, about.
    pub(crate) seconds: u64,
    pub(crate) chapters: Vec<ChapterInside>,
    /// What is not read aloud, and why.
    pub(crate) left_out: Vec<LeftOutView>,
    /// What was wrong with the file but could be read all the same.
    pub(crate) warnings: Vec<String>,
    /// How its words are said, as a person wrote it down for this book.
    pub(crate) lexicon: String,
    /// What was kept for its next job.
    pub(crate) job: JobSettings,
}

/// A chapter of a book.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChapterInside {
    /// From 1; what a job's `chapters` takes.
    pub(crate) number: usize,
    pub(crate) title: String,
    pub(crate) words: usize,
    pub(crate) characters: usize,
    /// How long it is heard, about.
    pub(crate) seconds: u64,
    /// Whether a job that names no chapters reads it.
    pub(crate) read: bool,
    /// Whether a person changed its text.
    pub(crate) edited: bool,
}

/// A part that is not read aloud.
#[derive(Serialize, ToSchema)]
pub(crate) struct LeftOutView {
    /// What a job's `include` takes.
    #[schema(value_type = String)]
    pub(crate) kind: audiotome_core::LeftOutKind,
    pub(crate) label: String,
    pub(crate) characters: usize,
}

impl From<Inside> for BookDetails {
    fn from(inside: Inside) -> Self {
        let book = &inside.book;
        let metadata = &book.metadata;
        let language = metadata.language.clone();
        let read_in = language.clone().unwrap_or_else(Language::undetermined);
        let seconds =
            |chapter: &Chapter| expected_duration(chapter.characters(), &read_in).as_secs();
        let numbered = book.chapters.iter().enumerate();
        let chapters = numbered.map(|(index, chapter)| ChapterInside {
            number: index + 1,
            title: chapter.title.clone(),
            words: chapter.words(),
            characters: chapter.characters(),
            seconds: seconds(chapter),
            read: !inside.unread.contains(&(index + 1)),
            edited: inside.is_edited(index + 1),
        });
        let left_out = book.left_out.iter().map(|part| LeftOutView {
            kind: part.kind,
            label: part.label.clone(),
            characters: part.characters,
        });
        let series = metadata.series.as_ref();
        Self {
            subtitle: metadata.subtitle.clone(),
            language: language.map(|language| language.to_string()),
            series: series.map(|series| series.name.clone()),
            series_position: series.and_then(|series| series.position.clone()),
            publisher: metadata.publisher.clone(),
            date: metadata.date.clone(),
            description: metadata.description.clone(),
            isbn: metadata.isbn.clone(),
            has_cover: book.cover.is_some(),
            words: book.chapters.iter().map(Chapter::words).sum(),
            seconds: book.chapters.iter().map(seconds).sum(),
            chapters: chapters.collect(),
            left_out: left_out.collect(),
            warnings: book.warnings.clone(),
            lexicon: inside.kept.edits.lexicon,
            job: inside.kept.job,
            book: BookView {
                title: metadata.title.clone(),
                authors: metadata.authors.clone(),
                ..inside.stored.into()
            },
        }
    }
}

impl From<StoredBook> for BookView {
    fn from(book: StoredBook) -> Self {
        Self {
            id: book.id,
            name: book.name,
            title: book.title,
            authors: book.authors,
            added: book.added,
        }
    }
}
