//! The command line of `audiotome queue`.

use audiotome_queue::{LimitOn, QueueAddress, SegmentState};
use clap::{Args, Subcommand, ValueEnum};

use crate::cli::{Quiet, TrustArgs};
use crate::exit;

#[derive(Debug, Args)]
#[command(after_help = exit::HELP)]
pub(crate) struct TendArgs {
    #[command(subcommand)]
    pub(crate) command: TendCommand,
    /// The queue: a Redis, such as `redis://:password@host:6379` (`rediss://` for TLS;
    /// `?namespace=NAME` where several share it)
    #[arg(
        long,
        global = true,
        env = "AUDIOTOME_QUEUE",
        value_name = "URL",
        value_parser = Quiet::<QueueAddress>::new(),
        hide_env_values = true,
        help_heading = "Queue"
    )]
    pub(crate) queue: Option<QueueAddress>,
    #[command(flatten)]
    pub(crate) trust: TrustArgs,
    /// As JSON
    #[arg(long, global = true)]
    pub(crate) json: bool,
}

#[derive(Debug, Subcommand)]
pub(crate) enum TendCommand {
    /// Show books with what waits, what is spoken and what failed; totals; Redis itself
    Stats {
        /// Show it again every so many seconds, until Ctrl-C
        #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..=3600))]
        watch: Option<u32>,
    },
    /// List the workers: what each speaks now, how fast, and what it can't speak
    Workers,
    /// List the segments of a book, or of all
    List {
        /// The book: its title, or the beginning of its lane's name
        lane: Option<String>,
        /// Only segments in this state
        #[arg(long, value_name = "STATE")]
        state: Option<State>,
    },
    /// List the segments that failed for good, with what went wrong
    Dead {
        /// The book: its title, or the beginning of its lane's name
        lane: Option<String>,
    },
    /// Show what became of a segment: its tries, who spoke it, how long that took
    History {
        /// The segment's key, or the beginning of it
        key: String,
    },
    /// Give segments that failed for good new tries. A book that has ended without them is gone on with by
    /// `audiotome retry JOB`, or by running `convert` again
    Retry {
        /// The book: its title, or the beginning of its lane's name
        lane: String,
        /// Keys of segments, or the beginnings of them [default: all that failed]
        #[arg(value_name = "KEY")]
        keys: Vec<String>,
    },
    /// Take segments back: their master is told that they are dead, whoever speaks one stops, and the queue
    /// forgets them
    Revoke {
        /// The book: its title, or the beginning of its lane's name
        lane: String,
        /// Keys of segments, or the beginnings of them
        #[arg(required = true, value_name = "KEY")]
        keys: Vec<String>,
    },
    /// Take everything of a book back, and forget it
    Purge {
        /// The book: its title, or the beginning of its lane's name
        lane: Option<String>,
        /// Of all books
        #[arg(long, conflicts_with = "lane")]
        all: bool,
        /// Don't ask
        #[arg(long)]
        yes: bool,
    },
    /// Let a worker finish what it speaks, and leave
    Drain {
        /// Its name, or the beginning of it
        worker: String,
    },
    /// Limit what is spoken across all workers, for services that are paid for or shared; it takes the
    /// place of the limit that there was
    Limit(LimitArgs),
    /// List the limits
    Limits,
}

#[derive(Debug, Args)]
#[command(group(clap::ArgGroup::new("what").required(true).multiple(true).args(["rate", "at_once", "none"])))]
pub(crate) struct LimitArgs {
    /// `all`, `engine:NAME`, `master:NAME` or `lane:NAME`
    pub(crate) on: LimitOn,
    /// Segments that may be begun in a second
    #[arg(long, value_name = "N", value_parser = rate)]
    pub(crate) rate: Option<f64>,
    /// Segments that may be spoken at once; 0 lets everything rest
    #[arg(long, value_name = "N")]
    pub(crate) at_once: Option<u32>,
    /// No limit any more
    #[arg(long, conflicts_with_all = ["rate", "at_once"])]
    pub(crate) none: bool,
}

fn rate(text: &str) -> Result<f64, String> {
    let rate = text
        .parse()
        .ok()
        .filter(|rate: &f64| rate.is_finite() && *rate > 0.0);
    rate.ok_or_else(|| "a rate is a number above 0".to_owned())
}

/// Where a segment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum State {
    /// For a worker
    Waiting,
    /// In the hands of a worker
    Leased,
    /// For another try
    Delayed,
    /// It failed for good
    Dead,
    /// Its clip is in the store; the last thousand are remembered
    Spoken,
}

impl State {
    pub(crate) fn fits(self, state: SegmentState) -> bool {
        let meant = match self {
            Self::Waiting => SegmentState::Waiting,
            Self::Leased => SegmentState::Leased,
            Self::Delayed => SegmentState::Delayed,
            Self::Dead => SegmentState::Dead,
            Self::Spoken => SegmentState::Spoken,
        };
        meant == state
    }
}
