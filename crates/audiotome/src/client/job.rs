//! `audiotome job`: one job from inside.

use std::io::{self, Write};
use std::time::Duration;

use audiotome_server::JobState;
use serde_json::Value;
use tokio_util::sync::CancellationToken;

use super::answers::{ChapterList, DeadLetterList, Job};
use super::args::JobArgs;
use super::display::Display;
use super::jobs::{left, percent, speed};
use super::master::{Master, both};
use super::{dead_letters, follow, ids, print_json, table};
use crate::exit::DONE;
use crate::format::clock;

/// Shows a job, or follows it to its end.
pub(crate) async fn run(
    master: &Master,
    args: &JobArgs,
    stop: &CancellationToken,
) -> anyhow::Result<u8> {
    let id = ids::whole(master, &args.id).await?;
    if args.follow {
        follow::to_its_end(master, &id, &mut Display::new(args.progress), stop).await?;
        return Ok(DONE);
    }
    let (answer, job) = both::<Job>(master.get::<Value>(&["jobs", &id]).await?)?;
    if args.json {
        print_json(&answer)?;
        return Ok(DONE);
    }
    let mut out = io::stdout().lock();
    describe(&mut out, &job)?;
    // Of a book that can't be read any more there are none, and the job says why.
    let chapters = master.get::<ChapterList>(&["jobs", &id, "chapters"]).await;
    if let Ok(chapters) = chapters {
        writeln!(out)?;
        write_chapters(&mut out, &chapters)?;
    }
    let letters: DeadLetterList = master.get(&["jobs", &id, "dead-letters"]).await?;
    for letter in &letters.dead_letters {
        writeln!(out)?;
        dead_letters::describe(&mut out, letter)?;
    }
    Ok(DONE)
}

fn describe(out: &mut impl Write, job: &Job) -> io::Result<()> {
    let author = match job.authors.as_slice() {
        [] => String::new(),
        authors => format!(" by {}", authors.join(", ")),
    };
    writeln!(out, "{}{author}", job.title)?;
    let mut line = |name: &str, value: &str| writeln!(out, "{name:<9} {value}");
    line("id", &job.id)?;
    line("state", &state(job))?;
    if let Some(reason) = &job.progress.waiting_for {
        line("waits", &format!("nobody speaks: {reason}"))?;
    }
    if let Some(narrator) = &job.narrator {
        let language = job.language.as_deref().unwrap_or("an unknown language");
        line("narrator", &format!("{narrator}, in {language}"))?;
    }
    if let Some(seconds) = job.audio_seconds {
        line("length", &clock(Duration::from_secs_f64(seconds.max(0.0))))?;
    }
    line("priority", &job.priority.to_string())?;
    line("created", &job.created)?;
    for warning in &job.warnings {
        line("warning", warning)?;
    }
    if let Some(error) = &job.error {
        line("error", error)?;
    }
    if let Some(hint) = &job.hint {
        line("hint", hint)?;
    }
    Ok(())
}

/// `running, 47 %, 1,932 characters/s  128× real time, 0:01 left`.
fn state(job: &Job) -> String {
    let mut parts = vec![job.state.to_string()];
    if job.state != JobState::Done {
        parts.push(percent(&job.progress));
    }
    parts.extend(speed(&job.progress));
    parts.extend(left(&job.progress).map(|left| format!("{left} left")));
    parts.join(", ")
}

fn write_chapters(out: &mut impl Write, list: &ChapterList) -> io::Result<()> {
    let rows: Vec<_> = list
        .chapters
        .iter()
        .map(|chapter| {
            let seconds = chapter.seconds.filter(|_| chapter.ready);
            let length = seconds.map(|seconds| clock(Duration::from_secs_f64(seconds.max(0.0))));
            [
                chapter.number.to_string(),
                format!("{} of {}", chapter.segments_done, chapter.segments),
                length.unwrap_or_default(),
                chapter.title.clone(),
            ]
        })
        .collect();
    table::write(out, ["CHAPTER", "SPOKEN", "LENGTH", "TITLE"], &rows)
}
