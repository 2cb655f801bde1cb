//! From book to audiobook.

use std::path::{Path, PathBuf};
use std::process::Command;

use audiotome_core::Timeline;
use serde_json::Value;

use crate::sandbox::{BOOK, Sandbox, events, ffprobe, run, spoken, stderr, stdout};

const SAMPLE_FOLDER: &str = "audiobooks/The audiotome authors/The Keeper’s Radio {tone}";

/// The sample book as an audiobook with its timeline.
fn sample() -> (Sandbox, PathBuf, Timeline) {
    let sandbox = Sandbox::new();
    let book = sandbox.path("sample.epub");
    let build = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sample/build.sh");
    assert!(Command::new(build).arg(&book).status().unwrap().success());
    let args = ["convert", "--engine", "tone", "--timeline", "timeline.json"];
    let output = run(sandbox.audiotome(&args).arg("sample.epub"), 0);
    let name = format!("{SAMPLE_FOLDER}/The Keeper’s Radio.m4b");
    assert_eq!(stdout(&output).lines().next(), Some(name.as_str()));
    let timeline = fs_err::read(sandbox.path("timeline.json")).unwrap();
    let timeline = serde_json::from_slice(&timeline).unwrap();
    let audiobook = sandbox.path(&name);
    (sandbox, audiobook, timeline)
}

fn titles(probe: &Value) -> Vec<&str> {
    let chapters = probe["chapters"].as_array().unwrap().iter();
    chapters
        .map(|chapter| chapter["tags"]["title"].as_str().unwrap())
        .collect()
}

#[test]
fn the_sample_book_becomes_an_audiobook_that_players_open() {
    let (sandbox, audiobook, _) = sample();
    let probe = ffprobe(&audiobook);
    assert_eq!(
        titles(&probe),
        [
            "Chapter I: The Night Signal",
            "Chapter II: What the Boy Knew",
            "Chapter III: Seven, Nineteen, Forty-Two"
        ]
    );
    let tags = &probe["format"]["tags"];
    assert_eq!(tags["album"], "The Keeper’s Radio");
    assert_eq!(tags["artist"], "The audiotome authors");
    assert_eq!(tags["composer"], "tone");
    let streams = probe["streams"].as_array().unwrap().iter();
    let covers = streams.filter(|stream| stream["disposition"]["attached_pic"] == 1);
    assert_eq!(covers.count(), 1, "one cover");
    for name in ["cover.jpg", "metadata.json", "sample.epub"] {
        assert!(sandbox.path(SAMPLE_FOLDER).join(name).is_file(), "{name}");
    }
}

#[test]
fn marks_and_duration_are_those_of_the_timeline() {
    let (_sandbox, audiobook, timeline) = sample();
    let probe = ffprobe(&audiobook);
    let seconds = |value: &Value| value.as_str().unwrap().parse::<f64>().unwrap();
    let expected = |samples: u64| samples as f64 / f64::from(timeline.sample_rate);
    let chapters = probe["chapters"].as_array().unwrap();
    assert_eq!(chapters.len(), timeline.chapters.len());
    for (mark, chapter) in timeline.chapters.iter().zip(chapters) {
        let off = seconds(&chapter["start_time"]) - expected(mark.start);
        assert!(off.abs() < 0.002, "{} is off by {off} s", mark.title);
    }
    let off = seconds(&probe["format"]["duration"]) - expected(timeline.samples);
    assert!(off.abs() < 0.02, "{off}");
}

#[test]
fn notes_are_not_read() {
    let (_sandbox, _, timeline) = sample();
    let read = |words: &str| timeline.segments.iter().any(|s| s.text.contains(words));
    assert!(read("Ikenna") && !read("later found"));
}

