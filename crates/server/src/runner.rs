//! Carries jobs out: the most urgent first, several at once.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use audiotome_core::Event;
use audiotome_dispatch::{Position, Priority};
use audiotome_production::{
    Dead, Look, Made, MakeError, Report, Run, carry_out, look, release_job,
};
use serde_json::json;
use tokio::task::JoinSet;
use tracing::{error, info};

use crate::board::Board;
use crate::database::dead_letters::{self, DeadLetter};
use crate::database::{DatabaseError, history, jobs};
use crate::job::{Job, JobState, Record, Step};
use crate::master::{ChangeError, Master, Running, SharedBoard, lock};

/// Wait before the job store is asked again after it failed.
const PATIENCE: Duration = Duration::from_secs(1);
/// A job that comes says so.
const FOREVER: Duration = Duration::from_secs(24 * 60 * 60);

/// Starts jobs as their turns come, until the master drains; then stops those that run.
pub(crate) async fn run(master: Arc<Master>) {
    let mut jobs = JoinSet::new();
    while !master.drain.is_cancelled() {
        let patience = fill(&master, &mut jobs).await;
        tokio::select! {
            () = master.queue_changed.notified() => {}
            Some(_) = jobs.join_next() => {}
            () = master.drain.cancelled() => {}
            () = tokio::time::sleep(patience) => {}
        }
    }
    let running: Vec<String> = master.running().keys().cloned().collect();
    for id in running {
        master.stop(&id, Step::Interrupt);
    }
    while jobs.join_next().await.is_some() {}
}

/// Starts as many jobs as may run. Returns how long to wait for news before it is tried again.
async fn fill(master: &Arc<Master>, jobs: &mut JoinSet<()>) -> Duration {
    while jobs.len() < master.settings.jobs_at_once {
        match start_next(master).await {
            Ok(Some(job)) => {
                jobs.spawn(serve(Arc::clone(master), job));
            }
            Ok(None) => break,
            Err(error) => {
                error!(%error, "no job can be started");
                return PATIENCE;
            }
        }
    }
    FOREVER
}

/// Takes the next job, with all that an earlier run left of it.
async fn start_next(master: &Master) -> Result<Option<Job>, DatabaseError> {
    let started = master.database.call(|connection| {
        let Some(mut job) = jobs::next(connection)? else {
            return Ok(None);
        };
        if let Ok(state) = job.state.after(Step::Start) {
            job.state = state;
        }
        job.record.error = None;
        job.record.hint = None;
        jobs::update(connection, &job)?;
        jobs::clear_chapters(connection, &job.id)?;
        dead_letters::replace(connection, &job.id, &[])?;
        history::append(
            connection,
            &job.id,
            &json!({ "step": "start", "state": job.state }),
        )?;
        Ok(Some(job))
    });
    let started = started.await?;
    if let Some(job) = &started {
        master.tell_job(job);
    }
    Ok(started)
}

/// Carries one job out and keeps what became of it.
async fn serve(master: Arc<Master>, job: Job) {
    info!(job.id = job.id, "started");
    let running = Running {
        cancel: master.drain.child_token(),
        stopped_for: Arc::new(Mutex::new(None)),
        priority: Priority::new(job.priority),
        position: Position::new(job.record.position),
        board: None,
    };
    master.running().insert(job.id.clone(), running.clone());
    let id = job.id.clone();
    // Whoever stopped or deleted it between its start and this moment found nothing to stop.
    if !is_started(&master, &id).await {
        running.cancel.cancel();
    }
    let carried = tokio::spawn({
        let (master, running) = (Arc::clone(&master), running.clone());
        async move { attempt(&master, &job, &running).await }
    });
    let made = carried.await;
    let board = master.running().remove(&id).and_then(|job| job.board);
    let stopped_for = *lock(&running.stopped_for);
    let (step, ending) = match made {
        Ok(Ok(made)) => (Step::Finish, Ending::Made(made)),
        Ok(Err(MakeError::Stopped { .. })) => {
            (stopped_for.unwrap_or(Step::Interrupt), Ending::Stopped)
        }
        Ok(Err(error)) => (Step::Fail, Ending::Failed(error)),
        Err(panic) => (Step::Fail, Ending::Panicked(panic.to_string())),
    };
    keep(&master, &id, step, ending, board).await;
}

