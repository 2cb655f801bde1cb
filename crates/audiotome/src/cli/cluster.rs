//! Machines that help.

use audiotome_production::Address;
use clap::Args;

use super::queue::QueueArgs;
use super::quiet::Quiet;
use super::tls::TrustArgs;

/// Who speaks besides this machine.
#[derive(Debug, Args)]
#[command(next_help_heading = "Cluster")]
pub(crate) struct ClusterArgs {
    #[command(flatten)]
    pub(crate) nodes: NodesArgs,
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

/// Machines that help, by name.
#[derive(Debug, Args)]
#[command(next_help_heading = "Cluster")]
pub(crate) struct NodesArgs {
    /// Machines that run `audiotome worker`, such as `gpu1:8000,gpu2:8000`, and speech servers of
    /// others, such as `openai+http://gpu:8880/v1?model=kokoro&voice=af_heart&slots=4`
    /// (`WORKER_NODES` is read, too)
    #[arg(
        long,
        env = "AUDIOTOME_WORKERS",
        value_name = "LIST",
        value_parser = Quiet::<Address>::new(),
        value_delimiter = ','
    )]
    pub(crate) workers: Vec<Address>,
}
