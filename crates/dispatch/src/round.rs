//! Speaking a plan with a cluster: lease, speak, check, keep.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use audiotome_core::{
    AudioStore, ClipCheck, DeadLetter, Event, Lease, Plan, RetryPolicy, Scheduler, Segment,
    StoreError,
};
use thiserror::Error;
use tokio::sync::Notify;
use tokio::sync::mpsc::UnboundedSender;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::warn;

use crate::cluster::{Cluster, Member};
use crate::missing::Missing;

mod desk;

/// A lease in this process can't be lost, since whoever holds it answers for it; this only bounds a
/// mistake of ours.
const TERM: Duration = Duration::from_secs(24 * 60 * 60);
/// How long a failed segment is left to other speakers, where there are others.
const OTHERS_FIRST: Duration = Duration::from_secs(30);

/// How a cluster is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settings {
    /// The least time that a speaker is given for an answer. What is more than that is learnt.
    pub patience: Duration,
}

impl Default for Settings {
    /// The slowest engine measured (Piper in pure Rust on an old core) needs about a second a line.
    fn default() -> Self {
        Self {
            patience: Duration::from_secs(60),
        }
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
    /// Every speaker said that it can't take part.
    #[error("nobody can speak this book: {}", reasons.join("; "))]
    Nobody {
        /// Why, speaker by speaker.
        reasons: Vec<String>,
    },
}

/// Speaks every segment of `plan` that `store` does not have, in reading order, and reports to `events`.
///
/// Each clip passes [`ClipCheck`] before it is kept and is durable before it is reported. A segment
/// that fails is tried again after a wait, by another speaker first; one that fails for good ends up
/// in [`Outcome::dead`] while the others go on. A speaker that fails rests and is asked again; while
/// all of them rest, the round waits. After `cancel`, what is being spoken is still finished and kept.
///
/// # Errors
/// When the store can't be read or written (going on would lose work), or no speaker fits.
pub async fn speak(
    plan: &Arc<Plan>,
    cluster: &Arc<Cluster>,
    store: Arc<dyn AudioStore>,
    settings: Settings,
    events: UnboundedSender<Event>,
    cancel: CancellationToken,
) -> Result<Outcome, DispatchError> {
    let missing = look_up(plan, &*store, &events).await?;
    let alone = cluster.members().len() < 2;
    let round = Round::new(plan, alone, store, settings, events, cancel, missing);
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
        tokio::select! {
            () = round.over.cancelled() => break,
            () = round.cancel.cancelled() => break,
            Ok(()) = members.changed() => {}
            Some(left) = speakers.join_next() => left.expect("a speaker does not panic")?,
            else => break,
        }
        round.somebody_fits(speakers.is_empty())?;
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
        reused_characters: there.map(characters).sum(),
    };
    // Nobody listening is fine: events are for displays.
    let _ = events.send(planned);
    for chapter in missing.complete_chapters() {
        let _ = events.send(Event::ChapterSpoken { chapter });
    }
    Ok(missing)
}

/// One run over the missing segments, shared by all who serve it.
struct Round {
    plan: Arc<Plan>,
    scheduler: Mutex<Scheduler>,
    /// Segment of each task.
    segments: Vec<usize>,
    missing: Mutex<Missing>,
    check: Mutex<ClipCheck>,
    /// How many suspect clips each task had.
    suspects: Mutex<HashMap<usize, u32>>,
    unfit: Mutex<Vec<String>>,
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
        alone: bool,
        store: Arc<dyn AudioStore>,
        settings: Settings,
        events: UnboundedSender<Event>,
        cancel: CancellationToken,
        missing: Missing,
    ) -> Self {
        let policy = RetryPolicy {
            others_first: if alone { Duration::ZERO } else { OTHERS_FIRST },
            ..RetryPolicy::default()
        };
        Self {
            plan: Arc::clone(plan),
            scheduler: Mutex::new(Scheduler::new(missing.segments.len(), policy)),
            segments: missing.segments.clone(),
            missing: Mutex::new(missing),
            check: Mutex::default(),
            suspects: Mutex::default(),
            unfit: Mutex::default(),
            changed: Notify::new(),
            started: Instant::now(),
            store,
            settings,
            events,
            cancel,
            over: CancellationToken::new(),
        }
    }

    /// Takes a member on: asks whether it fits, and then gives it as much to do as it can take.
    async fn employ(self: Arc<Self>, member: Arc<Member>) -> Result<(), DispatchError> {
        let narration = &self.plan.narration;
        while member.requests() == 0 || member.resting().is_some() {
            let asked = async {
                member.ask(narration).await?;
                self.report_away(&member);
                member.wait_until_well(narration).await
            };
            tokio::select! {
                () = self.stopped() => return Ok(()),
                asked = asked => if let Err(reason) = asked {
                    self.report_unfit(&member, reason);
                    return Ok(());
                }
            }
        }
        // A speaker speaks while its last clip is packed and written: two serve each turn.
        let mut desks = JoinSet::new();
        for _ in 0..member.requests() * 2 {
            desks.spawn(Arc::clone(&self).serve(Arc::clone(&member)));
        }
        while let Some(desk) = desks.join_next().await {
            desk.expect("a desk does not panic")?;
        }
        Ok(())
    }

    async fn stopped(&self) {
        tokio::select! {
            () = self.cancel.cancelled() => {}
            () = self.over.cancelled() => {}
        }
    }

    fn end_if_finished(&self) {
        if lock(&self.scheduler).is_finished() {
            self.over.cancel();
        }
    }

    /// An error when all members have left since they don't fit.
    fn somebody_fits(&self, all_left: bool) -> Result<(), DispatchError> {
        let reasons = lock(&self.unfit).clone();
        let waiting = self.over.is_cancelled() || self.cancel.is_cancelled();
        if !all_left || waiting || reasons.is_empty() {
            return Ok(());
        }
        Err(DispatchError::Nobody { reasons })
    }

    fn segment(&self, lease: Lease) -> &Segment {
        &self.plan.segments[self.segments[lease.task]]
    }

    fn report_away(&self, member: &Member) {
        if let Some(reason) = member.resting() {
            let worker = member.name().to_owned();
            warn!(worker.name = worker, reason, "a worker is away");
            self.report(Event::WorkerAway { worker, reason });
        }
    }

    fn report_unfit(&self, member: &Member, reason: String) {
        let worker = member.name().to_owned();
        let mut unfit = lock(&self.unfit);
        let line = format!("{worker}: {reason}");
        if !unfit.contains(&line) {
            unfit.push(line);
            self.report(Event::WorkerUnfit { worker, reason });
        }
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

fn characters(segment: &Segment) -> usize {
    segment.utterance.text.chars().count()
}

/// A panic in a speaker ends the run anyway; the state behind the lock is whole.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
