//! Workers behind TLS, and workers that join a master, as real processes.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::sandbox::{BOOK, Sandbox, events, run, stderr};

/// A worker process, killed with this.
struct Worker(Child);

impl Drop for Worker {
    fn drop(&mut self) {
        // It may have left by itself.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

impl Worker {
    /// Starts one on a free port, and returns where it listens.
    fn start(sandbox: &Sandbox, args: &[&str]) -> (Self, String) {
        let mut command = sandbox.audiotome(&["worker", "--listen", "127.0.0.1:0"]);
        let command = command.args(args).env("AUDIOTOME_TONE", "delay=1ms");
        let mut child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut line = String::new();
        let stdout = child.stdout.take().unwrap();
        BufReader::new(stdout).read_line(&mut line).unwrap();
        let url = line.strip_prefix("listening on ").unwrap();
        let url = url.split(',').next().unwrap().to_owned();
        (Self(child), url)
    }

    /// The next line that it writes to stderr.
    fn says(&mut self) -> String {
        let mut line = String::new();
        let stderr = self.0.stderr.as_mut().unwrap();
        BufReader::with_capacity(1, stderr)
            .read_line(&mut line)
            .unwrap();
        line
    }

    /// Tells it to leave; returns what it still writes to stderr.
    fn leave(mut self) -> String {
        let pid = self.0.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status();
        assert!(sent.unwrap().success());
        let mut text = String::new();
        let mut stderr = self.0.stderr.take().unwrap();
        stderr.read_to_string(&mut text).unwrap();
        assert!(self.0.wait().unwrap().success());
        text
    }
}

/// A certificate for this machine and its key, in the sandbox.
fn certify(sandbox: &Sandbox) {
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    sandbox.file("cert.pem", made.cert.pem());
    sandbox.file("key.pem", made.signing_key.serialize_pem());
}

const TLS: [&str; 4] = ["--tls-cert", "cert.pem", "--tls-key", "key.pem"];

#[test]
fn a_book_is_spoken_by_a_worker_behind_tls() {
    let sandbox = Sandbox::new();
    certify(&sandbox);
    sandbox.file("book.md", BOOK);
    let (_worker, url) = Worker::start(&sandbox, &TLS);
    let args = [
        "--no-local",
        "--workers",
        &url,
        "--tls-ca",
        "cert.pem",
        "book.md",
    ];
    let events = events(&run(&mut sandbox.convert(&args), 0));
    let name = url.strip_prefix("https://").unwrap();
    assert!(events.iter().any(|event| event["worker"] == *name));
}

/// The next call of a worker: its first line and its body.
fn call(stream: &mut BufReader<TcpStream>) -> (String, Value) {
    let mut lines = Vec::new();
    loop {
        let mut line = String::new();
        stream.read_line(&mut line).unwrap();
        if line.trim().is_empty() {
            break;
        }
        lines.push(line.trim().to_lowercase());
    }
    let length = lines
        .iter()
        .find_map(|line| line.strip_prefix("content-length: "));
    let mut body = vec![0; length.unwrap().parse().unwrap()];
    stream.read_exact(&mut body).unwrap();
    (lines[0].clone(), serde_json::from_slice(&body).unwrap())
}

#[test]
fn a_worker_joins_and_says_goodbye() {
    let sandbox = Sandbox::new();
    let master = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", master.local_addr().unwrap());
    let args = ["--join", &url, "--advertise", "gpu1:9000"];
    let (mut worker, at) = Worker::start(&sandbox, &args);
    let mut stream = BufReader::new(master.accept().unwrap().0);
    let (line, body) = call(&mut stream);
    assert_eq!(line, "post /workers/announce http/1.1");
    assert!(
        at.ends_with(&format!(":{}", body["port"])),
        "{at} is not {body}"
    );
    assert_eq!(body["address"], "http://gpu1:9000");
    let refusal = r#"{"error":{"message":"install version 9","type":"conflict"}}"#;
    let answer = format!(
        "HTTP/1.1 409 Conflict\r\ncontent-length: {}\r\n\r\n{refusal}",
        refusal.len()
    );
    stream.get_mut().write_all(answer.as_bytes()).unwrap();
    let refused = format!("`{url}` refuses this worker: install version 9\n");
    assert_eq!(worker.says(), refused);
    let leaving = std::thread::spawn(move || worker.leave());
    let (line, again) = call(&mut stream);
    assert_eq!(
        (line.as_str(), again),
        ("delete /workers/announce http/1.1", body)
    );
    let answer = "HTTP/1.1 204 No Content\r\n\r\n";
    stream.get_mut().write_all(answer.as_bytes()).unwrap();
    assert_eq!(leaving.join().unwrap(), "");
}

#[test]
fn what_makes_no_sense_is_refused_before_any_work() {
    let sandbox = Sandbox::new();
    certify(&sandbox);
    for (args, code, words) in [
        (&["--tls-cert", "cert.pem"][..], 2, "--tls-key"),
        (&["--tls-key", "key.pem"], 2, "--tls-cert"),
        (&["--join", "ftp://books"], 2, "no address of a master"),
        (
            &["--join", "books", TLS[0], TLS[1], TLS[2], TLS[3]],
            2,
            "--advertise",
        ),
        (
            &["--tls-cert", "key.pem", "--tls-key", "key.pem"],
            1,
            "`key.pem` holds no certificate",
        ),
    ] {
        let mut command = sandbox.audiotome(&["worker", "--listen", "127.0.0.1:0"]);
        let text = stderr(&run(command.args(args), code));
        assert!(text.contains(words), "{text}");
    }
}
