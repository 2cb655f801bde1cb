//! A master's workers die, hang, leave and come: each job ends whole, every segment once.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::master::{audiobook, converted, long_book, start};
use crate::sandbox::Sandbox;
use crate::serving::{Events, Process};

/// A master without a voice of its own and a job that its workers speak.
struct Shift {
    sandbox: Sandbox,
    master: Process,
    workers: Vec<Process>,
    job: String,
    events: Events,
    spoken: Vec<Value>,
}

impl Shift {
    fn start(tones: &[&str]) -> Self {
        let sandbox = Sandbox::new();
        let start_worker = |tone: &&str| Process::worker(&sandbox, tone);
        let workers: Vec<_> = tones.iter().map(start_worker).collect();
        let list: Vec<_> = workers.iter().map(|worker| &*worker.address).collect();
        let list = list.join(",");
        let args = ["--no-local", "--patience", "2", "--workers", &list];
        let master = Process::master(&sandbox, "", &args);
        let book = master.upload("book.md", &long_book());
        // Listening begins before there is something to hear.
        let events = master.all_events();
        let job = start(&master, &book, json!({}));
        Self {
            sandbox,
            master,
            workers,
            job,
            events,
            spoken: Vec::new(),
        }
    }

    /// What happens next to a segment.
    fn next_segment(&mut self) -> Value {
        let event = self.events.next_of("segment");
        if event["event"] == "spoken" {
            self.spoken.push(event.clone());
        }
        event
    }

    /// Waits until so many segments more were spoken.
    fn until_spoken(&mut self, enough: usize) {
        let enough = self.spoken.len() + enough;
        while self.spoken.len() < enough {
            self.next_segment();
        }
    }

    /// Waits for the end: the audiobook is the one that a single machine makes, and no segment was
    /// spoken twice.
    fn ends_whole(mut self) {
        let done = self.master.wait_for(&self.job, &["done", "failed"]);
        assert_eq!(done["state"], "done", "{done}");
        assert_eq!(
            audiobook(&self.master, &self.job),
            converted("book.md", &long_book())
        );
        loop {
            let (kind, event) = self.events.next().unwrap();
            match (&*kind, &event) {
                ("segment", event) if event["event"] == "spoken" => self.spoken.push(event.clone()),
                ("job", event) if event["state"] == "done" => break,
                _ => {}
            }
        }
        let keys: HashSet<_> = self.spoken.iter().map(|e| e["key"].as_str()).collect();
        assert_eq!(keys.len(), self.spoken.len());
    }
}

#[test]
fn a_worker_is_killed_in_the_middle_of_a_sentence() {
    // The first one is in the middle of a sentence whenever it is killed.
    let mut shift = Shift::start(&["delay=400ms", "delay=30ms", "delay=30ms"]);
    shift.until_spoken(6);
    shift.workers[0].signal("-KILL");
    let killed = shift.workers[0].address.clone();
    // Its connection breaks: that is when the sentence has failed.
    let lost = loop {
        let event = shift.next_segment();
        if event["event"] == "retried" && event["worker"] == *killed {
            break event["segment"].clone();
        }
    };
    let broke = Instant::now();
    loop {
        let event = shift.next_segment();
        if event["segment"] == lost && matches!(event["event"].as_str(), Some("speaking")) {
            assert_ne!(event["worker"], *killed);
            break;
        }
    }
    let took = broke.elapsed();
    assert!(
        took < Duration::from_secs(2),
        "elsewhere only after {took:?}"
    );
    shift.ends_whole();
}

#[test]
fn a_worker_that_hangs_longer_than_the_timeout_answers_too_late() {
    let mut shift = Shift::start(&["delay=30ms"; 2]);
    shift.until_spoken(6);
    shift.workers[0].signal("-STOP");
    let mut events = shift.master.events(&shift.job);
    while events.next_of("worker")["event"] != "worker-away" {}
    shift.workers[0].signal("-CONT");
    shift.ends_whole();
}