/// Whether a job is there, and in the state that its start has put it into.
async fn is_started(master: &Master, id: &str) -> bool {
    let id = id.to_owned();
    let job = master
        .database
        .call(move |connection| jobs::get(connection, &id));
    match job.await {
        Ok(job) => job.is_some_and(|job| job.state == JobState::Running),
        // Nobody could have stopped it either.
        Err(_) => true,
    }
}

/// How an attempt ended.
enum Ending {
    Made(Made),
    Stopped,
    Failed(MakeError),
    Panicked(String),
}

async fn attempt(master: &Arc<Master>, job: &Job, running: &Running) -> Result<Made, MakeError> {
    let path = master.book_of(job).await?;
    let mut order = job.order.clone();
    let looked = look(&master.studio, &path, &order).await?;
    if let Some(base) = looked.folder(&order.output)? {
        order.output.folder = master.reserve(&job.id, base).await?;
    }
    let beginning = master.beginnings.read().await;
    let missing = master.missing(&looked.plan).await?;
    let board = Board::new(Arc::clone(&looked.plan), &missing);
    let board = Arc::new(Mutex::new(board));
    if let Some(running) = master.running().get_mut(&job.id) {
        running.board = Some(Arc::clone(&board));
    }
    drop(beginning);
    let run = Run {
        // The master remembers by itself what is done.
        force: true,
        dry_run: false,
        priority: running.priority.clone(),
        position: running.position.clone(),
        cancel: running.cancel.clone(),
        job: Some(job.id.clone()),
    };
    let mut report = |news: Report<'_>| hear(master, &job.id, &board, news);
    carry_out(&master.studio, &path, &order, &looked, run, &mut report).await
}

/// Takes in what happens to a job, and tells everybody.
fn hear(master: &Arc<Master>, id: &str, board: &SharedBoard, news: Report<'_>) {
    match news {
        Report::Planned(look) => planned(master, id, look),
        Report::Event(event) => happened(master, id, board, event),
        Report::Encoded(chapter) => {
            let ready = lock(board).encoded(chapter);
            let data = json!({ "number": ready.number, "state": "ready", "seconds": seconds(ready.samples, ready.sample_rate) });
            let job = id.to_owned();
            master
                .database
                .note(move |connection| jobs::put_chapter(connection, &job, &ready));
            master.hub.tell("chapter", Some(id), data);
        }
        Report::Publishing => {
            let (master, id) = (Arc::clone(master), id.to_owned());
            tokio::spawn(async move {
                // A job that was stopped in this moment says so by itself.
                let _ = master.step(&id, Step::Assemble, |_| {}).await;
            });
        }
    }
}

fn planned(master: &Arc<Master>, id: &str, look: &Look) {
    let record = Record {
        title: look.book.metadata.title.clone(),
        authors: look.book.metadata.authors.clone(),
        narrator: Some(look.narrator.name()),
        language: Some(look.narrator.narration.language.to_string()),
        chapters: look.plan.chapters.len(),
        segments: look.plan.segments.len(),
        characters: look.plan.characters(),
        warnings: look.book.warnings.clone(),
        ..Record::default()
    };
    let job = id.to_owned();
    master.database.note(move |connection| {
        let changed = jobs::change(connection, &job, |job| {
            job.record = Record {
                folder: job.record.folder.take(),
                // Of the last time, until there are new ones.
                files: std::mem::take(&mut job.record.files),
                position: job.record.position,
                ..record
            };
            Ok::<(), ()>(())
        });
        changed.map(|_| ())
    });
    master.hub.tell("job", Some(id), json!({ "id": id, "planned": true, "chapters": look.plan.chapters.len(), "segments": look.plan.segments.len() }));
}

