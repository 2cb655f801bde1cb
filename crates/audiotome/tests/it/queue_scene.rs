//! A queue on a real Redis with a worker of its own, for tests of what is seen of it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::redis::Redis;
use crate::sandbox::{BOOK, Sandbox};

/// Much longer than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);

/// One sentence fails whatever is done, one is never finished, all others are spoken.
pub(crate) const STUCK: &str = "fail=lamp,hang=boat";

/// A process that is killed with this.
pub(crate) struct Helper {
    child: Child,
    /// What it calls itself in the queue.
    pub(crate) name: String,
}

impl Drop for Helper {
    fn drop(&mut self) {
        // It may have left by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Helper {
    /// A worker of the queue with two slots.
    pub(crate) fn worker(sandbox: &Sandbox, redis: &Redis, tone: &str) -> Self {
        let mut command = sandbox.audiotome(&["worker", "--slots", "2"]);
        command
            .env("AUDIOTOME_TONE", tone)
            .env("AUDIOTOME_LEASE", "1");
        through(&mut command, sandbox, redis);
        // Masters make it; a worker may be there before.
        let _ = fs_err::create_dir(sandbox.path("share"));
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let stdout = child.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let name = line.split(" as ").nth(1).unwrap();
        let name = name.split(',').next().unwrap().to_owned();
        Self { child, name }
    }

    /// A book that is made through the queue by others.
    pub(crate) fn convert(sandbox: &Sandbox, redis: &Redis) -> Self {
        sandbox.file("book.md", BOOK);
        let mut command = sandbox.convert(&["--no-local", "-o", "out.m4b", "book.md"]);
        through(&mut command, sandbox, redis);
        let child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        Self {
            child,
            name: String::new(),
        }
    }

    /// Waits for it to leave by itself; gives its exit code.
    pub(crate) fn left(mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }
}

/// Which queue and which store.
pub(crate) fn through(command: &mut Command, sandbox: &Sandbox, redis: &Redis) {
    command.env("AUDIOTOME_QUEUE", redis.url()).env(
        "AUDIOTOME_STORE",
        format!("file://{}", sandbox.path("share").display()),
    );
}

/// Asks until the answer is as `wanted`.
#[track_caller]
pub(crate) fn until(ask: impl Fn() -> Value, wanted: impl Fn(&Value) -> bool) -> Value {
    let started = Instant::now();
    loop {
        let answer = ask();
        if wanted(&answer) {
            return answer;
        }
        assert!(started.elapsed() < PATIENCE, "{answer:#}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Whether all that can be settled of a book that is stuck is settled.
pub(crate) fn is_stuck(stats: &Value) -> bool {
    let lane = &stats["lanes"][0];
    let figures = ["waiting", "leased", "delayed", "dead"].map(|name| lane[name].as_u64());
    figures == [Some(0), Some(1), Some(0), Some(1)]
}
