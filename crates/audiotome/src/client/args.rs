//! The command line of the client.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use audiotome_server::JobState;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use clap::{Args, Subcommand};
use reqwest::Url;

use crate::cli::{ProgressKind, WishArgs};
use crate::exit;

/// Commands that ask a master.
#[derive(Debug, Subcommand)]
pub(crate) enum ClientCommand {
    /// Send books to a master, which makes audiobooks of them; prints the ids of the jobs
    Submit(Box<SubmitArgs>),
    /// List a master's jobs
    Jobs(JobsArgs),
    /// Show a job: how far it is, its chapters, what could not be spoken
    Job(JobArgs),
    /// List a master's workers; add, drain or remove one
    Workers(WorkersArgs),
    /// Let a job rest
    Pause(StepArgs),
    /// Let a paused job go on
    Resume(StepArgs),
    /// Give a job up; what was spoken is kept
    Cancel(StepArgs),
    /// Try a job again that failed or was cancelled, or make it anew
    Retry(StepArgs),
    /// Delete a job
    Delete(DeleteArgs),
    /// Download an audiobook, or a chapter as soon as it is ready
    Download(DownloadArgs),
    /// List the sentences that could not be spoken; say one otherwise, or leave it out
    DeadLetters(DeadLettersArgs),
}

impl ClientCommand {
    /// Whom it asks.
    pub(crate) fn master(&self) -> &MasterArgs {
        match self {
            Self::Submit(args) => &args.master,
            Self::Jobs(args) => &args.master,
            Self::Job(args) => &args.master,
            Self::Workers(args) => &args.master,
            Self::Pause(args) | Self::Resume(args) | Self::Cancel(args) | Self::Retry(args) => {
                &args.master
            }
            Self::Delete(args) => &args.master,
            Self::Download(args) => &args.master,
            Self::DeadLetters(args) => &args.master,
        }
    }
}

/// Which master, and how to get in.
#[derive(Debug, Args)]
#[command(next_help_heading = "Master")]
pub(crate) struct MasterArgs {
    /// Where `audiotome serve` listens
    #[arg(
        long,
        env = "AUDIOTOME_MASTER",
        value_name = "URL",
        default_value = "http://127.0.0.1:7860",
        global = true
    )]
    pub(crate) master: MasterUrl,
    /// The token that the master asks for
    #[arg(
        long,
        env = "AUDIOTOME_TOKEN",
        value_name = "TOKEN",
        hide_env_values = true,
        global = true
    )]
    pub(crate) token: Option<String>,
    /// Also trust the certificates in this PEM file, besides the system's
    #[arg(long, env = "AUDIOTOME_TLS_CA", value_name = "FILE", global = true)]
    pub(crate) tls_ca: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(after_help = exit::HELP)]
pub(crate) struct SubmitArgs {
    #[command(flatten)]
    pub(crate) wish: WishArgs,
    /// Show how far they are until they are done; Ctrl-C stops showing, not the jobs
    #[arg(long)]
    pub(crate) follow: bool,
    /// Download the audiobooks, as `Author/Title {Narrator}/…` in this folder
    #[arg(long, value_name = "DIR", requires = "follow")]
    pub(crate) download: Option<PathBuf>,
    /// Jobs of higher priority go first [default: 0]
    #[arg(long, value_name = "N", allow_negative_numbers = true)]
    pub(crate) priority: Option<i32>,
    /// Print the jobs as JSON
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) master: MasterArgs,
}

#[derive(Debug, Args)]
pub(crate) struct JobsArgs {
    /// Only jobs in this state
    #[arg(long, value_name = "STATE", value_parser = states())]
    pub(crate) state: Option<JobState>,
    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) master: MasterArgs,
}

#[derive(Debug, Args)]
#[command(after_help = exit::HELP)]
pub(crate) struct JobArgs {
    /// The job's id, or the beginning of it
    pub(crate) id: String,
    /// Show how far it is until it is done
    #[arg(long, conflicts_with = "json")]
    pub(crate) follow: bool,
    /// How progress is shown
    #[arg(
        long,
        env = "AUDIOTOME_PROGRESS",
        value_name = "HOW",
        default_value = "auto"
    )]
    pub(crate) progress: ProgressKind,
    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) master: MasterArgs,
}

