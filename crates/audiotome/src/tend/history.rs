//! `audiotome queue history`: what became of a segment.

use std::io::{self, Write};
use std::time::Duration;

use audiotome_queue::{Queue, Record, SegmentState};

use super::find::short_key;
use super::print_json;
use super::segments::{state, title};
use crate::exit::{Ending, FAILED};
use crate::format::clock;

/// Shows every segment whose key begins as given, in every book that has it.
pub(crate) async fn run(queue: &Queue, key: &str, json: bool) -> anyhow::Result<()> {
    let records = queue.history(&key.to_lowercase()).await?;
    if json {
        return print_json(&records);
    }
    if records.is_empty() {
        let message = format!("the queue knows nothing of a segment `{key}`");
        let hint = "`audiotome queue list` lists those that are not spoken; of those that are, the last thousand are known, and what was taken back is forgotten";
        return Err(Ending::new(FAILED, message, hint).into());
    }
    let mut out = io::stdout().lock();
    for (index, record) in records.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        describe(&mut out, record)?;
    }
    Ok(())
}

fn describe(out: &mut impl Write, record: &Record) -> io::Result<()> {
    let segment = &record.segment;
    writeln!(
        out,
        "segment {} of “{}”",
        short_key(&segment.key),
        title(record)
    )?;
    writeln!(out, "  key    {}", segment.key)?;
    writeln!(out, "  text   {}", segment.text)?;
    let worker = segment.worker.as_deref().unwrap_or_default();
    let took = segment.took_s.map(took).unwrap_or_default();
    let ago = clock(Duration::from_secs_f64(segment.age_s));
    let stands = match segment.state {
        SegmentState::Spoken => format!("spoken {ago} ago by {worker} in {took}"),
        SegmentState::Leased => format!("with {worker} for {took}, added {ago} ago"),
        other => format!("{}, added {ago} ago", state(other)),
    };
    writeln!(out, "  state  {stands}")?;
    for (number, reason) in segment.history.iter().enumerate() {
        writeln!(out, "  try {}  {reason}", number + 1)?;
    }
    if matches!(segment.state, SegmentState::Spoken) {
        writeln!(out, "  try {}  {worker}: spoken", segment.tries + 1)?;
    }
    Ok(())
}

/// `12 ms`, or `3.4 s`.
fn took(seconds: f64) -> String {
    if seconds < 1.0 {
        format!("{:.0} ms", seconds * 1000.0)
    } else {
        format!("{seconds:.1} s")
    }
}
