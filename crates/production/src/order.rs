//! What is wanted of a book. An order can be written down and carried out later, elsewhere.

use std::collections::BTreeSet;
use std::io;
use std::path::PathBuf;

use audiotome_audio::{Loudness, OutputFormat, Target};
use audiotome_book::{Lexicon, LexiconError, Manner, ReadOptions, RuleName, Rules};
use audiotome_core::{Language, LeftOutKind, PauseLength, SegmentKey, Speed};
use audiotome_speech::EngineKind;
use serde::{Deserialize, Serialize};

use crate::{Casting, Chapters, Edits};

/// Everything that is wanted of one book.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Order {
    /// What is read.
    pub reading: Reading,
    /// Who reads.
    pub voice: VoiceWish,
    /// What is made.
    pub output: OutputWish,
    /// What a person changed about the book before it was read.
    #[serde(default)]
    pub edits: Edits,
    /// What a person changed about single segments.
    #[serde(default)]
    pub corrections: Vec<Correction>,
    /// Leave out segments that could not be spoken.
    #[serde(default)]
    pub skip_failed: bool,
}

/// What of the book is read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reading {
    /// The language, where the book is wrong about it.
    pub language: Option<Language>,
    /// Only these chapters.
    pub chapters: Option<Chapters>,
    /// Kinds of part that are read although they are usually left out.
    pub include: BTreeSet<LeftOutKind>,
    /// Kinds of part that are left out, usually read or not.
    #[serde(default)]
    pub skip: BTreeSet<LeftOutKind>,
    /// Read the descriptions of pictures.
    pub alt_text: bool,
    /// Recognise the text on scanned pages.
    #[serde(default)]
    pub ocr: bool,
    /// How words are said, as rules of a lexicon.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub lexicon: String,
    /// Rules by which text is not made what is heard.
    #[serde(default)]
    pub no_rules: BTreeSet<RuleName>,
}

/// Who reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct VoiceWish {
    /// The engine; without it, that of the best voice.
    pub engine: Option<EngineKind>,
    /// The voice; without it, the best one for the language.
    pub voice: Option<String>,
    /// How fast.
    pub speed: Speed,
    /// How long the pauses are.
    #[serde(default)]
    pub pauses: PauseLength,
    /// Who reads single chapters and speakers.
    #[serde(default)]
    pub casting: Casting,
    /// Paragraphs in another language are read by a voice of that language.
    #[serde(default)]
    pub foreign: bool,
}

/// What is made, and where.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutputWish {
    /// A folder, which gets `Author/Title {Narrator}/…`, or an audio file.
    pub path: PathBuf,
    /// The book's folder itself, where it is not to be `Author/Title {Narrator}`.
    #[serde(default)]
    pub folder: Option<PathBuf>,
    /// The format; without it, the one that the path names.
    pub format: Option<OutputFormat>,
    /// One file for each chapter.
    pub per_chapter: bool,
    /// How loud.
    pub loudness: Loudness,
    /// Also write when each sentence is heard, as JSON.
    pub timeline: Option<PathBuf>,
}

/// What a person changed about the segments with one key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Correction {
    /// The key before the change.
    pub key: SegmentKey,
    /// What is spoken instead; nothing: the segment is left out.
    pub text: Option<String>,
}

impl Order {
    /// What the reader is told.
    #[must_use]
    pub fn options(&self) -> ReadOptions {
        let mut options = self.reading.options();
        let edited = || self.edits.metadata.language.clone();
        options.language = options.language.or_else(edited);
        options
    }
}

impl VoiceWish {
    /// Who reads what nobody else does: where nobody was asked for, as the mapping says.
    #[must_use]
    pub fn of_narrator(&self) -> Self {
        let mut wish = self.clone();
        if let (None, Some(narrator)) = (&self.voice, self.casting.narrator()) {
            wish.engine = narrator.engine.or(wish.engine);
            wish.voice = Some(narrator.voice.clone());
        }
        wish
    }
}

impl Reading {
    /// What the reader is told.
    #[must_use]
    pub fn options(&self) -> ReadOptions {
        ReadOptions {
            language: self.language.clone(),
            include: self.include.clone(),
            skip: self.skip.clone(),
            alt_text: self.alt_text,
            ocr: self.ocr,
        }
    }

    /// How its text becomes what is spoken, with the rules that the book itself has of how words are
    /// said.
    ///
    /// # Errors
    /// When the rules of the order are wrong; those of a book are left out then.
    pub fn manner(&self, book: &str) -> Result<Manner, LexiconError> {
        let own = Lexicon::parse("lexicon", &self.lexicon)?;
        let both = Lexicon::join([book, &self.lexicon]);
        Ok(Manner {
            lexicon: Lexicon::parse("book", &both).unwrap_or(own),
            rules: Rules::without(self.no_rules.iter().copied()),
            ..Manner::default()
        })
    }

    /// Whether the chapter of this number is wanted.
    #[must_use]
    pub fn wants(&self, chapter: usize) -> bool {
        let chapters = self.chapters.as_ref();
        chapters.is_none_or(|chapters| chapters.contains(chapter))
    }
}

impl OutputWish {
    /// The format that was asked for, by name or by the file's extension.
    #[must_use]
    pub fn format(&self) -> OutputFormat {
        self.format
            .or(Target::format(&self.path))
            .unwrap_or_default()
    }

    /// Everything here that changes the files, for telling whether they are up to date.
    pub(crate) fn settings(&self, target: &Target) -> io::Result<String> {
        let folder = std::path::absolute(&self.path)?;
        Ok(format!(
            "{} {} {:?} {} {target:?}",
            self.format(),
            self.per_chapter,
            self.loudness,
            folder.display()
        ))
    }
}
