//! `audiotome queue stats`: the queue at a glance.

use std::io::{self, IsTerminal as _, Write};
use std::time::Duration;

use audiotome_queue::{LaneStats, Queue, QueueStats};
use tokio_util::sync::CancellationToken;

use super::find::short_lane;
use super::limits::described;
use super::{print_json, tell};
use crate::client::table;
use crate::exit;
use crate::format::{bytes, clock, count, thousands};

/// Moves the cursor to the top and clears what is below it.
const TO_THE_TOP: &str = "\x1b[H\x1b[J";

/// Shows it once, or again and again until `stop`.
pub(crate) async fn run(
    queue: &Queue,
    watch: Option<u32>,
    json: bool,
    stop: &CancellationToken,
) -> anyhow::Result<()> {
    let Some(seconds) = watch else {
        let stats = queue.stats().await?;
        return if json {
            print_json(&stats)
        } else {
            Ok(show(&mut io::stdout().lock(), &stats)?)
        };
    };
    loop {
        let stats = tokio::select! {
            stats = queue.stats() => stats,
            () = stop.cancelled() => return Ok(()),
        };
        match stats {
            Ok(stats) if json => writeln!(io::stdout(), "{}", serde_json::to_string(&stats)?)?,
            Ok(stats) => again(&stats)?,
            // It may be back the next time.
            Err(error) => tell(&exit::describe(&error.into())),
        }
        tokio::select! {
            () = tokio::time::sleep(Duration::from_secs(seconds.into())) => {}
            () = stop.cancelled() => return Ok(()),
        }
    }
}

fn again(stats: &QueueStats) -> io::Result<()> {
    let mut out = io::stdout().lock();
    if out.is_terminal() {
        write!(out, "{TO_THE_TOP}")?;
    }
    show(&mut out, stats)?;
    out.flush()
}

fn show(out: &mut impl Write, stats: &QueueStats) -> io::Result<()> {
    if stats.lanes.is_empty() {
        writeln!(out, "no book is in the queue")?;
    } else {
        let rows: Vec<_> = stats.lanes.iter().map(row).collect();
        let header = [
            "LANE", "WAITING", "LEASED", "DELAYED", "DEAD", "OLDEST", "PRIORITY", "WORKER",
            "ENGINE", "VOICE", "MASTER", "TITLE",
        ];
        table::write(out, header, &rows)?;
    }
    for limit in &stats.limits {
        writeln!(out, "limit on {}: {}", limit.on, described(limit))?;
    }
    let totals = &stats.totals;
    let figures = [
        (totals.added, "added"),
        (totals.spoken, "spoken"),
        (totals.late, "late"),
        (totals.retried, "retried"),
        (totals.lapsed, "lapsed"),
        (totals.dead, "dead"),
        (totals.revoked, "revoked"),
    ];
    let figures = figures.map(|(number, what)| format!("{} {what}", thousands(size(number))));
    writeln!(out, "in all: {}", figures.join(", "))?;
    let slots = stats.workers.iter().map(|worker| worker.slots).sum();
    let busy: usize = stats.workers.iter().map(|worker| worker.busy).sum();
    writeln!(
        out,
        "{}, {busy} of {} busy",
        count(stats.workers.len(), "worker"),
        count(slots, "slot")
    )?;
    writeln!(
        out,
        "Redis {}: {}, {}",
        stats.redis,
        bytes(stats.memory_bytes),
        count(size(stats.connections), "connection")
    )
}

fn row(lane: &LaneStats) -> [String; 12] {
    let oldest = Duration::from_secs_f64(lane.oldest_s);
    let entries = lane.waiting + lane.leased;
    [
        short_lane(&lane.id).to_owned(),
        lane.waiting.to_string(),
        lane.leased.to_string(),
        lane.delayed.to_string(),
        lane.dead.to_string(),
        if entries > 0 {
            clock(oldest)
        } else {
            String::new()
        },
        lane.priority.to_string(),
        match lane.somebody_can {
            Some(true) => "yes",
            Some(false) => "none",
            None => "not known yet",
        }
        .to_owned(),
        lane.engine.clone(),
        lane.voice.clone(),
        lane.master.clone(),
        lane.title.clone(),
    ]
}

fn size(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
