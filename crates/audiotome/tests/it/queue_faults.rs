//! Redis and the store that go away, and come back as they were, or not.

use std::time::Duration;

use crate::queue::survive;

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