#[test]
fn every_format_is_made() {
    let sandbox = Sandbox::new();
    sandbox.file("book.md", BOOK);
    for format in ["m4b", "mp3", "opus", "flac", "wav"] {
        let file = format!("out.{format}");
        run(&mut sandbox.convert(&["--output", &file, "book.md"]), 0);
        let duration: f64 = ffprobe(&sandbox.path(&file))["format"]["duration"]
            .as_str()
            .unwrap()
            .parse()
            .unwrap();
        assert!(duration > 15.0, "{format}: {duration}");
    }
    assert_eq!(
        fs_err::read_dir(sandbox.path("")).unwrap().count(),
        7,
        "five outputs, the book and the data: nothing else"
    );
}

#[test]
fn each_chapter_can_be_a_file() {
    let sandbox = Sandbox::new();
    sandbox.file("book.md", BOOK);
    let output = run(
        &mut sandbox.convert(&["--per-chapter", "--output", "out", "book.md"]),
        0,
    );
    let events = events(&output);
    let files = events.last().unwrap()["files"].as_array().unwrap();
    let audio: Vec<_> = files
        .iter()
        .filter_map(|file| file.as_str().unwrap().strip_suffix(".m4b"))
        .map(|file| Path::new(file).file_name().unwrap())
        .collect();
    assert_eq!(audio, ["01 - One", "02 - Two", "03 - Three"]);
}

