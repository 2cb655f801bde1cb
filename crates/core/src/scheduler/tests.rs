//! The scheduler as a protocol: who gets what, and when.

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
fn tasks_can_become_more_urgent_than_others() {
    let mut scheduler = scheduler(5);
    scheduler.lease(A, seconds(0), TERM);
    scheduler.lease(A, seconds(0), TERM);
    scheduler.reorder(&[3, 4, 0, 1, 2]);
    scheduler.release(0, A);
    let mut next = || scheduler.lease(B, seconds(0), TERM).map(|lease| lease.task);
    assert_eq!(
        [next(), next(), next(), next(), next()],
        [Some(3), Some(4), Some(0), Some(2), None]
    );
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
