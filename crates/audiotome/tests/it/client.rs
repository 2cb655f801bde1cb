//! The client's commands against a real master.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};

use crate::sandbox::{BOOK, Sandbox, run, stderr, stdout};
use crate::serving::{Process, client, master};

/// Where the sample goes below a library.
const FILE: &str = "Ada Writer/The Short Book {tone}/The Short Book.m4b";

/// A sandbox with a book and a master.
fn scene(tone: &str) -> (Sandbox, Process) {
    let sandbox = Sandbox::new();
    sandbox.file("book.md", BOOK);
    let master = Process::start(&mut master(&sandbox, "127.0.0.1:0", tone));
    (sandbox, master)
}

/// The id that a command printed first.
fn id(printed: &str) -> String {
    printed.lines().next().unwrap().to_owned()
}

#[test]
fn a_book_is_submitted_followed_and_downloaded() {
    let (sandbox, master) = scene("");
    let args = ["submit", "--follow", "--download", "got", "book.md"];
    let output = run(&mut master.client(&sandbox, &args), 0);
    let printed = stdout(&output);
    let names: Vec<_> = printed.lines().skip(1).collect();
    let folder = "got/Ada Writer/The Short Book {tone}";
    let expected = ["The Short Book.m4b", "metadata.json", "book.md"];
    assert_eq!(names, expected.map(|name| format!("{folder}/{name}")));
    let said = stderr(&output);
    assert!(
        said.contains("The Short Book by Ada Writer: 3 chapters, read by tone"),
        "{said}"
    );
    assert!(said.contains("done: The Short Book"), "{said}");

    run(&mut sandbox.convert(&["-o", "alone", "book.md"]), 0);
    let alone = fs_err::read(sandbox.path("alone").join(FILE)).unwrap();
    let got = fs_err::read(sandbox.path("got").join(FILE)).unwrap();
    assert!(alone == got, "the file is the one that `convert` makes");

    let job = id(&printed);
    let args = ["download", &job[..13], "-o", "book.m4b"];
    assert_eq!(
        stdout(&run(&mut master.client(&sandbox, &args), 0)),
        "book.m4b\n"
    );
    assert!(alone == fs_err::read(sandbox.path("book.m4b")).unwrap());
    let args = ["download", &job[..13], "--chapter", "2"];
    let chapter = stdout(&run(&mut master.client(&sandbox, &args), 0));
    assert_eq!(chapter, "./02 - Two.aac\n");
    assert!(sandbox.path("02 - Two.aac").is_file());
}

#[test]
fn the_reading_and_the_output_are_as_asked_for() {
    let (sandbox, master) = scene("");
    let args = [
        "submit",
        "--follow",
        "--chapters",
        "2-",
        "--format",
        "flac",
        "--per-chapter",
        "--speed",
        "1.5",
        "--priority",
        "-3",
        "--no-rule",
        "roman",
        "--download",
        "got",
        "book.md",
    ];
    let printed = stdout(&run(&mut master.client(&sandbox, &args), 0));
    let names: Vec<_> = printed.lines().skip(1).take(2).collect();
    let folder = "got/Ada Writer/The Short Book {tone}";
    let expected = ["02 - Two.flac", "03 - Three.flac"];
    assert_eq!(names, expected.map(|name| format!("{folder}/{name}")));
    let args = ["job", "--json", &id(&printed)];
    let job = stdout(&run(&mut master.client(&sandbox, &args), 0));
    let job: Value = serde_json::from_str(&job).unwrap();
    assert_eq!(job["priority"], -3);
    assert_eq!(job["order"]["reading"]["chapters"], "2-");
    assert_eq!(job["order"]["reading"]["no_rules"], json!(["roman"]));
    assert_eq!(job["order"]["per_chapter"], true);
}

