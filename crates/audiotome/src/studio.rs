//! This machine and the workers that were named, ready to make audiobooks.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use audiotome_dispatch::{Caller, Slots, Token};
use audiotome_production::{Address, DataFolder, Studio};
use audiotome_speech::EngineKind;

use crate::cli::{ClusterArgs, NodesArgs, VoiceArgs};
use crate::exit::{Ending, USAGE};

/// Another name for the list of workers, which other programs use.
const ALIAS: &str = "WORKER_NODES";

/// For books that are made now: somebody must be there who speaks.
pub(crate) fn of_convert(
    args: &ClusterArgs,
    voice: &VoiceArgs,
    data: &DataFolder,
    slots: Slots,
) -> anyhow::Result<Arc<Studio>> {
    let addresses = addresses(&args.nodes)?;
    if args.no_local && addresses.is_empty() {
        let message = "with `--no-local` nobody is left to speak";
        return Err(Ending::new(USAGE, message, "name workers with `--workers`").into());
    }
    // The voice of a speech server is spoken by such servers only.
    let is_server = |address: &Address| matches!(address, Address::Server(_));
    let meant = matches!(voice.engine, None | Some(EngineKind::OpenAi));
    let foreign = meant && addresses.iter().any(is_server);
    let local = (!args.no_local && !foreign).then_some(slots);
    studio(args, &addresses, data, local, false)
}

/// For a master, whose books wait for workers that come later.
pub(crate) fn of_master(
    args: &ClusterArgs,
    data: &DataFolder,
    slots: Slots,
) -> anyhow::Result<Arc<Studio>> {
    let local = (!args.no_local).then_some(slots);
    studio(args, &addresses(&args.nodes)?, data, local, true)
}

fn studio(
    args: &ClusterArgs,
    addresses: &[Address],
    data: &DataFolder,
    local: Option<Slots>,
    wait_for_members: bool,
) -> anyhow::Result<Arc<Studio>> {
    let patience = Duration::from_secs(args.patience.into());
    let studio = Studio::new(data.clone(), patience, wait_for_members);
    let caller = caller(args)?;
    for address in addresses {
        studio.add(address, &caller)?;
    }
    if let Some(slots) = local {
        studio.add_this_machine(slots);
    }
    Ok(Arc::new(studio))
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
