//! Speaking with the cores of this machine.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use audiotome_core::{
    AudioStore, Clip, ClipCheck, DeadLetter, Event, Lease, Plan, RetryPolicy, Scheduler,
    SpeechEngine, SpeechError, StoreError, WorkerId,
};
use thiserror::Error;
use tokio::sync::mpsc::UnboundedSender;
use tokio::sync::{Notify, Semaphore, SemaphorePermit};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use crate::progress::Missing;

/// The cores of this machine as one worker.
const LOCAL: WorkerId = WorkerId(0);

/// The longest that one utterance may take: a model that hangs must not hold a book for ever.
/// The slowest engine measured (Piper in pure Rust on an old core) needs about a second a line.
const PATIENCE: Duration = Duration::from_secs(120);

/// How much is spoken at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slots(usize);

impl Slots {
    /// `count` utterances at once, at least one.
    #[must_use]
    pub fn new(count: usize) -> Self {
        Self(count.max(1))
    }

    /// One utterance for each core.
    #[must_use]
    pub fn per_core() -> Self {
        Self::new(std::thread::available_parallelism().map_or(1, usize::from))
    }

    /// How many.
    #[must_use]
    pub fn count(self) -> usize {
        self.0
    }
}

/// How a round of speaking ended.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Segments (index in the plan) that failed for good, with what went wrong, try by try.
    pub dead: Vec<DeadLetter>,
    /// Whether it was stopped before the end.
    pub cancelled: bool,
}

/// Why speaking can't go on at all.
#[derive(Debug, Error)]
pub enum DispatchError {
    /// The store refuses.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Speaks every segment of `plan` that `store` does not have, in reading order, and reports to `events`.
///
/// Each clip passes [`ClipCheck`] before it is kept and is durable before it is reported. A segment
/// that fails is tried again after a wait; one that fails for good ends up in [`Outcome::dead`] while
/// the others go on. After `cancel`, what is being spoken is still finished and kept.
///
/// # Errors
/// When the store can't be read or written: going on would lose work.
pub async fn speak(
    plan: &Arc<Plan>,
    engine: Arc<dyn SpeechEngine>,
    store: Arc<dyn AudioStore>,
    slots: Slots,
    events: UnboundedSender<Event>,
    cancel: CancellationToken,
) -> Result<Outcome, DispatchError> {
    let missing = look_up(plan, &*store, &events).await?;
    let round = Arc::new(Round {
        plan: Arc::clone(plan),
        scheduler: Mutex::new(Scheduler::new(
            missing.segments.len(),
            RetryPolicy::default(),
        )),
        segments: missing.segments.clone(),
        missing: Mutex::new(missing),
        check: Mutex::new(ClipCheck::default()),
        // A core speaks while the clip before is packed and written: one more speaker than slots each.
        voices: Semaphore::new(slots.count()),
        changed: Notify::new(),
        started: Instant::now(),
        engine,
        store,
        events,
        cancel,
    });
    let mut speakers = JoinSet::new();
    for _ in 0..slots.count() * 2 {
        speakers.spawn(Arc::clone(&round).serve());
    }
    while let Some(speaker) = speakers.join_next().await {
        speaker.expect("a speaker does not panic")?;
    }
    Ok(round.outcome())
}

/// Asks the store what is missing and reports what is there.
async fn look_up(
    plan: &Plan,
    store: &dyn AudioStore,
    events: &UnboundedSender<Event>,
) -> Result<Missing, DispatchError> {
    let mut seen = HashSet::new();
    let keys: Vec<_> = plan
        .segments
        .iter()
        .map(|segment| segment.key)
        .filter(|key| seen.insert(*key))
        .collect();
    let absent: HashSet<_> = store.missing(&keys).await?.into_iter().collect();
    let missing = Missing::new(plan, &absent);
    let there = plan
        .segments
        .iter()
        .filter(|segment| !absent.contains(&segment.key));
    let planned = Event::Planned {
        chapters: plan.chapters.len(),
        segments: plan.segments.len(),
        reused: there.clone().count(),
        characters: plan.characters(),
        reused_characters: there
            .map(|segment| segment.utterance.text.chars().count())
            .sum(),
    };
    // Nobody listening is fine: events are for displays.
    let _ = events.send(planned);
    for chapter in missing.complete_chapters() {
        let _ = events.send(Event::ChapterSpoken { chapter });
    }
    Ok(missing)
}

/// One run over the missing segments, shared by its speakers.
struct Round {
    plan: Arc<Plan>,
    scheduler: Mutex<Scheduler>,
    /// Segment of each task.
    segments: Vec<usize>,
    missing: Mutex<Missing>,
    check: Mutex<ClipCheck>,
    voices: Semaphore,
    changed: Notify,
    started: Instant,
    engine: Arc<dyn SpeechEngine>,
    store: Arc<dyn AudioStore>,
    events: UnboundedSender<Event>,
    cancel: CancellationToken,
}

impl Round {
    /// A speaker: lease, speak, keep, until nothing is left.
    async fn serve(self: Arc<Self>) -> Result<(), DispatchError> {
        loop {
            // The voice first and then the segment, so that segments are spoken in the order of their leases.
            let voice = self
                .voices
                .acquire()
                .await
                .expect("the semaphore is never closed");
            let Some(lease) = self.next().await else {
                return Ok(());
            };
            match self.attempt(lease, voice).await {
                Ok(clip) => {
                    if let Err(error) = self.keep(lease, clip).await {
                        self.cancel.cancel();
                        return Err(error);
                    }
                }
                Err(failure) => self.fail(lease, &failure),
            }
            self.changed.notify_waiters();
        }
    }

