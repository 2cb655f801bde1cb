//! Listening to a book while it is made.

use serde_json::{Value, json};

use crate::master::{long_book, start};
use crate::sandbox::{Sandbox, ffprobe};
use crate::serving::Process;

/// A player of the stream of a chapter.
struct Player<'a> {
    master: &'a Process,
    /// Where the stream is.
    base: String,
}

impl Player<'_> {
    fn text(&self, name: &str) -> String {
        String::from_utf8(self.bytes(name)).unwrap()
    }

    #[track_caller]
    fn bytes(&self, name: &str) -> Vec<u8> {
        let (status, bytes) = self
            .master
            .raw("GET", &format!("{}/{name}", self.base), "", None);
        assert_eq!(status, 200, "{name}: {}", String::from_utf8_lossy(&bytes));
        bytes
    }

    /// Names of the fragments that the playlist has.
    fn fragments(&self) -> Vec<String> {
        let playlist = self.text("index.m3u8");
        let names = playlist.lines().filter(|line| line.ends_with(".m4s"));
        names.map(str::to_owned).collect()
    }

    /// The stream to its end, fragment by fragment; each is waited for.
    fn whole(&self) -> Vec<u8> {
        let mut known = 0;
        let mut bytes = self.bytes("init.mp4");
        loop {
            let playlist = self.text("index.m3u8");
            let names: Vec<_> = playlist
                .lines()
                .filter(|line| line.ends_with(".m4s"))
                .collect();
            for name in &names[known..] {
                bytes.extend(self.bytes(name));
            }
            known = names.len();
            if playlist.ends_with("#EXT-X-ENDLIST\n") {
                return bytes;
            }
        }
    }

    fn timeline(&self) -> Value {
        serde_json::from_slice(&self.bytes("timeline")).unwrap()
    }
}

fn player<'a>(master: &'a Process, job: &str, chapter: usize, from: usize) -> Player<'a> {
    Player {
        master,
        base: format!("/jobs/{job}/listen/{chapter}/{from}"),
    }
}

/// What ffmpeg decodes of a file, at the rate of the beeps.
fn decode(sandbox: &Sandbox, bytes: &[u8]) -> Vec<i16> {
    let path = sandbox.file("stream.mp4", bytes);
    let args = ["-v", "error", "-f", "s16le", "-ac", "1", "-"];
    let mut ffmpeg = std::process::Command::new("ffmpeg");
    let output = ffmpeg.arg("-i").arg(path).args(args).output().unwrap();
    assert!(
        output.status.success() && output.stderr.is_empty(),
        "{output:?}"
    );
    let pairs = output.stdout.chunks_exact(2);
    pairs.map(|b| i16::from_le_bytes([b[0], b[1]])).collect()
}

/// Seconds at which beeps begin: sound after a tenth of a second of silence.
fn onsets(samples: &[i16]) -> Vec<f64> {
    let (mut quiet, mut onsets) = (usize::MAX / 2, Vec::new());
    for (index, sample) in samples.iter().enumerate() {
        if sample.unsigned_abs() < 300 {
            quiet += 1;
            continue;
        }
        if quiet > 1_600 {
            onsets.push(index as f64 / 16_000.0);
        }
        quiet = 0;
    }
    onsets
}

