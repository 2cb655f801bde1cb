//! What a reader makes of an ebook.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Language;

/// A book as it will be read aloud: chapters of text blocks in reading order.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Book {
    /// Title, authors and so on.
    pub metadata: Metadata,
    /// Chapters in reading order; each has at least one block with something to say.
    pub chapters: Vec<Chapter>,
    /// The cover picture, as it lies in the book.
    pub cover: Option<Cover>,
    /// What the reader leaves out of the narration, and why; shown by `inspect`.
    pub left_out: Vec<LeftOut>,
    /// What was wrong with the file but could be read all the same.
    pub warnings: Vec<String>,
    /// How the book itself wants words said, as rules of a lexicon.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub lexicon: String,
}

/// Facts about a book.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Metadata {
    /// Main title; never empty (the file's name when the book has none).
    pub title: String,
    /// Subtitle, when the book names one apart from the title.
    pub subtitle: Option<String>,
    /// Authors in the book's order, as displayed (`Jane Austen`).
    pub authors: Vec<String>,
    /// Language of the text, as it was found to be (what the file says may be wrong).
    pub language: Option<Language>,
    /// Series and position in it.
    pub series: Option<Series>,
    /// Publisher.
    pub publisher: Option<String>,
    /// Date of publication as the book gives it (`1895`, `2004-10-02`).
    pub date: Option<String>,
    /// Description as plain text.
    pub description: Option<String>,
    /// ISBN, digits only (10 or 13, the last may be X).
    pub isbn: Option<String>,
    /// Subjects or genres.
    pub subjects: Vec<String>,
}

/// A series that a book belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series {
    /// Name of the series.
    pub name: String,
    /// Position as displayed (`2`, `2.5`).
    pub position: Option<String>,
}

/// A cover picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cover {
    /// `image/jpeg` or `image/png`, from the picture's own bytes.
    pub media_type: String,
    /// The encoded picture.
    #[serde(skip)]
    pub bytes: Vec<u8>,
}

/// A chapter: one entry of the player's chapter list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chapter {
    /// The title that a player shows; never empty.
    pub title: String,
    /// What is read, in order.
    pub blocks: Vec<Block>,
}

/// A piece of text with a pause of its own around it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// What kind of text it is.
    pub kind: BlockKind,
    /// Plain text with single spaces; line breaks (`\n`) only where the author wants them (verse). Empty for a scene break.
    pub text: String,
    /// The block's own language where it differs from the book's.
    pub language: Option<Language>,
    /// Who speaks it, where the text names somebody.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub voice: Option<String>,
    /// Silence after it, where the text says how much; a change of scene or a heading may ask for more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause: Option<Duration>,
    /// Whether the paragraph goes on in the next block: only a voice or a pause came between.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub continues: bool,
}

/// Kinds of block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum BlockKind {
    /// A heading with its level, 1 (highest) to 6.
    Heading(u8),
    /// Running text.
    Paragraph,
    /// A line or stanza of verse.
    Verse,
    /// An item of a list, or a table row.
    ListItem,
    /// A change of scene: a longer pause and no words.
    SceneBreak,
}

/// A part of the book that is not read aloud.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    /// What it is.
    pub kind: LeftOutKind,
    /// How a person finds it: its title or the name of its file in the book.
    pub label: String,
    /// Characters of text that are not read.
    pub characters: usize,
    /// Words of it (runs between spaces).
    pub words: usize,
}

/// What a part is that is not read aloud. Those of [`Self::USUALLY_READ`] are read unless a person
/// says otherwise; the others are read if a person says so.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LeftOutKind {
    /// The cover page.
    Cover,
    /// The title page.
    TitlePage,
    /// Copyright notice, imprint, colophon, licence.
    Copyright,
    /// Table of contents, landmarks, page list, lists of figures or tables.
    Contents,
    /// Index.
    Index,
    /// Bibliography.
    Bibliography,
    /// Footnotes and endnotes.
    Notes,
    /// Outside the reading order (`linear="no"`).
    NonLinear,
    /// Advertisements and other texts of the distributor.
    Boilerplate,
    /// Dedication.
    Dedication,
    /// A quotation in front of the text.
    Epigraph,
    /// Foreword, by another than the author.
    Foreword,
    /// Preface, by the author.
    Preface,
    /// Introduction.
    Introduction,
    /// Thanks to others.
    Acknowledgements,
    /// Afterword.
    Afterword,
    /// Appendix.
    Appendix,
    /// Glossary.
    Glossary,
    /// All that stands in front of the text.
    #[serde(alias = "frontmatter")]
    FrontMatter,
    /// All that stands behind the text.
    #[serde(alias = "backmatter")]
    BackMatter,
    /// Headings.
    Headings,
    /// Rows of tables.
    Tables,
    /// Passages of program code and the like.
    Code,
    /// What stands below pictures and above tables.
    Captions,
}

impl LeftOutKind {
    /// Parts that are read unless a person says otherwise.
    pub const USUALLY_READ: [Self; 15] = [
        Self::Dedication,
        Self::Epigraph,
        Self::Foreword,
        Self::Preface,
        Self::Introduction,
        Self::Acknowledgements,
        Self::Afterword,
        Self::Appendix,
        Self::Glossary,
        Self::FrontMatter,
        Self::BackMatter,
        Self::Headings,
        Self::Tables,
        Self::Code,
        Self::Captions,
    ];

    /// The part that this one is left out with: the dedication with all that stands in front of the text.
    #[must_use]
    pub fn within(self) -> Option<Self> {
        match self {
            Self::Dedication
            | Self::Epigraph
            | Self::Foreword
            | Self::Preface
            | Self::Introduction => Some(Self::FrontMatter),
            Self::Acknowledgements | Self::Afterword | Self::Appendix | Self::Glossary => {
                Some(Self::BackMatter)
            }
            _ => None,
        }
    }
}

impl LeftOut {
    /// Counts a block that belongs to it.
    pub fn add(&mut self, block: &Block) {
        self.characters += block.text.chars().count();
        self.words += block.text.split_whitespace().count();
    }
}

impl Block {
    /// A block of `kind` in the book's language.
    #[must_use]
    pub fn new(kind: BlockKind, text: impl Into<String>) -> Self {
        Self {
            kind,
            text: text.into(),
            language: None,
            voice: None,
            pause: None,
            continues: false,
        }
    }
}

impl Chapter {
    /// Characters of text in this chapter.
    #[must_use]
    pub fn characters(&self) -> usize {
        self.blocks
            .iter()
            .map(|block| block.text.chars().count())
            .sum()
    }

    /// Words of text in this chapter (runs between spaces).
    #[must_use]
    pub fn words(&self) -> usize {
        self.blocks
            .iter()
            .map(|block| block.text.split_whitespace().count())
            .sum()
    }
}

impl Metadata {
    /// All authors in one line: `A`, `A and B`, `A, B and C`.
    #[must_use]
    pub fn author_line(&self) -> Option<String> {
        let (last, others) = self.authors.split_last()?;
        Some(if others.is_empty() {
            last.clone()
        } else {
            format!("{} and {last}", others.join(", "))
        })
    }
}
