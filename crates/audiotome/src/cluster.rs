//! Who speaks a book: this machine, and the workers that were named.

use std::sync::Arc;

use anyhow::Context as _;
use audiotome_core::SpeechEngine;
use audiotome_dispatch::worker::Token;
use audiotome_dispatch::{Cluster, HttpWorker, Local, Slots, Speaker, WorkerAddress};

use crate::cli::ClusterArgs;
use crate::exit::{Ending, USAGE};

/// Another name for the list of workers, which other programs use.
const ALIAS: &str = "WORKER_NODES";

/// The addresses that were given, in the arguments or the environment.
pub(crate) fn addresses(args: &ClusterArgs) -> anyhow::Result<Vec<WorkerAddress>> {
    if !args.workers.is_empty() {
        return Ok(args.workers.clone());
    }
    let list = std::env::var(ALIAS).unwrap_or_default();
    let parts = list.split(',').filter(|part| !part.trim().is_empty());
    parts
        .map(|part| part.parse().with_context(|| format!("in {ALIAS}")))
        .collect()
}

/// This machine's engine and the workers.
pub(crate) fn cluster(
    args: &ClusterArgs,
    engine: &Arc<dyn SpeechEngine>,
    slots: Slots,
) -> anyhow::Result<Arc<Cluster>> {
    let token = args.worker_token.as_deref().and_then(Token::new);
    let mut speakers: Vec<Arc<dyn Speaker>> = Vec::new();
    for address in addresses(args)? {
        speakers.push(Arc::new(HttpWorker::new(&address, token.clone())?));
    }
    if !args.no_local {
        speakers.push(Arc::new(Local::new(Arc::clone(engine), slots)));
    }
    if speakers.is_empty() {
        let message = "with `--no-local` nobody is left to speak";
        return Err(Ending::new(USAGE, message, "name workers with `--workers`").into());
    }
    Ok(Arc::new(Cluster::of(speakers)))
}
