//! Everybody who speaks, as they come and go.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use audiotome_core::WorkerId;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use crate::member::{Change, Member};
use crate::speaker::Speaker;

/// Members that are asked at once whether they are there.
const ASKED_AT_ONCE: usize = 64;

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

    /// Lets a speaker finish what it is speaking and asks it for nothing more. Returns whether it
    /// was there.
    pub fn drain(&self, name: &str) -> bool {
        let member = self.take_out(name);
        member.inspect(|member| member.leaving.cancel()).is_some()
    }

    /// Takes a speaker out at once: what it was asked for is given up and spoken by others. Returns
    /// whether it was there.
    pub fn remove(&self, name: &str) -> bool {
        let member = self.take_out(name);
        member
            .inspect(|member| {
                member.leaving.cancel();
                member.gone.cancel();
            })
            .is_some()
    }

    /// The speaker of that name, if it takes part.
    #[must_use]
    pub fn find(&self, name: &str) -> Option<Arc<Member>> {
        let members = self.members.borrow();
        members.iter().find(|member| member.name() == name).cloned()
    }

    /// Who takes part now.
    #[must_use]
    pub fn members(&self) -> Vec<Arc<Member>> {
        self.members.borrow().clone()
    }

    /// Asks those that have nothing to do whether they are there, many at once and each for a few
    /// seconds at most. Returns what has changed, by name.
    pub async fn look_after(&self) -> Vec<(String, Change)> {
        let mut asked = JoinSet::new();
        let turns = Arc::new(Semaphore::new(ASKED_AT_ONCE));
        for member in self.members() {
            let turns = Arc::clone(&turns);
            asked.spawn(async move {
                let _turn = turns.acquire().await.ok()?;
                let change = member.look_after().await?;
                Some((member.name().to_owned(), change))
            });
        }
        let mut changes = Vec::new();
        while let Some(change) = asked.join_next().await {
            changes.extend(change.ok().flatten());
        }
        changes
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Vec<Arc<Member>>> {
        self.members.subscribe()
    }

    fn take_out(&self, name: &str) -> Option<Arc<Member>> {
        let mut found = None;
        self.members.send_if_modified(|members| {
            let index = members.iter().position(|member| member.name() == name);
            found = index.map(|index| members.remove(index));
            found.is_some()
        });
        found
    }
}
