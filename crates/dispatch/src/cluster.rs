//! Everybody who speaks, as they come and go.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use audiotome_core::{Narration, WorkerId};
use tokio::sync::{Mutex as AsyncMutex, Semaphore, watch};

use crate::health::Health;
use crate::pace::Pace;
use crate::speaker::{Fitness, Speaker};

/// A speaker that takes part, and what is known about it.
pub struct Member {
    pub(crate) id: WorkerId,
    pub(crate) speaker: Arc<dyn Speaker>,
    /// Requests that it may have at once; all books share them.
    pub(crate) turns: Semaphore,
    granted: Mutex<usize>,
    health: Mutex<Health>,
    pace: Mutex<Pace>,
    draining: AtomicBool,
    /// Only one asks a speaker whether it is back.
    asking: AsyncMutex<()>,
}

/// The speakers, in a list that can change while a book is read.
pub struct Cluster {
    members: watch::Sender<Vec<Arc<Member>>>,
    next_id: AtomicU32,
}

impl Default for Cluster {
    fn default() -> Self {
        Self {
            members: watch::Sender::new(Vec::new()),
            next_id: AtomicU32::new(0),
        }
    }
}

impl Cluster {
    /// The speakers given, all of them at once.
    #[must_use]
    pub fn of(speakers: impl IntoIterator<Item = Arc<dyn Speaker>>) -> Self {
        let cluster = Self::default();
        for speaker in speakers {
            cluster.add(speaker);
        }
        cluster
    }

    /// Adds a speaker; books that are being read use it from now on. One of the same name that is
    /// there already stays, and is returned.
    pub fn add(&self, speaker: Arc<dyn Speaker>) -> Arc<Member> {
        let mut added = None;
        self.members.send_if_modified(|members| {
            let same = |member: &&Arc<Member>| member.name() == speaker.name();
            if let Some(there) = members.iter().find(same) {
                added = Some(Arc::clone(there));
                return false;
            }
            let id = WorkerId(self.next_id.fetch_add(1, Ordering::Relaxed));
            let member = Arc::new(Member::new(id, Arc::clone(&speaker)));
            added = Some(Arc::clone(&member));
            members.push(member);
            true
        });
        added.expect("it was there or was added")
    }

    /// Lets a speaker finish what it is speaking and asks it for nothing more.
    pub fn drain(&self, name: &str) -> bool {
        let mut found = false;
        self.members.send_modify(|members| {
            members.retain(|member| {
                let drained = member.name() == name;
                if drained {
                    member.draining.store(true, Ordering::Release);
                    found = true;
                }
                !drained
            });
        });
        found
    }

    /// Who takes part now.
    #[must_use]
    pub fn members(&self) -> Vec<Arc<Member>> {
        self.members.borrow().clone()
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Vec<Arc<Member>>> {
        self.members.subscribe()
    }
}

impl Member {
    fn new(id: WorkerId, speaker: Arc<dyn Speaker>) -> Self {
        Self {
            id,
            speaker,
            turns: Semaphore::new(0),
            granted: Mutex::new(0),
            health: Mutex::default(),
            pace: Mutex::default(),
            draining: AtomicBool::new(false),
            asking: AsyncMutex::new(()),
        }
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

    pub(crate) fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }

    pub(crate) fn health(&self) -> MutexGuard<'_, Health> {
        self.health.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn pace(&self) -> MutexGuard<'_, Pace> {
        self.pace.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Requests that it was granted at once, so far.
    pub(crate) fn requests(&self) -> usize {
        *self.granted.lock().unwrap_or_else(PoisonError::into_inner)
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

    /// Asks whether it is there and fits.
    pub(crate) async fn ask(&self, narration: &Narration) -> Result<(), String> {
        match self.speaker.fitness(narration).await {
            Fitness::Fit { requests } => {
                self.grant(requests);
                self.health().answered();
            }
            Fitness::Away(reason) => self.health().still_away(&reason, Instant::now()),
            Fitness::Unfit(reason) => return Err(reason),
        }
        Ok(())
    }

    fn resting_until(&self) -> Option<Instant> {
        self.health().resting_until()
    }

    /// A speaker that comes back may have more slots than before.
    fn grant(&self, requests: usize) {
        let mut granted = self.granted.lock().unwrap_or_else(PoisonError::into_inner);
        self.turns.add_permits(requests.saturating_sub(*granted));
        *granted = requests.max(*granted);
    }
}