#[test]
fn chapters_can_be_chosen() {
    let sandbox = Sandbox::new();
    sandbox.file("book.md", BOOK);
    run(
        &mut sandbox.convert(&["--chapters", "2-", "--output", "out.m4b", "book.md"]),
        0,
    );
    let probe = ffprobe(&sandbox.path("out.m4b"));
    assert_eq!(titles(&probe), ["Two", "Three"]);
    let output = run(&mut sandbox.convert(&["--chapters", "9", "book.md"]), 1);
    assert!(
        stderr(&output).contains("3 chapters"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn speed_and_voice_speak_anew_and_pauses_stay() {
    let sandbox = Sandbox::new();
    sandbox.file("book.md", BOOK);
    run(&mut sandbox.convert(&["--output", "a.m4b", "book.md"]), 0);
    let faster = events(&run(
        &mut sandbox.convert(&["--speed", "1.5", "--output", "b.m4b", "book.md"]),
        0,
    ));
    assert!(spoken(&faster).len() > 8);
    let again = events(&run(
        &mut sandbox.convert(&["--output", "c.flac", "book.md"]),
        0,
    ));
    assert_eq!(spoken(&again), [""; 0], "another format speaks nothing");
    let slow = ["--pauses", "3", "--output", "d.m4b", "book.md"];
    let slower = events(&run(&mut sandbox.convert(&slow), 0));
    assert_eq!(spoken(&slower), [""; 0], "longer pauses speak nothing");
    let length = |name| {
        let probe = ffprobe(&sandbox.path(name));
        let seconds = probe["format"]["duration"].as_str().unwrap();
        seconds.parse::<f64>().unwrap()
    };
    assert!(length("d.m4b") > length("a.m4b") + 5.0);
}

#[test]
fn a_dry_run_writes_nothing() {
    let sandbox = Sandbox::new();
    sandbox.file("book.md", BOOK);
    let output = run(
        &mut sandbox.audiotome(&["convert", "--engine", "tone", "--dry-run", "book.md"]),
        0,
    );
    assert!(
        stderr(&output).contains("The Short Book.m4b"),
        "{}",
        stderr(&output)
    );
    let names: Vec<_> = fs_err::read_dir(sandbox.path(""))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(names, ["book.md"]);
}

#[test]
fn a_book_that_fails_does_not_stop_the_others() {
    let sandbox = Sandbox::new();
    sandbox.file("bad.epub", "PK\x03\x04 and then nothing");
    sandbox.file("book.md", BOOK);
    let output = run(
        &mut sandbox.audiotome(&["convert", "--engine", "tone", "bad.epub", "book.md"]),
        1,
    );
    assert!(stderr(&output).contains("bad.epub"), "{}", stderr(&output));
    assert!(stdout(&output).contains("The Short Book.m4b"));
}

#[test]
fn plain_progress_is_lines_without_control_characters() {
    let sandbox = Sandbox::new();
    sandbox.file("book.md", BOOK);
    let output = run(
        &mut sandbox.audiotome(&["convert", "--engine", "tone", "book.md"]),
        0,
    );
    let text = stderr(&output);
    assert!(
        text.starts_with("The Short Book by Ada Writer: 3 chapters, read by tone"),
        "{text}"
    );
    assert!(
        text.contains("done: ") && !text.contains(['\r', '\x1b']),
        "{text}"
    );
}

#[test]
fn books_of_one_title_and_author_do_not_replace_each_other() {
    let sandbox = Sandbox::new();
    for name in ["a", "b"] {
        let book = format!("---\ntitle: Same\nauthor: Bob\n---\n\n# One\n\nThis is book {name}.\n");
        sandbox.file(&format!("{name}.md"), book);
    }
    run(&mut sandbox.convert(&["a.md", "b.md"]), 0);
    // What is there already stays where it is, and another format of the same book replaces it.
    run(&mut sandbox.convert(&["--force", "b.md", "a.md"]), 0);
    fs_err::rename(sandbox.path("b.md"), sandbox.path("b.markdown")).unwrap();
    run(&mut sandbox.convert(&["--force", "b.markdown"]), 0);
    for (folder, book) in [("Same {tone}", "a.md"), ("Same {tone} (2)", "b.md")] {
        let folder = sandbox.path("audiobooks/Bob").join(folder);
        assert!(folder.join("Same.m4b").is_file());
        assert!(folder.join(book).is_file(), "{book}");
    }
    assert!(!sandbox.path("audiobooks/Bob/Same {tone} (3)").exists());
}

#[test]
fn a_format_that_is_not_made_is_named() {
    let sandbox = Sandbox::new();
    sandbox.file("book.md", BOOK);
    let said = stderr(&run(
        &mut sandbox.convert(&["--output", "x.ogg", "book.md"]),
        2,
    ));
    assert!(said.contains("`.ogg` is no format"), "{said}");
    let said = stderr(&run(
        &mut sandbox.audiotome(&["say", "Hi.", "--output", "x.mp3"]),
        2,
    ));
    assert!(said.contains("would be a WAV file"), "{said}");
    assert!(!sandbox.path("x.ogg").exists() && !sandbox.path("x.mp3").exists());
}

#[test]
fn other_audio_in_the_folder_is_told() {
    let sandbox = Sandbox::new();
    sandbox.file("book.md", BOOK);
    run(&mut sandbox.convert(&["--per-chapter", "book.md"]), 0);
    let output = run(&mut sandbox.convert(&["book.md"]), 0);
    assert!(
        stdout(&output).contains("from an earlier time"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn a_timeline_is_written_and_overwrites_no_book() {
    let sandbox = Sandbox::new();
    sandbox.file("book.md", BOOK);
    sandbox.file("other.md", BOOK);
    let convert = |args: &[&str], code| run(&mut sandbox.convert(args), code);
    convert(&["--output", "out.m4b", "book.md"], 0);
    convert(
        &["--output", "out.m4b", "--timeline", "t.json", "book.md"],
        0,
    );
    assert!(
        sandbox.path("t.json").is_file(),
        "although the audiobook was there"
    );
    for timeline in ["book.md", "out.m4b", "./out.m4b"] {
        let args = ["--output", "out.m4b", "--timeline", timeline, "book.md"];
        let said = stderr(&convert(&args, 2));
        assert!(said.contains("would be overwritten"), "{said}");
    }
    assert_eq!(
        fs_err::read_to_string(sandbox.path("book.md")).unwrap(),
        BOOK
    );
    let several = ["--timeline", "t.json", "book.md", "other.md"];
    assert!(stderr(&convert(&several, 2)).contains("there are 2 books"));
}
