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
    ready: BTreeSet<usize>,
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
            ready: (0..tasks).collect(),
            timers: BTreeSet::new(),
            holders: BTreeMap::new(),
            failures: BTreeMap::new(),
            avoided: BTreeMap::new(),
            open: tasks,
        }
    }

    /// Gives `worker` the most urgent task that may be tried now, until `now + term`. A task at which
    /// this worker failed last is left to others for a while.
    pub fn lease(&mut self, worker: WorkerId, now: Duration, term: Duration) -> Option<Lease> {
        self.tick(now);
        let task = *self
            .ready
            .iter()
            .find(|task| !self.avoids(**task, worker, now))?;
        self.ready.remove(&task);
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
            self.states[task] = State::Ready;
            self.ready.insert(task);
        }
    }

    /// When something changes by itself after `now`: a wait ends, a lease runs out, or a task is no
    /// longer left to others.
    #[must_use]
    pub fn next_change(&self, now: Duration) -> Option<Duration> {
        let timer = self.timers.first().map(|(at, _)| *at);
        let avoided = self.avoided.iter();
        let left = avoided.filter(|(task, (_, until))| self.ready.contains(task) && *until > now);
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
            self.states[task] = State::Ready;
            self.ready.insert(task);
        }
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
        self.ready.remove(&task);
        for holder in self.holders.remove(&task).unwrap_or_default() {
            self.timers.remove(&(holder.until, task));
        }
        if let State::Waiting { until } = self.states[task] {
            self.timers.remove(&(until, task));
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
                others_first: seconds(2),
            },
        )
    }

    fn again(verdict: Verdict) -> Duration {
        let Verdict::Again(at) = verdict else {
            panic!("{verdict:?}");
        };
        at
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
        let at = again(scheduler.fail(0, A, "no".to_owned(), true, seconds(0)));
        assert!(
            at <= seconds(1) && at >= Duration::from_millis(750),
            "{at:?}"
        );
        assert_eq!(scheduler.next_change(seconds(0)), Some(at));
        assert_eq!(scheduler.lease(B, seconds(0), TERM).unwrap().task, 1);
        let lease = scheduler.lease(B, at, TERM).unwrap();
        assert_eq!((lease.task, lease.attempt), (0, 2));
    }

    #[test]
    fn a_failed_task_is_left_to_others_for_a_while() {
        let mut scheduler = scheduler(1);
        scheduler.lease(A, seconds(0), TERM);
        let at = again(scheduler.fail(0, A, "no".to_owned(), true, seconds(0)));
        assert_eq!(scheduler.lease(A, at, TERM), None);
        let later = at + seconds(2);
        assert_eq!(scheduler.next_change(at), Some(later));
        assert_eq!(scheduler.lease(A, later, TERM).unwrap().task, 0);
    }

    #[test]
    fn a_task_that_always_fails_dies_with_its_history() {
        let mut scheduler = scheduler(1);
        let mut now = seconds(0);
        let mut verdicts = Vec::new();
        for reason in ["one", "two", "three"] {
            scheduler.lease(A, now, TERM).unwrap();
            verdicts.push(scheduler.fail(0, A, reason.to_owned(), true, now));
            now += seconds(10);
        }
        assert_eq!(verdicts[2], Verdict::Dead);
        assert!(scheduler.is_finished() && scheduler.is_settled(0));
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
        let verdict = scheduler.fail(0, A, "bad text".to_owned(), false, seconds(0));
        assert_eq!(verdict, Verdict::Dead);
        assert!(scheduler.is_dead(0));
    }

    #[test]
    fn a_lease_that_ran_out_goes_to_another_and_late_news_are_harmless() {
        let mut scheduler = scheduler(1);
        scheduler.lease(A, seconds(0), TERM).unwrap();
        assert_eq!(scheduler.lease(B, seconds(59), TERM), None);
        assert_eq!(scheduler.lease(B, seconds(60), TERM).unwrap().task, 0);
        let late = scheduler.fail(0, A, "late".to_owned(), true, seconds(61));
        assert_eq!(late, Verdict::Elsewhere);
        assert!(scheduler.complete(0), "the first clip counts");
        assert!(!scheduler.complete(0), "the second is no news");
        assert!(scheduler.is_finished());
        assert_eq!(scheduler.next_change(seconds(0)), None);
    }

    #[test]
    fn a_task_that_is_given_back_is_no_failure() {
        let mut scheduler = scheduler(2);
        scheduler.lease(A, seconds(0), TERM).unwrap();
        scheduler.release(0, A);
        scheduler.release(1, B);
        let lease = scheduler.lease(A, seconds(0), TERM).unwrap();
        assert_eq!((lease.task, lease.attempt), (0, 1));
    }

    #[test]
    fn an_idle_worker_takes_the_oldest_task_of_another_as_well() {
        let mut scheduler = scheduler(2);
        scheduler.lease(A, seconds(0), TERM).unwrap();
        scheduler.lease(A, seconds(3), TERM).unwrap();
        let mut hedge = |worker, now| scheduler.hedge(worker, seconds(now), seconds(5), TERM);
        assert_eq!(hedge(B, 4), None, "too early");
        assert_eq!(hedge(A, 9), None, "its own");
        assert_eq!(hedge(B, 9).unwrap().task, 0);
        assert_eq!(hedge(B, 9).unwrap().task, 1);
        assert_eq!(hedge(WorkerId(3), 9), None, "two are enough");
    }

    #[test]
    fn of_two_that_try_one_may_fail() {
        let mut scheduler = scheduler(1);
        scheduler.lease(A, seconds(0), TERM).unwrap();
        scheduler.hedge(B, seconds(9), seconds(5), TERM).unwrap();
        let verdict = scheduler.fail(0, A, "gone".to_owned(), true, seconds(10));
        assert_eq!(verdict, Verdict::Elsewhere);
        assert_eq!(scheduler.lease(A, seconds(11), TERM), None);
        scheduler.release(0, B);
        assert_eq!(scheduler.lease(B, seconds(11), TERM).unwrap().attempt, 2);
        assert!(scheduler.complete(0) && scheduler.is_finished());
        assert_eq!(scheduler.next_change(seconds(0)), None);
    }

    #[test]
    fn of_two_leases_the_longer_one_holds() {
        let mut scheduler = scheduler(1);
        scheduler.lease(A, seconds(0), TERM).unwrap();
        scheduler.hedge(B, seconds(9), seconds(5), TERM).unwrap();
        assert_eq!(scheduler.lease(A, seconds(60), TERM), None);
        assert_eq!(scheduler.lease(A, seconds(69), TERM).unwrap().task, 0);
    }

    #[test]
    fn waits_double_up_to_a_limit() {
        let policy = RetryPolicy {
            attempts: 9,
            first_wait: seconds(1),
            longest_wait: seconds(4),
            others_first: seconds(0),
        };
        let waits: Vec<_> = (1..=4)
            .map(|failures| policy.wait(7, failures).as_secs_f64().ceil() as u64)
            .collect();
        assert_eq!(waits, [1, 2, 4, 4]);
    }
}
