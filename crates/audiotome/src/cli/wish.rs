//! What is wanted of books, whoever makes audiobooks of them: this machine or a master.

use std::collections::BTreeSet;
use std::path::PathBuf;

use audiotome_audio::{Loudness, OutputFormat, Target};
use audiotome_book::{Manner, RuleName, Rules};
use audiotome_core::{Language, PauseLength, Speed};
use audiotome_production::{Casting, Chapters, OutputWish, Reading, VoiceWish};
use audiotome_speech::EngineKind;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{Args, ValueEnum};

use super::part::Part;
use super::{CastArgs, LexiconArgs};

/// What is wanted of books.
#[derive(Debug, Args)]
pub(crate) struct WishArgs {
    /// Books: EPUB, MOBI, AZW3, FB2, PDF, DOCX, ODT, RTF, HTML, Markdown or plain text
    #[arg(required = true, value_name = "BOOK")]
    pub(crate) books: Vec<PathBuf>,
    /// Leave out sentences that could not be spoken (each of them is named)
    #[arg(long)]
    pub(crate) skip_failed: bool,
    /// How progress is shown
    #[arg(
        long,
        env = "AUDIOTOME_PROGRESS",
        value_name = "HOW",
        default_value = "auto"
    )]
    pub(crate) progress: ProgressKind,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
    #[command(flatten)]
    pub(crate) lexicon: LexiconArgs,
    #[command(flatten)]
    pub(crate) voice: VoiceArgs,
    #[command(flatten)]
    pub(crate) cast: CastArgs,
    #[command(flatten)]
    pub(crate) format: FormatArgs,
}

/// What of the book is read.
#[derive(Debug, Args)]
#[command(next_help_heading = "Reading")]
pub(crate) struct ReadingArgs {
    /// Language of the book, where the book is wrong about it (`en`, `fr-CA`, …)
    #[arg(long, env = "AUDIOTOME_LANGUAGE", value_name = "TAG")]
    pub(crate) language: Option<String>,
    /// Only these chapters, by number: `3`, `3-7`, `1,4-6`, `10-`
    #[arg(long, value_name = "RANGE")]
    pub(crate) chapters: Option<Chapters>,
    /// Read a kind of part aloud that is usually left out, or that `--skip` leaves out with others
    /// (repeat for more)
    #[arg(long, value_name = "KIND")]
    pub(crate) include: Vec<Part>,
    /// Leave out these kinds of part, usually read or not
    #[arg(
        long,
        env = "AUDIOTOME_SKIP",
        value_name = "KIND,…",
        value_delimiter = ','
    )]
    pub(crate) skip: Vec<Part>,
    /// Read the descriptions of pictures
    #[arg(long, env = "AUDIOTOME_ALT_TEXT")]
    pub(crate) alt_text: bool,
    /// Recognise the text of scanned PDFs and pictures with `tesseract`, in the language that
    /// `--language` names
    #[arg(long, env = "AUDIOTOME_OCR")]
    pub(crate) ocr: bool,
    #[command(flatten)]
    pub(crate) rules: RulesArgs,
}

/// How text becomes what is heard.
#[derive(Debug, Args)]
#[command(next_help_heading = "Reading")]
pub(crate) struct RulesArgs {
    /// Switch off a rule by which text becomes what is heard (repeat for more)
    #[arg(
        long,
        env = "AUDIOTOME_NO_RULE",
        value_name = "RULE",
        value_delimiter = ',',
        value_parser = rules(),
    )]
    no_rule: Vec<RuleName>,
}

impl RulesArgs {
    /// The rules that are switched off.
    fn off(&self) -> BTreeSet<RuleName> {
        self.no_rule.iter().copied().collect()
    }

    /// How text becomes what is spoken, with nothing else said about it.
    pub(crate) fn manner(&self) -> Manner {
        Manner {
            rules: Rules::without(self.off()),
            ..Manner::default()
        }
    }
}

/// Takes the names of rules; the help tells what each does.
fn rules() -> impl TypedValueParser<Value = RuleName> {
    let rules =
        RuleName::all().map(|rule| PossibleValue::new(rule.name()).help(rule.description()));
    PossibleValuesParser::new(rules).try_map(|name| name.parse::<RuleName>())
}

