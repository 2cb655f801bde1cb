//! A master and workers as processes, and requests to them.

use std::io::{BufRead as _, BufReader, Read};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::Value;

use crate::sandbox::Sandbox;

/// Much longer than anything here takes: a test that waits so long has failed.
const PATIENCE: Duration = Duration::from_secs(60);
/// Bytes of a body that a master may refuse.
const LONG: usize = 1 << 20;

/// A process that listens, killed with this.
pub(crate) struct Process {
    child: Child,
    /// Host and port.
    pub(crate) address: String,
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have left by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Process {
    /// Starts a command that says `listening on http://ADDRESS` when it does.
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let stdout = child.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let address = line.split("http://").nth(1).unwrap();
        let address = address.split([',', '\n']).next().unwrap().to_owned();
        Self { child, address }
    }

    /// A worker that beeps as `tone` says, see `ToneOptions`.
    pub(crate) fn worker(sandbox: &Sandbox, tone: &str) -> Self {
        let args = ["worker", "--listen", "127.0.0.1:0", "--slots", "1"];
        Self::start(sandbox.audiotome(&args).env("AUDIOTOME_TONE", tone))
    }

    /// A master whose own machine beeps as `tone` says.
    pub(crate) fn master(sandbox: &Sandbox, tone: &str, args: &[&str]) -> Self {
        let mut command = master(sandbox, "127.0.0.1:0", tone);
        Self::start(command.args(["--slots", "2"]).args(args))
    }

    /// `audiotome` as a client of this master.
    pub(crate) fn client(&self, sandbox: &Sandbox, args: &[&str]) -> Command {
        client(sandbox, &self.address, args)
    }

    /// Sends a signal by its name.
    pub(crate) fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args([name, &pid]).status();
        assert!(sent.unwrap().success());
    }

    /// What Linux says of it: `VmRSS` and such in KiB, `Threads`.
    pub(crate) fn figure(&self, name: &str) -> u64 {
        let status = fs_err::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let mut lines = status.lines().filter_map(|line| line.split_once(':'));
        let (_, value) = lines.find(|(found, _)| *found == name).unwrap();
        value.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Waits for its end.
    pub(crate) fn wait(&mut self) {
        self.child.wait().unwrap();
    }

    /// Waits for it to leave by itself.
    pub(crate) fn left(mut self) -> bool {
        self.child.wait().unwrap().success()
    }

    /// Asks and reads JSON; panics unless the status is a success.
    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Value {
        let (status, body) = self.call("GET", path, None);
        assert!((200..300).contains(&status), "GET {path}: {status} {body}");
        body
    }

    /// Sends JSON and reads JSON; panics unless the status is a success.
    #[track_caller]
    pub(crate) fn post(&self, path: &str, body: &Value) -> Value {
        let (status, answer) = self.call("POST", path, Some(body));
        assert!(
            (200..300).contains(&status),
            "POST {path}: {status} {answer}"
        );
        answer
    }

    /// Status and body of a call.
    pub(crate) fn call(&self, method: &str, path: &str, body: Option<&Value>) -> (u16, Value) {
        let (status, bytes) = self.raw(
            method,
            path,
            "application/json",
            body.map(|body| body.to_string().into_bytes()),
        );
        let body = serde_json::from_slice(&bytes);
        (
            status,
            body.unwrap_or_else(|_| String::from_utf8_lossy(&bytes).into()),
        )
    }

    /// Status and bytes of a call.
    pub(crate) fn raw(
        &self,
        method: &str,
        path: &str,
        kind: &str,
        body: Option<Vec<u8>>,
    ) -> (u16, Vec<u8>) {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(PATIENCE));
        let agent = config.build().new_agent();
        let request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("http://{}{path}", self.address))
            .header("content-type", kind);
        let body = body.unwrap_or_default();
        let request = match body.len() {
            // Who refuses it hangs up without reading it, and what is still being sent then is an error: ask first.
            LONG.. => request.header("expect", "100-continue"),
            _ => request,
        };
        let mut answer = agent.run(request.body(body).unwrap()).unwrap();
        let mut bytes = Vec::new();
        answer
            .body_mut()
            .as_reader()
            .read_to_end(&mut bytes)
            .unwrap();
        (answer.status().as_u16(), bytes)
    }

    /// Uploads a text; gives the book's id.
    pub(crate) fn upload(&self, name: &str, text: &str) -> String {
        let path = format!("/books?name={name}");
        let (status, bytes) = self.raw(
            "POST",
            &path,
            "text/markdown",
            Some(text.as_bytes().to_vec()),
        );
        assert_eq!(status, 201, "{}", String::from_utf8_lossy(&bytes));
        let book: Value = serde_json::from_slice(&bytes).unwrap();
        book["id"].as_str().unwrap().to_owned()
    }

    /// The events of a job as they happen, as `(kind, data)`; from the present on.
    pub(crate) fn events(&self, job: &str) -> Events {
        self.listen(&format!("/events?job={job}"))
    }

    /// All events as they happen.
    pub(crate) fn all_events(&self) -> Events {
        self.listen("/events")
    }

    pub(crate) fn listen(&self, path: &str) -> Events {
        let answer = ureq::get(format!("http://{}{path}", self.address)).call();
        let body: Box<dyn Read + Send> = Box::new(answer.unwrap().into_body().into_reader());
        Events(BufReader::with_capacity(1, body))
    }

    /// Waits until the job is in one of these states; gives the job.
    pub(crate) fn wait_for(&self, job: &str, states: &[&str]) -> Value {
        let started = std::time::Instant::now();
        // Listening first and looking then, so that nothing is missed between the two.
        let mut events = self.events(job);
        loop {
            let found = self.get(&format!("/jobs/{job}"));
            if states.contains(&found["state"].as_str().unwrap()) {
                return found;
            }
            assert!(started.elapsed() < PATIENCE, "{found:#}");
            events.next_of("job");
        }
    }
}

