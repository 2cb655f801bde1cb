//! Segments: lists of them, new tries, and taking them back.

use std::io::{self, IsTerminal as _, Write as _};

use audiotome_queue::{Queue, Record, SegmentState};
use serde_json::json;

use super::args::State;
use super::find::{self, Named, short_key};
use super::{done, print_json, tell};
use crate::client::table;
use crate::exit::{Ending, FAILED, USAGE};
use crate::format::count;

/// Lists the segments of a book, or of all; spoken ones only where they are asked for.
pub(crate) async fn list(
    queue: &Queue,
    lane: Option<&str>,
    state: Option<State>,
    json: bool,
) -> anyhow::Result<()> {
    let records = match state {
        Some(State::Spoken) => spoken(queue, lane).await?,
        _ => {
            open(queue, lane, |found| {
                state.is_none_or(|state| state.fits(found))
            })
            .await?
        }
    };
    if json {
        return print_json(&records);
    }
    if records.is_empty() {
        tell("there are no such segments");
        return Ok(());
    }
    let rows: Vec<_> = records.iter().map(row).collect();
    let header = ["KEY", "STATE", "FAILED", "WORKER", "BOOK", "TEXT"];
    Ok(table::write(&mut io::stdout().lock(), header, &rows)?)
}

async fn open(
    queue: &Queue,
    lane: Option<&str>,
    fits: impl Fn(SegmentState) -> bool,
) -> anyhow::Result<Vec<Record>> {
    let mut records = Vec::new();
    for Named { id, title } in find::lanes(queue, lane).await? {
        let segments = queue.segments(&id).await?.into_iter();
        let segments = segments.filter(|segment| fits(segment.state));
        records.extend(segments.map(|segment| Record {
            lane: id.clone(),
            title: Some(title.clone()),
            segment,
        }));
    }
    Ok(records)
}

async fn spoken(queue: &Queue, lane: Option<&str>) -> anyhow::Result<Vec<Record>> {
    let mut records = queue.spoken().await?;
    if let Some(given) = lane {
        let lane = find::lane(queue, given).await?;
        records.retain(|record| record.lane == lane.id);
    }
    Ok(records)
}

fn row(record: &Record) -> [String; 6] {
    let segment = &record.segment;
    [
        short_key(&segment.key),
        state(segment.state).to_owned(),
        segment.tries.to_string(),
        segment.worker.clone().unwrap_or_default(),
        title(record).to_owned(),
        segment.text.clone(),
    ]
}

pub(crate) fn state(state: SegmentState) -> &'static str {
    match state {
        SegmentState::Waiting => "waiting",
        SegmentState::Leased => "leased",
        SegmentState::Delayed => "delayed",
        SegmentState::Dead => "dead",
        SegmentState::Spoken => "spoken",
    }
}

/// What people call the book, or the name of its lane when the queue has forgotten it.
pub(crate) fn title(record: &Record) -> &str {
    record.title.as_deref().unwrap_or(record.lane.as_str())
}

/// Lists dead letters with what went wrong.
pub(crate) async fn dead(queue: &Queue, lane: Option<&str>, json: bool) -> anyhow::Result<()> {
    let records = open(queue, lane, |state| state == SegmentState::Dead).await?;
    if json {
        return print_json(&records);
    }
    if records.is_empty() {
        tell("there are no dead letters");
        return Ok(());
    }
    let mut out = io::stdout().lock();
    for (index, record) in records.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        let segment = &record.segment;
        writeln!(
            out,
            "dead letter {} of “{}”",
            short_key(&segment.key),
            title(record)
        )?;
        writeln!(out, "  text   {}", segment.text)?;
        for (number, reason) in segment.history.iter().enumerate() {
            writeln!(out, "  try {}  {reason}", number + 1)?;
        }
    }
    Ok(())
}

/// Gives dead letters new tries.
pub(crate) async fn retry(
    queue: &Queue,
    lane: &str,
    keys: &[String],
    json: bool,
) -> anyhow::Result<()> {
    let lane = find::lane(queue, lane).await?;
    let keys = find::keys(queue, &lane, keys).await?;
    let retried = queue.revive(&lane.id, &keys).await?;
    let line = match retried {
        0 => format!("“{}” has no dead letters to be tried again", lane.title),
        _ => format!(
            "{} of “{}” tried again",
            said(retried, "segment"),
            lane.title
        ),
    };
    done(json, &json!({ "lane": lane.id, "retried": retried }), &line)?;
    if retried > 0 && !queue.is_wanted(&lane.id).await? {
        tell(
            "the book has ended without them: `audiotome retry JOB`, or running `convert` again, goes on with it",
        );
    }
    Ok(())
}

/// Takes segments back.
pub(crate) async fn revoke(
    queue: &Queue,
    lane: &str,
    keys: &[String],
    json: bool,
) -> anyhow::Result<()> {
    let lane = find::lane(queue, lane).await?;
    let keys = find::keys(queue, &lane, keys).await?;
    let revoked = queue.revoke(&lane.id, &keys).await?;
    let line = format!(
        "{} of “{}” taken back",
        said(revoked, "segment"),
        lane.title
    );
    done(json, &json!({ "lane": lane.id, "revoked": revoked }), &line)
}

/// Takes everything of a book back, or of all, once somebody said yes.
pub(crate) async fn purge(
    queue: &Queue,
    lane: Option<&str>,
    yes: bool,
    json: bool,
) -> anyhow::Result<()> {
    let lanes = find::lanes(queue, lane).await?;
    let what = match lanes.as_slice() {
        [lane] => format!("everything of “{}”", lane.title),
        [..] => format!("everything of {}", count(lanes.len(), "book")),
    };
    if !yes && !lanes.is_empty() {
        confirm(format!("remove {what} from the queue?")).await?;
    }
    let mut purged = 0;
    for lane in &lanes {
        purged += queue.purge(&lane.id).await?;
    }
    let line = match purged {
        0 => format!("{what} is removed; no segment was left"),
        _ => format!("{what} is removed: {}", said(purged, "segment")),
    };
    done(
        json,
        &json!({ "lanes": lanes.len(), "purged": purged }),
        &line,
    )
}

/// Asks a person; without one, `--yes` must have been said.
async fn confirm(question: String) -> anyhow::Result<()> {
    if !io::stdin().is_terminal() {
        return Err(Ending::new(USAGE, "nobody is there to be asked", "say `--yes`").into());
    }
    let answer = tokio::task::spawn_blocking(move || {
        write!(io::stderr(), "{question} [y/N] ")?;
        let mut answer = String::new();
        io::stdin().read_line(&mut answer)?;
        io::Result::Ok(answer)
    });
    match answer.await??.trim().to_lowercase().as_str() {
        "y" | "yes" => Ok(()),
        _ => Err(Ending::new(FAILED, "nothing is removed", "answer `y` to remove it").into()),
    }
}

fn said(number: u64, noun: &str) -> String {
    count(usize::try_from(number).unwrap_or(usize::MAX), noun)
}
