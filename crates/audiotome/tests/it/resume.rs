//! Work is never lost and never done twice.

use std::collections::HashSet;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use audiotome_core::Timeline;
use serde_json::json;

use crate::master::start;
use crate::sandbox::{BOOK, Sandbox, events, run, spoken, start_until_spoken, stderr};
use crate::serving::Process;

/// Sixty sentences in six chapters, each with a heading: 66 segments.
fn long_book() -> String {
    let chapter = |chapter: usize| {
        let sentences: Vec<_> = (0..10)
            .map(|sentence| {
                format!("In chapter {chapter} this is sentence number {sentence} of them.")
            })
            .collect();
        format!("# Chapter {chapter}\n\n{}\n\n", sentences.join(" "))
    };
    (1..=6).map(chapter).collect()
}

fn timeline(sandbox: &Sandbox, name: &str) -> Timeline {
    serde_json::from_slice(&fs_err::read(sandbox.path(name)).unwrap()).unwrap()
}

#[test]
fn a_killed_run_goes_on_and_speaks_nothing_twice() {
    let undisturbed = Sandbox::new();
    undisturbed.file("book.md", long_book());
    run(
        &mut undisturbed.convert(&[
            "--output",
            "out.m4b",
            "--timeline",
            "timeline.json",
            "book.md",
        ]),
        0,
    );

    let sandbox = Sandbox::new();
    sandbox.file("book.md", long_book());
    let mut all: Vec<String> = Vec::new();
    for enough in [1, 3, 11, 7] {
        let mut command = sandbox.convert(&[
            "--output",
            "out.m4b",
            "--timeline",
            "timeline.json",
            "book.md",
        ]);
        let (mut child, events) =
            start_until_spoken(command.env("AUDIOTOME_TONE", "delay=5ms"), enough);
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!sandbox.path("out.m4b").exists());
        all.extend(spoken(&events));
    }
    let last = events(&run(
        &mut sandbox.convert(&[
            "--output",
            "out.m4b",
            "--timeline",
            "timeline.json",
            "book.md",
        ]),
        0,
    ));
    assert!(last[1]["reused"].as_u64().unwrap() >= 22, "{}", last[1]);
    all.extend(spoken(&last));
    let distinct: HashSet<_> = all.iter().collect();
    assert_eq!(
        distinct.len(),
        all.len(),
        "no finished segment was spoken twice"
    );
    assert_eq!(
        timeline(&sandbox, "timeline.json"),
        timeline(&undisturbed, "timeline.json")
    );
    assert_eq!(
        fs_err::read(sandbox.path("out.m4b")).unwrap(),
        fs_err::read(undisturbed.path("out.m4b")).unwrap(),
        "the same file"
    );
}

#[cfg(unix)]
#[test]
fn ctrl_c_stops_cleanly_and_says_how_to_go_on() {
    let sandbox = Sandbox::new();
    sandbox.file("book.md", long_book());
    let mut command = sandbox.convert(&["--output", "out.m4b", "book.md"]);
    let (child, events) = start_until_spoken(command.env("AUDIOTOME_TONE", "delay=20ms"), 3);
    assert!(
        std::process::Command::new("kill")
            .args(["-INT", &child.id().to_string()])
            .status()
            .unwrap()
            .success()
    );
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    let text = stderr(&output);
    assert!(
        text.contains("sentences are spoken and kept")
            && text.contains("run the same command again"),
        "{text}"
    );
    let again = self::events(&run(
        &mut sandbox.convert(&["--output", "out.m4b", "book.md"]),
        0,
    ));
    let before: HashSet<_> = spoken(&events).into_iter().collect();
    assert!(spoken(&again).iter().all(|key| !before.contains(key)));
}

#[test]
fn one_changed_sentence_is_one_sentence_spoken() {
    let sandbox = Sandbox::new();
    sandbox.file("book.md", BOOK);
    run(&mut sandbox.convert(&["--output", "out.m4b", "book.md"]), 0);
    sandbox.file("book.md", BOOK.replace("a third", "a fourth"));
    let events = events(&run(
        &mut sandbox.convert(&["--output", "out.m4b", "book.md"]),
        0,
    ));
    assert_eq!(spoken(&events).len(), 1);
}

