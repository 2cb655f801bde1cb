//! Who speaks what next: a state machine without I/O; the caller passes the time.
//!
//! `pending → leased(worker, until) → done | pending (attempt + 1, not before) | dead`; an idle worker may
//! hold a lease beside the first (hedging), and the first clip counts.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Names a speaker: a local slot or a machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct WorkerId(pub u32);

/// A claim on a task until a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Index of the task.
    pub task: usize,
    /// Counted from 1.
    pub attempt: u32,
    /// When the claim runs out, on the caller's clock.
    pub until: Duration,
}

/// How often and how soon a failed task is tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Tries before a task is dead.
    pub attempts: u32,
    /// Wait after the first failure; it doubles with each further one.
    pub first_wait: Duration,
    /// The longest wait.
    pub longest_wait: Duration,
    /// How long a failed task is left to other workers, beyond the wait.
    pub others_first: Duration,
}

/// A task that failed for good, with its history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// Index of the task.
    pub task: usize,
    /// What went wrong, try by try.
    pub history: Vec<String>,
}

/// What a failed try leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// The task may be tried again, from then on.
    Again(Duration),
    /// The tries are used up, or no other try can help.
    Dead,
    /// It is done, or another worker is at it: nothing changes.
    Elsewhere,
}

/// Tasks `0..n` in order of urgency, and where each of them stands.
#[derive(Debug)]
pub struct Scheduler {
    policy: RetryPolicy,
    states: Vec<State>,
    /// Place of each task in the order of urgency.
    places: Vec<usize>,
    /// Tasks that may be tried now, each behind its place.
    ready: BTreeSet<(usize, usize)>,
    /// Pending tasks that have to wait, and leases that will run out.
    timers: BTreeSet<(Duration, usize)>,
    /// Who is at a task: one worker, or two where it was hedged.
    holders: BTreeMap<usize, Vec<Holder>>,
    failures: BTreeMap<usize, Vec<String>>,
    /// Who failed at a task last: for a while it is for others to try.
    avoided: BTreeMap<usize, (WorkerId, Duration)>,
    open: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Ready,
    Waiting { until: Duration },
    Leased,
    Done,
    Dead,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Holder {
    worker: WorkerId,
    since: Duration,
    until: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 4,
            first_wait: Duration::from_millis(200),
            longest_wait: Duration::from_secs(30),
            others_first: Duration::from_secs(2),
        }
    }
}

impl RetryPolicy {
    /// Wait before the next try: doubling, with up to a quarter taken off so that tasks that failed
    /// together don't come back together. The jitter is a hash, so that runs can be repeated.
    fn wait(&self, task: usize, failures: u32) -> Duration {
        let doubled = self
            .first_wait
            .saturating_mul(1 << failures.saturating_sub(1).min(16))
            .min(self.longest_wait);
        let hash =
            (task as u64 ^ (u64::from(failures) << 40)).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56;
        doubled - doubled.mul_f64(f64::from(u8::try_from(hash).unwrap_or(u8::MAX)) / 1024.0)
    }
}

impl Scheduler {
    /// `tasks` tasks, none of them done, most urgent first.
    #[must_use]
    pub fn new(tasks: usize, policy: RetryPolicy) -> Self {
        Self {
            policy,
            states: vec![State::Ready; tasks],
            places: (0..tasks).collect(),
            ready: (0..tasks).map(|task| (task, task)).collect(),
            timers: BTreeSet::new(),
            holders: BTreeMap::new(),
            failures: BTreeMap::new(),
            avoided: BTreeMap::new(),
            open: tasks,
        }
    }

    /// Makes the tasks as urgent as `order` has them, the most urgent first. Those that it does not have keep
    /// their places.
    pub fn reorder(&mut self, order: &[usize]) {
        for (place, task) in order.iter().enumerate() {
            self.places[*task] = place;
        }
        let ready = self.ready.iter();
        self.ready = ready.map(|(_, task)| (self.places[*task], *task)).collect();
    }

    /// Gives `worker` the most urgent task that may be tried now, until `now + term`. A task at which
    /// this worker failed last is left to others for a while.
    pub fn lease(&mut self, worker: WorkerId, now: Duration, term: Duration) -> Option<Lease> {
        self.tick(now);
        let mut ready = self.ready.iter().map(|(_, task)| *task);
        let task = ready.find(|task| !self.avoids(*task, worker, now))?;
        self.ready.remove(&(self.places[task], task));
        self.states[task] = State::Leased;
        Some(self.hold(task, worker, now, term))
    }

    /// Gives an idle `worker` a task that somebody else has been at for `age` or longer, the oldest
    /// first, as a second try beside the first: the one that completes first counts.
    pub fn hedge(
        &mut self,
        worker: WorkerId,
        now: Duration,
        age: Duration,
        term: Duration,
    ) -> Option<Lease> {
        self.tick(now);
        let alone = |holders: &[Holder]| match holders {
            [only] if only.worker != worker && now >= only.since + age => Some(only.since),
            _ => None,
        };
        let tasks = self.holders.iter();
        let (_, task) = tasks
            .filter_map(|(task, holders)| Some((alone(holders)?, *task)))
            .filter(|(_, task)| !self.avoids(*task, worker, now))
            .min()?;
        Some(self.hold(task, worker, now, term))
    }

