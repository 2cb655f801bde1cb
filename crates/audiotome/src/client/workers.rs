//! `audiotome workers`: who speaks for a master.

use std::io::{self, Write as _};

use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};

use super::answers::{Worker, WorkerList};
use super::args::{WorkersArgs, WorkersCommand};
use super::master::{Master, Trouble, both};
use super::{print_json, table, tell};

/// Lists workers, or changes who takes part.
pub(crate) async fn run(master: &Master, args: WorkersArgs) -> anyhow::Result<()> {
    match args.command {
        None => list(master, args.json).await,
        Some(WorkersCommand::Add { address }) => add(master, &address, args.json).await,
        Some(WorkersCommand::Drain { name }) => {
            let request = master.request(Method::POST, &["workers", &name, "drain"]);
            leave(master, request).await?;
            Ok(writeln!(io::stdout(), "{name} finishes and leaves")?)
        }
        Some(WorkersCommand::Remove { name }) => {
            let request = master.request(Method::DELETE, &["workers", &name]);
            leave(master, request).await?;
            Ok(writeln!(io::stdout(), "{name} is removed")?)
        }
    }
}

async fn leave(master: &Master, request: RequestBuilder) -> Result<(), Trouble> {
    let left = master.send(request).await;
    let hint = "`audiotome workers` lists them";
    left.map(drop).map_err(|trouble| trouble.with_hint(hint))
}

async fn list(master: &Master, json: bool) -> anyhow::Result<()> {
    let (answer, list) = both::<WorkerList>(master.get::<Value>(&["workers"]).await?)?;
    if json {
        return Ok(print_json(&answer)?);
    }
    if list.workers.is_empty() {
        tell("there are no workers: `audiotome workers add HOST:PORT` adds one");
        return Ok(());
    }
    let rows: Vec<_> = list.workers.iter().map(row).collect();
    let header = [
        "NAME", "STATE", "BUSY", "SPOKEN", "FAILED", "SPEED", "REASON",
    ];
    Ok(table::write(&mut io::stdout().lock(), header, &rows)?)
}

fn row(worker: &Worker) -> [String; 7] {
    let speed = match worker.characters_per_second {
        rate if rate >= 0.5 => format!("{rate:.0}/s"),
        _ => String::new(),
    };
    [
        worker.name.clone(),
        worker.state.clone(),
        format!("{} of {}", worker.busy, worker.requests),
        worker.segments.to_string(),
        worker.failures.to_string(),
        speed,
        worker.reason.clone().unwrap_or_default(),
    ]
}

async fn add(master: &Master, address: &str, json: bool) -> anyhow::Result<()> {
    let request = master.request(Method::POST, &["workers"]);
    let request = request.json(&json!({ "address": address }));
    let (answer, worker) = both::<Worker>(master.ask(request).await?)?;
    if json {
        return Ok(print_json(&answer)?);
    }
    Ok(writeln!(io::stdout(), "{} takes part", worker.name)?)
}