#[test]
fn a_finished_book_is_done_at_once_unless_forced_or_gone() {
    let sandbox = Sandbox::new();
    sandbox.file("book.md", BOOK);
    let result = |args: &[&str]| {
        events(&run(&mut sandbox.convert(args), 0)).last().unwrap()["result"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    let args = ["--output", "out.m4b", "book.md"];
    assert_eq!(result(&args), "new");
    assert_eq!(result(&args), "already");
    assert_eq!(
        result(&["--output", "out.m4b", "--force", "book.md"]),
        "new"
    );
    fs_err::remove_file(sandbox.path("out.m4b")).unwrap();
    assert_eq!(result(&args), "new");
}

#[test]
fn a_clip_that_vanishes_meanwhile_is_spoken_again() {
    let undisturbed = Sandbox::new();
    undisturbed.file("book.md", long_book());
    let args = ["--slots", "2", "--output", "out.m4b", "book.md"];
    run(&mut undisturbed.convert(&args), 0);
    // Before the loudness of the first minute is measured, and before its chapter is encoded.
    for enough in [3, 38] {
        let sandbox = Sandbox::new();
        sandbox.file("book.md", long_book());
        let mut command = sandbox.convert(&args);
        let (child, events) =
            start_until_spoken(command.env("AUDIOTOME_TONE", "delay=100ms"), enough);
        let mut before = spoken(&events);
        let gone = before.pop().unwrap();
        fs_err::remove_file(sandbox.path(&clip(&gone))).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        let rest = spoken(&self::events(&output));
        assert!(rest.contains(&gone));
        assert!(before.iter().all(|key| !rest.contains(key)));
        assert_eq!(
            fs_err::read(sandbox.path("out.m4b")).unwrap(),
            fs_err::read(undisturbed.path("out.m4b")).unwrap(),
        );
    }
}

#[test]
fn a_clean_up_leaves_what_an_interrupted_book_needs() {
    let sandbox = Sandbox::new();
    sandbox.file("done.md", BOOK);
    run(
        &mut sandbox.convert(&["--output", "done.m4b", "done.md"]),
        0,
    );
    let done = clips(&sandbox);
    sandbox.file("book.md", long_book());
    let args = ["--output", "out.m4b", "book.md"];
    let mut command = sandbox.convert(&args);
    let (mut child, events) = start_until_spoken(command.env("AUDIOTOME_TONE", "delay=20ms"), 5);
    child.kill().unwrap();
    child.wait().unwrap();
    let an_hour_ago = SystemTime::now() - Duration::from_secs(60 * 60);
    let grow_old = || {
        for clip in clips(&sandbox) {
            let file = fs_err::File::options().write(true).open(clip).unwrap();
            file.file().set_modified(an_hour_ago).unwrap();
        }
    };

    grow_old();
    let master = Process::master(&sandbox, "", &[]);
    let cleaned = master.post("/storage/clean", &json!({}));
    assert_eq!(cleaned["files"], done.len());
    assert!(done.iter().all(|clip| !clip.exists()));
    let staged = sandbox.path("data/clips/00/.audiotome-x.flac");
    audiotome_files::write(&staged, b"half a clip").unwrap();
    run(&mut sandbox.audiotome(&["clean", "--keep-days", "0"]), 0);
    assert!(staged.exists(), "somebody may be writing it");
    fs_err::remove_file(staged).unwrap();
    let again = self::events(&run(&mut sandbox.convert(&args), 0));
    let before: HashSet<_> = spoken(&events).into_iter().collect();
    assert!(spoken(&again).iter().all(|key| !before.contains(key)));

    grow_old();
    let cleaned = master.post("/storage/clean", &json!({}));
    assert_eq!(cleaned["files"], 66, "a book that is done needs none");
}

#[test]
fn a_clean_up_leaves_what_a_job_needs_that_rests() {
    let sandbox = Sandbox::new();
    let master = Process::master(&sandbox, "delay=20ms", &[]);
    let id = master.upload("book.md", &long_book());
    let job = start(&master, &id, json!({}));
    master.events(&job).next_of("segment");
    master.call("POST", &format!("/jobs/{job}/pause"), None);
    let paused = master.wait_for(&job, &["paused"]);
    let spoken = clips(&sandbox).len();
    assert!(spoken > 0, "{paused}");
    let second = sandbox
        .audiotome(&["serve", "--listen", "127.0.0.1:0"])
        .output()
        .unwrap();
    assert!(
        stderr(&second).contains("another master uses"),
        "{}",
        stderr(&second)
    );
    let chapter = sandbox.path("data/chapters/encoded.aac");
    audiotome_files::write(&chapter, b"since the job began").unwrap();
    let clean = || run(&mut sandbox.audiotome(&["clean", "--keep-days", "0"]), 0);
    clean();
    assert_eq!(clips(&sandbox).len(), spoken);
    assert!(chapter.exists());
    master.call("DELETE", &format!("/jobs/{job}"), None);
    clean();
    assert_eq!(clips(&sandbox).len(), 0, "it is no more");
    assert!(!chapter.exists());
}

#[test]
fn a_job_that_is_done_without_a_sentence_needs_no_clips() {
    let sandbox = Sandbox::new();
    let master = Process::master(&sandbox, "fail=number 7", &[]);
    let id = master.upload("book.md", &long_book());
    let job = start(&master, &id, json!({ "skip_failed": true }));
    master.wait_for(&job, &["done"]);
    assert!(!clips(&sandbox).is_empty());
    run(&mut sandbox.audiotome(&["clean", "--keep-days", "0"]), 0);
    assert_eq!(clips(&sandbox).len(), 0);
}

/// Where the clip of a key lies.
fn clip(key: &str) -> String {
    format!("data/clips/{}/{key}.flac", &key[..2])
}

/// All clips.
fn clips(sandbox: &Sandbox) -> Vec<PathBuf> {
    let folders = fs_err::read_dir(sandbox.path("data/clips")).unwrap();
    let folders = folders.map(|folder| folder.unwrap().path());
    let files = folders.filter(|path| path.is_dir());
    let files = files.flat_map(|folder| fs_err::read_dir(folder).unwrap());
    files.map(|file| file.unwrap().path()).collect()
}

#[test]
fn a_damaged_clip_is_spoken_again() {
    let sandbox = Sandbox::new();
    sandbox.file("book.md", BOOK);
    run(&mut sandbox.convert(&["--output", "out.m4b", "book.md"]), 0);
    let good = fs_err::read(sandbox.path("out.m4b")).unwrap();
    let folder = fs_err::read_dir(sandbox.path("data/clips"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let clip = fs_err::read_dir(&folder)
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let whole = fs_err::read(&clip).unwrap();
    audiotome_files::write(&clip, &whole[..whole.len() / 2]).unwrap();
    fs_err::remove_dir_all(sandbox.path("data/chapters")).unwrap();
    let events = events(&run(
        &mut sandbox.convert(&["--output", "out.m4b", "--force", "book.md"]),
        0,
    ));
    assert_eq!(spoken(&events).len(), 1);
    assert_eq!(fs_err::read(sandbox.path("out.m4b")).unwrap(), good);
}