#[test]
fn ids_may_be_cut_short_while_they_are_clear() {
    let (sandbox, master) = scene("delay=1s");
    let submit = ["submit", "book.md"];
    let first = id(&stdout(&run(&mut master.client(&sandbox, &submit), 0)));
    // Another millisecond.
    thread::sleep(Duration::from_millis(5));
    let second = id(&stdout(&run(&mut master.client(&sandbox, &submit), 0)));

    let list = stdout(&run(&mut master.client(&sandbox, &["jobs"]), 0));
    assert!(
        list.contains(&first[..13]) && list.contains(&second[..13]),
        "{list}"
    );
    let output = run(&mut master.client(&sandbox, &["job", &first[..13]]), 0);
    assert!(stdout(&output).contains(&first));

    let said = stderr(&run(&mut master.client(&sandbox, &["pause", "0"]), 1));
    assert!(
        said.contains("may mean 2 jobs") && said.contains(&second),
        "{said}"
    );
    for unknown in ["ffff", "ffffffff-ffff-7fff-bfff-ffffffffffff"] {
        let said = stderr(&run(&mut master.client(&sandbox, &["job", unknown]), 1));
        let expected =
            format!("error: there is no job `{unknown}`\nhint: `audiotome jobs` lists them\n");
        assert_eq!(said, expected);
    }
}

#[test]
fn jobs_are_steered() {
    let (sandbox, master) = scene("delay=1s");
    let submitted = run(&mut master.client(&sandbox, &["submit", "book.md"]), 0);
    let job = id(&stdout(&submitted));
    let asked = |args: &[&str]| stdout(&run(&mut master.client(&sandbox, args), 0));
    let becomes = |state: &str| {
        let arrived = |_: &usize| {
            let list = asked(&["jobs", "--state", state]);
            thread::sleep(Duration::from_millis(if list.is_empty() { 50 } else { 0 }));
            list.contains(&job[..13])
        };
        assert!((0..200).any(|n| arrived(&n)), "it never is {state}");
    };
    becomes("running");
    asked(&["pause", &job]);
    becomes("paused");
    asked(&["resume", &job]);
    becomes("running");
    asked(&["cancel", &job]);
    becomes("cancelled");
    let said = stderr(&run(&mut master.client(&sandbox, &["resume", &job]), 1));
    assert!(
        said.contains("a job that is cancelled can't resume"),
        "{said}"
    );
    let said = stderr(&run(&mut master.client(&sandbox, &["download", &job]), 1));
    assert!(said.contains("is cancelled, not done"), "{said}");
    asked(&["delete", "--files", &job]);
    assert_eq!(asked(&["jobs"]), "");
}

#[test]
fn a_dead_letter_is_said_otherwise_and_the_job_retried() {
    let (sandbox, master) = scene("fail=lamp");
    let output = run(
        &mut master.client(&sandbox, &["submit", "--follow", "book.md"]),
        3,
    );
    let job = id(&stdout(&output));
    let said = stderr(&output);
    assert!(said.contains("1 sentence could not be spoken"), "{said}");
    assert!(said.contains("hint: `audiotome dead-letters "), "{said}");

    let asked = |args: &[&str]| stdout(&run(&mut master.client(&sandbox, args), 0));
    let letters = asked(&["dead-letters", &job]);
    assert!(
        letters.contains("a lamp that works") && letters.contains("told to fail"),
        "{letters}"
    );
    assert!(asked(&["job", &job]).contains("told to fail"));
    let key = letters.split_whitespace().nth(2).unwrap();
    asked(&[
        "dead-letters",
        "--edit",
        key,
        "--text",
        "A light that works.",
    ]);
    assert!(asked(&["dead-letters"]).contains(", edited"));
    asked(&["retry", &job]);
    run(&mut master.client(&sandbox, &["job", "--follow", &job]), 0);
    assert_eq!(asked(&["dead-letters"]), "");
}

#[test]
fn following_survives_a_restart_of_the_master() {
    let (sandbox, first) = scene("delay=250ms");
    let args = ["submit", "--follow", "--download", "got", "book.md"];
    let mut command = first.client(&sandbox, &args);
    let mut follower = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(follower.stdout.take().unwrap()).lines();
    lines.next().unwrap().unwrap();
    thread::sleep(Duration::from_millis(500));
    let address = first.address.clone();
    drop(first);
    thread::sleep(Duration::from_millis(1_500));
    let _second = Process::start(&mut master(&sandbox, &address, "delay=1ms"));
    assert!(follower.wait().unwrap().success());
    assert!(sandbox.path("got").join(FILE).is_file());
}