/// A master to be started.
pub(crate) fn master(sandbox: &Sandbox, listen: &str, tone: &str) -> Command {
    let mut command = sandbox.audiotome(&["serve", "--listen", listen]);
    command.env("AUDIOTOME_TONE", tone);
    for setting in ["AUDIOTOME_TOKEN", "AUDIOTOME_WORKERS", "WORKER_NODES"] {
        command.env_remove(setting);
    }
    command
}

/// `audiotome` as a client of a master, whose books are read by the engine for tests.
pub(crate) fn client(sandbox: &Sandbox, master: &str, args: &[&str]) -> Command {
    let mut command = sandbox.audiotome(args);
    command
        .env("AUDIOTOME_MASTER", format!("http://{master}"))
        .env("AUDIOTOME_ENGINE", "tone")
        .env_remove("AUDIOTOME_TOKEN");
    command
}

/// Server-sent events.
pub(crate) struct Events(BufReader<Box<dyn Read + Send>>);

impl Events {
    /// The next event of a kind.
    pub(crate) fn next_of(&mut self, kind: &str) -> Value {
        loop {
            let (found, data) = self.next().expect("the stream goes on");
            if found == kind {
                return data;
            }
        }
    }

    /// The segments that are spoken until a job is done, in their order.
    pub(crate) fn spoken(&mut self) -> Vec<u64> {
        let mut spoken = Vec::new();
        loop {
            let (kind, data) = self.next().expect("the stream goes on");
            match data["event"].as_str() {
                Some("spoken") => spoken.push(data["segment"].as_u64().unwrap()),
                _ if kind == "job" && data["state"] == "done" => break,
                _ => {}
            }
        }
        spoken.sort_unstable();
        spoken
    }

    /// The next event; `None` when the stream ends.
    pub(crate) fn next(&mut self) -> Option<(String, Value)> {
        let (mut kind, mut data) = (String::new(), Value::Null);
        let mut line = String::new();
        loop {
            line.clear();
            if self.0.read_line(&mut line).ok()? == 0 {
                return None;
            }
            match line.trim_end().split_once(": ") {
                Some(("event", name)) => name.clone_into(&mut kind),
                Some(("data", text)) => {
                    data = serde_json::from_str::<Value>(text).unwrap()["data"].take()
                }
                _ if line.trim_end().is_empty() && !kind.is_empty() => return Some((kind, data)),
                _ => {}
            }
        }
    }
}