    /// A clip of the task is durable, whoever spoke it. Returns whether that is news.
    pub fn complete(&mut self, task: usize) -> bool {
        if matches!(self.states[task], State::Done) {
            return false;
        }
        if !matches!(self.states[task], State::Dead) {
            self.open -= 1;
        }
        self.leave(task);
        self.states[task] = State::Done;
        true
    }

    /// A try by `worker` failed; `again` says whether another one can help.
    pub fn fail(
        &mut self,
        task: usize,
        worker: WorkerId,
        reason: String,
        again: bool,
        now: Duration,
    ) -> Verdict {
        if !self.let_go(task, worker) {
            return Verdict::Elsewhere;
        }
        let history = self.failures.entry(task).or_default();
        history.push(reason);
        let failures = u32::try_from(history.len()).unwrap_or(u32::MAX);
        if !again || failures >= self.policy.attempts {
            self.leave(task);
            self.states[task] = State::Dead;
            self.open -= 1;
            return Verdict::Dead;
        }
        let until = now + self.policy.wait(task, failures);
        let others = until + self.policy.others_first;
        self.avoided.insert(task, (worker, others));
        if self.holders.contains_key(&task) {
            return Verdict::Elsewhere;
        }
        self.states[task] = State::Waiting { until };
        self.timers.insert((until, task));
        Verdict::Again(until)
    }

    /// `worker` gives the task back untried: it is busy, or gone.
    pub fn release(&mut self, task: usize, worker: WorkerId) {
        if self.let_go(task, worker) && !self.holders.contains_key(&task) {
            self.is_ready(task);
        }
    }

    /// When something changes by itself after `now`: a wait ends, a lease runs out, or a task is no
    /// longer left to others.
    #[must_use]
    pub fn next_change(&self, now: Duration) -> Option<Duration> {
        let timer = self.timers.first().map(|(at, _)| *at);
        let avoided = self.avoided.iter();
        let ready = |task: usize| self.ready.contains(&(self.places[task], task));
        let left = avoided.filter(|(task, (_, until))| ready(**task) && *until > now);
        left.map(|(_, (_, until))| *until).chain(timer).min()
    }

    /// Whether every task is done or dead.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.open == 0
    }

    /// Whether the task is done or dead.
    #[must_use]
    pub fn is_settled(&self, task: usize) -> bool {
        matches!(self.states[task], State::Done | State::Dead)
    }

    /// Whether the task is dead.
    #[must_use]
    pub fn is_dead(&self, task: usize) -> bool {
        matches!(self.states[task], State::Dead)
    }

    /// The tasks that failed for good, in order.
    #[must_use]
    pub fn dead_letters(&self) -> Vec<DeadLetter> {
        let dead = self
            .failures
            .iter()
            .filter(|(task, _)| self.is_dead(**task));
        dead.map(|(task, history)| DeadLetter {
            task: *task,
            history: history.clone(),
        })
        .collect()
    }

    /// Makes waits that are over ready, and takes back leases that ran out.
    fn tick(&mut self, now: Duration) {
        while let Some((at, task)) = self.timers.first().copied().filter(|(at, _)| *at <= now) {
            self.timers.remove(&(at, task));
            if let Some(holders) = self.holders.get_mut(&task) {
                holders.retain(|holder| holder.until > at);
                if !holders.is_empty() {
                    continue;
                }
                self.holders.remove(&task);
            }
            self.is_ready(task);
        }
    }

    fn is_ready(&mut self, task: usize) {
        self.states[task] = State::Ready;
        self.ready.insert((self.places[task], task));
    }

    fn hold(&mut self, task: usize, worker: WorkerId, now: Duration, term: Duration) -> Lease {
        let until = now + term;
        let holder = Holder {
            worker,
            since: now,
            until,
        };
        self.holders.entry(task).or_default().push(holder);
        self.timers.insert((until, task));
        Lease {
            task,
            attempt: self.attempts(task) + 1,
            until,
        }
    }

    /// Takes the task out of the hands of `worker`. Returns whether it was in them.
    fn let_go(&mut self, task: usize, worker: WorkerId) -> bool {
        let Some(holders) = self.holders.get_mut(&task) else {
            return false;
        };
        let Some(index) = holders.iter().position(|holder| holder.worker == worker) else {
            return false;
        };
        let until = holders.remove(index).until;
        // Both may run out at the same time, and then share the timer.
        if holders.iter().all(|other| other.until != until) {
            self.timers.remove(&(until, task));
        }
        if holders.is_empty() {
            self.holders.remove(&task);
        }
        true
    }

    fn avoids(&self, task: usize, worker: WorkerId, now: Duration) -> bool {
        let avoided = self.avoided.get(&task);
        avoided.is_some_and(|(failed, until)| *failed == worker && now < *until)
    }

    fn attempts(&self, task: usize) -> u32 {
        self.failures.get(&task).map_or(0, |history| {
            u32::try_from(history.len()).unwrap_or(u32::MAX)
        })
    }

    /// Takes a task out of the queues that its state keeps it in.
    fn leave(&mut self, task: usize) {
        self.ready.remove(&(self.places[task], task));
        for holder in self.holders.remove(&task).unwrap_or_default() {
            self.timers.remove(&(holder.until, task));
        }
        if let State::Waiting { until } = self.states[task] {
            self.timers.remove(&(until, task));
        }
    }
}

#[cfg(test)]
mod tests;
