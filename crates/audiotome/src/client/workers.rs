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
    if list.workers.is_empty() && answer["queue_workers"].is_null() {
        tell("there are no workers: `audiotome workers add HOST:PORT` adds one");
        return Ok(());
    }
    if !list.workers.is_empty() {
        let rows: Vec<_> = list.workers.iter().map(row).collect();
        let header = [
            "NAME", "STATE", "BUSY", "SPOKEN", "FAILED", "SPEED", "REASON",
        ];
        table::write(&mut io::stdout().lock(), header, &rows)?;
    }
    Ok(of_queue(&answer, !list.workers.is_empty())?)
}

/// Workers of the master's queue, if it has one.
fn of_queue(answer: &Value, below_others: bool) -> io::Result<()> {
    let Some(workers) = answer["queue_workers"].as_array() else {
        return Ok(());
    };
    if workers.is_empty() {
        tell("no worker is connected to the master's queue");
        return Ok(());
    }
    let mut out = io::stdout().lock();
    if below_others {
        writeln!(out, "\nOf the queue:")?;
    }
    let rows: Vec<_> = workers.iter().map(queue_row).collect();
    let header = [
        "NAME", "STATE", "BUSY", "SPOKEN", "FAILED", "SPEED", "SPEAKING",
    ];
    table::write(&mut out, header, &rows)
}

fn queue_row(worker: &Value) -> [String; 7] {
    let number = |name: &str| worker[name].as_u64().unwrap_or(0);
    let state = match (worker["draining"].as_bool(), number("busy")) {
        (Some(true), _) => "draining",
        (_, 0) => "idle",
        _ => "speaking",
    };
    let rate = worker["characters_per_second"].as_f64().unwrap_or(0.0);
    let speaking = worker["speaking"].as_array().into_iter().flatten();
    let speaking: Vec<_> = speaking.filter_map(Value::as_str).collect();
    [
        worker["name"].as_str().unwrap_or_default().to_owned(),
        state.to_owned(),
        format!("{} of {}", number("busy"), number("slots")),
        number("segments").to_string(),
        number("failures").to_string(),
        if rate >= 0.5 {
            format!("{rate:.0}/s")
        } else {
            String::new()
        },
        speaking.join(" | "),
    ]
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
