//! `audiotome queue` on a real Redis, with a worker and a book that is stuck.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::queue_scene::{Helper, STUCK, is_stuck, through, until};
use crate::redis::Redis;
use crate::sandbox::{Sandbox, run, stderr, stdout};

struct Scene {
    sandbox: Sandbox,
    redis: Redis,
}

impl Scene {
    fn new() -> Self {
        Self {
            sandbox: Sandbox::new(),
            redis: Redis::start(),
        }
    }

    /// What `audiotome queue …` says; it must end with `code`.
    #[track_caller]
    fn ends(&self, code: i32, args: &[&str]) -> (String, String) {
        let mut command = self.sandbox.audiotome(&["queue"]);
        through(command.args(args), &self.sandbox, &self.redis);
        let output = run(&mut command, code);
        (stdout(&output), stderr(&output))
    }

    #[track_caller]
    fn says(&self, args: &[&str]) -> String {
        self.ends(0, args).0
    }

    #[track_caller]
    fn json(&self, args: &[&str]) -> Value {
        let text = self.says(&[args, &["--json"]].concat());
        serde_json::from_str(&text).unwrap()
    }

    #[track_caller]
    fn fails(&self, code: i32, args: &[&str]) -> String {
        self.ends(code, args).1
    }

    /// A book of which one sentence is dead and one is being spoken for ever.
    fn stuck(&self) -> (Helper, Helper) {
        let book = Helper::convert(&self.sandbox, &self.redis);
        let worker = Helper::worker(&self.sandbox, &self.redis, STUCK);
        until(|| self.json(&["stats"]), is_stuck);
        (book, worker)
    }
}

#[test]
fn what_waits_is_seen_before_anybody_speaks() {
    let scene = Scene::new();
    assert!(
        scene
            .says(&["stats"])
            .starts_with("no book is in the queue\n")
    );
    let _book = Helper::convert(&scene.sandbox, &scene.redis);
    // What is counted in all may have been asked for just before the segments were added.
    let waits = |stats: &Value| {
        let waiting = &stats["lanes"][0]["waiting"];
        waiting.as_u64() > Some(5) && stats["totals"]["added"] == *waiting
    };
    let stats = until(|| scene.json(&["stats"]), waits);
    let lane = &stats["lanes"][0];
    assert_eq!(
        (&lane["somebody_can"], &lane["title"]),
        (&false.into(), &"The Short Book".into())
    );
    let table = scene.says(&["stats"]);
    let row = table.lines().nth(1).unwrap();
    for part in ["none", "tone/", "The Short Book"] {
        assert!(row.contains(part), "{table}");
    }
    assert!(
        table.contains("0 workers") && table.contains("\nRedis "),
        "{table}"
    );
    let segments = scene.says(&["list", "the short book", "--state", "waiting"]);
    assert!(
        segments.contains("a lamp that works") && segments.contains("waiting"),
        "{segments}"
    );
    let (nobody, hint) = scene.ends(0, &["workers"]);
    assert!(
        nobody.is_empty() && hint.contains("no worker is connected"),
        "{hint}"
    );
}

