//! The queue as a user of Redis that may do no more than it has to.

use std::process::Command;

use serde_json::Value;

use crate::queue::{Making, Worker, through, worker};
use crate::redis::Redis;
use crate::sandbox::{Sandbox, run, stdout};

/// What `docs/queue.md` lets the user do.
fn rules() -> Vec<String> {
    let page = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/queue.md");
    let page = fs_err::read_to_string(page).unwrap();
    let (_, rules) = page.split_once("ACL SETUSER audiotome ").unwrap();
    let (rules, _) = rules.split_once("```").unwrap();
    rules.split_whitespace().map(str::to_owned).collect()
}

fn set_user(redis: &Redis, rules: &[&str]) {
    let answer = redis.ask(&[&["acl", "setuser", "audiotome"], rules].concat());
    assert_eq!(answer, "OK", "{rules:?}");
}

fn as_user(command: &mut Command, redis: &Redis) {
    let url = format!("redis://audiotome:SECRET@127.0.0.1:{}", redis.port);
    command.env("AUDIOTOME_QUEUE", url);
}

/// A book with a dead letter, that is tried again and then spoken, by nobody but the user.
fn makes_a_book(store: Option<&str>) {
    let (sandbox, redis) = (Sandbox::new(), Redis::start());
    let rules = rules();
    let rules: Vec<_> = rules.iter().map(String::as_str).collect();
    set_user(&redis, &rules);
    let args = store.map_or(vec![], |store| vec!["--store", store]);
    let begin = |tone: &str| {
        let mut command = worker(&sandbox, &redis, tone, &args);
        as_user(&mut command, &redis);
        let worker = Worker::of(&mut command);
        let making = Making::with(&sandbox, &redis, &args, |command| as_user(command, &redis));
        (worker, making)
    };
    let (worker, making) = begin("fail=number three");
    let events = making.end(3);
    assert!(events.iter().any(|event| event["event"] == "died"));
    drop(worker);
    let (_worker, making) = begin("");
    making.end(0);
    assert_eq!(redis.ask(&["acl", "log"]), "");
    assert_eq!(redis.ask(&["hget", "{audiotome}:totals", "late"]), "");
    // Looking and tending needs a little more.
    set_user(&redis, &["+xrevrange", "+hscan", "+hrandfield"]);
    for args in [
        &["stats"][..],
        &["workers"],
        &["list", "--state", "spoken", "--json"],
        &["limit", "all", "--at-once", "3"],
        &["limits"],
        &["purge", "--all", "--yes"],
    ] {
        let mut command = sandbox.audiotome(&["queue"]);
        through(command.args(args), &sandbox, &redis);
        as_user(&mut command, &redis);
        let said = stdout(&run(&mut command, 0));
        if args[0] == "list" {
            let spoken: Value = serde_json::from_str(&said).unwrap();
            let key = spoken[0]["key"].as_str().unwrap();
            let mut command = sandbox.audiotome(&["queue", "history", &key[..8]]);
            as_user(&mut command, &redis);
            run(&mut command, 0);
        }
    }
    assert_eq!(redis.ask(&["acl", "log"]), "");
}

#[test]
fn the_rights_that_are_documented_suffice_for_a_folder() {
    makes_a_book(None);
}

#[test]
fn the_rights_that_are_documented_suffice_where_redis_is_the_store() {
    makes_a_book(Some("redis"));
}

#[test]
fn a_worker_that_may_not_do_what_it_has_to_tells_its_master() {
    let (sandbox, redis) = (Sandbox::new(), Redis::start());
    let rules = rules();
    let rules: Vec<_> = rules.iter().map(String::as_str).collect();
    set_user(&redis, &[&rules[..], &["-hincrby"]].concat());
    let mut command = worker(&sandbox, &redis, "", &[]);
    as_user(&mut command, &redis);
    let _worker = Worker::of(&mut command);
    let mut making = Making::with(&sandbox, &redis, &[], |_| {});
    let held_up = making.until(|event| event["event"] == "worker-held-up");
    let reason = held_up["reason"].as_str().unwrap();
    for part in ["waits for the queue: it refuses us", "`docs/queue.md`"] {
        assert!(reason.contains(part), "{reason}");
    }
}
