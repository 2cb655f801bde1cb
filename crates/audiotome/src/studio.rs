//! This machine and the workers that were named, ready to make audiobooks.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use audiotome_dispatch::{Caller, Slots, Token};
use audiotome_production::{Address, DataFolder, Studio};
use audiotome_speech::EngineKind;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use crate::cli::{ClusterArgs, NodesArgs, VoiceArgs};
use crate::exit::{Ending, USAGE};
use crate::queue;

/// Another name for the list of workers, which other programs use.
const ALIAS: &str = "WORKER_NODES";

/// For books that are made now: somebody must be there who speaks.
pub(crate) async fn of_convert(
    args: &ClusterArgs,
    voice: &VoiceArgs,
    data: &DataFolder,
    slots: Slots,
    stop: &CancellationToken,
) -> anyhow::Result<Staffed> {
    let addresses = addresses(&args.nodes)?;
    if args.no_local && addresses.is_empty() && args.queue.queue.is_none() {
        let message = "with `--no-local` nobody is left to speak";
        return Err(Ending::new(USAGE, message, "name workers with `--workers`").into());
    }
    // The voice of a speech server is spoken by such servers only.
    let is_server = |address: &Address| matches!(address, Address::Server(_));
    let meant = matches!(voice.engine, None | Some(EngineKind::OpenAi));
    let foreign = meant && addresses.iter().any(is_server);
    let local = (!args.no_local && !foreign).then_some(slots);
    studio(args, &addresses, data, local, false, stop).await
}

/// For a master, whose books wait for workers that come later.
pub(crate) async fn of_master(
    args: &ClusterArgs,
    data: &DataFolder,
    slots: Slots,
    stop: &CancellationToken,
) -> anyhow::Result<Staffed> {
    let local = (!args.no_local).then_some(slots);
    studio(args, &addresses(&args.nodes)?, data, local, true, stop).await
}

/// A studio, and the members of it that serve the queue.
pub(crate) struct Staffed {
    pub(crate) studio: Arc<Studio>,
    serving: Option<JoinHandle<()>>,
}

impl Staffed {
    /// Waits until what the members speak for the queue is finished, or given back.
    pub(crate) async fn leave(self, stop: &CancellationToken) {
        stop.cancel();
        if let Some(serving) = self.serving {
            let _ = tokio::time::timeout(self.studio.patience, serving).await;
        }
    }
}

async fn studio(
    args: &ClusterArgs,
    addresses: &[Address],
    data: &DataFolder,
    local: Option<Slots>,
    wait_for_members: bool,
    stop: &CancellationToken,
) -> anyhow::Result<Staffed> {
    let patience = Duration::from_secs(args.patience.into());
    let mut studio = Studio::new(data.clone(), patience, wait_for_members);
    let caller = caller(args)?;
    for address in addresses {
        studio.add(address, &caller)?;
    }
    if let Some(slots) = local {
        studio.add_this_machine(slots);
    }
    let serving = match queue::open(&args.queue, &args.trust).await? {
        Some(opened) => Some(queue::attach(
            &mut studio,
            opened,
            args.queue.lease(),
            stop,
        )?),
        None => None,
    };
    Ok(Staffed {
        studio: Arc::new(studio),
        serving,
    })
}

/// What workers are shown, and which of them are trusted.
pub(crate) fn caller(args: &ClusterArgs) -> anyhow::Result<Caller> {
    Ok(Caller {
        token: args.worker_token.as_deref().and_then(Token::new),
        trusted: args.trust.load()?,
    })
}

/// The machines that were named, in the arguments or the environment.
pub(crate) fn addresses(args: &NodesArgs) -> anyhow::Result<Vec<Address>> {
    if !args.workers.is_empty() {
        return Ok(args.workers.clone());
    }
    let list = std::env::var(ALIAS).unwrap_or_default();
    let parts = list.split(',').filter(|part| !part.trim().is_empty());
    let addresses = parts.map(|part| part.parse().with_context(|| format!("in {ALIAS}")));
    addresses.collect()
}
