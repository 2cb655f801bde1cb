//! A client of the master's REST API, for people and scripts.
//!
//! One file per command. What they share: `master` asks and says what went wrong, `answers` is what
//! comes back, `ids` understands ids that are cut short, `table` writes columns.

pub(crate) mod args;
pub(crate) mod table;

mod answers;
mod dead_letters;
mod display;
mod download;
mod events;
mod follow;
pub(crate) mod ids;
mod job;
mod jobs;
mod master;
mod submit;
mod workers;

use std::io::{self, Write as _};
use std::time::Duration;

use audiotome_production::DataFolder;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use crate::exit::{DONE, Ending, STOPPED};
use crate::signals;
use args::ClientCommand;
use master::Master;

/// Carries a command out.
pub(crate) fn run(command: ClientCommand, data: &DataFolder) -> anyhow::Result<u8> {
    let master = Master::new(command.master())?;
    let runtime = signals::runtime()?;
    let stop = signals::stop(&runtime);
    let code = runtime.block_on(async {
        let work = carry_out(&master, command, data, &stop);
        // Those that follow a job say by themselves that it goes on.
        tokio::select! {
            biased;
            code = work => code,
            () = given_up(&stop) => Err(Ending::new(STOPPED, "stopped", "run it again").into()),
        }
    })?;
    runtime.shutdown_timeout(Duration::from_millis(100));
    Ok(code)
}

/// A moment after Ctrl-C, for what has something to say first.
async fn given_up(stop: &CancellationToken) {
    stop.cancelled().await;
    tokio::time::sleep(Duration::from_millis(200)).await;
}

async fn carry_out(
    master: &Master,
    command: ClientCommand,
    data: &DataFolder,
    stop: &CancellationToken,
) -> anyhow::Result<u8> {
    match command {
        ClientCommand::Submit(args) => return submit::run(master, &args, data, stop).await,
        ClientCommand::Jobs(args) => jobs::list(master, &args).await?,
        ClientCommand::Job(args) => return job::run(master, &args, stop).await,
        ClientCommand::Workers(args) => workers::run(master, args).await?,
        ClientCommand::Pause(args) => jobs::step(master, &args, "pause").await?,
        ClientCommand::Resume(args) => jobs::step(master, &args, "resume").await?,
        ClientCommand::Cancel(args) => jobs::step(master, &args, "cancel").await?,
        ClientCommand::Retry(args) => jobs::step(master, &args, "retry").await?,
        ClientCommand::Delete(args) => jobs::delete(master, &args).await?,
        ClientCommand::Download(args) => download::run(master, &args).await?,
        ClientCommand::DeadLetters(args) => dead_letters::run(master, &args).await?,
    }
    Ok(DONE)
}

/// The API's own answer, for programs.
fn print_json(answer: &Value) -> io::Result<()> {
    writeln!(io::stdout(), "{answer:#}")
}

/// A line for people.
fn tell(line: &str) {
    // Nothing can be done about a closed stderr.
    let _ = writeln!(io::stderr(), "{line}");
}
