//! Redis and the store that go away, and come back as they were, or not.

use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::proxy::Proxy;
use crate::queue::{Making, Worker, survive, total, wait, worker};
use crate::redis::Redis;
use crate::sandbox::Sandbox;
use crate::workers::{alone, assert_same};

#[test]
fn redis_dies_and_comes_back() {
    let (_, redis, events) = survive(|redis, _, _| {
        redis.kill();
        std::thread::sleep(Duration::from_secs(10));
        redis.up();
        let back = Instant::now();
        let before = total(redis, "spoken");
        wait(|| total(redis, "spoken") > before);
        let took = back.elapsed();
        assert!(took < Duration::from_secs(2), "{took:?}");
    });
    assert_eq!(total(&redis, "dead"), 0);
    assert!(events.iter().all(|event| event["event"] != "died"));
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

/// As when a share is not mounted any more: what is left is the folder on which it was.
#[test]
fn nothing_is_written_into_the_empty_folder_below_a_share_that_is_gone() {
    let (sandbox, redis) = (Sandbox::new(), Redis::start());
    let (share, aside) = (sandbox.path("share"), sandbox.path("aside"));
    let workers = [(); 2].map(|()| Worker::start(&sandbox, &redis, "delay=20ms"));
    let mut making = Making::with(&sandbox, &redis, &[], |_| {});
    making.until_spoken(8);
    let all = |signal| workers.iter().for_each(|worker| worker.signal(signal));
    all("-STOP");
    fs_err::rename(&share, &aside).unwrap();
    fs_err::create_dir(&share).unwrap();
    all("-CONT");
    let held_up = making.until(|event| event["event"] == "worker-held-up");
    let reason = held_up["reason"].as_str().unwrap();
    assert!(
        reason.starts_with("waits for the store: can't "),
        "{reason}"
    );
    all("-STOP");
    fs_err::remove_dir(&share).expect("it is still empty");
    fs_err::rename(&aside, &share).unwrap();
    all("-CONT");
    assert_same(&sandbox, &making.end(0));
    let (_, segments) = alone();
    let spoken = total(&redis, "spoken") as usize;
    assert_eq!((spoken, total(&redis, "late")), (segments, 0));
}

#[test]
fn workers_wait_for_room_on_a_disk_that_is_full() {
    let (sandbox, redis) = (Sandbox::new(), Redis::start());
    let share = sandbox.path("share");
    let Some(_disk) = Disk::mount(&share) else {
        return;
    };
    let workers = [(); 2].map(|()| Worker::start(&sandbox, &redis, "delay=20ms"));
    let mut making = Making::with(&sandbox, &redis, &[], |_| {});
    making.until_spoken(8);
    let all = |signal| workers.iter().for_each(|worker| worker.signal(signal));
    all("-STOP");
    fill(&share.join("ballast"));
    all("-CONT");
    let held_up = making.until(|event| event["event"] == "worker-held-up");
    let reason = held_up["reason"].as_str().unwrap();
    assert!(
        reason.contains("No space left") && reason.contains("free some space"),
        "{reason}"
    );
    fs_err::remove_file(share.join("ballast")).unwrap();
    assert_same(&sandbox, &making.end(0));
    let (_, segments) = alone();
    let spoken = total(&redis, "spoken") as usize;
    assert_eq!((spoken, total(&redis, "late")), (segments, 0));
}

#[test]
fn workers_wait_while_the_disk_can_only_be_read() {
    let (sandbox, redis) = (Sandbox::new(), Redis::start());
    let Some(disk) = Disk::mount(&sandbox.path("share")) else {
        return;
    };
    let _workers = [(); 2].map(|()| Worker::start(&sandbox, &redis, "delay=20ms"));
    let mut making = Making::with(&sandbox, &redis, &[], |_| {});
    making.until_spoken(8);
    // Not while a clip is being written.
    wait(|| disk.remount("ro"));
    let held_up = making.until(|event| event["event"] == "worker-held-up");
    let reason = held_up["reason"].as_str().unwrap();
    assert!(reason.contains("let this worker write there"), "{reason}");
    assert!(disk.remount("rw"));
    assert_same(&sandbox, &making.end(0));
    let (_, segments) = alone();
    assert_eq!(total(&redis, "spoken") as usize, segments);
}

/// A small disk of its own, gone with this.
struct Disk(PathBuf);

impl Disk {
    /// `None`, and a word about it, for a user who may not do that.
    #[expect(clippy::print_stdout, reason = "a test that was skipped says so")]
    fn mount(folder: &Path) -> Option<Self> {
        fs_err::create_dir_all(folder).unwrap();
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", "size=4m", "tmpfs"]);
        let mounted = mount.arg(folder).output().unwrap();
        if !mounted.status.success() {
            let reason = String::from_utf8_lossy(&mounted.stderr);
            println!("skipped: a full disk needs one that can be mounted: {reason}");
            return None;
        }
        Some(Self(folder.to_owned()))
    }

    /// Returns whether it is so now.
    fn remount(&self, how: &str) -> bool {
        let mut mount = Command::new("mount");
        mount.args(["-o", &format!("remount,{how}")]).arg(&self.0);
        mount.output().unwrap().status.success()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        // Who still has a file of it open does not keep it there.
        let unmounted = Command::new("umount").arg("-l").arg(&self.0).status();
        assert!(unmounted.is_ok_and(|status| status.success()));
    }
}

/// Writes a file until there is no room for another byte.
fn fill(path: &Path) {
    let mut ballast = fs_err::OpenOptions::new();
    let mut ballast = ballast.create(true).append(true).open(path).unwrap();
    let full = loop {
        if let Err(error) = ballast.write_all(&[1; 4096]) {
            break error;
        }
    };
    assert_eq!(full.kind(), ErrorKind::StorageFull);
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
    let mut ask = Command::new("faketime");
    ask.args(["-f", "+0", "printenv", "LD_PRELOAD"]);
    // It refuses to start where one that was killed had the same process number.
    let mut told = (0..5).map(|_| ask.output().unwrap());
    let told = told.find(|told| told.status.success());
    let library = String::from_utf8(told.expect("faketime works").stdout).unwrap();
    command
        .env("LD_PRELOAD", library.trim())
        .env("FAKETIME_TIMESTAMP_FILE", clock)
        .env("FAKETIME_NO_CACHE", "1");
}
