//! Who speaks a book: this machine, and the workers that were named.

use std::str::FromStr;
use std::sync::Arc;

use anyhow::Context as _;
use audiotome_core::SpeechEngine;
use audiotome_dispatch::{
    Caller, Cluster, HttpWorker, Local, Slots, Speaker, Token, WorkerAddress,
};
use audiotome_speech::{OpenAi, SpeechServer};

use crate::cli::ClusterArgs;
use crate::exit::{Ending, USAGE};

/// Another name for the list of workers, which other programs use.
const ALIAS: &str = "WORKER_NODES";

/// A machine that helps.
#[derive(Clone, Debug)]
pub(crate) enum Helper {
    /// One that runs `audiotome worker`.
    Worker(WorkerAddress),
    /// A speech server of others.
    Server(SpeechServer),
}

impl FromStr for Helper {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> anyhow::Result<Self> {
        if SpeechServer::is_meant(text) {
            Ok(Self::Server(text.parse()?))
        } else {
            Ok(Self::Worker(text.parse()?))
        }
    }
}

/// The machines that were named, in the arguments or the environment.
pub(crate) fn helpers(args: &ClusterArgs) -> anyhow::Result<Vec<Helper>> {
    if !args.workers.is_empty() {
        return Ok(args.workers.clone());
    }
    let list = std::env::var(ALIAS).unwrap_or_default();
    let parts = list.split(',').filter(|part| !part.trim().is_empty());
    let helpers = parts.map(|part| part.parse().with_context(|| format!("in {ALIAS}")));
    helpers.collect()
}

/// The first speech server of others among them: its voice is meant, unless another one is asked for.
pub(crate) fn server(helpers: &[Helper]) -> Option<&SpeechServer> {
    helpers.iter().find_map(|helper| match helper {
        Helper::Server(server) => Some(server),
        Helper::Worker(_) => None,
    })
}

/// This machine's engine and the helpers.
pub(crate) fn cluster(
    args: &ClusterArgs,
    engine: &Arc<dyn SpeechEngine>,
    voice: &str,
    slots: Slots,
) -> anyhow::Result<Arc<Cluster>> {
    let caller = Caller {
        token: args.worker_token.as_deref().and_then(Token::new),
        trusted: args.trust.load()?,
    };
    let helpers = helpers(args)?;
    let mut speakers: Vec<Arc<dyn Speaker>> = Vec::new();
    for helper in &helpers {
        speakers.push(match helper {
            Helper::Worker(address) => Arc::new(HttpWorker::new(address, &caller)?),
            Helper::Server(server) => {
                let slots = Slots::new(server.slots());
                let engine = Arc::new(OpenAi::new(server.clone(), Some(voice)));
                Arc::new(Local::single(&server.name(), engine, slots))
            }
        });
    }
    // A voice that only others have is spoken by others only.
    let is_foreign = engine.id().engine == "openai";
    if !args.no_local && !is_foreign {
        let engine = Arc::clone(engine);
        speakers.push(Arc::new(Local::single("this machine", engine, slots)));
    }
    if speakers.is_empty() {
        let message = "with `--no-local` nobody is left to speak";
        return Err(Ending::new(USAGE, message, "name workers with `--workers`").into());
    }
    Ok(Arc::new(Cluster::of(speakers)))
}
