//! A speaker that takes part, and what is known about it.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use audiotome_core::{Narration, WorkerId};
use serde::{Deserialize, Serialize};
use tokio::sync::Mutex as AsyncMutex;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use crate::health::Health;
use crate::pace::Pace;
use crate::speaker::{Fitness, Speaker};
use crate::turns::Turns;

/// The longest that an answer to the question whether it is there may take.
const PRESENCE: Duration = Duration::from_secs(5);

/// A speaker that takes part.
pub struct Member {
    pub(crate) id: WorkerId,
    pub(crate) speaker: Arc<dyn Speaker>,
    /// Requests that it may have at once; all books share them.
    pub(crate) turns: Turns,
    pub(crate) counters: Counters,
    /// It is asked for nothing more.
    pub(crate) leaving: CancellationToken,
    /// What it was asked for is given up.
    pub(crate) gone: CancellationToken,
    health: Mutex<Health>,
    pace: Mutex<Pace>,
    /// Only one asks a speaker whether it is back.
    asking: AsyncMutex<()>,
    /// Books that it speaks now: they learn by themselves how it is.
    books: AtomicUsize,
}

/// A book that a member speaks, until this is dropped.
pub(crate) struct Employed<'a>(&'a AtomicUsize);

/// What has become of a speaker since it was seen last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It is there again.
    Back,
    /// It is away, for this reason.
    Away(String),
}

/// What a speaker has done so far.
#[derive(Debug, Default)]
pub(crate) struct Counters {
    segments: AtomicU64,
    characters: AtomicU64,
    failures: AtomicU64,
}

/// Whether a speaker is at work.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum MemberState {
    /// It speaks what it is asked for.
    Well,
    /// It failed or is busy, and is left alone for a while.
    Resting,
    /// It ends what it is speaking, and leaves.
    Draining,
}

/// What is known about a speaker at a moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MemberStatus {
    /// What people call it.
    pub name: String,
    /// Whether it is at work.
    pub state: MemberState,
    /// Why it rests, when it does.
    pub reason: Option<String>,
    /// Requests that it may have at once; 0 until it was asked.
    pub requests: usize,
    /// Requests that are under way.
    pub busy: usize,
    /// Segments that it has spoken.
    pub segments: u64,
    /// Characters that it has spoken.
    pub characters: u64,
    /// Tries of its that gave no clip.
    pub failures: u64,
    /// Characters that one request speaks in a second, as learnt lately; 0 until it has spoken.
    pub characters_per_second: f64,
}

impl Member {
    pub(crate) fn new(id: WorkerId, speaker: Arc<dyn Speaker>) -> Self {
        Self {
            id,
            speaker,
            turns: Turns::default(),
            counters: Counters::default(),
            leaving: CancellationToken::new(),
            gone: CancellationToken::new(),
            health: Mutex::default(),
            pace: Mutex::default(),
            asking: AsyncMutex::new(()),
            books: AtomicUsize::new(0),
        }
    }

    /// A speaker that is in no cluster.
    pub(crate) fn alone(speaker: Arc<dyn Speaker>) -> Self {
        Self::new(WorkerId(0), speaker)
    }

    /// What people call it.
    #[must_use]
    pub fn name(&self) -> &str {
        self.speaker.name()
    }

    /// Why it rests, when it does.
    #[must_use]
    pub fn resting(&self) -> Option<String> {
        let health = self.health();
        let reason = health.reason().unwrap_or("it is busy").to_owned();
        health.resting_until().map(|_| reason)
    }

    /// What is known about it now.
    #[must_use]
    pub fn status(&self) -> MemberStatus {
        let reason = self.resting();
        let state = match &reason {
            _ if self.is_draining() => MemberState::Draining,
            Some(_) => MemberState::Resting,
            None => MemberState::Well,
        };
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        MemberStatus {
            name: self.name().to_owned(),
            state,
            reason,
            requests: self.requests(),
            busy: self.turns.taken(),
            segments: count(&self.counters.segments),
            characters: count(&self.counters.characters),
            failures: count(&self.counters.failures),
            characters_per_second: self.pace().characters_per_second(),
        }
    }

