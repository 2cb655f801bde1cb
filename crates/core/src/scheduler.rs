//! Who speaks what next: a state machine without I/O; the caller passes the time.
//!
//! `pending → leased(worker, until) → done | pending (attempt + 1, not before) | dead`

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
}

/// A task that failed for good, with its history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeadLetter {
    /// Index of the task.
    pub task: usize,
    /// What went wrong, try by try.
    pub history: Vec<String>,
}

/// Tasks `0..n` in order of urgency, and where each of them stands.
#[derive(Debug)]
pub struct Scheduler {
    policy: RetryPolicy,
    states: Vec<State>,
    ready: BTreeSet<usize>,
    /// Pending tasks that have to wait, and leases that will run out.
    timers: BTreeSet<(Duration, usize)>,
    failures: BTreeMap<usize, Vec<String>>,
    open: usize,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Ready,
    Waiting { until: Duration },
    Leased { worker: WorkerId, until: Duration },
    Done,
    Dead,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            attempts: 4,
            first_wait: Duration::from_millis(200),
            longest_wait: Duration::from_secs(30),
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
            ready: (0..tasks).collect(),
            timers: BTreeSet::new(),
            failures: BTreeMap::new(),
            open: tasks,
        }
    }

    /// Gives `worker` the most urgent task that may be tried now, until `now + term`.
    pub fn lease(&mut self, worker: WorkerId, now: Duration, term: Duration) -> Option<Lease> {
        self.tick(now);
        let task = self.ready.pop_first()?;
        let until = now + term;
        self.states[task] = State::Leased { worker, until };
        self.timers.insert((until, task));
        Some(Lease {
            task,
            attempt: self.attempts(task) + 1,
            until,
        })
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

    /// A try by `worker` failed. Returns when the task may be tried again, or `None` when it won't be:
    /// it is done or leased to someone else meanwhile, or dead, since `again` is false or the tries are used up.
    pub fn fail(
        &mut self,
        task: usize,
        worker: WorkerId,
        reason: String,
        again: bool,
        now: Duration,
    ) -> Option<Duration> {
        if !matches!(self.states[task], State::Leased { worker: holder, .. } if holder == worker) {
            return None;
        }
        self.leave(task);
        let history = self.failures.entry(task).or_default();
        history.push(reason);
        let failures = u32::try_from(history.len()).unwrap_or(u32::MAX);
        if !again || failures >= self.policy.attempts {
            self.states[task] = State::Dead;
            self.open -= 1;
            return None;
        }
        let until = now + self.policy.wait(task, failures);
        self.states[task] = State::Waiting { until };
        self.timers.insert((until, task));
        Some(until)
    }

    /// When something changes by itself: a wait ends or a lease runs out.
    #[must_use]
    pub fn next_change(&self) -> Option<Duration> {
        self.timers.first().map(|(at, _)| *at)
    }

    /// Whether every task is done or dead.
    #[must_use]
    pub fn is_finished(&self) -> bool {
        self.open == 0
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
            self.states[task] = State::Ready;
            self.ready.insert(task);
        }
    }

    fn attempts(&self, task: usize) -> u32 {
        self.failures.get(&task).map_or(0, |history| {
            u32::try_from(history.len()).unwrap_or(u32::MAX)
        })
    }

    /// Takes a task out of the queues that its state keeps it in.
    fn leave(&mut self, task: usize) {
        match self.states[task] {
            State::Ready => {
                self.ready.remove(&task);
            }
            State::Waiting { until } | State::Leased { until, .. } => {
                self.timers.remove(&(until, task));
            }
            State::Done | State::Dead => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TERM: Duration = Duration::from_secs(60);
    const A: WorkerId = WorkerId(1);
    const B: WorkerId = WorkerId(2);

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    fn scheduler(tasks: usize) -> Scheduler {
        Scheduler::new(
            tasks,
            RetryPolicy {
                attempts: 3,
                first_wait: seconds(1),
                longest_wait: seconds(4),
            },
        )
    }

    #[test]
    fn tasks_are_leased_in_order_and_once() {
        let mut scheduler = scheduler(2);
        let tasks: Vec<_> = (0..3)
            .map(|_| scheduler.lease(A, seconds(0), TERM).map(|lease| lease.task))
            .collect();
        assert_eq!(tasks, [Some(0), Some(1), None]);
        assert!(scheduler.complete(0) && scheduler.complete(1));
        assert!(scheduler.is_finished());
    }

    #[test]
    fn a_failed_task_waits_and_then_comes_first() {
        let mut scheduler = scheduler(3);
        scheduler.lease(A, seconds(0), TERM);
        let again = scheduler
            .fail(0, A, "no".to_owned(), true, seconds(0))
            .unwrap();
        assert!(
            again <= seconds(1) && again >= Duration::from_millis(750),
            "{again:?}"
        );
        assert_eq!(scheduler.next_change(), Some(again));
        assert_eq!(scheduler.lease(A, seconds(0), TERM).unwrap().task, 1);
        let lease = scheduler.lease(A, again, TERM).unwrap();
        assert_eq!((lease.task, lease.attempt), (0, 2));
    }

    #[test]
    fn a_task_that_always_fails_dies_with_its_history() {
        let mut scheduler = scheduler(1);
        let mut now = seconds(0);
        for reason in ["one", "two", "three"] {
            scheduler.lease(A, now, TERM).unwrap();
            now = scheduler
                .fail(0, A, reason.to_owned(), true, now)
                .unwrap_or(now);
        }
        assert!(scheduler.is_finished());
        assert_eq!(
            scheduler.dead_letters(),
            [DeadLetter {
                task: 0,
                history: ["one", "two", "three"].map(str::to_owned).to_vec()
            }]
        );
    }

    #[test]
    fn what_no_other_try_can_help_dies_at_once() {
        let mut scheduler = scheduler(1);
        scheduler.lease(A, seconds(0), TERM).unwrap();
        assert_eq!(
            scheduler.fail(0, A, "bad text".to_owned(), false, seconds(0)),
            None
        );
        assert!(scheduler.is_dead(0));
    }

    #[test]
    fn a_lease_that_ran_out_goes_to_another_and_late_news_are_harmless() {
        let mut scheduler = scheduler(1);
        scheduler.lease(A, seconds(0), TERM).unwrap();
        assert_eq!(scheduler.lease(B, seconds(59), TERM), None);
        assert_eq!(scheduler.lease(B, seconds(60), TERM).unwrap().task, 0);
        assert_eq!(
            scheduler.fail(0, A, "late".to_owned(), true, seconds(61)),
            None
        );
        assert!(scheduler.complete(0), "the first clip counts");
        assert!(!scheduler.complete(0), "the second is no news");
        assert!(scheduler.is_finished());
    }

    #[test]
    fn waits_double_up_to_a_limit() {
        let policy = RetryPolicy {
            attempts: 9,
            first_wait: seconds(1),
            longest_wait: seconds(4),
        };
        let waits: Vec<_> = (1..=4)
            .map(|failures| policy.wait(7, failures).as_secs_f64().ceil() as u64)
            .collect();
        assert_eq!(waits, [1, 2, 4, 4]);
    }
}