    /// Waits for a task; `None` when there is nothing left or the run is stopped.
    async fn next(&self) -> Option<Lease> {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // Registered before looking, so that no change between looking and waiting is missed.
            changed.as_mut().enable();
            if self.cancel.is_cancelled() {
                return None;
            }
            let change = {
                let mut scheduler = lock(&self.scheduler);
                let now = self.started.elapsed();
                if let Some(lease) = scheduler.lease(LOCAL, now, PATIENCE * 2) {
                    return Some(lease);
                }
                if scheduler.is_finished() {
                    return None;
                }
                scheduler
                    .next_change()
                    .map_or(PATIENCE, |at| at.saturating_sub(now))
            };
            tokio::select! {
                () = changed => {}
                () = tokio::time::sleep(change) => {}
                () = self.cancel.cancelled() => return None,
            }
        }
    }

    /// Speaks once, on a thread of its own.
    async fn attempt(&self, lease: Lease, voice: SemaphorePermit<'_>) -> Result<Clip, Failure> {
        let engine = Arc::clone(&self.engine);
        let utterance = self.plan.segments[self.segments[lease.task]]
            .utterance
            .clone();
        let text = Arc::clone(&utterance.text);
        let speaking = tokio::task::spawn_blocking(move || engine.synthesize(&utterance));
        let spoken = tokio::time::timeout(PATIENCE, speaking).await;
        drop(voice);
        let clip = match spoken {
            Err(_) => {
                return Err(Failure::again(format!(
                    "no answer within {} s",
                    PATIENCE.as_secs()
                )));
            }
            Ok(Err(panic)) => return Err(Failure::again(format!("the engine panicked: {panic}"))),
            Ok(Ok(Err(error))) => {
                return Err(Failure {
                    again: matches!(error, SpeechError::Transient(_)),
                    reason: error.to_string(),
                });
            }
            Ok(Ok(Ok(clip))) => clip,
        };
        match lock(&self.check).judge(&text, &clip) {
            Ok(()) => Ok(clip),
            // Suspect twice: a third try would sound the same.
            Err(suspect) => Err(Failure {
                again: lease.attempt < 2,
                reason: suspect.to_string(),
            }),
        }
    }

    /// Makes the clip durable, and only then says so.
    async fn keep(&self, lease: Lease, clip: Clip) -> Result<(), DispatchError> {
        let index = self.segments[lease.task];
        let segment = &self.plan.segments[index];
        let audio = clip.duration();
        self.store.put(&segment.key, clip).await?;
        lock(&self.scheduler).complete(lease.task);
        debug!(segment.index = index, segment.key = %segment.key, segment.attempt = lease.attempt, "spoken");
        let characters = segment.utterance.text.chars().count();
        self.report(Event::Spoken {
            segment: index,
            key: segment.key.to_string(),
            characters,
            audio,
        });
        for chapter in lock(&self.missing).arrived(lease.task) {
            self.report(Event::ChapterSpoken { chapter });
        }
        Ok(())
    }

    fn fail(&self, lease: Lease, failure: &Failure) {
        let segment = self.segments[lease.task];
        let reason = failure.reason.clone();
        warn!(
            segment.index = segment,
            segment.attempt = lease.attempt,
            reason,
            "a segment failed"
        );
        let again = lock(&self.scheduler).fail(
            lease.task,
            LOCAL,
            reason.clone(),
            failure.again,
            self.started.elapsed(),
        );
        self.report(match again {
            Some(_) => Event::Retried {
                segment,
                attempt: lease.attempt,
                reason,
            },
            None => Event::Died { segment, reason },
        });
    }

    fn report(&self, event: Event) {
        let _ = self.events.send(event);
    }

    fn outcome(&self) -> Outcome {
        let scheduler = lock(&self.scheduler);
        let mut dead = scheduler.dead_letters();
        for letter in &mut dead {
            letter.task = self.segments[letter.task];
        }
        Outcome {
            dead,
            cancelled: !scheduler.is_finished(),
        }
    }
}

/// A try that gave no clip.
struct Failure {
    again: bool,
    reason: String,
}

impl Failure {
    fn again(reason: String) -> Self {
        Self {
            again: true,
            reason,
        }
    }
}

/// A panic in a speaker ends the run anyway; the state behind the lock is whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