    pub(crate) fn is_draining(&self) -> bool {
        self.leaving.is_cancelled()
    }

    /// What went wrong, while it rests since it failed.
    pub(crate) fn away(&self) -> Option<String> {
        let health = self.health();
        health.resting_until()?;
        health.reason().map(str::to_owned)
    }

    pub(crate) fn health(&self) -> MutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Requests that it was granted at once, so far.
    pub(crate) fn requests(&self) -> usize {
        self.turns.total()
    }

    /// Waits while it rests, and asks it whether it is back, until it is. Returns why not, when it
    /// can't take part at all.
    pub(crate) async fn wait_until_well(&self, narration: &Narration) -> Result<(), String> {
        while self.resting_until().is_some() {
            let _asking = self.asking.lock().await;
            // Another may have asked meanwhile.
            let Some(until) = self.resting_until() else {
                break;
            };
            tokio::time::sleep_until(until.into()).await;
            self.ask(narration).await?;
        }
        Ok(())
    }

    /// Waits while it rests.
    pub(crate) async fn rested(&self) {
        while let Some(until) = self.resting_until() {
            tokio::time::sleep_until(until.into()).await;
            self.health().answered();
        }
    }

    /// Asks whether it is there and fits.
    pub(crate) async fn ask(&self, narration: &Narration) -> Result<(), String> {
        match self.speaker.fitness(narration).await {
            Fitness::Fit { requests } => {
                // One that comes back may have more slots than before.
                self.turns.grow_to(requests);
                self.health().answered();
            }
            Fitness::Away(reason) => self.health().still_away(&reason, Instant::now()),
            Fitness::Unfit(reason) => return Err(reason),
        }
        Ok(())
    }

    /// A book begins to be spoken by it.
    pub(crate) fn employ(&self) -> Employed<'_> {
        self.books.fetch_add(1, Ordering::Relaxed);
        Employed(&self.books)
    }

    /// Asks whether it is there, unless somebody learns that anyway: by its answers, or by asking
    /// while it rests. Returns what has changed.
    pub(crate) async fn look_after(&self) -> Option<Change> {
        let asking = self.asking.try_lock();
        let rests = self.resting_until();
        let employed = self.books.load(Ordering::Relaxed) > 0;
        let rest_is_over = rests.is_none_or(|until| until <= Instant::now());
        if asking.is_err()
            || self.is_draining()
            || self.turns.taken() > 0
            || !rest_is_over
            || (employed && rests.is_some())
        {
            return None;
        }
        let asked = tokio::time::timeout(PRESENCE, self.speaker.presence()).await;
        let late = format!("no answer within {} s", PRESENCE.as_secs());
        match asked.unwrap_or(Fitness::Away(late)) {
            Fitness::Fit { requests } => {
                self.turns.grow_to(requests);
                self.health().answered();
                let name = self.name();
                rests.map(|_| {
                    info!(worker.name = name, "a worker is back");
                    Change::Back
                })
            }
            Fitness::Away(reason) | Fitness::Unfit(reason) => {
                let is_news = self.health().absent(&reason, Instant::now());
                is_news.then(|| {
                    warn!(worker.name = self.name(), reason, "a worker is away");
                    Change::Away(reason)
                })
            }
        }
    }

    fn resting_until(&self) -> Option<Instant> {
        self.health().resting_until()
    }
}

impl Drop for Employed<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Counters {
    pub(crate) fn spoke(&self, characters: usize) {
        self.segments.fetch_add(1, Ordering::Relaxed);
        let characters = characters as u64;
        self.characters.fetch_add(characters, Ordering::Relaxed);
    }

    pub(crate) fn failed(&self) {
        self.failures.fetch_add(1, Ordering::Relaxed);
    }
}
