//! A folder of its own for every test, and the program run in it.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;
use tempfile::TempDir;

/// Three chapters with headings, a scene break and a list.
pub(crate) const BOOK: &str = "\
---
title: The Short Book
author: Ada Writer
lang: en
---

# One

The first sentence of the book says very little. The second one follows it as well as it can.

* * *

After the break, a third.

# Two

Things to remember before the journey begins, in the order in which they were thought of.

- a lamp that works
- a boat that floats

That was the list.

# Three

The last chapter begins here, and it has a little more to tell than the two before it. It ends here.
";

pub(crate) struct Sandbox(TempDir);

impl Sandbox {
    pub(crate) fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Puts a file into the sandbox.
    pub(crate) fn file(&self, name: &str, contents: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        audiotome_files::write(&path, contents.as_ref()).unwrap();
        path
    }

    /// `audiotome` with its data in the sandbox, at home in it.
    pub(crate) fn audiotome(&self, args: &[&str]) -> Command {
        let mut command = Command::new(assert_cmd::cargo::cargo_bin!("audiotome"));
        command
            .args(args)
            .current_dir(self.0.path())
            .env("AUDIOTOME_DATA", self.path("data"))
            .stdin(Stdio::null());
        for setting in [
            "AUDIOTOME_ENGINE",
            "AUDIOTOME_VOICE",
            "AUDIOTOME_OUTPUT",
            "AUDIOTOME_TONE",
            "AUDIOTOME_LOG",
        ] {
            command.env_remove(setting);
        }
        command
    }

    /// Runs `audiotome convert --engine tone --progress json` with more arguments.
    pub(crate) fn convert(&self, args: &[&str]) -> Command {
        let mut command = self.audiotome(&["convert", "--engine", "tone", "--progress", "json"]);
        command.args(args);
        command
    }
}

/// Output of a run that must end with `code`.
#[track_caller]
pub(crate) fn run(command: &mut Command, code: i32) -> Output {
    let output = command.output().unwrap();
    assert_eq!(
        output.status.code(),
        Some(code),
        "{command:?}\nstdout: {}\nstderr: {}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

pub(crate) fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

pub(crate) fn stdout(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).unwrap()
}

/// The events of a run with `--progress json`.
pub(crate) fn events(output: &Output) -> Vec<Value> {
    stdout(output)
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// Keys of the segments that were spoken, in order.
pub(crate) fn spoken(events: &[Value]) -> Vec<String> {
    events
        .iter()
        .filter(|event| event["event"] == "spoken")
        .map(|event| event["key"].as_str().unwrap().to_owned())
        .collect()
}

/// Starts a run and reads its events until `enough` of them were `spoken`; the rest stays unread.
pub(crate) fn start_until_spoken(command: &mut Command, enough: usize) -> (Child, Vec<Value>) {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut events: Vec<Value> = Vec::new();
    let lines = BufReader::with_capacity(1, child.stdout.as_mut().unwrap());
    for line in lines.lines() {
        events.push(serde_json::from_str(&line.unwrap()).unwrap());
        if events
            .iter()
            .filter(|event| event["event"] == "spoken")
            .count()
            >= enough
        {
            break;
        }
    }
    (child, events)
}

/// What ffprobe says of a file: format, streams, chapters.
pub(crate) fn ffprobe(path: &Path) -> Value {
    let output = Command::new("ffprobe")
        .args([
            "-v",
            "error",
            "-print_format",
            "json",
            "-show_format",
            "-show_streams",
            "-show_chapters",
        ])
        .arg(path)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}
