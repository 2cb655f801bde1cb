//! From book to audiobook.

use std::path::Path;
use std::process::Command;

use audiotome_core::Timeline;

use crate::sandbox::{BOOK, Sandbox, events, ffprobe, run, spoken, stderr, stdout};

#[test]
fn the_sample_book_becomes_an_audiobook_that_players_open() {
    let sandbox = Sandbox::new();
    let book = sandbox.path("sample.epub");
    let build = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../sample/build.sh");
    assert!(Command::new(build).arg(&book).status().unwrap().success());
    let output = run(
        &mut sandbox.audiotome(&[
            "convert",
            "--engine",
            "tone",
            "--timeline",
            "timeline.json",
            "sample.epub",
        ]),
        0,
    );
    let narrator = "tone";
    let folder = sandbox.path("audiobooks/The audiotome authors/The Keeper’s Radio {tone}");
    assert!(folder.is_dir(), "{}", stdout(&output));
    let audiobook = folder.join("The Keeper’s Radio.m4b");
    assert_eq!(
        stdout(&output).lines().next().unwrap(),
        audiobook
            .strip_prefix(sandbox.path(""))
            .unwrap()
            .to_str()
            .unwrap()
    );
    let probe = ffprobe(&audiobook);
    let titles: Vec<_> = probe["chapters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|chapter| chapter["tags"]["title"].as_str().unwrap())
        .collect();
    assert_eq!(
        titles,
        [
            "Chapter I: The Night Signal",
            "Chapter II: What the Boy Knew",
            "Chapter III: Seven, Nineteen, Forty-Two"
        ]
    );
    let tags = &probe["format"]["tags"];
    assert_eq!(tags["album"], "The Keeper’s Radio");
    assert_eq!(
        (&tags["artist"], &tags["composer"]),
        (&"The audiotome authors".into(), &narrator.into())
    );
    assert_eq!(
        probe["streams"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|stream| stream["disposition"]["attached_pic"] == 1)
            .count(),
        1,
        "one cover"
    );

    let timeline: Timeline =
        serde_json::from_slice(&fs_err::read(sandbox.path("timeline.json")).unwrap()).unwrap();
    for (mark, chapter) in timeline
        .chapters
        .iter()
        .zip(probe["chapters"].as_array().unwrap())
    {
        let start: f64 = chapter["start_time"].as_str().unwrap().parse().unwrap();
        let expected = mark.start as f64 / f64::from(timeline.sample_rate);
        assert!(
            (start - expected).abs() < 0.002,
            "{}: {start} for {expected}",
            mark.title
        );
    }
    let duration: f64 = probe["format"]["duration"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((duration - timeline.samples as f64 / f64::from(timeline.sample_rate)).abs() < 0.05);
    assert!(
        !timeline
            .segments
            .iter()
            .any(|segment| segment.text.contains("later found")),
        "the footnote is not read"
    );
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
    let titles: Vec<_> = probe["chapters"]
        .as_array()
        .unwrap()
        .iter()
        .map(|chapter| chapter["tags"]["title"].as_str().unwrap())
        .collect();
    assert_eq!(titles, ["Two", "Three"]);
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