#[test]
fn all_workers_go_and_another_one_comes() {
    let mut shift = Shift::start(&["delay=30ms"; 2]);
    shift.until_spoken(6);
    let mut events = shift.master.events(&shift.job);
    for worker in &shift.workers {
        worker.signal("-KILL");
    }
    // One that was about to ask may still try.
    let progress = format!("/jobs/{}/progress", shift.job);
    while shift.master.get(&progress)["waiting_for"].is_null() {
        events.next_of("worker");
    }
    let late = Process::worker(&shift.sandbox, "delay=1ms");
    let address = json!({ "address": late.address });
    shift.master.post("/workers", &address);
    shift.ends_whole();
}

#[test]
fn one_worker_drains_by_request_and_one_is_removed() {
    let mut shift = Shift::start(&["delay=20ms"; 3]);
    shift.until_spoken(6);
    let drain = format!("/workers/{}/drain", shift.workers[0].address);
    assert_eq!(shift.master.call("POST", &drain, None).0, 204);
    let remove = format!("/workers/{}", shift.workers[1].address);
    assert_eq!(shift.master.call("DELETE", &remove, None).0, 204);
    assert_eq!(shift.master.call("DELETE", &remove, None).0, 404);
    shift.ends_whole();
}

#[test]
fn health_and_figures_answer_while_every_slot_speaks() {
    let mut shift = Shift::start(&["delay=50ms"; 2]);
    shift.until_spoken(2);
    for _ in 0..20 {
        assert_eq!(shift.master.call("GET", "/health", None).0, 200);
        let (status, text) = shift.master.call("GET", "/metrics", None);
        assert!(status == 200 && text.as_str().unwrap().contains("audiotome_segments"));
        assert_eq!(shift.workers[0].call("GET", "/metrics", None).0, 200);
    }
    shift.ends_whole();
}

#[test]
fn a_worker_that_goes_and_comes_back_shows_so_without_a_job() {
    let sandbox = Sandbox::new();
    let worker = Process::worker(&sandbox, "");
    let address = worker.address.clone();
    let args = ["--no-local", "--workers", &address];
    let master = Process::master(&sandbox, "", &args);
    let becomes = |state: &str| {
        let started = Instant::now();
        loop {
            let found = master.get("/workers")["workers"][0].clone();
            if found["state"] == state {
                return found;
            }
            assert!(started.elapsed() < Duration::from_secs(20), "{found}");
            std::thread::sleep(Duration::from_millis(100));
        }
    };
    let mut events = master.all_events();
    while becomes("well")["requests"] == 0 {}
    drop(worker);
    let away = becomes("resting");
    assert!(away["reason"].is_string(), "{away}");
    let args = ["worker", "--listen", &address, "--slots", "1"];
    let _again = Process::start(&mut sandbox.audiotome(&args));
    becomes("well");
    let states = [events.next_of("worker"), events.next_of("worker")];
    let states = states.map(|event| event["state"].as_str().unwrap().to_owned());
    assert_eq!(states, ["away", "back"]);
}

#[test]
fn a_worker_joins_by_itself_and_says_goodbye() {
    let sandbox = Sandbox::new();
    let master = Process::master(&sandbox, "", &["--no-local", "--worker-token", "secret"]);
    let book = master.upload("book.md", &long_book());
    let mut events = master.all_events();
    let job = start(&master, &book, json!({}));
    let url = format!("http://{}", master.address);
    let args = [
        "worker",
        "--listen",
        "127.0.0.1:0",
        "--token",
        "secret",
        "--join",
        &url,
    ];
    let worker = Process::start(&mut sandbox.audiotome(&args));
    while events.next_of("worker")["state"] != "added" {}
    assert_eq!(master.wait_for(&job, &["done", "failed"])["state"], "done");
    worker.signal("-TERM");
    assert!(worker.left());
    while events.next_of("worker")["state"] != "draining" {}
    assert_eq!(master.get("/workers")["workers"], json!([]));
    // Who has not the workers' token does not join.
    let body = json!({ "port": 1, "protocol": 1, "version": "0" });
    assert_eq!(master.call("POST", "/workers/announce", Some(&body)).0, 401);
}
