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
        let mut bytes = Vec::new();
        loop {
            let playlist = self.text("index.m3u8");
            let names: Vec<_> = playlist
                .lines()
                .filter(|line| line.ends_with(".m4s"))
                .collect();
            if bytes.is_empty() && !names.is_empty() {
                bytes = self.bytes("init.mp4");
            }
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
#[expect(clippy::print_stdout, reason = "a figure for whoever looks")]
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

#[test]
fn a_voice_is_heard_before_a_job_is_started() {
    let sandbox = Sandbox::new();
    let master = Process::master(&sandbox, "", &[]);
    let id = master.upload("book.md", &long_book());
    let sample = |body: Value| {
        let body = Some(body.to_string().into_bytes());
        master.raw(
            "POST",
            &format!("/books/{id}/sample"),
            "application/json",
            body,
        )
    };
    let (status, wav) = sample(json!({ "engine": "tone", "sentences": 3 }));
    assert!(status == 200 && wav.starts_with(b"RIFF"));
    assert_eq!(onsets(&decode(&sandbox, &wav)).len(), 3);
    for (body, expected) in [
        (json!({ "engine": "tone", "chapter": 9 }), 404),
        (json!({ "engine": "x" }), 422),
        (json!({ "engine": "tone", "speed": 9 }), 422),
    ] {
        assert_eq!(sample(body.clone()).0, expected, "{body}");
    }
    // A job does not speak them again.
    let mut events = master.all_events();
    start(&master, &id, json!({ "chapters": "1" }));
    let spoken = events.spoken();
    assert_eq!((spoken.len(), &spoken[..2]), (18, &[0, 4][..]));
}

#[test]
fn what_the_audiobook_leaves_out_is_left_out() {
    let sandbox = Sandbox::new();
    let master = Process::master(&sandbox, "refuse=number nineteen", &[]);
    let id = master.upload("book.md", &long_book());
    let order = json!({ "chapters": "1", "skip_failed": true });
    let job = start(&master, &id, order);
    // While it is spoken, and when it is done.
    for _ in 0..2 {
        let player = player(&master, &job, 1, 0);
        let heard = decode(&sandbox, &player.whole());
        assert_eq!(onsets(&heard).len(), 20);
        master.wait_for(&job, &["done"]);
        let chapters = master.get(&format!("/jobs/{job}/chapters"));
        let seconds = chapters["chapters"][0]["seconds"].as_f64().unwrap();
        assert_eq!(heard.len() as f64 / 16_000.0, seconds);
    }
}

#[test]
fn what_was_cleaned_up_is_heard_from_the_encoded_chapter() {
    let sandbox = Sandbox::new();
    let master = Process::master(&sandbox, "", &[]);
    let id = master.upload("book.md", &long_book());
    let job = start(&master, &id, json!({ "chapters": "2" }));
    master.wait_for(&job, &["done"]);
    drop(master);
    fs_err::remove_dir_all(sandbox.path("data/clips")).unwrap();
    let master = Process::master(&sandbox, "", &[]);
    for from in [0, 5] {
        let player = player(&master, &job, 2, from);
        let heard = onsets(&decode(&sandbox, &player.whole()));
        let timeline = player.timeline();
        let segments = timeline["segments"].as_array().unwrap();
        assert_eq!((heard.len(), segments.len()), (21 - from, 21 - from));
        for (onset, segment) in heard.iter().zip(segments) {
            let off = (onset - segment["start"].as_f64().unwrap()).abs();
            assert!(off < 0.07, "{off}");
        }
    }
    drop(master);
    fs_err::remove_dir_all(sandbox.path("data/chapters")).unwrap();
    let master = Process::master(&sandbox, "", &[]);
    let (status, answer) = master.call("GET", &format!("/jobs/{job}/listen/2/0/0.m4s"), None);
    assert_eq!(status, 410, "{answer}");
}

#[test]
fn a_bookmark_is_where_somebody_was_last() {
    let sandbox = Sandbox::new();
    let master = Process::master(&sandbox, "", &["--no-local"]);
    let id = master.upload("book.md", &long_book());
    let job = start(&master, &id, json!({}));
    let path = format!("/books/{id}/bookmark");
    assert_eq!(master.call("GET", &path, None).0, 404);
    let put = |at: Option<&str>, chapter: u32| {
        let mark = json!({ "chapter": chapter, "segment": 4, "seconds": 1.5, "at": at });
        master.call("PUT", &path, Some(&mark)).1["chapter"].take()
    };
    assert_eq!(put(Some("2026-01-01T10:00:00+01:00"), 1), 1);
    assert_eq!(
        put(Some("2026-01-01T08:59:59Z"), 2),
        1,
        "an older one came late"
    );
    assert_eq!(put(None, 3), 3);
    // By the job, too, and after a restart.
    drop(master);
    let master = Process::master(&sandbox, "", &["--no-local"]);
    let mark = master.get(&format!("/books/{job}/bookmark"));
    assert_eq!(
        (&mark["chapter"], &mark["seconds"]),
        (&json!(3), &json!(1.5))
    );
    let wrong = json!({ "chapter": 1, "segment": 0, "seconds": -1 });
    assert_eq!(master.call("PUT", &path, Some(&wrong)).0, 422);
}

#[test]
fn downloads_take_ranges_and_say_what_they_are() {
    let sandbox = Sandbox::new();
    let master = Process::master(&sandbox, "", &[]);
    let id = master.upload("book.md", &long_book());
    let job = start(&master, &id, json!({ "chapters": "1" }));
    master.wait_for(&job, &["done"]);
    let whole = crate::master::audiobook(&master, &job);
    let part = |range: &str| {
        let url = format!("http://{}/jobs/{job}/audiobook", master.address);
        let asked = ureq::get(url).config().http_status_as_error(false).build();
        let mut answer = asked.header("range", range).call().unwrap();
        let header = |name: &str| {
            let value = answer.headers().get(name);
            value
                .map(|value| value.to_str().unwrap().to_owned())
                .unwrap_or_default()
        };
        let facts = (
            answer.status().as_u16(),
            header("content-type"),
            header("content-range"),
        );
        (facts, answer.body_mut().read_to_vec().unwrap())
    };
    let ((status, kind, range), bytes) = part("bytes=10-19");
    assert_eq!((status, kind.as_str()), (206, "audio/mp4"));
    assert_eq!(
        (range, &bytes[..]),
        (format!("bytes 10-19/{}", whole.len()), &whole[10..20])
    );
    let ((status, ..), bytes) = part("bytes=-7");
    assert_eq!((status, &bytes[..]), (206, &whole[whole.len() - 7..]));
    assert_eq!(part(&format!("bytes={}-", whole.len())).0.0, 416);
}

#[test]
#[expect(clippy::print_stdout, reason = "a figure for whoever looks")]
fn two_hundred_listen_at_once() {
    let sandbox = Sandbox::new();
    let master = Process::master(&sandbox, "delay=5ms", &[]);
    let chapters = ["Part", "Page", "Scene"].map(|word| long_book().replace("Chapter", word));
    let id = master.upload("book.md", &chapters.concat());
    let job = start(&master, &id, json!({}));
    player(&master, &job, 1, 0).fragments();
    let before = (master.figure("VmRSS"), master.figure("Threads"));
    std::thread::scope(|scope| {
        for listener in 0..200 {
            let player = player(&master, &job, 1 + listener % 12, listener / 12);
            scope.spawn(move || {
                while !player.text("index.m3u8").contains("0.m4s") {}
                if listener % 5 == 0 {
                    player.bytes("0.m4s");
                }
            });
        }
    });
    let after = (master.figure("VmRSS"), master.figure("Threads"));
    println!("KiB and threads: {before:?}, with 200 streams {after:?}");
    assert!(after.0 < before.0 + 100 * 1_024, "{before:?} {after:?}");
    master.wait_for(&job, &["done"]);
}
