//! A master whose jobs are spoken through the queue.

use std::process::Command;

use serde_json::{Value, json};

use crate::master::{assert_listener_goes_first, audiobook, converted, long_book, start};
use crate::queue::{Worker, through, total, worker};
use crate::redis::Redis;
use crate::sandbox::Sandbox;
use crate::serving::{Process, master};
use crate::workers::alone;

/// A master that leaves the speaking to workers.
fn serve(sandbox: &Sandbox, redis: &Redis, listen: &str) -> Command {
    let mut command = master(sandbox, listen, "");
    command.arg("--no-local");
    through(&mut command, sandbox, redis);
    command
}

#[test]
fn a_job_goes_through_the_queue_and_survives_its_master() {
    let (sandbox, redis) = (Sandbox::new(), Redis::start());
    let mut first = Process::start(&mut serve(&sandbox, &redis, "127.0.0.1:0"));
    let book = first.upload("book.md", &long_book());
    let job = start(&first, &book, json!({}));
    let mut events = first.events(&job);
    let _worker = Worker::start(&sandbox, &redis, "delay=20ms");
    while events.next_of("segment")["event"] != "spoken" {}
    first.signal("-KILL");
    first.wait();
    let again = Process::start(&mut serve(&sandbox, &redis, "127.0.0.1:0"));
    let done = again.wait_for(&job, &["done", "failed"]);
    assert_eq!(done["state"], "done", "{done:#}");
    assert_eq!(audiobook(&again, &job), converted("book.md", &long_book()));
    assert_eq!(
        redis.ask(&["hget", "{audiotome}:totals", "late"]),
        "",
        "nothing was spoken twice"
    );
}

#[test]
fn a_listener_moves_what_the_queue_speaks_and_is_remembered() {
    let (sandbox, redis) = (Sandbox::new(), Redis::start());
    let mut first = Process::start(&mut serve(&sandbox, &redis, "127.0.0.1:0"));
    let book = first.upload("book.md", &long_book());
    let job = start(&first, &book, json!({}));
    let _worker = Worker::start(&sandbox, &redis, "delay=20ms");
    assert_listener_goes_first(&first, &job);
    first.signal("-KILL");
    first.wait();
    let again = Process::start(&mut serve(&sandbox, &redis, "127.0.0.1:0"));
    let done = again.wait_for(&job, &["done", "failed"]);
    assert_eq!(
        (&done["state"], &done["position"]),
        (&json!("done"), &json!(60))
    );
    assert_eq!(audiobook(&again, &job), converted("book.md", &long_book()));
}

#[test]
fn two_jobs_share_the_workers_and_an_urgent_one_goes_first() {
    let (sandbox, redis) = (Sandbox::new(), Redis::start());
    let master = Process::start(&mut serve(&sandbox, &redis, "127.0.0.1:0"));
    let (slow, fast) = (
        master.upload("slow.md", &long_book()),
        master.upload("fast.md", "Only a few words. And a few more. That is all."),
    );
    let slow = start(&master, &slow, json!({}));
    let mut events = master.events(&slow);
    let _worker = Worker::start(&sandbox, &redis, "delay=30ms");
    while events.next_of("segment")["event"] != "spoken" {}
    let fast = start(&master, &fast, json!({ "priority": 5 }));
    master.wait_for(&fast, &["done"]);
    assert_eq!(master.get(&format!("/jobs/{slow}"))["state"], "running");
    master.post(&format!("/jobs/{slow}/cancel"), &json!({}));
    master.wait_for(&slow, &["cancelled"]);
    assert_eq!(
        redis.ask(&["hlen", "{audiotome}:lanes"]),
        "0",
        "nothing waits for nobody"
    );
}

#[test]
fn a_text_for_others_goes_through_the_queue_too() {
    let (sandbox, redis) = (Sandbox::new(), Redis::start());
    let master = Process::start(&mut serve(&sandbox, &redis, "127.0.0.1:0"));
    let _worker = Worker::start(&sandbox, &redis, "");
    let body = json!({ "model": "tone", "voice": "tone", "input": "Hello there.", "response_format": "wav" });
    let (status, bytes) = master.raw(
        "POST",
        "/v1/audio/speech",
        "application/json",
        Some(body.to_string().into_bytes()),
    );
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&bytes));
    assert_eq!(&bytes[..4], b"RIFF");
    assert_eq!(redis.ask(&["hget", "{audiotome}:totals", "spoken"]), "1");
}

/// When a master is killed: what it writes then is the job, clips, chapters, the audiobook.
type Moment = fn(&Value) -> bool;

const PLANNED: Moment = |event| event["planned"] == true;
const FIRST_CLIP: Moment = |event| event["event"] == "spoken";
const MIDDLE: Moment = |event| event["event"] == "spoken" && event["segment"].as_u64() > Some(40);
const CHAPTER: Moment = |event| event["state"] == "ready";
const ASSEMBLING: Moment = |event| event["state"] == "assembling";

#[test]
fn a_master_that_is_killed_at_a_clip_has_everything_spoken_once() {
    killed_at(None, &[PLANNED, FIRST_CLIP, MIDDLE]);
}

#[test]
fn a_master_that_is_killed_at_a_chapter_or_the_audiobook_has_everything_spoken_once() {
    killed_at(None, &[CHAPTER, ASSEMBLING]);
}

#[test]
fn a_master_that_is_killed_while_clips_are_in_redis_finds_them_there() {
    killed_at(Some("redis"), &[FIRST_CLIP, MIDDLE]);
}

fn killed_at(store: Option<&str>, moments: &[Moment]) {
    let wanted = (converted("book.md", &long_book()), alone().1);
    for (number, moment) in moments.iter().enumerate() {
        kill_at(store, number, *moment, &wanted);
    }
}

fn kill_at(store: Option<&str>, number: usize, moment: Moment, wanted: &(Vec<u8>, usize)) {
    let (sandbox, redis) = (Sandbox::new(), Redis::start());
    let keep_in = |command: &mut Command| {
        if let Some(store) = store {
            command.env("AUDIOTOME_STORE", store);
        }
    };
    let start_master = || {
        let mut command = serve(&sandbox, &redis, "127.0.0.1:0");
        keep_in(&mut command);
        Process::start(&mut command)
    };
    let mut first = start_master();
    let book = first.upload("book.md", &long_book());
    let mut events = first.all_events();
    let job = start(&first, &book, json!({}));
    let mut command = worker(&sandbox, &redis, "delay=10ms", &[]);
    keep_in(&mut command);
    let _worker = Worker::of(&mut command);
    while !moment(&events.next().expect("the stream goes on").1) {}
    first.signal("-KILL");
    first.wait();
    let again = start_master();
    let done = again.wait_for(&job, &["done", "failed"]);
    assert_eq!(
        done["state"], "done",
        "{store:?}, moment {number}: {done:#}"
    );
    let (book, segments) = wanted;
    assert!(
        audiobook(&again, &job) == *book,
        "{store:?}, moment {number}"
    );
    let spoken = total(&redis, "spoken") as usize;
    // What is finished while the new master looks into the store may be spoken again.
    let once = *segments..=segments + 2;
    assert!(
        once.contains(&spoken),
        "{store:?}, moment {number}: {spoken}"
    );
}
