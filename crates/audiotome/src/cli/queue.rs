//! The queue, for masters and workers.

use std::time::Duration;

use audiotome_audio::StoreAddress;
use audiotome_queue::QueueAddress;
use clap::Args;

use super::quiet::Quiet;

/// A queue instead of known addresses.
#[derive(Debug, Args)]
#[command(next_help_heading = "Queue")]
pub(crate) struct QueueArgs {
    /// Spread the work through this Redis, such as `redis://:password@host:6379` (`rediss://` for TLS;
    /// `?namespace=NAME` keeps apart who shares a Redis). Masters and workers need the same
    #[arg(
        long,
        env = "AUDIOTOME_QUEUE",
        value_name = "URL",
        value_parser = Quiet::<QueueAddress>::new(),
        hide_env_values = true
    )]
    pub(crate) queue: Option<QueueAddress>,
    /// Where audio goes from workers to masters: `file:///mnt/share`, `s3://bucket/prefix` (with the
    /// usual `AWS_…` variables), or `redis` without shared storage
    #[arg(long, env = "AUDIOTOME_STORE", value_name = "URL", value_parser = Quiet::<StoreAddress>::new(), hide_env_values = true, requires = "queue")]
    pub(crate) store: Option<StoreAddress>,
    /// Seconds after which a worker that gives no sign of life has lost its segments to others
    #[arg(long, env = "AUDIOTOME_LEASE", value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u16).range(1..=3600))]
    pub(crate) lease: u16,
}

impl QueueArgs {
    pub(crate) fn lease(&self) -> Duration {
        Duration::from_secs(self.lease.into())
    }
}

/// When a worker of the queue leaves by itself, for autoscalers and machines that are lent.
#[derive(Debug, Args)]
#[command(next_help_heading = "Queue")]
pub(crate) struct LeavingArgs {
    /// Leave after so many segments
    #[arg(long, env = "AUDIOTOME_MAX_JOBS", value_name = "N", requires = "queue", value_parser = clap::value_parser!(u64).range(1..))]
    pub(crate) max_jobs: Option<u64>,
    /// Leave when there was nothing to do for so many seconds
    #[arg(
        long,
        env = "AUDIOTOME_MAX_IDLE",
        value_name = "SECONDS",
        requires = "queue"
    )]
    pub(crate) max_idle: Option<u32>,
}
