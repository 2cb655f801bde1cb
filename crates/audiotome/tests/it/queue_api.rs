//! The queue through the API of a real master.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::queue_scene::{Helper, STUCK, is_stuck, through, until};
use crate::redis::Redis;
use crate::sandbox::{BOOK, Sandbox, run, stdout};
use crate::serving::{Process, master};

struct Scene {
    sandbox: Sandbox,
    redis: Redis,
    master: Process,
}

impl Scene {
    fn new() -> Self {
        let (sandbox, redis) = (Sandbox::new(), Redis::start());
        let mut command = master(&sandbox, "127.0.0.1:0", "");
        through(command.arg("--no-local"), &sandbox, &redis);
        let master = Process::start(&mut command);
        Self {
            sandbox,
            redis,
            master,
        }
    }

    /// A job of which one sentence is dead and one is being spoken for ever; gives its id.
    fn stuck(&self) -> (String, Helper) {
        let book = self.master.upload("book.md", BOOK);
        let job = self
            .master
            .post("/jobs", &json!({ "book": book, "engine": "tone" }));
        let worker = Helper::worker(&self.sandbox, &self.redis, STUCK);
        until(|| self.master.get("/queue"), is_stuck);
        (job["id"].as_str().unwrap().to_owned(), worker)
    }

    fn figures(&self) -> String {
        let (status, text) = self.master.raw("GET", "/metrics", "", None);
        assert_eq!(status, 200);
        String::from_utf8(text).unwrap()
    }
}

#[test]
fn the_queue_is_seen_through_its_master() {
    let scene = Scene::new();
    let master = &scene.master;
    let (_job, worker) = scene.stuck();
    let queue = master.get("/queue");
    let lane = &queue["lanes"][0];
    assert_eq!(
        (&lane["title"], &lane["somebody_can"]),
        (&json!("The Short Book"), &json!(true))
    );
    assert!(
        queue["redis"]["memory_bytes"].as_u64() > Some(0),
        "{queue:#}"
    );
    let speaks = |list: &Value| list["queue_workers"][0]["speaking"][0] == "a boat that floats";
    let list = until(|| master.get("/workers"), speaks);
    assert_eq!(list["queue_workers"][0]["name"], worker.name.as_str());
    let shown = stdout(&run(&mut master.client(&scene.sandbox, &["workers"]), 0));
    assert!(
        shown.contains(&worker.name) && shown.contains("a boat that floats"),
        "{shown}"
    );
}

#[test]
fn the_page_of_the_cluster_tells_how_another_machine_serves_the_queue() {
    let (sandbox, redis) = (Sandbox::new(), Redis::with(&["--requirepass", "secret"]));
    let mut command = master(&sandbox, "127.0.0.1:0", "");
    through(command.arg("--no-local"), &sandbox, &redis);
    let (port, share) = (redis.port, sandbox.path("share"));
    let url = format!("redis://:secret@127.0.0.1:{port}/?namespace=lab");
    let master = Process::start(command.env("AUDIOTOME_QUEUE", url));
    let (status, page) = master.raw("GET", "/cluster", "", None);
    let page = String::from_utf8(page).unwrap();
    assert_eq!(status, 200, "{page}");
    assert!(!page.contains("secret"), "{page}");
    let (queue, store) = (
        format!("redis://:…@127.0.0.1:{port}/?namespace=lab"),
        format!("--store file://{}", share.display()),
    );
    assert!(page.contains(&queue) && page.contains(&store), "{page}");
}

