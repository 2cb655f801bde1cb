//! Speaking a plan with a cluster: lease, speak, check, keep.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use audiotome_core::{
    AudioStore, ClipCheck, DeadLetter, Event, Lease, Plan, RetryPolicy, Scheduler, Segment,
    StoreError, WorkerId,
};
use thiserror::Error;
use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use crate::cluster::Cluster;
use crate::member::Member;
use crate::missing::Missing;
use crate::settings::Settings;

mod desk;
mod staff;

use staff::Lack;

/// A lease in this process can't be lost, since whoever holds it answers for it; this only bounds a
/// mistake of ours.
const TERM: Duration = Duration::from_secs(24 * 60 * 60);
/// How long a failed segment is left to other speakers, where there are others.
const OTHERS_FIRST: Duration = Duration::from_secs(30);

/// When so many segments failed for good before one was spoken, it is not the segments that are bad.
pub(crate) const ALL_REFUSED: usize = 10;

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
    /// Every speaker said that it can't take part, or there is none.
    #[error("nobody can speak this book: {}", reasons.join("; "))]
    Nobody {
        /// Why, speaker by speaker.
        reasons: Vec<String>,
    },
    /// Whatever was asked for was refused, so the rest would be, too.
    #[error("not one of the first {sentences} sentences could be spoken: {reason}")]
    Refused {
        /// How many were tried.
        sentences: usize,
        /// Why the first of them was refused.
        reason: String,
    },
}

/// Speaks every segment of `plan` that `store` does not have, in reading order, and reports to `events`.
///
/// Each clip passes [`ClipCheck`] before it is kept and is durable before it is reported. A segment
/// that fails is tried again after a wait, by another speaker first; one that fails for good ends up
/// in [`Outcome::dead`] while the others go on, unless the first ten all do: then something is wrong
/// with more than the segments. A speaker that fails rests and is asked again; while
/// all of them rest, the round waits, and so it does for speakers to be added where `settings` say so.
/// After `cancel`, what is being spoken is still finished and kept.
///
/// # Errors
/// When the store can't be read or written (going on would lose work), no speaker fits, or every
/// segment is refused.
pub async fn speak(
    plan: &Arc<Plan>,
    cluster: &Arc<Cluster>,
    store: Arc<dyn AudioStore>,
    settings: Settings,
    events: UnboundedSender<Event>,
    cancel: CancellationToken,
) -> Result<Outcome, DispatchError> {
    let missing = look_up(plan, &*store, &events).await?;
    let round = Round::new(plan, cluster, store, settings, events, cancel, missing);
    let round = Arc::new(round);
    round.end_if_finished();
    let mut members = cluster.watch();
    let mut known = HashSet::new();
    let mut speakers = JoinSet::new();
    loop {
        for member in members.borrow_and_update().iter() {
            if known.insert(member.id) {
                speakers.spawn(Arc::clone(&round).employ(Arc::clone(member)));
            }
        }
        round.somebody_is_left(speakers.is_empty())?;
        round.look_around();
        tokio::select! {
            () = round.stopped() => break,
            Ok(()) = members.changed() => {}
            Some(left) = speakers.join_next() => left.expect("a speaker does not panic")?,
        }
    }
    while let Some(speaker) = speakers.join_next().await {
        speaker.expect("a speaker does not panic")?;
    }
    round.outcome()
}

/// Asks the store what is missing and reports what is there.
pub(crate) async fn look_up(
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
        reused_characters: there.map(characters).sum(),
    };
    // Nobody listening is fine: events are for displays.
    let _ = events.send(planned);
    for chapter in missing.complete_chapters() {
        let _ = events.send(Event::ChapterSpoken { chapter });
    }
    Ok(missing)
}

/// Whether the speakers can speak this book at all.
#[derive(Debug)]
enum Trial {
    /// Nothing was spoken so far.
    Open,
    /// Something was, or it does not matter.
    Passed,
    /// Everything is refused, for this reason.
    Failed(String),
}

/// One run over the missing segments, shared by all who serve it.
struct Round {
    plan: Arc<Plan>,
    cluster: Arc<Cluster>,
    scheduler: Mutex<Scheduler>,
    /// The listener's position that the scheduler knows.
    position: Mutex<usize>,
    /// Segment of each task.
    segments: Vec<usize>,
    missing: Mutex<Missing>,
    check: Mutex<ClipCheck>,
    /// How many suspect clips each task had.
    suspects: Mutex<HashMap<usize, u32>>,
    /// Why members can't take part.
    unfit: Mutex<BTreeMap<WorkerId, String>>,
    /// Why nobody is at work, as it was reported.
    lack: Mutex<Option<Lack>>,
    trial: Mutex<Trial>,
    changed: Notify,
    started: Instant,
    store: Arc<dyn AudioStore>,
    settings: Settings,
    events: UnboundedSender<Event>,
    /// The user wants to stop: nothing new is begun.
    cancel: CancellationToken,
    /// Everything is settled, or nothing can go on: whoever is still at it gives up.
    over: CancellationToken,
}