#[derive(Debug, Args)]
pub(crate) struct StepArgs {
    /// The job's id, or the beginning of it
    pub(crate) id: String,
    /// Print the job as JSON
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) master: MasterArgs,
}

#[derive(Debug, Args)]
pub(crate) struct DeleteArgs {
    /// The job's id, or the beginning of it
    pub(crate) id: String,
    /// Delete the files of its audiobook, too
    #[arg(long)]
    pub(crate) files: bool,
    #[command(flatten)]
    pub(crate) master: MasterArgs,
}

#[derive(Debug, Args)]
pub(crate) struct DownloadArgs {
    /// The job's id, or the beginning of it
    pub(crate) id: String,
    /// A folder, which gets `Author/Title {Narrator}/…`, or a file such as `book.m4b`
    /// [default: audiobooks; for a chapter, this folder]
    #[arg(short, long, value_name = "PATH")]
    pub(crate) output: Option<PathBuf>,
    /// Only this chapter, as soon as it is ready
    #[arg(long, value_name = "N")]
    pub(crate) chapter: Option<usize>,
    #[command(flatten)]
    pub(crate) master: MasterArgs,
}

#[derive(Debug, Args)]
pub(crate) struct DeadLettersArgs {
    /// The job's id, or the beginning of it [default: all jobs]
    pub(crate) id: Option<String>,
    /// Say the sentence with this key otherwise
    #[arg(
        long,
        value_name = "KEY",
        requires = "text",
        conflicts_with_all = ["skip", "json"]
    )]
    pub(crate) edit: Option<String>,
    /// What is spoken instead
    #[arg(long, value_name = "TEXT", requires = "edit")]
    pub(crate) text: Option<String>,
    /// Leave out the sentence with this key
    #[arg(long, value_name = "KEY", conflicts_with = "json")]
    pub(crate) skip: Option<String>,
    /// As JSON
    #[arg(long)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) master: MasterArgs,
}

#[derive(Debug, Args)]
pub(crate) struct WorkersArgs {
    #[command(subcommand)]
    pub(crate) command: Option<WorkersCommand>,
    /// As JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
    #[command(flatten)]
    pub(crate) master: MasterArgs,
}

#[derive(Debug, Subcommand)]
pub(crate) enum WorkersCommand {
    /// Let a worker take part; the master remembers it
    Add {
        /// `host:port` of an `audiotome worker`, or
        /// `openai+http://host:port/v1?model=…&voice=…&slots=…`
        address: String,
    },
    /// Let a worker finish what it is speaking, and ask it for nothing more
    Drain {
        /// Its name in the list
        name: String,
    },
    /// Take a worker out at once; what it is speaking is spoken by others
    Remove {
        /// Its name in the list
        name: String,
    },
}

/// Names of states, which `--help` lists.
fn states() -> impl TypedValueParser<Value = JobState> {
    let names = PossibleValuesParser::new(JobState::ALL.map(JobState::name));
    names.try_map(|name| name.parse::<JobState>())
}

/// Where a master listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MasterUrl(Url);

impl MasterUrl {
    /// The address of something at the master.
    pub(crate) fn join(&self, path: &[&str]) -> Url {
        let mut url = self.0.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        url
    }
}

impl fmt::Display for MasterUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str().trim_end_matches('/'))
    }
}

impl FromStr for MasterUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let full = match text.contains("://") {
            true => text.to_owned(),
            false => format!("http://{text}"),
        };
        let url = Url::parse(&full).ok();
        let url = url.filter(|url| ["http", "https"].contains(&url.scheme()) && url.has_host());
        let mut url =
            url.ok_or_else(|| "a master's address looks like `http://books:7860`".to_owned())?;
        url.set_query(None);
        url.set_fragment(None);
        Ok(Self(url))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_master_is_named_by_its_address() {
        let url = |text: &str| text.parse::<MasterUrl>();
        assert_eq!(url("books:7860").unwrap().to_string(), "http://books:7860");
        let below = url(" https://example.org/audiotome/ ").unwrap();
        assert_eq!(
            below.join(&["workers", "gpu 1:8000"]).as_str(),
            "https://example.org/audiotome/workers/gpu%201:8000"
        );
        assert!(url("ftp://books").is_err() && url("").is_err());
    }
}