#[test]
fn the_queue_is_watched_until_ctrl_c() {
    let scene = Scene::new();
    let mut command = scene
        .sandbox
        .audiotome(&["queue", "stats", "--watch", "1", "--json"]);
    through(&mut command, &scene.sandbox, &scene.redis);
    let mut watcher = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(watcher.stdout.take().unwrap()).lines();
    let mut next = || serde_json::from_str::<Value>(&lines.next().unwrap().unwrap()).unwrap();
    assert_eq!(next()["lanes"], serde_json::json!([]));
    let _book = Helper::convert(&scene.sandbox, &scene.redis);
    while next()["lanes"][0]["title"] != "The Short Book" {}
    let pid = watcher.id().to_string();
    assert!(
        Command::new("kill")
            .args(["-INT", &pid])
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(watcher.wait().unwrap().code(), Some(0));
}

#[test]
fn every_question_about_work_and_workers_is_answered() {
    let scene = Scene::new();
    let (_book, worker) = scene.stuck();
    // Who works, and at what.
    let speaks =
        |workers: &Value| workers[0]["busy"] == 1 && workers[0]["segments"].as_u64() > Some(0);
    let workers = until(|| scene.json(&["workers"]), speaks);
    assert_eq!(workers[0]["name"], worker.name.as_str());
    assert_eq!(workers[0]["speaking"][0], "a boat that floats");
    let table = scene.says(&["workers"]);
    for part in [
        worker.name.as_str(),
        "speaking",
        "1 of 2",
        "a boat that floats",
        "MB",
    ] {
        assert!(table.contains(part), "{table}");
    }
    let stats = scene.says(&["stats"]);
    assert!(
        stats.contains("yes") && stats.contains("1 of 2 slots busy"),
        "{stats}"
    );
    // What failed, and how.
    let dead = scene.says(&["dead"]);
    assert!(
        dead.contains("text   a lamp that works") && dead.contains("  try 4  "),
        "{dead}"
    );
    let dead = scene.json(&["list", "--state", "dead"]);
    let key = dead[0]["key"].as_str().unwrap();
    let history = scene.says(&["history", &key[..10]]);
    assert!(
        history.contains(key) && history.contains("state  dead"),
        "{history}"
    );
    assert!(
        history.contains(&format!("try 4  {}: told to fail", worker.name)),
        "{history}"
    );
    // What was spoken, by whom, in which time.
    let spoken = scene.json(&["list", "--state", "spoken"]);
    let key = spoken[0]["key"].as_str().unwrap();
    let history = scene.says(&["history", key]);
    assert!(
        history.contains(&format!(" ago by {} in ", worker.name)),
        "{history}"
    );
    let said = scene.fails(1, &["history", "0000"]);
    assert!(
        said.contains("knows nothing of a segment `0000`") && said.contains("hint: "),
        "{said}"
    );
}

#[test]
fn dead_letters_are_tried_again_and_segments_taken_back() {
    let scene = Scene::new();
    let (book, worker) = scene.stuck();
    let key = |state: &str| {
        let segments = scene.json(&["list", "--state", state]);
        segments[0]["key"].as_str().unwrap().to_owned()
    };
    let lamp = key("dead");
    assert_eq!(
        scene.says(&["retry", "The Short", &lamp[..12]]),
        "1 segment of “The Short Book” tried again\n"
    );
    let failed = |records: &Value| records[0]["history"].as_array().unwrap().len() == 8;
    until(|| scene.json(&["history", &lamp]), failed);
    assert_eq!(scene.json(&["retry", "The Short Book"])["retried"], 1);
    let said = scene.fails(1, &["revoke", "The Short Book", "0123"]);
    assert!(
        said.contains("no segment `0123`") && said.contains("audiotome queue list"),
        "{said}"
    );
    let boat = key("leased");
    assert_eq!(
        scene.says(&["revoke", "The Short Book", &boat]),
        "1 segment of “The Short Book” taken back\n"
    );
    // Its worker gives it up, and its master has nothing more to wait for.
    until(
        || scene.json(&["workers"]),
        |workers| workers[0]["speaking"] == serde_json::json!([]),
    );
    assert_eq!(book.left(), Some(3));
    drop(worker);
    assert_eq!(scene.json(&["stats"])["totals"]["revoked"], 1);
    let said = scene.fails(1, &["history", &boat]);
    assert!(said.contains("taken back is forgotten"), "{said}");
}

#[test]
fn whoever_retries_a_book_that_has_ended_hears_how_it_goes_on() {
    let scene = Scene::new();
    let book = Helper::convert(&scene.sandbox, &scene.redis);
    let worker = Helper::worker(&scene.sandbox, &scene.redis, "fail=lamp");
    assert_eq!(book.left(), Some(3));
    drop(worker);
    let (line, hint) = scene.ends(0, &["retry", "The Short Book"]);
    assert_eq!(line, "1 segment of “The Short Book” tried again\n");
    assert!(
        hint.contains("`audiotome retry JOB`") && hint.contains("`convert` again"),
        "{hint}"
    );
}

#[test]
fn nothing_is_purged_unless_somebody_says_yes() {
    let scene = Scene::new();
    let (book, _worker) = scene.stuck();
    let said = scene.fails(2, &["purge", "--all"]);
    assert!(said.contains("`--yes`"), "{said}");
    let said = scene.fails(2, &["purge"]);
    assert!(said.contains("`--all`"), "{said}");
    assert!(is_stuck(&scene.json(&["stats"])), "nothing has changed");
    let lane = scene.redis.ask(&["hvals", "{audiotome}:lanes"]);
    let said = scene.says(&["purge", "The Short Book", "--yes"]);
    assert_eq!(
        said,
        "everything of “The Short Book” is removed: 2 segments\n"
    );
    assert_eq!(book.left(), Some(3));
    assert!(
        scene.json(&["stats"])["lanes"]
            .as_array()
            .unwrap()
            .is_empty()
    );
    assert_eq!(scene.redis.ask(&["keys", "*:dead:*"]), "");
    // A lane of which nothing is left.
    scene
        .redis
        .ask(&["hset", "{audiotome}:lanes", "0000.host.empty", &lane]);
    let said = scene.says(&["purge", "The Short Book", "--yes"]);
    assert!(
        said.ends_with("is removed; no segment was left\n"),
        "{said}"
    );
}

#[test]
fn a_worker_is_drained_by_the_beginning_of_its_name() {
    let scene = Scene::new();
    let worker = Helper::worker(&scene.sandbox, &scene.redis, "");
    until(
        || scene.json(&["workers"]),
        |workers| workers[0]["name"] == worker.name.as_str(),
    );
    let said = scene.fails(1, &["drain", "nobody"]);
    assert!(
        said.contains("no worker `nobody`") && said.contains("audiotome queue workers"),
        "{said}"
    );
    let beginning = &worker.name[..worker.name.len() - 1];
    assert_eq!(
        scene.says(&["drain", beginning]),
        format!("{} finishes and leaves\n", worker.name)
    );
    assert_eq!(worker.left(), Some(0));
    assert_eq!(scene.json(&["workers"]), serde_json::json!([]));
}

#[test]
fn a_worker_says_what_it_lacks() {
    let scene = Scene::new();
    let _book = Helper::convert(&scene.sandbox, &scene.redis);
    // It keeps its clips elsewhere.
    let elsewhere = Sandbox::new();
    let worker = Helper::worker(&elsewhere, &scene.redis, "");
    let lacks = |workers: &Value| {
        !workers[0]["lacks"]
            .as_object()
            .is_none_or(serde_json::Map::is_empty)
    };
    until(|| scene.json(&["workers"]), lacks);
    let said = scene.says(&["workers"]);
    let expected = format!(
        "{} can't speak “The Short Book”: its `--store` is not the one of the master",
        worker.name
    );
    assert!(said.contains(&expected), "{said}");
    assert!(scene.says(&["stats"]).contains("none"));
}

#[test]
fn limits_are_set_listed_and_removed() {
    let scene = Scene::new();
    assert_eq!(
        scene.says(&["limit", "engine:tone", "--rate", "2.5", "--at-once", "3"]),
        "engine:tone: 2.5 in a second, 3 at once\n"
    );
    let limits = scene.says(&["limits"]);
    assert!(limits.contains("engine:tone  2.5/s  3"), "{limits}");
    let limits = scene.json(&["limits"]);
    assert_eq!(
        limits,
        serde_json::json!([{ "on": "engine:tone", "rate": 2.5, "at_once": 3 }])
    );
    for wrong in [
        &["limit", "tone", "--rate", "1"][..],
        &["limit", "all"],
        &["limit", "all", "--rate", "0"],
    ] {
        scene.fails(2, wrong);
    }
    let said = scene.fails(1, &["limit", "lane:nothing", "--at-once", "1"]);
    assert!(said.contains("knows no book `nothing`"), "{said}");
    assert_eq!(
        scene.says(&["limit", "engine:tone", "--none"]),
        "engine:tone has no limit\n"
    );
    assert_eq!(scene.json(&["limits"]), serde_json::json!([]));
}

#[test]
fn a_queue_that_is_away_or_unnamed_is_said_in_a_line() {
    let sandbox = Sandbox::new();
    let ask = |args: &[&str], code| {
        let mut command = sandbox.audiotome(args);
        stderr(&run(command.env_remove("AUDIOTOME_QUEUE"), code))
    };
    let said = ask(&["queue", "stats"], 2);
    assert!(
        said.contains("which queue?") && said.contains("--queue redis://"),
        "{said}"
    );
    for command in ["stats", "workers", "list", "dead", "limits"] {
        let said = ask(
            &["queue", command, "--queue", "redis://:secret@127.0.0.1:1"],
            5,
        );
        assert_eq!(said.lines().count(), 2, "{said}");
        assert!(
            said.contains("error: the queue `redis://127.0.0.1:1")
                && said.contains("hint: start Redis"),
            "{said}"
        );
        assert!(!said.contains("secret"), "{said}");
    }
}

#[test]
fn no_password_is_printed_with_what_is_wrong_about_an_address() {
    let sandbox = Sandbox::new();
    let wrong = |variable: &str, value: &str, args: &[&str]| {
        let mut command = sandbox.audiotome(args);
        let said = stderr(&run(command.env(variable, value), 2));
        assert!(!said.contains("secret"), "{said}");
        assert!(said.contains("invalid value for '--"), "{said}");
        said
    };
    let queue = "redis://me:se/secret@host:6379";
    let said = wrong("AUDIOTOME_QUEUE", queue, &["queue", "stats"]);
    assert!(
        said.contains("`%2F`") && said.contains("host:6379"),
        "{said}"
    );
    wrong("AUDIOTOME_QUEUE", queue, &["worker"]);
    let args = ["worker", "--queue", "redis://host"];
    wrong("AUDIOTOME_STORE", "s3://key:secret@bucket", &args);
    let args = ["convert", "book.epub"];
    wrong("AUDIOTOME_WORKERS", "gpu1,me:secret@gpu2", &args);
    wrong("AUDIOTOME_JOIN", "http://me:secret@books", &["worker"]);
    let args = ["queue", "stats", "--queue", "redis://host/abc"];
    let said = stderr(&run(&mut sandbox.audiotome(&args), 2));
    assert!(said.contains("`abc` is no database"), "{said}");
}

#[test]
fn a_file_without_certificates_is_said_before_anybody_is_called() {
    let sandbox = Sandbox::new();
    sandbox.file("ca.pem", "nothing");
    let queue = "rediss://127.0.0.1:1";
    let args = ["queue", "--queue", queue, "--tls-ca", "ca.pem", "stats"];
    let said = stderr(&run(&mut sandbox.audiotome(&args), 1));
    assert!(
        said.contains("ca.pem") && said.contains("certificate"),
        "{said}"
    );
}
