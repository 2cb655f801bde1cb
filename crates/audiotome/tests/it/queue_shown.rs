//! What goes on in the queue, and what goes wrong, is shown where people look: at the master.

use serde_json::{Value, json};

use crate::master::{long_book, start};
use crate::queue::{Worker, through};
use crate::queue_scene::until;
use crate::redis::Redis;
use crate::sandbox::{Sandbox, run, stdout};
use crate::serving::{Process, master};

fn serve(sandbox: &Sandbox, redis: &Redis) -> Process {
    let mut command = master(sandbox, "127.0.0.1:0", "");
    through(command.arg("--no-local"), sandbox, redis);
    Process::start(&mut command)
}

/// What happened to a job that a person may want to know tomorrow.
fn history(master: &Process, job: &str) -> Vec<Value> {
    let log = master.get(&format!("/jobs/{job}/history"));
    log["entries"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["event"].clone())
        .collect()
}

#[test]
fn the_board_shows_who_speaks_what() {
    let (sandbox, redis) = (Sandbox::new(), Redis::start());
    let master = serve(&sandbox, &redis);
    let book = master.upload("book.md", &long_book());
    let job = start(&master, &book, json!({}));
    let _worker = Worker::start(&sandbox, &redis, "hang=number three.");
    let path = format!("/jobs/{job}/segments?state=speaking");
    let speaking = until(|| master.get(&path), |list| list["total"] == 2);
    let queue = master.get("/queue");
    for segment in speaking["segments"].as_array().unwrap() {
        assert_eq!(
            segment["worker"], queue["workers"][0]["name"],
            "{segment:#}"
        );
    }
}

#[test]
fn a_job_that_a_limit_holds_up_says_so() {
    let (sandbox, redis) = (Sandbox::new(), Redis::start());
    let master = serve(&sandbox, &redis);
    let _worker = Worker::start(&sandbox, &redis, "");
    let limit = |args: &[&str]| {
        let mut command = sandbox.audiotome(&["queue"]);
        through(command.args(args), &sandbox, &redis);
        stdout(&run(&mut command, 0))
    };
    limit(&["limit", "engine:tone", "--at-once", "0"]);
    let stats = limit(&["stats"]);
    assert!(
        stats.contains("\nlimit on engine:tone: 0 at once\n"),
        "{stats}"
    );
    let book = master.upload("book.md", &long_book());
    let job = start(&master, &book, json!({}));
    let reason = |progress: &Value| progress["waiting_for"].clone();
    let path = format!("/jobs/{job}/progress");
    let known = |progress: &Value| {
        reason(progress)
            .as_str()
            .is_some_and(|why| why.contains("limit"))
    };
    let waits = until(|| master.get(&path), known);
    assert_eq!(
        reason(&waits),
        "a limit holds it up: `engine:tone at-once 0`"
    );
    limit(&["limit", "engine:tone", "--none"]);
    assert_eq!(master.wait_for(&job, &["done", "failed"])["state"], "done");
}

#[test]
fn a_pool_that_is_killed_is_told_once_for_each_worker_and_what_it_had_comes_back() {
    let (sandbox, redis) = (Sandbox::new(), Redis::start());
    let master = serve(&sandbox, &redis);
    let book = master.upload("book.md", &long_book());
    let job = start(&master, &book, json!({}));
    let workers = [(); 2].map(|()| Worker::start(&sandbox, &redis, "hang=number"));
    let leased = |queue: &Value| queue["lanes"][0]["leased"].as_u64() >= Some(4);
    until(|| master.get("/queue"), leased);
    workers.iter().for_each(|worker| worker.signal("-KILL"));
    // Nobody is left who would ask for work.
    let free = |queue: &Value| {
        queue["lanes"][0]["leased"] == 0 && queue["totals"]["lapsed"].as_u64() >= Some(4)
    };
    until(|| master.get("/queue"), free);
    let lost = |log: &[Value]| {
        log.iter()
            .filter(|event| event["event"] == "worker-away")
            .count()
    };
    until(
        || history(&master, &job).into(),
        |log| lost(log.as_array().unwrap()) >= 2,
    );
    assert_eq!(lost(&history(&master, &job)), 2);
    let _worker = Worker::start(&sandbox, &redis, "");
    assert_eq!(master.wait_for(&job, &["done", "failed"])["state"], "done");
}

#[test]
fn a_store_that_is_away_is_told_with_a_way_out() {
    let (sandbox, redis) = (Sandbox::new(), Redis::start());
    let master = serve(&sandbox, &redis);
    let book = master.upload("book.md", &long_book());
    let job = start(&master, &book, json!({}));
    let share = sandbox.path("share");
    let worker = Worker::start(&sandbox, &redis, "delay=20ms");
    let begun = |queue: &Value| queue["totals"]["spoken"].as_u64() > Some(0);
    until(|| master.get("/queue"), begun);
    worker.signal("-STOP");
    fs_err::rename(&share, sandbox.path("aside")).unwrap();
    sandbox.file("share", "in the way");
    worker.signal("-CONT");
    let held_up = |queue: &Value| {
        let trouble = queue["workers"][0]["trouble"].as_str();
        trouble.is_some_and(|trouble| trouble.contains("waits for the store"))
    };
    until(|| master.get("/queue"), held_up);
    let shown = stdout(&run(&mut audiotome_queue_workers(&sandbox, &redis), 0));
    assert!(
        shown.contains("held up") && shown.contains("waits for the store"),
        "{shown}"
    );
    let told = |job: &Value| {
        let reason = job["progress"]["waiting_for"].as_str().unwrap_or_default();
        reason.contains("waits for the store") && reason.contains("and it goes on")
    };
    until(|| master.get(&format!("/jobs/{job}")), told);
    let log = history(&master, &job);
    assert!(
        log.iter().any(|event| event["event"] == "worker-held-up"),
        "{log:#?}"
    );
    worker.signal("-STOP");
    fs_err::remove_file(&share).unwrap();
    fs_err::rename(sandbox.path("aside"), &share).unwrap();
    worker.signal("-CONT");
    let done = master.wait_for(&job, &["done", "failed"]);
    assert_eq!(done["state"], "done", "{done:#}");
    let goes_on = |queue: &Value| queue["workers"][0]["trouble"].is_null();
    until(|| master.get("/queue"), goes_on);
}

fn audiotome_queue_workers(sandbox: &Sandbox, redis: &Redis) -> std::process::Command {
    let mut command = sandbox.audiotome(&["queue", "workers"]);
    command.env("AUDIOTOME_QUEUE", redis.url());
    command
}