#[test]
fn segments_are_tried_again_and_taken_back_through_the_master() {
    let scene = Scene::new();
    let master = &scene.master;
    let (job, worker) = scene.stuck();
    let queue = master.get("/queue");
    let lane = &queue["lanes"][0];
    let lane = format!("/queue/lanes/{}", lane["id"].as_str().unwrap());
    let all = master.get(&format!("{lane}/segments"));
    assert_eq!(all["total"], 2, "{all:#}");
    let key = |state: &str| {
        let segments = master.get(&format!("{lane}/segments?state={state}"));
        segments["segments"][0]["key"].as_str().unwrap().to_owned()
    };
    let (lamp, boat) = (key("dead"), key("leased"));
    let history = master.get(&format!("/queue/segments/{lamp}"));
    let history = &history["records"][0]["segment"]["history"];
    assert_eq!(history.as_array().unwrap().len(), 4, "{history:#}");
    assert_eq!(
        master
            .call("POST", &format!("{lane}/segments/{lamp}/retry"), None)
            .0,
        204
    );
    let again = |records: &Value| {
        records["records"][0]["segment"]["history"]
            .as_array()
            .unwrap()
            .len()
            == 8
    };
    until(|| master.get(&format!("/queue/segments/{lamp}")), again);
    assert_eq!(
        master.post(&format!("{lane}/retry"), &json!({}))["segments"],
        1
    );
    assert_eq!(
        master
            .call("DELETE", &format!("{lane}/segments/{boat}"), None)
            .0,
        204
    );
    let failed = master.wait_for(&job, &["failed", "done"]);
    assert_eq!(
        failed["state"], "failed",
        "what was revoked needs a decision"
    );
    let letters = master.get(&format!("/jobs/{job}/dead-letters"));
    let letters = letters["dead_letters"].as_array().unwrap().clone();
    let revoked = letters
        .iter()
        .find(|letter| letter["key"] == boat.as_str())
        .unwrap();
    assert_eq!(revoked["history"], json!(["revoked by a person"]));
    let drain = format!("/queue/workers/{}/drain", worker.name);
    assert_eq!(master.call("POST", &drain, None).0, 204);
    assert_eq!(worker.left(), Some(0));
    assert_eq!(master.call("POST", &drain, None).0, 404);
}

#[test]
fn limits_are_read_and_set_through_the_master() {
    let scene = Scene::new();
    let master = &scene.master;
    let none = json!({ "limits": [] });
    assert_eq!(master.get("/queue/limits"), none);
    let put = |limits: &Value| master.call("PUT", "/queue/limits", Some(limits));
    let limits = json!({ "limits": [
        { "on": "all", "rate": null, "at_once": 0 },
        { "on": "engine:openai", "rate": 2.5, "at_once": 4 },
    ] });
    assert_eq!(put(&limits), (200, limits.clone()));
    assert_eq!(master.get("/queue/limits"), limits);
    for wrong in [
        json!([{ "on": "everything", "rate": 1.0 }]),
        json!([{ "on": "all", "rate": 0.0 }]),
        json!([{ "on": "all", "rate": 1.0 }, { "on": "all", "at_once": 1 }]),
    ] {
        let (status, body) = put(&json!({ "limits": wrong }));
        assert_eq!(status, 422, "{body}");
    }
    assert_eq!(
        master.get("/queue/limits"),
        limits,
        "a refused list changes nothing"
    );
    // Nothing may be spoken at once, until the limit is gone.
    let book = master.upload("book.md", BOOK);
    let job = master.post("/jobs", &json!({ "book": book, "engine": "tone" }));
    let job = job["id"].as_str().unwrap();
    let worker = Helper::worker(&scene.sandbox, &scene.redis, "");
    let there = |queue: &Value| {
        queue["workers"][0]["name"] == worker.name.as_str() && queue["lanes"][0]["waiting"].is_u64()
    };
    let queue = until(|| master.get("/queue"), there);
    let able = |queue: &Value| queue["lanes"][0]["somebody_can"] == true;
    until(|| master.get("/queue"), able);
    assert_eq!(queue["lanes"][0]["leased"], 0, "{queue:#}");
    assert_eq!(put(&none), (200, none));
    assert_eq!(master.wait_for(job, &["done", "failed"])["state"], "done");
}