#[test]
fn a_chapter_is_heard_sentence_by_sentence_while_it_is_spoken() {
    let sandbox = Sandbox::new();
    let master = Process::master(&sandbox, "delay=100ms", &[]);
    let id = master.upload("book.md", &long_book());
    let job = start(&master, &id, json!({}));
    let player = player(&master, &job, 1, 0);
    let first = player.fragments();
    assert!(!first.is_empty() && first.len() < 10, "{first:?}");
    let early = player.timeline();
    assert_eq!(early["complete"], false, "{early}");
    assert!(early["next"]["segment"].as_u64() > Some(0), "{early}");
    let state = &master.get(&format!("/jobs/{job}"))["state"];
    assert_eq!(state, "running");

    let bytes = player.whole();
    let timeline = player.timeline();
    assert_eq!(
        (&timeline["complete"], &timeline["next"]),
        (&json!(true), &Value::Null)
    );
    let segments = timeline["segments"].as_array().unwrap();
    assert_eq!(segments.len(), 21);
    assert!(segments.starts_with(early["segments"].as_array().unwrap()));
    let samples = decode(&sandbox, &bytes);
    let seconds = samples.len() as f64 / 16_000.0;
    assert!(
        (seconds - timeline["seconds"].as_f64().unwrap()).abs() < 1e-6,
        "{seconds}"
    );
    let heard = onsets(&samples);
    assert_eq!(heard.len(), segments.len());
    let mut worst: f64 = 0.0;
    for (onset, segment) in heard.iter().zip(segments) {
        worst = worst.max((onset - segment["start"].as_f64().unwrap()).abs());
    }
    println!(
        "beeps are heard within {:.2} ms of the timeline",
        worst * 1_000.0
    );
    assert!(worst < 0.005, "{worst}");
    let last = &segments[20];
    assert_eq!(
        (last["source"].as_str(), last["spoken"].as_str()),
        (
            Some("Chapter 1 has this sentence as number 19."),
            Some("Chapter one has this sentence as number nineteen.")
        )
    );
    let (_, rest) = master.call("GET", &format!("{}/timeline?after=18", player.base), None);
    assert_eq!(rest["segments"].as_array().unwrap().len(), 2, "{rest}");
}

#[test]
fn a_master_that_is_started_again_goes_on_with_the_same_bytes() {
    let sandbox = Sandbox::new();
    let mut master = Process::master(&sandbox, "delay=60ms", &[]);
    let id = master.upload("book.md", &long_book());
    let job = start(&master, &id, json!({}));
    let names = player(&master, &job, 1, 3).fragments();
    let before: Vec<_> = names
        .iter()
        .map(|name| player(&master, &job, 1, 3).bytes(name))
        .collect();
    master.signal("-KILL");
    master.wait();
    let master = Process::master(&sandbox, "", &[]);
    master.wait_for(&job, &["done"]);
    // By now another loudness is measured; the listener does not hear that.
    let player = player(&master, &job, 1, 3);
    for (name, bytes) in names.iter().zip(&before) {
        assert!(player.bytes(name) == *bytes, "{name} has changed");
    }
    let whole = player.whole();
    assert_eq!(onsets(&decode(&sandbox, &whole)).len(), 18);
    let file = sandbox.file("whole.mp4", &whole);
    assert_eq!(ffprobe(&file)["streams"][0]["codec_name"], "aac");
}

#[test]
fn what_is_not_there_is_said_to_be_missing_or_waited_for() {
    let sandbox = Sandbox::new();
    let master = Process::master(&sandbox, "", &["--no-local"]);
    let id = master.upload("book.md", &long_book());
    let job = start(&master, &id, json!({}));
    for path in [
        "9/0/index.m3u8",
        "1/99/index.m3u8",
        "1/0/0.m4s",
        "1/0/x.m4s",
        "1/0/init.mp4",
    ] {
        let (status, answer) = master.call("GET", &format!("/jobs/{job}/listen/{path}"), None);
        assert_eq!(status, 404, "{path}: {answer}");
    }
    // A player that came too early is answered as soon as there is something to hear.
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| player(&master, &job, 1, 0).fragments());
        let worker = Process::worker(&sandbox, "");
        let address = json!({ "address": worker.address });
        assert_eq!(master.call("POST", "/workers", Some(&address)).0, 201);
        assert!(!waiting.join().unwrap().is_empty());
        master.wait_for(&job, &["done"]);
    });
}

#[test]
fn what_a_player_waits_for_is_spoken_first() {
    let sandbox = Sandbox::new();
    let master = Process::master(&sandbox, "delay=60ms", &[]);
    let id = master.upload("book.md", &long_book());
    let job = start(&master, &id, json!({}));
    master.events(&job).next_of("segment");
    // Far ahead: sixty sentences would come before it.
    assert!(!player(&master, &job, 4, 5).fragments().is_empty());
    let progress = master.get(&format!("/jobs/{job}/progress"));
    assert!(progress["segments_done"].as_u64() < Some(60), "{progress}");
    let view = master.get(&format!("/jobs/{job}"));
    assert_eq!(view["position"], 3 * 21 + 5, "{view}");
}
