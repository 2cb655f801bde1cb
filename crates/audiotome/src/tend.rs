//! `audiotome queue`: look at the queue and tend it, without a master.
//!
//! One file for each thing that is looked at. What they share: `find` understands names that are cut
//! short.

pub(crate) mod args;

mod find;
mod history;
mod limits;
mod segments;
mod stats;
mod workers;

use std::io::{self, Write as _};
use std::time::Duration;

use anyhow::Context as _;
use audiotome_queue::Queue;
use serde::Serialize;
use tokio_util::sync::CancellationToken;

use crate::exit::{DONE, Ending, STOPPED, USAGE};
use crate::queue::trusting;
use crate::signals;
use args::{TendArgs, TendCommand};

/// Carries a command out.
pub(crate) fn run(args: &TendArgs) -> anyhow::Result<u8> {
    let Some(address) = &args.queue else {
        let hint = "name it with `--queue redis://host:6379`, or in `AUDIOTOME_QUEUE`";
        return Err(Ending::new(USAGE, "which queue?", hint).into());
    };
    let runtime = signals::runtime()?;
    let stop = signals::stop(&runtime);
    let code = runtime.block_on(async {
        let work = async {
            let queue = Queue::look_at(&trusting(address, &args.trust)?).await?;
            carry_out(&queue, args, &stop).await
        };
        tokio::select! {
            biased;
            done = work => done.map(|()| DONE),
            () = stop.cancelled() => Err(Ending::new(STOPPED, "stopped", "run it again").into()),
        }
    });
    // Somebody may still be asked for an answer.
    runtime.shutdown_timeout(Duration::from_millis(100));
    code
}

async fn carry_out(queue: &Queue, args: &TendArgs, stop: &CancellationToken) -> anyhow::Result<()> {
    let json = args.json;
    match &args.command {
        TendCommand::Stats { watch } => stats::run(queue, *watch, json, stop).await,
        TendCommand::Workers => workers::list(queue, json).await,
        TendCommand::List { lane, state } => {
            segments::list(queue, lane.as_deref(), *state, json).await
        }
        TendCommand::Dead { lane } => segments::dead(queue, lane.as_deref(), json).await,
        TendCommand::History { key } => history::run(queue, key, json).await,
        TendCommand::Retry { lane, keys } => segments::retry(queue, lane, keys, json).await,
        TendCommand::Revoke { lane, keys } => segments::revoke(queue, lane, keys, json).await,
        TendCommand::Purge { lane, all, yes } => {
            if lane.is_none() && !all {
                let hint = "name it, or say `--all`";
                return Err(Ending::new(USAGE, "everything of which book?", hint).into());
            }
            segments::purge(queue, lane.as_deref(), *yes, json).await
        }
        TendCommand::Drain { worker } => workers::drain(queue, worker, json).await,
        TendCommand::Limit(args) => limits::set(queue, args, json).await,
        TendCommand::Limits => limits::list(queue, json).await,
    }
}

/// For programs.
fn print_json(answer: &impl Serialize) -> anyhow::Result<()> {
    let text = serde_json::to_string_pretty(answer).context("can't write JSON")?;
    Ok(writeln!(io::stdout(), "{text}")?)
}

/// What was done: a line for people, or JSON.
fn done(json: bool, answer: &serde_json::Value, line: &str) -> anyhow::Result<()> {
    if json {
        return print_json(answer);
    }
    Ok(writeln!(io::stdout(), "{line}")?)
}

/// A line for people.
fn tell(line: &str) {
    // Nothing can be done about a closed stderr.
    let _ = writeln!(io::stderr(), "{line}");
}