fn happened(master: &Arc<Master>, id: &str, board: &SharedBoard, event: &Event) {
    let took = lock(board).apply(event, Instant::now());
    master.metrics.count(event, took);
    let mut data = serde_json::to_value(event).unwrap_or_default();
    if let Event::Speaking { segment, .. } = event {
        // Whoever watches the cluster sees what it says.
        data["text"] = lock(board).excerpt(*segment).into();
    }
    let kind = match event {
        Event::Planned { .. } => "job",
        Event::ChapterSpoken { .. } | Event::ChapterEncoded { .. } => "chapter",
        Event::WorkerAway { .. }
        | Event::WorkerHeldUp { .. }
        | Event::WorkerUnfit { .. }
        | Event::Waiting { .. } => "worker",
        _ => "segment",
    };
    // What a person may want to know tomorrow.
    if matches!(
        event,
        Event::Retried { .. }
            | Event::Died { .. }
            | Event::WorkerAway { .. }
            | Event::WorkerHeldUp { .. }
            | Event::WorkerUnfit { .. }
            | Event::Waiting { .. }
    ) {
        let (job, entry) = (id.to_owned(), data.clone());
        master
            .database
            .note(move |connection| history::append(connection, &job, &entry));
    }
    master.hub.tell(kind, Some(id), data);
}

/// Keeps what became of a job.
async fn keep(
    master: &Arc<Master>,
    id: &str,
    step: Step,
    ending: Ending,
    board: Option<SharedBoard>,
) {
    if let Ending::Failed(MakeError::Dead { dead }) = &ending {
        let (job, letters): (_, Vec<_>) = (id.to_owned(), dead.iter().map(letter).collect());
        master
            .database
            .note(move |connection| dead_letters::replace(connection, &job, &letters));
    }
    let counts = board.as_ref().map(|board| {
        let board = lock(board);
        (board.counts, board.ready_count())
    });
    let kept = master.step(id, step, move |job| {
        if let Some((counts, ready)) = counts {
            job.record.chapters_ready = ready;
            job.record.segments_done = counts.done;
            job.record.characters_done = counts.characters_done;
        }
        note_ending(&mut job.record, ending);
    });
    let kept = kept.await;
    if let (Ok(job), Some(board)) = (&kept, board)
        && job.state == JobState::Done
    {
        // Whoever watched it being made looks at it right now.
        master.keep_board(job, board);
    }
    if matches!(kept, Err(ChangeError::NoJob)) {
        // What it claimed after it was deleted.
        release_job(&master.studio.data, id);
    }
    log_ending(id, kept);
}

fn log_ending(id: &str, kept: Result<Job, ChangeError>) {
    let ending = match kept {
        Ok(job) => job.state.to_string(),
        // It was deleted while it ran.
        Err(ChangeError::NoJob) => "deleted".to_owned(),
        Err(problem) => format!("not kept: {problem:?}"),
    };
    info!(job.id = id, ending, "ended");
}

fn note_ending(record: &mut Record, ending: Ending) {
    match ending {
        Ending::Made(made) => {
            record.files = made.files().to_vec();
            if let Made::New {
                audio, warnings, ..
            } = made
            {
                record.audio_seconds = Some(audio.as_secs_f64());
                record.warnings.extend(warnings);
            }
        }
        Ending::Stopped => {}
        Ending::Failed(error) => {
            record.hint = match &error {
                MakeError::Dead { .. } => {
                    Some("edit or skip the dead letters, then retry the job".to_owned())
                }
                // Hints are written for the command line.
                error => error
                    .hint()
                    .map(|hint| hint.replace("run the same command again", "retry the job")),
            };
            record.error = Some(chain(&error));
        }
        Ending::Panicked(message) => record.error = Some(format!("a bug in audiotome: {message}")),
    }
}

/// An error with its causes.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        let cause_text = cause.to_string();
        if !text.contains(&cause_text) {
            text = format!("{text}: {cause_text}");
        }
        source = cause.source();
    }
    text
}

fn letter(dead: &Dead) -> DeadLetter {
    DeadLetter {
        key: dead.key.to_string(),
        segment: dead.segment,
        chapter: dead.chapter,
        title: dead.title.clone(),
        source: dead.source.clone(),
        text: dead.text.clone(),
        history: dead.history.clone(),
        resolution: None,
    }
}

/// Samples as seconds.
pub(crate) fn seconds(samples: u64, sample_rate: u32) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "samples stay below 2^53")]
    let samples = samples as f64;
    samples / f64::from(sample_rate.max(1))
}
