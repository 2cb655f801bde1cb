//! What a person changed about a book before it is read.
//!
//! Edits are part of the order: the same book with the same edits gives the same plan, so a job that is
//! taken up again finds what it had spoken.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use audiotome_book::from_text;
use audiotome_core::{Book, Chapter, Language, Metadata, Series};
use serde::{Deserialize, Serialize};

/// Characters by which a chapter is known again.
const OPENING: usize = 100;
/// Digits of their digest.
const OPENING_DIGITS: usize = 16;

/// Changes to a book: the file itself stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Edits {
    /// What it is called, and so on.
    pub metadata: MetadataEdits,
    /// Changed chapters by their number, from 1.
    pub chapters: BTreeMap<usize, ChapterEdit>,
    /// How words of it are said, as rules of a lexicon.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub lexicon: String,
}

/// Facts about a book as a person wants them. Nothing: as the book has it; an empty text: there is none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct MetadataEdits {
    /// Main title; here an empty text is nothing, for a book has a title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Subtitle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subtitle: Option<String>,
    /// Authors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub authors: Option<Vec<String>>,
    /// Name of the series.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub series: Option<String>,
    /// Position in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub series_position: Option<String>,
    /// Language of the text. It counts when the book is read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub language: Option<Language>,
    /// Publisher.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub publisher: Option<String>,
    /// Date of publication.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// Description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

/// A chapter as a person wants it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChapterEdit {
    /// Digest of how the chapter begins: with other parts of the book read, its number is another.
    pub opening: String,
    /// The title that players show.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// What is read, as [`from_text`] takes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// `false`: it is not read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub read: Option<bool>,
}

impl Edits {
    /// Changes the book. Returns the numbers of the chapters that are not to be read.
    pub fn apply(&self, book: &mut Book) -> BTreeSet<usize> {
        let (settled, mut lost) = self.settled(book);
        book.warnings.append(&mut lost);
        self.metadata.apply(&mut book.metadata);
        let mut unread = BTreeSet::new();
        for (number, edit) in settled.chapters {
            // Those behind the last chapter wait for theirs.
            let Some(chapter) = book.chapters.get_mut(number - 1) else {
                break;
            };
            if let Some(text) = &edit.text {
                let (blocks, odd) = from_text(text, &chapter.blocks);
                chapter.blocks = blocks;
                book.warnings.extend(odd);
            }
            chapter.title = edit.title.unwrap_or(std::mem::take(&mut chapter.title));
            if edit.read == Some(false) {
                unread.insert(number);
            }
        }
        unread
    }

    /// The same edits with the numbers that their chapters have in this book, as it was read. Those
    /// whose chapter is not there get numbers behind the last one, and a warning where they had words.
    #[must_use]
    pub fn settled(&self, book: &Book) -> (Self, Vec<String>) {
        let mut settled = Self {
            metadata: self.metadata.clone(),
            chapters: BTreeMap::new(),
            lexicon: self.lexicon.clone(),
        };
        if self.chapters.is_empty() {
            return (settled, Vec::new());
        }
        let openings: Vec<String> = book.chapters.iter().map(opening).collect();
        let is_at = |number: usize, edit: &ChapterEdit| {
            let place = number.checked_sub(1).and_then(|index| openings.get(index));
            place.is_some_and(|opening| *opening == edit.opening)
        };
        let (at_home, moved): (Vec<_>, Vec<_>) =
            (self.chapters.iter()).partition(|(number, edit)| is_at(**number, edit));
        let at_home = at_home.into_iter();
        settled.chapters = at_home.map(|(n, edit)| (*n, edit.clone())).collect();
        let mut places: HashMap<&str, Vec<usize>> = HashMap::new();
        for (index, opening) in openings.iter().enumerate().rev() {
            if !settled.chapters.contains_key(&(index + 1)) {
                places.entry(opening).or_default().push(index + 1);
            }
        }
        let (mut lost, mut behind) = (Vec::new(), openings.len()..);
        for (number, edit) in moved {
            let place = places.get_mut(&*edit.opening).and_then(Vec::pop);
            if place.is_none() && (edit.text.is_some() || edit.title.is_some()) {
                lost.push(format!(
                    "what was changed about chapter {number} is not used: no chapter begins like it any more"
                ));
            }
            let place = place.unwrap_or_else(|| behind.next().map_or(usize::MAX, |last| last + 1));
            settled.chapters.insert(place, edit.clone());
        }
        (settled, lost)
    }
}