impl Round {
    fn new(
        plan: &Arc<Plan>,
        cluster: &Arc<Cluster>,
        store: Arc<dyn AudioStore>,
        settings: Settings,
        events: UnboundedSender<Event>,
        cancel: CancellationToken,
        missing: Missing,
    ) -> Self {
        let alone = cluster.members().len() < 2;
        let policy = RetryPolicy {
            others_first: if alone { Duration::ZERO } else { OTHERS_FIRST },
            ..RetryPolicy::default()
        };
        // Few that are left of a book are what a person decides about, one by one.
        let trial = if missing.segments.len() * 2 > plan.segments.len() {
            Trial::Open
        } else {
            Trial::Passed
        };
        Self {
            plan: Arc::clone(plan),
            cluster: Arc::clone(cluster),
            scheduler: Mutex::new(Scheduler::new(missing.segments.len(), policy)),
            position: Mutex::default(),
            segments: missing.segments.clone(),
            missing: Mutex::new(missing),
            check: Mutex::default(),
            suspects: Mutex::default(),
            unfit: Mutex::default(),
            lack: Mutex::default(),
            trial: Mutex::new(trial),
            changed: Notify::new(),
            started: Instant::now(),
            store,
            settings,
            events,
            cancel,
            over: CancellationToken::new(),
        }
    }

    async fn stopped(&self) {
        tokio::select! {
            () = self.cancel.cancelled() => {}
            () = self.over.cancelled() => {}
        }
    }

    fn is_stopped(&self) -> bool {
        self.over.is_cancelled() || self.cancel.is_cancelled()
    }

    fn end_if_finished(&self) {
        if lock(&self.scheduler).is_finished() {
            self.over.cancel();
        }
    }

    /// The scheduler, with the order that the listener's position asks for.
    fn scheduler(&self) -> MutexGuard<'_, Scheduler> {
        let mut known = lock(&self.position);
        let position = self.settings.position.get();
        let moved = std::mem::replace(&mut *known, position) != position;
        let mut scheduler = lock(&self.scheduler);
        if moved {
            scheduler.reorder(&lock(&self.missing).order_from(&self.plan, position));
        }
        scheduler
    }

    fn segment(&self, lease: Lease) -> &Segment {
        &self.plan.segments[self.segments[lease.task]]
    }

    /// A segment begins to be spoken: whoever speaks is at work.
    fn report_speaking(&self, lease: Lease, member: &Member) {
        // Under the lock, so that news of work and of waiting come in the order in which they are true.
        let mut lack = lock(&self.lack);
        *lack = None;
        self.report(Event::Speaking {
            segment: self.segments[lease.task],
            worker: member.name().to_owned(),
        });
    }

    fn report(&self, event: Event) {
        let _ = self.events.send(event);
    }

    /// The speakers have shown that they can speak this book.
    fn is_spoken(&self) {
        let mut trial = lock(&self.trial);
        if matches!(*trial, Trial::Open) {
            *trial = Trial::Passed;
        }
    }

    /// Gives up when the first segments were all refused.
    fn is_refused(&self) {
        let mut trial = lock(&self.trial);
        if !matches!(*trial, Trial::Open) {
            return;
        }
        let dead = lock(&self.scheduler).dead_letters();
        if dead.len() < ALL_REFUSED {
            return;
        }
        let reason = dead.into_iter().next();
        let reason = reason.and_then(|letter| letter.history.into_iter().next_back());
        *trial = Trial::Failed(reason.unwrap_or_default());
        self.over.cancel();
    }

    fn outcome(&self) -> Result<Outcome, DispatchError> {
        if let Trial::Failed(reason) = &*lock(&self.trial) {
            return Err(DispatchError::Refused {
                sentences: ALL_REFUSED,
                reason: reason.clone(),
            });
        }
        let scheduler = lock(&self.scheduler);
        let mut dead = scheduler.dead_letters();
        for letter in &mut dead {
            letter.task = self.segments[letter.task];
        }
        Ok(Outcome {
            dead,
            cancelled: !scheduler.is_finished(),
        })
    }
}

pub(crate) fn characters(segment: &Segment) -> usize {
    segment.utterance.text.chars().count()
}

/// A panic in a speaker ends the run anyway; the state behind the lock is whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
