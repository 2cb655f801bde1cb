//! Following a job to its end.
//!
//! Events say that something happened; how far the job is, the master says when it is asked. So an
//! event that is lost costs nothing, and a master that is started again is no reason to stop.

use std::time::Duration;

use audiotome_server::JobState;
use tokio_util::sync::CancellationToken;

use super::answers::{DeadLetterList, Job, Progress};
use super::display::Display;
use super::events::{Events, News};
use super::ids;
use super::master::{Master, Trouble};
use crate::exit::{ATTENTION, Ending, FAILED, STOPPED};
use crate::format::count;

/// Progress is asked for so often, when something happens.
const TICK: Duration = Duration::from_millis(500);
/// Progress is asked for so often at least, in ticks: rates sink when nothing happens.
const IDLE_TICKS: u32 = 10;
/// A master that is away is asked again after this time.
const AGAIN: Duration = Duration::from_secs(1);

/// Shows a job until it is done. Fails when the job does, with code [`ATTENTION`] when it needs a
/// decision; Ctrl-C ends only the showing.
pub(crate) async fn to_its_end(
    master: &Master,
    id: &str,
    display: &mut Display,
    stop: &CancellationToken,
) -> anyhow::Result<Job> {
    let job = tokio::select! {
        job = follow(master, id, display) => job,
        () = stop.cancelled() => Err(stopped(id).into()),
    };
    display.clear();
    let job = job?;
    match job.state {
        JobState::Done => display.done(&job),
        _ => return Err(failure(master, &job).await.into()),
    }
    Ok(job)
}

fn stopped(id: &str) -> Ending {
    let id = ids::short(id);
    let hint = format!("`audiotome job {id}` shows it, `audiotome cancel {id}` gives it up");
    Ending::new(STOPPED, "not followed any more; the job goes on", hint)
}

async fn follow(master: &Master, id: &str, display: &mut Display) -> anyhow::Result<Job> {
    let mut events = Events::of(id);
    let mut away = false;
    loop {
        match attend(master, id, display, &mut events, &mut away).await {
            Ok(Some(job)) => return Ok(job),
            Ok(None) => {}
            Err(trouble) if trouble.passes => {
                if !std::mem::replace(&mut away, true) {
                    let message = trouble.ending.message;
                    display.say(&format!("{message}: asking again until it is back"));
                }
            }
            Err(trouble) => return Err(trouble.into()),
        }
        tokio::time::sleep(AGAIN).await;
    }
}

/// Listens until the job has ended (`Some`) or the connection breaks.
async fn attend(
    master: &Master,
    id: &str,
    display: &mut Display,
    events: &mut Events,
    away: &mut bool,
) -> Result<Option<Job>, Trouble> {
    events.open(master).await?;
    if std::mem::take(away) {
        display.say("the master is back");
    }
    // What happened before the first event.
    if let Some(job) = look(master, id, display).await? {
        return Ok(Some(job));
    }
    let mut ticks = tokio::time::interval(TICK);
    let (mut due, mut idle) = (true, 0);
    loop {
        tokio::select! {
            news = events.next() => {
                let Some(news) = news else {
                    return Ok(None);
                };
                if news.data["deleted"] == true {
                    return Err(deleted(id));
                }
                due = true;
                display.news(&news);
                if concerns_job(&news) && let Some(job) = look(master, id, display).await? {
                    return Ok(Some(job));
                }
            }
            _ = ticks.tick() => {
                idle += 1;
                if due || idle >= IDLE_TICKS {
                    (due, idle) = (false, 0);
                    let progress: Progress = master.get(&["jobs", id, "progress"]).await?;
                    display.show(&progress);
                }
            }
        }
    }
}

/// Whether the job itself must be looked at again.
fn concerns_job(news: &News) -> bool {
    matches!(news.kind.as_str(), "job" | "reset")
}

/// Looks at the job, and shows it. Returns it once it has ended.
async fn look(master: &Master, id: &str, display: &mut Display) -> Result<Option<Job>, Trouble> {
    let job: Job = master.get(&["jobs", id]).await?;
    display.job(&job);
    Ok(job.state.is_end().then_some(job))
}

fn deleted(id: &str) -> Trouble {
    let message = format!("the job `{id}` was deleted");
    Trouble {
        ending: Ending::new(FAILED, message, "`audiotome submit` makes another one"),
        passes: false,
    }
}

/// What a job that is not done says.
async fn failure(master: &Master, job: &Job) -> Ending {
    let id = ids::short(&job.id);
    if job.state == JobState::Cancelled {
        let message = format!("`{}` was cancelled", job.title);
        let hint = format!("`audiotome retry {id}` takes it up again");
        return Ending::new(FAILED, message, hint);
    }
    let letters: Result<DeadLetterList, _> = master.get(&["jobs", &job.id, "dead-letters"]).await;
    let dead = letters.map_or(0, |letters| letters.dead_letters.len());
    if dead > 0 {
        let message = format!(
            "`{}`: {} could not be spoken",
            job.title,
            count(dead, "sentence")
        );
        let hint = format!(
            "`audiotome dead-letters {id}` shows them: edit or skip them, then `audiotome retry {id}`"
        );
        return Ending::new(ATTENTION, message, hint);
    }
    let error = job.error.as_deref().unwrap_or("it failed");
    Ending {
        message: format!("`{}`: {error}", job.title),
        hint: job.hint.clone(),
        code: FAILED,
    }
}
