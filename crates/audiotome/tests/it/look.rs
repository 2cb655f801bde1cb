//! Looking at books and voices.

use std::process::Stdio;

use serde_json::Value;

use crate::sandbox::{BOOK, Sandbox, ffprobe, run, stderr, stdout};

#[test]
fn a_rule_that_is_switched_off_does_nothing() {
    let sandbox = Sandbox::new();
    sandbox.file("note.md", "# Note\n\nDr. Hill read chapter IV twice.\n");
    let spoken = |args: &[&str]| {
        let command = ["inspect", "--spoken", "--language", "en", "note.md"];
        stdout(&run(
            &mut sandbox.audiotome(&[&command[..], args].concat()),
            0,
        ))
    };
    assert!(spoken(&[]).contains("Doctor Hill read chapter four twice."));
    let off = ["--no-rule", "roman,abbreviations"];
    assert!(spoken(&off).contains("Dr. Hill read chapter IV twice."));
    let wrong = ["inspect", "--no-rule", "sums", "note.md"];
    let error = stderr(&run(&mut sandbox.audiotome(&wrong), 2));
    assert!(
        error.contains("'sums'") && error.contains("abbreviations"),
        "{error}"
    );
}

#[test]
fn inspect_shows_what_would_be_read() {
    let sandbox = Sandbox::new();
    sandbox.file("book.md", BOOK);
    let text = stdout(&run(&mut sandbox.audiotome(&["inspect", "book.md"]), 0));
    assert!(
        text.contains("The Short Book")
            && text.contains("Ada Writer")
            && text.contains("3 chapters"),
        "{text}"
    );
    let text = stdout(&run(
        &mut sandbox.audiotome(&["inspect", "--spoken", "--chapters", "3", "book.md"]),
        0,
    ));
    assert_eq!(
        text,
        "# 3. Three\n\nThree\n\nThe last chapter begins here, and it has a little more to tell than the two before it.\nIt ends here.\n\n"
    );
    let json: Value = serde_json::from_str(&stdout(&run(
        &mut sandbox.audiotome(&["inspect", "--json", "book.md"]),
        0,
    )))
    .unwrap();
    assert_eq!(
        (
            json["metadata"]["title"].as_str(),
            json["chapters"].as_array().unwrap().len()
        ),
        (Some("The Short Book"), 3)
    );
}

/// Everything that Markdown could take for something else.
const ODD: &str = "<html lang='en'><head><title>Odd: a *Book*</title><meta name='author' content='Ada Writer'></head><body>\
    <h2>I</h2><h3>The {first} one</h3><p>1. It isn't -- \"quoted\" ... *so* _it_ [is] &lt;b&gt; &amp;amp; a|b ~c~ ^d^ $e$ `f` \\g.</p>\
    <p># no heading</p><p>- no item</p><p>&gt; no quote</p><div class='verse'><p>One line,<br>another.</p></div><hr><ul><li>item</li></ul>\
    <p lang='fr'>Une phrase.</p><p>All of this is only here so that the chapter is long enough to be one by itself.</p>\
    <h2>II</h2><p>All of this is only here so that the chapter is long enough to be one by itself, and so is all of that.</p></body></html>";

#[test]
fn a_narration_written_as_markdown_reads_back_the_same() {
    let sandbox = Sandbox::new();
    sandbox.file("odd.html", ODD);
    let inspect = |args: &[&str]| {
        stdout(&run(
            &mut sandbox.audiotome(&[&["inspect"], args].concat()),
            0,
        ))
    };
    let json = |name: &str| serde_json::from_str::<Value>(&inspect(&["--json", name])).unwrap();
    let text = inspect(&["--text", "odd.html"]);
    assert!(
        text.contains(
            "
### The &#123;first} one
"
        ),
        "{text}"
    );
    assert!(text.contains("\n# II\n"), "{text}");
    sandbox.file("odd.md", text);
    let (before, after) = (json("odd.html"), json("odd.md"));
    assert_eq!(before["metadata"]["title"], after["metadata"]["title"]);
    assert_eq!(before["metadata"]["authors"], after["metadata"]["authors"]);
    let flat = |book: &Value| {
        let chapters = book["chapters"].as_array().unwrap().clone();
        let block =
            |block: &Value| format!("{} {} {}", block["language"], block["kind"], block["text"]);
        chapters
            .iter()
            .map(|chapter| {
                let blocks = chapter["blocks"].as_array().unwrap();
                let blocks = blocks.iter().map(block).collect::<Vec<_>>().join("\n");
                format!("{}\n{blocks}", chapter["title"])
            })
            .collect::<Vec<_>>()
            .join("\n\n")
            .replace("{\"heading\":1}", "{\"heading\":2}")
    };
    assert_eq!(flat(&before), flat(&after));
}

#[test]
fn say_speaks_to_a_file() {
    let sandbox = Sandbox::new();
    let args = [
        "say",
        "--engine",
        "espeak",
        "-o",
        "hello.wav",
        "Dr. Smith has $3.50.",
    ];
    run(&mut sandbox.audiotome(&args), 0);
    let duration: f64 = ffprobe(&sandbox.path("hello.wav"))["format"]["duration"]
        .as_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1.5..6.0).contains(&duration), "{duration}");
    run(&mut sandbox.audiotome(&["say", "--engine", "tone", "—"]), 1);
}

#[test]
fn voices_lists_what_is_here_and_what_could_be() {
    let sandbox = Sandbox::new();
    let here = stdout(&run(
        &mut sandbox.audiotome(&["voices", "--language", "fr"]),
        0,
    ));
    assert!(
        here.lines().all(|line| line.starts_with("espeak")) && here.contains("fr-fr"),
        "{here}"
    );
    let all = stdout(&run(&mut sandbox.audiotome(&["voices", "--all"]), 0));
    assert!(
        all.lines()
            .any(|line| line.starts_with("hibari") && line.contains("not installed")),
        "{all}"
    );
}

#[test]
fn doctor_finds_what_the_tests_need() {
    let sandbox = Sandbox::new();
    let text = stdout(&run(&mut sandbox.audiotome(&["doctor"]), 0));
    for line in [
        "ok       ffmpeg",
        "ok       espeak-ng",
        "ok       data folder",
    ] {
        assert!(text.contains(line), "{text}");
    }
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let sandbox = Sandbox::new();
    let mut child = sandbox
        .audiotome(&["voices", "--all"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    assert!(child.wait().unwrap().success());
}

#[test]
fn clean_removes_old_clips_and_keeps_audiobooks() {
    let sandbox = Sandbox::new();
    sandbox.file("book.md", BOOK);
    run(&mut sandbox.convert(&["--output", "out.m4b", "book.md"]), 0);
    let kept = stdout(&run(&mut sandbox.audiotome(&["clean"]), 0));
    assert!(kept.starts_with("removed 0 files"), "{kept}");
    let removed = stdout(&run(
        &mut sandbox.audiotome(&["clean", "--keep-days", "0"]),
        0,
    ));
    assert!(!removed.starts_with("removed 0 files"), "{removed}");
    assert!(sandbox.path("out.m4b").exists());
    run(
        &mut sandbox.convert(&["--output", "out.m4b", "--force", "book.md"]),
        0,
    );
}