#[test]
fn ctrl_c_ends_the_following_and_not_the_job() {
    let (sandbox, master) = scene("delay=1s");
    let mut command = master.client(&sandbox, &["submit", "--follow", "book.md"]);
    let piped = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut follower = piped.spawn().unwrap();
    let mut lines = BufReader::new(follower.stdout.take().unwrap()).lines();
    let job = lines.next().unwrap().unwrap();
    let pid = follower.id().to_string();
    thread::sleep(Duration::from_millis(300));
    assert!(
        Command::new("kill")
            .args(["-INT", &pid])
            .status()
            .unwrap()
            .success()
    );
    let output = follower.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let said = stderr(&output);
    assert!(
        said.contains("the job goes on") && said.contains("audiotome job 0"),
        "{said}"
    );
    let job = stdout(&run(&mut master.client(&sandbox, &["job", &job]), 0));
    assert!(job.contains("running"), "{job}");
}

#[test]
fn workers_come_and_go() {
    let (sandbox, master) = scene("");
    let asked = |args: &[&str]| stdout(&run(&mut master.client(&sandbox, args), 0));
    assert!(asked(&["workers"]).contains("this machine"));
    assert_eq!(
        asked(&["workers", "add", "127.0.0.1:9"]),
        "127.0.0.1:9 takes part\n"
    );
    assert!(asked(&["workers"]).contains("127.0.0.1:9"));
    asked(&["workers", "drain", "127.0.0.1:9"]);
    assert!(!asked(&["workers"]).contains("127.0.0.1:9"));
    let remove = ["workers", "remove", "this machine"];
    let said = stderr(&run(&mut master.client(&sandbox, &remove), 1));
    assert!(said.contains("--no-local"), "{said}");
    let said = stderr(&run(
        &mut master.client(&sandbox, &["workers", "drain", "x:1"]),
        1,
    ));
    assert_eq!(
        said,
        "error: there is no worker `x:1`\nhint: `audiotome workers` lists them\n"
    );
}

#[test]
fn a_master_that_is_away_is_named() {
    let sandbox = Sandbox::new();
    sandbox.file("book.md", BOOK);
    for args in [&["jobs"][..], &["submit", "book.md"], &["download", "1"]] {
        let said = stderr(&run(&mut client(&sandbox, "127.0.0.1:1", args), 1));
        assert!(
            said.contains("no master answers at `http://127.0.0.1:1`"),
            "{said}"
        );
        assert!(
            said.contains("hint: start one with `audiotome serve`"),
            "{said}"
        );
    }
    let said = stderr(&run(
        &mut sandbox.audiotome(&["jobs", "--master", "ftp://x"]),
        2,
    ));
    assert!(said.contains("http://books:7860"), "{said}");
}

#[test]
fn a_master_asks_for_its_token() {
    let sandbox = Sandbox::new();
    sandbox.file("book.md", BOOK);
    let mut command = master(&sandbox, "127.0.0.1:0", "");
    let master = Process::start(command.env("AUDIOTOME_TOKEN", "secret"));
    let jobs = || master.client(&sandbox, &["jobs"]);
    let said = stderr(&run(&mut jobs(), 1));
    assert!(
        said.contains("asks for a token") && said.contains("--token"),
        "{said}"
    );
    let said = stderr(&run(jobs().args(["--token", "wrong"]), 1));
    assert!(said.contains("refuses the token"), "{said}");
    assert!(!said.contains("wrong"), "a token is not repeated");
    run(jobs().env("AUDIOTOME_TOKEN", "secret"), 0);
}

#[test]
fn books_that_are_not_there_or_no_books_are_named() {
    let (sandbox, master) = scene("");
    sandbox.file("broken.epub", "PK\u{3}\u{4} not a book");
    let args = ["submit", "missing.epub", "broken.epub", "book.md"];
    let output = run(&mut master.client(&sandbox, &args), 1);
    assert_eq!(stdout(&output).lines().count(), 1, "the good one is taken");
    let said = stderr(&output);
    assert!(
        said.contains("`missing.epub`") && said.contains("`broken.epub`"),
        "{said}"
    );
}
