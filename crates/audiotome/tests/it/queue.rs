//! A book spoken through a real Redis by workers that come, go, die and freeze.

use std::collections::HashSet;
use std::io::{BufRead as _, BufReader, Lines};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::master::long_book;
use crate::redis::Redis;
use crate::sandbox::{Sandbox, events, run, spoken, stderr};
use crate::workers::{alone, assert_same};

/// A worker of the queue, killed with this.
pub(crate) struct Worker(Child);

impl Drop for Worker {
    fn drop(&mut self) {
        // It may have left by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Worker {
    pub(crate) fn start(sandbox: &Sandbox, redis: &Redis, tone: &str) -> Self {
        Self::with(sandbox, redis, tone, &[])
    }

    pub(crate) fn with(sandbox: &Sandbox, redis: &Redis, tone: &str, args: &[&str]) -> Self {
        Self::of(&mut worker(sandbox, redis, tone, args))
    }

    pub(crate) fn of(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let stdout = child.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        assert!(line.starts_with("connected to"), "{line}");
        Self(child)
    }

    pub(crate) fn signal(&self, signal: &str) {
        let pid = self.0.id().to_string();
        assert!(
            Command::new("kill")
                .args([signal, &pid])
                .status()
                .unwrap()
                .success()
        );
    }

    fn left(mut self) -> bool {
        self.0.wait().unwrap().success()
    }
}

pub(crate) fn worker(sandbox: &Sandbox, redis: &Redis, tone: &str, args: &[&str]) -> Command {
    let mut command = sandbox.audiotome(&["worker", "--slots", "1"]);
    command
        .args(args)
        .env("AUDIOTOME_TONE", tone)
        .env("AUDIOTOME_LEASE", "1");
    through(&mut command, sandbox, redis);
    // Masters make it; a worker may be there before.
    let _ = fs_err::create_dir(sandbox.path("share"));
    command
}

/// Which queue and which store; what is said already stays.
pub(crate) fn through(command: &mut Command, sandbox: &Sandbox, redis: &Redis) {
    let said = |command: &Command, arg: &str| command.get_args().any(|said| said == arg);
    if !said(command, "--queue") {
        command.env("AUDIOTOME_QUEUE", redis.url());
    }
    if !said(command, "--store") {
        command.env(
            "AUDIOTOME_STORE",
            format!("file://{}", sandbox.path("share").display()),
        );
    }
}

/// A book that is being made, and what has happened so far.
pub(crate) struct Making {
    child: Child,
    lines: Lines<BufReader<ChildStdout>>,
    events: Vec<Value>,
}

impl Drop for Making {
    fn drop(&mut self) {
        // It has ended where all is well.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Making {
    fn start(sandbox: &Sandbox, redis: &Redis, args: &[&str]) -> Self {
        Self::with(sandbox, redis, args, |_| {})
    }

    pub(crate) fn with(
        sandbox: &Sandbox,
        redis: &Redis,
        args: &[&str],
        change: impl FnOnce(&mut Command),
    ) -> Self {
        if !sandbox.path("book.md").exists() {
            sandbox.file("book.md", long_book());
        }
        let mut command = sandbox.convert(&["--no-local", "-o", "out.m4b", "book.md"]);
        command.args(args);
        through(&mut command, sandbox, redis);
        change(&mut command);
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::with_capacity(1, child.stdout.take().unwrap()).lines();
        Self {
            child,
            lines,
            events: Vec::new(),
        }
    }

    /// Reads on until an event that `wanted` knows; gives it.
    pub(crate) fn until(&mut self, wanted: impl Fn(&Value) -> bool) -> Value {
        loop {
            let line = self
                .lines
                .next()
                .expect("the book is not done yet")
                .unwrap();
            let event: Value = serde_json::from_str(&line).unwrap();
            self.events.push(event.clone());
            if wanted(&event) {
                return event;
            }
        }
    }

    pub(crate) fn until_spoken(&mut self, segments: usize) {
        for _ in 0..segments {
            self.until(|event| event["event"] == "spoken");
        }
    }

    /// Reads to the end, which must come with `code`.
    pub(crate) fn end(mut self, code: i32) -> Vec<Value> {
        for line in &mut self.lines {
            self.events
                .push(serde_json::from_str(&line.unwrap()).unwrap());
        }
        assert_eq!(
            self.child.wait().unwrap().code(),
            Some(code),
            "{:#?}",
            self.events.last()
        );
        std::mem::take(&mut self.events)
    }
}

/// A total of the queue.
pub(crate) fn total(redis: &Redis, what: &str) -> u32 {
    redis
        .ask(&["hget", "{audiotome}:totals", what])
        .parse()
        .unwrap_or(0)
}

/// Two workers, and something that happens in the middle.
pub(crate) fn survive(
    fault: impl FnOnce(&mut Redis, &mut Vec<Worker>, &Sandbox),
) -> (Sandbox, Redis, Vec<Value>) {
    let (sandbox, mut redis) = (Sandbox::new(), Redis::start());
    let mut workers = vec![
        Worker::start(&sandbox, &redis, "delay=20ms"),
        Worker::start(&sandbox, &redis, "delay=20ms"),
    ];
    let mut making = Making::start(&sandbox, &redis, &[]);
    making.until_spoken(8);
    fault(&mut redis, &mut workers, &sandbox);
    let events = making.end(0);
    assert_same(&sandbox, &events);
    (sandbox, redis, events)
}

#[test]
fn three_workers_make_the_same_audiobook() {
    let (sandbox, redis) = (Sandbox::new(), Redis::start());
    let _workers = [(); 3].map(|()| Worker::start(&sandbox, &redis, "delay=5ms"));
    let events = Making::start(&sandbox, &redis, &[]).end(0);
    assert_same(&sandbox, &events);
    let by: HashSet<_> = events
        .iter()
        .filter_map(|event| event["worker"].as_str())
        .collect();
    assert_eq!(by.len(), 3, "{by:?}");
    assert_eq!(
        redis.ask(&["hlen", "{audiotome}:lanes"]),
        "0",
        "nothing is left behind"
    );
}

#[test]
fn clips_travel_through_redis_where_no_storage_is_shared() {
    let (sandbox, redis) = (Sandbox::new(), Redis::start());
    let store = ["--store", "redis"];
    let _worker = Worker::with(&sandbox, &redis, "", &store);
    let events = Making::start(&sandbox, &redis, &store).end(0);
    assert_same(&sandbox, &events);
    assert_eq!(
        redis.ask(&["keys", "*clip*"]),
        "",
        "what has arrived is not kept"
    );
}

#[test]
fn the_machine_of_the_master_speaks_too() {
    let (sandbox, redis) = (Sandbox::new(), Redis::start());
    sandbox.file("book.md", long_book());
    let mut command = sandbox.convert(&["-o", "out.m4b", "book.md"]);
    through(&mut command, &sandbox, &redis);
    assert_same(&sandbox, &events(&run(&mut command, 0)));
}

#[test]
fn a_worker_that_is_killed_in_a_segment_loses_nothing() {
    let (sandbox, redis) = (Sandbox::new(), Redis::start());
    // One that speaks for ever, and dies of it.
    let lost = Worker::start(&sandbox, &redis, "hang=number");
    let mut making = Making::start(&sandbox, &redis, &[]);
    wait(|| redis.ask(&["zcard", "{audiotome}:timers"]) != "0");
    let _other = Worker::start(&sandbox, &redis, "delay=50ms");
    making.until_spoken(2);
    lost.signal("-KILL");
    let killed = Instant::now();
    making.until(|event| {
        event["event"] == "retried" && event["reason"].as_str().unwrap().contains("ran out")
    });
    // A lease is a second here: redelivered within 1.25 leases and a second.
    let took = killed.elapsed();
    assert!(took < Duration::from_millis(2250), "{took:?}");
    assert_same(&sandbox, &making.end(0));
}

#[test]
fn a_worker_that_is_killed_before_it_could_say_that_it_is_done_is_not_spoken_after() {
    let (sandbox, redis) = (Sandbox::new(), Redis::start());
    let lost = Worker::start(&sandbox, &redis, "delay=300ms");
    let making = Making::start(&sandbox, &redis, &[]);
    wait(|| redis.ask(&["zcard", "{audiotome}:timers"]) != "0");
    redis.signal("-STOP");
    let clips = || walk(&sandbox.path("share"));
    wait(|| !clips().is_empty());
    lost.signal("-KILL");
    let before = clips();
    redis.signal("-CONT");
    // Whoever speaks the title again fails, and the book with it.
    let title = "refuse=Chapter one.";
    let _next = Worker::start(&sandbox, &redis, title);
    assert_eq!(before.len(), 1);
    assert_same(&sandbox, &making.end(0));
}

#[test]
fn a_pool_that_is_killed_is_replaced() {
    survive(|redis, workers, sandbox| {
        workers.iter().for_each(|worker| worker.signal("-KILL"));
        workers.clear();
        workers.push(Worker::start(sandbox, redis, ""));
    });
}

#[test]
fn a_worker_that_freezes_comes_back_too_late() {
    let (_, redis, _) = survive(|redis, workers, _| {
        workers[0].signal("-STOP");
        wait(|| total(redis, "lapsed") > 0);
        workers[0].signal("-CONT");
    });
    assert_eq!(total(&redis, "dead"), 0);
}

#[test]
fn a_segment_that_takes_longer_than_its_lease_is_spoken_once() {
    let (sandbox, redis) = (Sandbox::new(), Redis::start());
    sandbox.file(
        "book.md",
        "One sentence that takes its time. Another one that does, too.",
    );
    let _workers = [(); 2].map(|()| Worker::start(&sandbox, &redis, "delay=2500ms"));
    let events = Making::start(&sandbox, &redis, &[]).end(0);
    assert_eq!(spoken(&events).len(), 2);
    assert_eq!((total(&redis, "lapsed"), total(&redis, "late")), (0, 0));
}

#[test]
fn a_sentence_that_always_fails_is_a_dead_letter_and_the_rest_goes_on() {
    let (sandbox, redis) = (Sandbox::new(), Redis::start());
    let _worker = Worker::start(&sandbox, &redis, "fail=number seven.");
    let events = Making::start(&sandbox, &redis, &[]).end(3);
    let died = events
        .iter()
        .filter(|event| event["event"] == "died")
        .count();
    assert_eq!((died, total(&redis, "dead")), (4, 4), "one in each chapter");
    assert_eq!(total(&redis, "spoken") as usize, spoken(&events).len());
}

#[test]
fn a_master_that_is_killed_finds_what_was_spoken_meanwhile() {
    let (sandbox, redis) = (Sandbox::new(), Redis::start());
    let _worker = Worker::start(&sandbox, &redis, "delay=10ms");
    let mut making = Making::start(&sandbox, &redis, &[]);
    making.until_spoken(5);
    making.child.kill().unwrap();
    making.child.wait().unwrap();
    let (audiobook, segments) = alone();
    wait(|| total(&redis, "spoken") as usize == segments);
    let events = Making::start(&sandbox, &redis, &[]).end(0);
    assert_eq!(spoken(&events).len(), 0, "nothing is left to speak");
    assert!(fs_err::read(sandbox.path("out.m4b")).unwrap() == audiobook);
}

#[test]
fn two_masters_share_workers_and_do_not_disturb_each_other() {
    let (sandbox, redis) = (Sandbox::new(), Redis::start());
    let _worker = Worker::start(&sandbox, &redis, "");
    let first = Making::start(&sandbox, &redis, &[]);
    let mut second = sandbox.convert(&["--no-local", "-o", "second.m4b", "book.md"]);
    second.env("AUDIOTOME_DATA", sandbox.path("other"));
    through(&mut second, &sandbox, &redis);
    run(&mut second, 0);
    first.end(0);
    let same = |name| fs_err::read(sandbox.path(name)).unwrap();
    assert!(same("out.m4b") == same("second.m4b"));
}

#[test]
fn workers_leave_when_they_have_done_enough_or_nothing() {
    let (sandbox, redis) = (Sandbox::new(), Redis::start());
    let idle = Worker::with(&sandbox, &redis, "", &["--max-idle", "1"]);
    assert!(idle.left());
    let enough = Worker::with(&sandbox, &redis, "", &["--max-jobs", "5"]);
    let making = Making::start(&sandbox, &redis, &[]);
    assert!(enough.left());
    assert_eq!(total(&redis, "spoken"), 5);
    let told_to_leave = Worker::start(&sandbox, &redis, "delay=50ms");
    wait(|| total(&redis, "spoken") > 6);
    told_to_leave.signal("-TERM");
    assert!(told_to_leave.left());
    assert_eq!(
        redis.ask(&["zcard", "{audiotome}:workers"]),
        "0",
        "it says goodbye"
    );
    assert_eq!(
        redis.ask(&["zcard", "{audiotome}:timers"]),
        "0",
        "and gives its leases back"
    );
    let _last = Worker::start(&sandbox, &redis, "");
    assert_same(&sandbox, &making.end(0));
    assert_eq!(total(&redis, "lapsed"), 0);
}

#[test]
fn what_nobody_can_speak_is_shown_as_such() {
    let (sandbox, redis) = (Sandbox::new(), Redis::start());
    let mut making = Making::start(&sandbox, &redis, &[]);
    let waiting = |event: &Value| event["event"] == "waiting";
    let nobody = making.until(waiting);
    assert!(
        nobody["reason"]
            .as_str()
            .unwrap()
            .contains("no worker is connected"),
        "{nobody}"
    );
    let elsewhere = format!("file://{}", sandbox.path("elsewhere").display());
    fs_err::create_dir(sandbox.path("elsewhere")).unwrap();
    let _stranger = Worker::with(&sandbox, &redis, "", &["--store", &elsewhere]);
    let unfit = making.until(waiting);
    assert!(
        unfit["reason"]
            .as_str()
            .unwrap()
            .contains("`--store` is not"),
        "{unfit}"
    );
    let _worker = Worker::start(&sandbox, &redis, "");
    assert_same(&sandbox, &making.end(0));
}

#[test]
fn what_is_wrong_with_queue_or_store_is_said_at_once() {
    let (sandbox, redis) = (Sandbox::new(), Redis::with(&["--requirepass", "secret"]));
    let refused = |args: &[&str], code: i32, expected: &str| {
        let output = run(&mut worker(&sandbox, &redis, "", args), code);
        let error = stderr(&output);
        assert!(
            error.contains(expected) && error.contains("hint: "),
            "{error}"
        );
        assert!(error.lines().count() <= 2, "{error}");
    };
    refused(&[], 5, "refuses us");
    refused(&["--queue", "redis://127.0.0.1:1"], 5, "no answer");
    let url = format!("redis://:secret@127.0.0.1:{}", redis.port);
    sandbox.file("in-the-way", "a file");
    let store = format!("file://{}", sandbox.path("in-the-way/store").display());
    refused(&["--queue", &url, "--store", &store], 5, "in-the-way");
    let nowhere = format!("file://{}", sandbox.path("nowhere/x/y").display());
    let there_is_none = "nowhere/x/y` to put audio into";
    refused(&["--queue", &url, "--store", &nowhere], 5, there_is_none);
    assert!(!sandbox.path("nowhere").exists());
    let port = redis.port.to_string();
    let old = [
        "-p",
        &port,
        "-a",
        "secret",
        "set",
        "{audiotome}:protocol",
        "0",
    ];
    assert!(
        Command::new("redis-cli")
            .args(old)
            .output()
            .unwrap()
            .status
            .success()
    );
    refused(&["--queue", &url], 5, "protocol 0");
    let mut without = sandbox.audiotome(&["worker", "--queue", &url]);
    assert!(stderr(&run(without.env_remove("AUDIOTOME_STORE"), 2)).contains("--store"));
}

/// Every file below a folder.
fn walk(folder: &std::path::Path) -> Vec<std::path::PathBuf> {
    let mut files = Vec::new();
    for entry in fs_err::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(walk(&path));
        } else if path
            .extension()
            .is_some_and(|extension| extension == "flac")
        {
            files.push(path);
        }
    }
    files
}

/// Waits for what another process does without telling this one.
#[track_caller]
pub(crate) fn wait(done: impl Fn() -> bool) {
    let started = Instant::now();
    while !done() {
        assert!(started.elapsed() < Duration::from_secs(60));
        std::thread::sleep(Duration::from_millis(10));
    }
}
