//! Engines that fail, programs that are missing, disks that refuse.

use crate::sandbox::{BOOK, Sandbox, events, ffprobe, run, spoken, stderr};

#[test]
fn a_sentence_that_fails_for_a_while_is_spoken_in_the_end() {
    let sandbox = Sandbox::new();
    sandbox.file("book.md", BOOK);
    let events = events(&run(
        sandbox
            .convert(&["book.md"])
            .env("AUDIOTOME_TONE", "fail=third,fail-times=2"),
        0,
    ));
    assert_eq!(
        events
            .iter()
            .filter(|event| event["event"] == "retried")
            .count(),
        2
    );
}

#[test]
fn a_sentence_that_always_fails_needs_a_decision_and_loses_nothing() {
    let sandbox = Sandbox::new();
    sandbox.file("book.md", BOOK);
    let tone = "fail=third";
    let output = run(
        sandbox
            .convert(&["--output", "out.m4b", "book.md"])
            .env("AUDIOTOME_TONE", tone),
        3,
    );
    let text = stderr(&output);
    assert!(
        text.contains("After the break, a third.")
            && text.contains("chapter 1")
            && text.contains("--skip-failed"),
        "{text}"
    );
    assert!(
        !sandbox.path("out.m4b").exists(),
        "an audiobook with a hole is no audiobook"
    );
    let skipping = run(
        sandbox
            .convert(&["--output", "out.m4b", "--skip-failed", "book.md"])
            .env("AUDIOTOME_TONE", tone),
        0,
    );
    assert_eq!(spoken(&events(&skipping)).len(), 0, "the others were kept");
    assert_eq!(
        ffprobe(&sandbox.path("out.m4b"))["chapters"]
            .as_array()
            .unwrap()
            .len(),
        3
    );
    let healed = events(&run(
        &mut sandbox.convert(&["--output", "out.m4b", "book.md"]),
        0,
    ));
    assert_eq!(
        (
            spoken(&healed).len(),
            healed.last().unwrap()["result"].as_str()
        ),
        (1, Some("new"))
    );
}

#[test]
fn silent_and_cut_off_clips_are_never_believed() {
    for tone in ["silent=third", "short=third"] {
        let sandbox = Sandbox::new();
        sandbox.file("book.md", BOOK);
        let output = run(sandbox.convert(&["book.md"]).env("AUDIOTOME_TONE", tone), 3);
        assert!(
            stderr(&output).contains("the clip is"),
            "{tone}: {}",
            stderr(&output)
        );
    }
}

#[test]
fn a_missing_ffmpeg_is_named_with_the_way_out() {
    let sandbox = Sandbox::new();
    sandbox.file("book.md", BOOK);
    let output = run(
        sandbox
            .convert(&["book.md"])
            .env("AUDIOTOME_FFMPEG", "/nowhere/ffmpeg"),
        4,
    );
    assert!(
        stderr(&output).contains("/nowhere/ffmpeg")
            && stderr(&output).contains("hint: install ffmpeg"),
        "{}",
        stderr(&output)
    );
    let output = run(
        sandbox
            .audiotome(&["doctor"])
            .env("AUDIOTOME_FFMPEG", "/nowhere/ffmpeg"),
        4,
    );
    assert!(String::from_utf8_lossy(&output.stdout).contains("missing  ffmpeg"));
}

#[test]
fn a_missing_espeak_is_named_with_the_way_out() {
    let sandbox = Sandbox::new();
    sandbox.file("book.md", BOOK);
    let mut command = sandbox.audiotome(&["convert", "--engine", "espeak", "book.md"]);
    let output = run(command.env("PATH", sandbox.path("")), 4);
    assert!(
        stderr(&output).contains("hint: ") && stderr(&output).contains("espeak-ng"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn an_output_that_cannot_be_written_is_named_and_nothing_is_left() {
    let sandbox = Sandbox::new();
    sandbox.file("book.md", BOOK);
    sandbox.file("a-file", "not a folder");
    let output = run(
        &mut sandbox.convert(&["--output", "a-file/out.m4b", "book.md"]),
        1,
    );
    assert!(
        stderr(&output).contains("a-file") && stderr(&output).contains("hint: "),
        "{}",
        stderr(&output)
    );
    let output = run(
        &mut sandbox.convert(&["--data", "a-file/data", "book.md"]),
        1,
    );
    assert!(
        stderr(&output).contains("a-file") && stderr(&output).contains("with `--data`"),
        "{}",
        stderr(&output)
    );
    run(&mut sandbox.convert(&["--output", "out.m4b", "book.md"]), 0);
}
