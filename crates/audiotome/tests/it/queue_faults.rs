//! Redis and the store that go away, and come back as they were, or not.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::proxy::Proxy;
use crate::queue::{Making, Worker, survive, total, wait, worker};
use crate::redis::Redis;
use crate::sandbox::{Sandbox, run};
use crate::workers::assert_same;

#[test]
fn redis_dies_and_comes_back() {
    survive(|redis, _, _| {
        redis.kill();
        std::thread::sleep(Duration::from_secs(2));
        redis.up();
    });
}

#[test]
fn redis_comes_back_without_its_data() {
    survive(|redis, _, _| {
        redis.kill();
        redis.forget();
        redis.up();
    });
}

#[test]
fn somebody_flushes_redis() {
    survive(|redis, _, _| {
        redis.ask(&["flushall"]);
    });
}

#[test]
fn redis_freezes_for_longer_than_an_answer_may_take() {
    survive(|redis, _, _| {
        redis.signal("-STOP");
        std::thread::sleep(Duration::from_secs(7));
        redis.signal("-CONT");
    });
}

#[test]
fn redis_is_full_for_a_while() {
    survive(|redis, _, _| {
        redis.ask(&["config", "set", "maxmemory", "1"]);
        std::thread::sleep(Duration::from_secs(2));
        redis.ask(&["config", "set", "maxmemory", "0"]);
    });
}

#[test]
fn redis_is_a_replica_for_a_while() {
    survive(|redis, _, _| {
        redis.ask(&["replicaof", "127.0.0.1", "1"]);
        std::thread::sleep(Duration::from_secs(2));
        redis.ask(&["replicaof", "no", "one"]);
    });
}

#[test]
fn the_store_is_away_for_a_while() {
    survive(|_, workers, sandbox| {
        let (share, aside) = (sandbox.path("share"), sandbox.path("aside"));
        // A worker that writes in the middle of the move would make the folder anew.
        let all = |signal| workers.iter().for_each(|worker| worker.signal(signal));
        all("-STOP");
        fs_err::rename(&share, &aside).unwrap();
        // No folder can be made where a file is.
        sandbox.file("share", "in the way");
        all("-CONT");
        std::thread::sleep(Duration::from_secs(2));
        all("-STOP");
        fs_err::remove_file(&share).unwrap();
        fs_err::rename(&aside, &share).unwrap();
        all("-CONT");
    });
}

#[test]
fn connections_that_are_half_open_are_given_up() {
    let (sandbox, redis) = (Sandbox::new(), Redis::start());
    let proxy = Proxy::to(([127, 0, 0, 1], redis.port).into(), Duration::ZERO);
    let url = format!("redis://{}", proxy.address);
    let through_proxy = ["--queue", url.as_str()];
    let _workers = [(); 2].map(|()| Worker::with(&sandbox, &redis, "delay=20ms", &through_proxy));
    let mut making = Making::with(&sandbox, &redis, &through_proxy, |_| {});
    making.until_spoken(8);
    proxy.swallow();
    assert_same(&sandbox, &making.end(0));
}

#[test]
fn a_worker_whose_clock_jumps_keeps_its_leases() {
    let (sandbox, redis) = (Sandbox::new(), Redis::start());
    let clock = sandbox.file("clock", "+0");
    let _workers = [(); 2].map(|()| {
        let mut worker = worker(&sandbox, &redis, "delay=100ms", &[]);
        follow_clock(&mut worker, &clock);
        // What counts seconds does not jump when somebody sets a clock.
        Worker::of(worker.env("FAKETIME_DONT_FAKE_MONOTONIC", "1"))
    });
    let mut making = Making::with(&sandbox, &redis, &[], |_| {});
    for jump in ["+1h", "-2h", "+0"] {
        making.until_spoken(5);
        sandbox.file("clock", jump);
    }
    assert_same(&sandbox, &making.end(0));
    assert_eq!(total(&redis, "lapsed") + total(&redis, "late"), 0);
}

/// As the clock of a machine that was moved to another one: until it has caught up, all timers of the worker end at once.
#[test]
fn a_worker_whose_seconds_go_back_waits_between_its_tries() {
    let (sandbox, redis) = (Sandbox::new(), Redis::start());
    let clock = sandbox.file("clock", "+0");
    let said = sandbox.path("worker.log");
    let mut worker = worker(&sandbox, &redis, "delay=20ms", &[]);
    follow_clock(&mut worker, &clock);
    sandbox.file("worker.log", "");
    let log = fs_err::OpenOptions::new().append(true).open(&said).unwrap();
    let _worker = Worker::of(worker.stderr(log.into_parts().0));
    let mut making = Making::with(&sandbox, &redis, &[], |_| {});
    making.until_spoken(5);
    sandbox.file("clock", "-2h");
    let jumped = Instant::now();
    let waits = || {
        fs_err::read_to_string(&said)
            .unwrap()
            .matches("waits for the queue")
            .count()
    };
    wait(|| waits() >= 5);
    // 0.1, 0.2, 0.4 and 0.8 s between them.
    assert!(
        jumped.elapsed() > Duration::from_secs(1),
        "{:?}",
        jumped.elapsed()
    );
    sandbox.file("clock", "+0");
    assert_same(&sandbox, &making.end(0));
}

/// Lets a process live by the clock in a file, which is read each time.
fn follow_clock(command: &mut Command, clock: &Path) {
    // `faketime` itself would stay between this test and the worker, and would be killed in its place.
    let mut asked = Command::new("faketime");
    let library = run(asked.args(["-f", "+0", "printenv", "LD_PRELOAD"]), 0).stdout;
    let library = String::from_utf8(library).unwrap();
    command
        .env("LD_PRELOAD", library.trim())
        .env("FAKETIME_TIMESTAMP_FILE", clock)
        .env("FAKETIME_NO_CACHE", "1");
}
