//! Speech servers of others that refuse what they are asked for.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use crate::master::long_book;
use crate::sandbox::{Sandbox, events, run, stderr, stdout};
use crate::serving::Process;

/// A server that answers every speech call with one status, and counts them.
struct Server {
    address: String,
    calls: Arc<AtomicUsize>,
}

impl Server {
    fn start(status: u16, words: &'static str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let calls = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&calls);
        // The thread ends with the test's process.
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                // A caller that goes away is its own affair.
                let _ = answer(&stream.unwrap(), status, words, &counter);
            }
        });
        Self { address, calls }
    }

    /// As `--workers` takes it.
    fn url(&self, voice: &str) -> String {
        format!(
            "openai+http://{}/v1?model=kokoro&voice={voice}",
            self.address
        )
    }

    fn calls(&self) -> usize {
        self.calls.load(Ordering::SeqCst)
    }
}

fn answer(
    mut stream: &TcpStream,
    status: u16,
    words: &str,
    calls: &AtomicUsize,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let speech = line.starts_with("POST");
    let mut length = 0;
    while !line.trim().is_empty() {
        line.clear();
        reader.read_line(&mut line)?;
        let header = line.to_ascii_lowercase();
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    std::io::copy(&mut reader.take(length), &mut std::io::sink())?;
    let status = if speech {
        calls.fetch_add(1, Ordering::SeqCst);
        status
    } else {
        200
    };
    write!(
        stream,
        "HTTP/1.1 {status} x\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{words}",
        words.len()
    )
}

#[test]
fn a_wrong_key_is_told_once_and_no_sentence_fails() {
    let server = Server::start(401, "no such key");
    let sandbox = Sandbox::new();
    sandbox.file("book.md", long_book());
    let workers = server.url("v");
    let args = ["convert", "--progress", "json", "--workers", &workers];
    let output = run(sandbox.audiotome(&args).arg("book.md"), 1);
    let said = stderr(&output);
    assert!(
        said.contains("AUDIOTOME_OPENAI_KEY") && said.contains("hint: "),
        "{said}"
    );
    let failed = |event: &serde_json::Value| {
        ["retried", "died"].contains(&event["event"].as_str().unwrap_or_default())
    };
    assert!(!events(&output).iter().any(failed));
    assert!(server.calls() <= 2, "{} calls", server.calls());
}

#[test]
fn a_wrong_voice_is_told_once_and_not_for_every_sentence() {
    let server = Server::start(400, "there is no voice `v`");
    let sandbox = Sandbox::new();
    sandbox.file("book.md", long_book());
    let workers = server.url("v");
    let args = ["convert", "--progress", "none", "--workers", &workers];
    let said = stderr(&run(sandbox.audiotome(&args).arg("book.md"), 1));
    assert!(
        said.contains("not one of the first 10 sentences could be spoken")
            && said.contains("there is no voice `v`")
            && said.contains("hint: "),
        "{said}"
    );
    // Some are on their way when it is clear.
    assert!(server.calls() <= 20, "{} calls", server.calls());
}

#[test]
fn a_job_that_is_refused_has_one_reason_and_no_dead_letters() {
    let (wrong, right) = (Server::start(422, "no such voice"), Server::start(200, ""));
    let sandbox = Sandbox::new();
    let workers = format!("{},{}", right.url("alloy"), wrong.url("nova"));
    let master = Process::master(&sandbox, "", &["--no-local", "--workers", &workers]);
    let voices = master.get("/voices");
    let voices = voices["voices"].as_array().unwrap();
    let found = |server: &Server| {
        let of = |voice: &&serde_json::Value| voice["server"] == *server.address;
        voices.iter().find(of).unwrap().clone()
    };
    assert_eq!(found(&right)["voice"], "alloy");
    assert_eq!(
        (&found(&wrong)["engine"], &found(&wrong)["voice"]),
        (&json!("openai"), &json!("nova"))
    );
    // Only the one that refuses takes part.
    let remove = format!("/workers/{}", right.address);
    assert_eq!(master.call("DELETE", &remove, None).0, 204);
    let book = master.upload("book.md", &long_book());
    let order = json!({ "book": book, "engine": "openai", "voice": "nova" });
    let job = master.post("/jobs", &order)["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let failed = master.wait_for(&job, &["failed", "done"]);
    assert_eq!(failed["narrator"], "kokoro (nova)");
    let error = failed["error"].as_str().unwrap();
    assert!(error.contains("no such voice"), "{failed}");
    assert!(failed["hint"].is_string(), "{failed}");
    let letters = master.get(&format!("/jobs/{job}/dead-letters"));
    assert_eq!(letters["dead_letters"], json!([]));
}

#[test]
fn voices_of_servers_are_listed() {
    let sandbox = Sandbox::new();
    let args = [
        "voices",
        "--workers",
        "openai+http://gpu:8880/v1?model=kokoro&voice=af_heart",
    ];
    let listed = stdout(&run(&mut sandbox.audiotome(&args), 0));
    let line = listed.lines().find(|line| line.starts_with("openai"));
    let line = line.unwrap();
    assert!(
        line.contains("af_heart") && line.contains("the voice of kokoro at gpu:8880"),
        "{line}"
    );
    sandbox.file("book.md", crate::sandbox::BOOK);
    let said = stderr(&run(
        &mut sandbox.audiotome(&["convert", "--engine", "openai", "book.md"]),
        1,
    ));
    assert!(said.contains("hint: name one with `--workers"), "{said}");
}
