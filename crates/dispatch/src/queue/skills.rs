//! What a worker can speak, asked once for each lane and again from time to time.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use audiotome_core::Narration;
use audiotome_queue::{Lane, LaneId, Skill, Skills};

use crate::member::Member;
use crate::speaker::Fitness;

/// A voice may be installed meanwhile.
const ASK_AGAIN: Duration = Duration::from_secs(30);
/// Whoever is away may be back soon.
const AWAY: Duration = Duration::from_secs(2);

/// What is known of a worker's skills.
#[derive(Default)]
pub(super) struct Known {
    skills: Mutex<BTreeMap<Skill, Answer>>,
    lanes: Mutex<HashMap<LaneId, Arc<Narration>>>,
}

enum Answer {
    Can,
    Lacks { reason: String, until: Instant },
}

impl Known {
    /// What the queue is asked with: whatever is worth asking again is left out.
    pub(super) fn skills(&self) -> Skills {
        let now = Instant::now();
        let skills = lock(&self.skills);
        let known = skills.iter().filter_map(|(skill, answer)| match answer {
            Answer::Can => Some((skill.clone(), true)),
            Answer::Lacks { until, .. } if *until > now => Some((skill.clone(), false)),
            Answer::Lacks { .. } => None,
        });
        known.collect()
    }

    /// What the worker can speak.
    pub(super) fn can(&self) -> Vec<Skill> {
        let skills = lock(&self.skills);
        let can = skills
            .iter()
            .filter(|(_, answer)| matches!(answer, Answer::Can));
        can.map(|(skill, _)| skill.clone()).collect()
    }

    /// What it can't, and why.
    pub(super) fn lacks(&self) -> BTreeMap<Skill, String> {
        let skills = lock(&self.skills);
        let lacks = skills.iter().filter_map(|(skill, answer)| match answer {
            Answer::Lacks { reason, .. } => Some((skill.clone(), reason.clone())),
            Answer::Can => None,
        });
        lacks.collect()
    }

    /// When one of them is asked again.
    pub(super) fn next_change(&self) -> Option<Duration> {
        let now = Instant::now();
        let skills = lock(&self.skills);
        let untils = skills.values().filter_map(|answer| match answer {
            Answer::Lacks { until, .. } => Some(until.saturating_duration_since(now)),
            Answer::Can => None,
        });
        untils.min()
    }

    /// How a lane that was learnt is read.
    pub(super) fn narration(&self, lane: &LaneId) -> Option<Arc<Narration>> {
        lock(&self.lanes).get(lane).cloned()
    }

    pub(super) fn remember(&self, id: &LaneId, lane: &Lane) {
        let mut lanes = lock(&self.lanes);
        // Lanes come and go; one that is forgotten is looked up again.
        if lanes.len() > 1000 {
            lanes.clear();
        }
        lanes.insert(id.clone(), Arc::new(lane.narration.clone()));
    }

    /// It turned out that the member does not speak it.
    pub(super) fn forget(&self, skill: &Skill, reason: String) {
        lock(&self.skills).insert(skill.clone(), Answer::lacks(reason, ASK_AGAIN));
    }

    /// Asks whether the member speaks what a lane needs. `store` is where its clips would go.
    pub(super) async fn learn(&self, member: &Member, id: &LaneId, lane: &Lane, store: &str) {
        let answer = if lane.store == store {
            match member.speaker.fitness(&lane.narration).await {
                Fitness::Fit { requests } => {
                    member.turns.grow_to(requests);
                    Answer::Can
                }
                Fitness::Unfit(reason) => Answer::lacks(reason, ASK_AGAIN),
                Fitness::Away(reason) => Answer::lacks(reason, AWAY),
            }
        } else {
            let reason = "its `--store` is not the one of the master".to_owned();
            Answer::lacks(reason, ASK_AGAIN)
        };
        if let Answer::Lacks { reason, .. } = &answer {
            tracing::warn!(
                worker.name = member.name(),
                book = lane.title,
                reason,
                "can't speak a book"
            );
        }
        self.remember(id, lane);
        lock(&self.skills).insert(id.skill(), answer);
    }
}

impl Answer {
    fn lacks(reason: String, rest: Duration) -> Self {
        Self::Lacks {
            reason,
            until: Instant::now() + rest,
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
