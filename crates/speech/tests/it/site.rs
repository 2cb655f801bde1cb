//! A web site on a free port of this machine, for one test.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// What the site does when a path is asked for.
#[derive(Clone)]
pub(crate) enum Answer {
    /// The whole file.
    Whole(Arc<Vec<u8>>),
    /// The length of the whole file, then its first half, then nothing.
    Half(Arc<Vec<u8>>),
    /// Half of the file in chunks, without the last.
    HalfInChunks(Arc<Vec<u8>>),
    /// The file without a length: it ends with the connection.
    Unmeasured(Arc<Vec<u8>>),
    /// Nothing but a status.
    Status(u16),
    /// The connection is closed without a word.
    HangUp,
}

pub(crate) struct Site {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Site {
    /// Serves `answers` by path (`/en/…/x.onnx`); what isn't there has status 404.
    pub(crate) fn open(answers: HashMap<String, Answer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        // The thread ends with the test's process.
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.unwrap();
                // A client that goes away in the middle is its own affair.
                let _ = serve(&stream, &answers, &log);
            }
        });
        Self { address, asked }
    }

    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// The paths that were asked for, in order.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

fn serve(
    mut stream: &TcpStream,
    answers: &HashMap<String, Answer>,
    log: &Mutex<Vec<String>>,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut lines = reader.by_ref().lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    let mut length = 0;
    for header in lines {
        let header = header?.to_ascii_lowercase();
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
        if header.is_empty() {
            break;
        }
    }
    // A connection that is closed on an unread body is reset, and the answer lost.
    std::io::copy(&mut reader.take(length), &mut std::io::sink())?;
    let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
    let answer = answers.get(&path).cloned();
    log.lock().unwrap().push(path);
    let head = |status, length: usize| {
        format!("HTTP/1.1 {status} x\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n")
    };
    match answer.unwrap_or(Answer::Status(404)) {
        Answer::Whole(bytes) => {
            stream.write_all(head(200, bytes.len()).as_bytes())?;
            stream.write_all(&bytes)
        }
        Answer::Half(bytes) => {
            stream.write_all(head(200, bytes.len()).as_bytes())?;
            stream.write_all(&bytes[..bytes.len() / 2])
        }
        Answer::HalfInChunks(bytes) => {
            stream.write_all(b"HTTP/1.1 200 x\r\ntransfer-encoding: chunked\r\n\r\n")?;
            for chunk in bytes[..bytes.len() / 2].chunks(100_000) {
                write!(stream, "{:x}\r\n", chunk.len())?;
                stream.write_all(chunk)?;
                stream.write_all(b"\r\n")?;
            }
            Ok(())
        }
        Answer::Unmeasured(bytes) => {
            stream.write_all(b"HTTP/1.1 200 x\r\nconnection: close\r\n\r\n")?;
            stream.write_all(&bytes)
        }
        Answer::Status(status) => stream.write_all(head(status, 0).as_bytes()),
        Answer::HangUp => Ok(()),
    }
}