impl ReadingArgs {
    /// What the reader is told.
    pub(crate) fn reading(&self) -> Reading {
        Reading {
            language: self.language.as_deref().map(Language::new),
            chapters: self.chapters.clone(),
            include: self.include.iter().map(|part| (*part).into()).collect(),
            skip: self.skip.iter().map(|part| (*part).into()).collect(),
            alt_text: self.alt_text,
            ocr: self.ocr,
            lexicon: String::new(),
            no_rules: self.rules.off(),
        }
    }
}

/// Who reads.
#[derive(Debug, Args)]
#[command(next_help_heading = "Voice")]
pub(crate) struct VoiceArgs {
    /// espeak, hibari, piper or tone; openai for a speech server of others [default: that of the best
    /// voice; with speech servers, openai]
    #[arg(long, env = "AUDIOTOME_ENGINE", value_name = "ENGINE")]
    pub(crate) engine: Option<EngineKind>,
    /// A voice from `audiotome voices` [default: the best one for the language]
    #[arg(long, env = "AUDIOTOME_VOICE", value_name = "VOICE")]
    pub(crate) voice: Option<String>,
    /// How fast, 0.5 to 2.0 [default: 1.0]
    #[arg(long, env = "AUDIOTOME_SPEED", value_name = "FACTOR")]
    pub(crate) speed: Option<Speed>,
    /// How long the pauses are, 0.5 to 3.0 times the usual; changing it speaks nothing again [default: 1.0]
    #[arg(long, env = "AUDIOTOME_PAUSES", value_name = "FACTOR")]
    pub(crate) pauses: Option<PauseLength>,
}

impl VoiceArgs {
    /// Who reads.
    pub(crate) fn wish(&self) -> VoiceWish {
        VoiceWish {
            engine: self.engine,
            voice: self.voice.clone(),
            speed: self.speed.unwrap_or(Speed::NORMAL),
            pauses: self.pauses.unwrap_or_default(),
            casting: Casting::default(),
            foreign: false,
        }
    }
}

/// What is made.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct FormatArgs {
    /// m4b, mp3, opus, flac or wav [default: by the extension of the output, else m4b]
    #[arg(long, env = "AUDIOTOME_FORMAT", value_name = "FORMAT")]
    pub(crate) format: Option<OutputFormat>,
    /// One file for each chapter
    #[arg(long, env = "AUDIOTOME_PER_CHAPTER")]
    pub(crate) per_chapter: bool,
    /// Loudness target: audiobook (−19 LUFS), podcast (−16 LUFS) or none
    /// [default: audiobook]
    #[arg(long, env = "AUDIOTOME_LOUDNESS", value_name = "TARGET")]
    pub(crate) loudness: Option<Loudness>,
}

/// Where it goes.
#[derive(Debug, Args)]
#[command(next_help_heading = "Output")]
pub(crate) struct OutputArgs {
    /// A folder, which gets `Author/Title {Narrator}/…`, or a file such as `book.m4b`
    #[arg(
        short,
        long,
        env = "AUDIOTOME_OUTPUT",
        value_name = "PATH",
        default_value = "audiobooks"
    )]
    pub(crate) output: PathBuf,
    /// Also write when each sentence is heard, exact to the sample, as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) timeline: Option<PathBuf>,
}

impl OutputArgs {
    /// Whether the output is one file, not a folder.
    pub(crate) fn names_file(&self) -> bool {
        Target::format(&self.output).is_some()
    }

    /// What is made, and where.
    pub(crate) fn wish(&self, format: &FormatArgs) -> OutputWish {
        OutputWish {
            path: self.output.clone(),
            folder: None,
            format: format.format,
            per_chapter: format.per_chapter,
            loudness: format.loudness.unwrap_or_default(),
            timeline: self.timeline.clone(),
        }
    }
}

/// How progress is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum ProgressKind {
    /// A bar on a terminal, else lines
    Auto,
    /// A bar
    Bar,
    /// A line now and then
    Plain,
    /// One JSON object a line on stdout, for programs
    Json,
    /// Nothing
    None,
}