#[test]
fn what_is_not_there_is_a_problem() {
    let scene = Scene::new();
    let key = "0".repeat(64);
    for (method, path) in [
        ("GET", "/queue/lanes/nope/segments".to_owned()),
        ("POST", "/queue/lanes/nope/retry".to_owned()),
        ("DELETE", format!("/queue/lanes/nope/segments/{key}")),
        ("POST", format!("/queue/lanes/nope/segments/{key}/retry")),
        ("GET", format!("/queue/segments/{key}")),
        ("GET", "/queue/segments/nope".to_owned()),
        ("POST", "/queue/workers/nope/drain".to_owned()),
    ] {
        let (status, body) = scene.master.call(method, &path, None);
        assert_eq!(
            (status, &body["error"]["type"]),
            (404, &json!("not_found")),
            "{method} {path}: {body}"
        );
    }
    let wrong = scene
        .master
        .call("GET", "/queue/lanes/nope/segments?state=lost", None);
    assert_eq!(wrong.0, 400, "{}", wrong.1);
    let sandbox = Sandbox::new();
    let alone = Process::master(&sandbox, "", &[]);
    let (status, body) = alone.call("GET", "/queue", None);
    assert_eq!(status, 404);
    assert_eq!(body["error"]["message"], "this master has no queue");
    assert!(
        body["error"]["hint"].as_str().unwrap().contains("--queue"),
        "{body}"
    );
    assert_eq!(alone.get("/workers")["queue_workers"], Value::Null);
}

#[test]
fn the_figures_follow_the_queue() {
    let scene = Scene::new();
    let empty = scene.figures();
    assert!(empty.contains("\naudiotome_queue_up 1\n"), "{empty}");
    let (_job, worker) = scene.stuck();
    let settled = |text: &Value| {
        let label = format!("{{worker=\"{}\"}}", worker.name);
        let text = text.as_str().unwrap();
        text.contains("audiotome_queue_slots{state=\"busy\"} 1\n")
            && text.contains("audiotome_queue_dead{lane=\"The Short Book\",engine=\"tone\"} 1\n")
            && text.contains(&format!("audiotome_queue_worker_segments_total{label} "))
            && !text.contains(&format!("audiotome_queue_worker_segments_total{label} 0\n"))
    };
    let text = until(|| scene.figures().into(), settled);
    let text = text.as_str().unwrap();
    for line in [
        "audiotome_queue_leased{lane=\"The Short Book\",engine=\"tone\"} 1\n",
        "audiotome_queue_segments_total{what=\"dead\"} 1\n",
        "audiotome_queue_segments_total{what=\"lapsed\"} 0\n",
        "audiotome_queue_workers 1\n",
        "# TYPE audiotome_queue_oldest_seconds gauge\n",
        "audiotome_queue_redis_memory_bytes ",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let started = Instant::now();
    scene.figures();
    assert!(
        started.elapsed() < Duration::from_secs(1),
        "{:?}",
        started.elapsed()
    );
}

#[test]
fn requests_are_not_held_up_by_a_redis_that_is_frozen_or_gone() {
    let mut scene = Scene::new();
    let refused = |scene: &Scene| {
        let started = Instant::now();
        let (status, body) = scene.master.call("GET", "/queue", None);
        assert_eq!(
            (status, &body["error"]["type"]),
            (503, &json!("busy")),
            "{body}"
        );
        assert!(
            started.elapsed() < Duration::from_secs(4),
            "{:?}",
            started.elapsed()
        );
    };
    let down = |scene: &Scene| {
        let started = Instant::now();
        let figures = until(
            || scene.figures().into(),
            |text| text.as_str().unwrap().contains("audiotome_queue_up 0\n"),
        );
        assert!(
            !figures
                .as_str()
                .unwrap()
                .contains("audiotome_queue_workers"),
            "{figures}"
        );
        // Up to two seconds for what was known, one for the question.
        assert!(
            started.elapsed() < Duration::from_secs(6),
            "{:?}",
            started.elapsed()
        );
        let list = scene.master.get("/workers");
        assert_eq!(list["queue_workers"], Value::Null);
    };
    scene.redis.signal("-STOP");
    refused(&scene);
    down(&scene);
    scene.redis.signal("-CONT");
    until(
        || scene.figures().into(),
        |text| text.as_str().unwrap().contains("audiotome_queue_up 1\n"),
    );
    scene.redis.kill();
    refused(&scene);
    down(&scene);
    scene.redis.up();
    let ask = || scene.master.call("GET", "/queue", None).0.into();
    until(ask, |status| *status == 200);
}
