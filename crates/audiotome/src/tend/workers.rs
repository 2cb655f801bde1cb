//! `audiotome queue workers` and `drain`: who speaks.

use std::io::{self, Write as _};
use std::time::Duration;

use audiotome_queue::{Queue, WorkerStatus};
use serde_json::json;

use super::{done, find, print_json, tell};
use crate::client::table;
use crate::format::{bytes, clock};

/// Lists them, and what each can't speak.
pub(crate) async fn list(queue: &Queue, json: bool) -> anyhow::Result<()> {
    if json {
        return print_json(&queue.workers().await?);
    }
    let stats = queue.stats().await?;
    if stats.workers.is_empty() {
        tell("no worker is connected: `audiotome worker --queue URL --store URL` starts one");
        return Ok(());
    }
    let rows: Vec<_> = stats.workers.iter().map(row).collect();
    let header = [
        "NAME", "STATE", "BUSY", "SPOKEN", "FAILED", "SPEED", "MEMORY", "UPTIME", "VERSION",
        "SPEAKING",
    ];
    let mut out = io::stdout().lock();
    table::write(&mut out, header, &rows)?;
    for worker in &stats.workers {
        if let Some(trouble) = &worker.trouble {
            writeln!(out, "{} {trouble}", worker.name)?;
        }
        for (lane, reason) in stats.lacks(worker) {
            writeln!(
                out,
                "{} can't speak “{}”: {reason}",
                worker.name, lane.title
            )?;
        }
    }
    Ok(())
}

fn row(worker: &WorkerStatus) -> [String; 10] {
    let speed = match worker.characters_per_second {
        rate if rate >= 0.5 => format!("{rate:.0}/s"),
        _ => String::new(),
    };
    let state = match worker {
        WorkerStatus { overdue: true, .. } => "silent",
        WorkerStatus { draining: true, .. } => "draining",
        WorkerStatus {
            trouble: Some(_), ..
        } => "held up",
        WorkerStatus { busy: 0, .. } => "idle",
        _ => "speaking",
    };
    [
        worker.name.clone(),
        state.to_owned(),
        format!("{} of {}", worker.busy, worker.slots),
        worker.segments.to_string(),
        worker.failures.to_string(),
        speed,
        bytes(worker.memory_bytes),
        clock(Duration::from_secs_f64(worker.uptime_s)),
        worker.version.clone(),
        worker.speaking.join(" | "),
    ]
}

/// Has a worker finish what it speaks, and leave.
pub(crate) async fn drain(queue: &Queue, given: &str, json: bool) -> anyhow::Result<()> {
    let name = find::worker(queue, given).await?;
    queue.drain(&name).await?;
    let line = format!("{name} finishes and leaves");
    done(json, &json!({ "worker": name, "draining": true }), &line)
}