impl MetadataEdits {
    fn apply(&self, metadata: &mut Metadata) {
        let filled = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        if let Some(title) = self.title.as_ref().and_then(filled) {
            metadata.title = title;
        }
        if let Some(authors) = &self.authors {
            metadata.authors.clone_from(authors);
        }
        for (edit, fact) in [
            (&self.subtitle, &mut metadata.subtitle),
            (&self.publisher, &mut metadata.publisher),
            (&self.date, &mut metadata.date),
            (&self.description, &mut metadata.description),
        ] {
            if let Some(text) = edit {
                *fact = filled(text);
            }
        }
        let before = metadata.series.take();
        let (name, position) =
            before.map_or((None, None), |series| (Some(series.name), series.position));
        let name = self.series.as_ref().map_or(name, filled);
        let position = self.series_position.as_ref().map_or(position, filled);
        metadata.series = name.map(|name| Series { name, position });
    }
}

/// What a chapter, as it was read, is known by: its title and how it begins.
#[must_use]
pub fn opening(chapter: &Chapter) -> String {
    let mut digest = blake3::Hasher::new();
    digest.update(&(chapter.title.len() as u64).to_le_bytes());
    digest.update(chapter.title.as_bytes());
    let texts = chapter.blocks.iter().map(|block| block.text.as_str());
    let begin: String = texts.flat_map(str::chars).take(OPENING).collect();
    digest.update(begin.as_bytes());
    digest.finalize().to_hex()[..OPENING_DIGITS].to_owned()
}

#[cfg(test)]
mod tests {
    use audiotome_core::{Block, BlockKind};

    use super::*;

    fn chapter(title: &str, text: &str) -> Chapter {
        Chapter {
            title: title.to_owned(),
            blocks: vec![Block::new(BlockKind::Paragraph, text)],
        }
    }

    fn book(chapters: &[(&str, &str)]) -> Book {
        Book {
            chapters: chapters.iter().map(|(t, text)| chapter(t, text)).collect(),
            ..Book::default()
        }
    }

    fn edit(opening: &str, text: &str) -> ChapterEdit {
        ChapterEdit {
            opening: opening.to_owned(),
            text: Some(text.to_owned()),
            ..ChapterEdit::default()
        }
    }

    #[test]
    fn edits_follow_their_chapters() {
        let before = book(&[("I", "One."), ("I", "One."), ("II", "Two.")]);
        let at = |index: usize| opening(&before.chapters[index]);
        let edits = Edits {
            chapters: BTreeMap::from([
                (2, edit(&at(1), "Second one.")),
                (3, edit(&at(2), "Second two.")),
                (4, edit("none", "Nowhere.")),
            ]),
            ..Edits::default()
        };
        let mut after = book(&[
            ("Notes", "N."),
            ("I", "One."),
            ("I", "One."),
            ("II", "Two."),
        ]);
        edits.apply(&mut after);
        let texts: Vec<_> = after.chapters.iter().map(|c| &*c.blocks[0].text).collect();
        assert_eq!(texts, ["N.", "Second one.", "One.", "Second two."]);
        assert!(
            after.warnings[0].contains("chapter 4"),
            "{:?}",
            after.warnings
        );
    }

    #[test]
    fn facts_are_changed_and_taken_away() {
        let mut metadata = Metadata {
            title: "Old".to_owned(),
            subtitle: Some("Sub".to_owned()),
            series: Some(Series {
                name: "S".to_owned(),
                position: Some("1".to_owned()),
            }),
            date: Some("1900".to_owned()),
            ..Metadata::default()
        };
        let edits: MetadataEdits = serde_json::from_value(serde_json::json!({
            "title": "", "subtitle": "", "authors": ["A"], "series_position": "2"
        }))
        .unwrap();
        edits.apply(&mut metadata);
        assert_eq!(metadata.title, "Old");
        assert_eq!(metadata.subtitle, None);
        assert_eq!(metadata.authors, ["A"]);
        assert_eq!(metadata.series.unwrap().position.as_deref(), Some("2"));
        assert_eq!(metadata.date.as_deref(), Some("1900"));
    }
}
