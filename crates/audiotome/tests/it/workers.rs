//! A book on several machines: real worker processes that are killed, stopped and told to leave.

use std::collections::HashSet;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::master::long_book;
use crate::sandbox::{BOOK, Sandbox, events, run, spoken, start_until_spoken, stderr};

/// A worker on a free port, killed with this.
pub(crate) struct Worker {
    child: Child,
    pub(crate) address: String,
}

impl Drop for Worker {
    fn drop(&mut self) {
        // It may have left by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Worker {
    pub(crate) fn start(sandbox: &Sandbox, tone: &str) -> Self {
        let args = ["worker", "--listen", "127.0.0.1:0", "--slots", "1"];
        let mut command = sandbox.audiotome(&args);
        command.env("AUDIOTOME_TONE", tone).stdout(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        let stdout = child.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let address = line.split("http://").nth(1).unwrap();
        let address = address.split(',').next().unwrap().to_owned();
        Self { child, address }
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args([name, &pid]).status();
        assert!(sent.unwrap().success());
    }
}

/// The same book made by this machine alone.
pub(crate) fn alone() -> (Vec<u8>, usize) {
    let sandbox = Sandbox::new();
    sandbox.file("book.md", long_book());
    let output = run(&mut sandbox.convert(&["-o", "out.m4b", "book.md"]), 0);
    let audiobook = fs_err::read(sandbox.path("out.m4b")).unwrap();
    (audiobook, spoken(&events(&output)).len())
}

fn convert(sandbox: &Sandbox, workers: &[&Worker]) -> Command {
    let list: Vec<&str> = workers
        .iter()
        .map(|worker| worker.address.as_str())
        .collect();
    let args = ["--no-local", "--patience", "2", "-o", "out.m4b", "book.md"];
    let mut command = sandbox.convert(&args);
    command.env("AUDIOTOME_WORKERS", list.join(","));
    command
}

/// Every segment exactly once, and the same file as one machine makes.
#[track_caller]
pub(crate) fn assert_same(sandbox: &Sandbox, events: &[Value]) {
    let (audiobook, segments) = alone();
    let keys = spoken(events);
    let distinct: HashSet<_> = keys.iter().collect();
    assert_eq!(
        (keys.len(), distinct.len()),
        (segments, segments),
        "every segment once"
    );
    assert!(
        fs_err::read(sandbox.path("out.m4b")).unwrap() == audiobook,
        "the same file"
    );
}

/// Runs to the end after `fault` has happened in the middle.
fn survive(tones: &[&str], fault: impl Fn(&[Worker])) -> (Sandbox, Vec<Value>) {
    let sandbox = Sandbox::new();
    sandbox.file("book.md", long_book());
    let workers: Vec<Worker> = tones
        .iter()
        .map(|tone| Worker::start(&sandbox, tone))
        .collect();
    let all: Vec<&Worker> = workers.iter().collect();
    let (mut child, mut events) = start_until_spoken(&mut convert(&sandbox, &all), 8);
    fault(&workers);
    let rest = BufReader::new(child.stdout.take().unwrap()).lines();
    events.extend(rest.map(|line| serde_json::from_str::<Value>(&line.unwrap()).unwrap()));
    assert!(child.wait().unwrap().success());
    (sandbox, events)
}

#[test]
fn three_workers_make_the_same_audiobook() {
    let (sandbox, events) = survive(&["delay=2ms"; 3], |_| {});
    assert_same(&sandbox, &events);
    let by: HashSet<_> = events
        .iter()
        .filter_map(|event| event["worker"].as_str())
        .collect();
    assert_eq!(by.len(), 3);
}

#[test]
fn a_worker_is_killed() {
    let (sandbox, events) = survive(&["delay=30ms"; 3], |workers| workers[0].signal("-KILL"));
    assert_same(&sandbox, &events);
    assert!(events.iter().any(|event| event["event"] == "worker-away"));
}

#[test]
fn a_worker_that_is_stopped_is_waited_for_and_then_left_behind() {
    let (sandbox, events) = survive(&["delay=30ms"; 2], |workers| workers[0].signal("-STOP"));
    assert_same(&sandbox, &events);
}

#[test]
fn a_worker_that_is_told_to_leave_leaves() {
    let (sandbox, events) = survive(&["delay=30ms"; 2], |workers| workers[0].signal("-TERM"));
    assert_same(&sandbox, &events);
}

#[test]
fn a_sentence_that_fails_on_one_worker_is_spoken_by_another() {
    let fails = "fail=number seven.";
    let (sandbox, events) = survive(&[fails, "delay=5ms"], |_| {});
    assert_same(&sandbox, &events);
    assert!(events.iter().any(|event| event["event"] == "retried"));
}

#[test]
fn the_master_is_killed_and_goes_on() {
    let sandbox = Sandbox::new();
    sandbox.file("book.md", long_book());
    let worker = Worker::start(&sandbox, "delay=5ms");
    let mut all = Vec::new();
    for enough in [1, 9, 20] {
        let (mut child, events) = start_until_spoken(&mut convert(&sandbox, &[&worker]), enough);
        child.kill().unwrap();
        child.wait().unwrap();
        all.extend(spoken(&events));
    }
    let last = events(&run(&mut convert(&sandbox, &[&worker]), 0));
    all.extend(spoken(&last));
    let distinct: HashSet<_> = all.iter().collect();
    assert_eq!(
        distinct.len(),
        all.len(),
        "no finished segment was asked for twice"
    );
    assert!(fs_err::read(sandbox.path("out.m4b")).unwrap() == alone().0);
}

#[test]
fn a_server_that_speaks_openai_is_a_worker() {
    let sandbox = Sandbox::new();
    sandbox.file("book.md", long_book());
    let server = Worker::start(&sandbox, "delay=2ms");
    let address = &server.address;
    let list = format!("openai+http://{address}/v1?model=tone&voice=tone&slots=2");
    let args = [
        "convert",
        "--progress",
        "json",
        "--workers",
        &list,
        "-o",
        "out.m4b",
        "book.md",
    ];
    let events = events(&run(&mut sandbox.audiotome(&args), 0));
    assert_eq!(events[0]["engine"], "openai/tone");
    let keys = spoken(&events);
    let distinct: HashSet<_> = keys.iter().collect();
    assert_eq!((keys.len(), distinct.len()), (alone().1, alone().1));
    assert!(
        events
            .iter()
            .all(|event| event["worker"].is_null() || event["worker"] == **address)
    );
}

#[test]
fn a_worker_that_is_open_to_the_world_needs_a_token() {
    let sandbox = Sandbox::new();
    let output = run(
        &mut sandbox.audiotome(&["worker", "--listen", "0.0.0.0:0"]),
        2,
    );
    let text = stderr(&output);
    assert!(
        text.contains("--token") && text.contains("--insecure"),
        "{text}"
    );
}

#[test]
fn lists_of_workers_are_checked_before_any_work() {
    let sandbox = Sandbox::new();
    sandbox.file("book.md", BOOK);
    run(
        &mut sandbox.convert(&["--workers", "ftp://x", "book.md"]),
        2,
    );
    run(&mut sandbox.convert(&["--no-local", "book.md"]), 2);
}
