//! What is no book gets one clear error.

use crate::sandbox::{BOOK, Sandbox, run, stderr};

#[test]
fn what_is_no_book_is_named_with_the_way_out() {
    let sandbox = Sandbox::new();
    sandbox.file("picture.epub", b"\x89PNG\r\n\x1a\n and so on");
    sandbox.file("empty.txt", "");
    sandbox.file("truncated.epub", b"PK\x03\x04\x14\x00\x00\x00");
    sandbox.file("blank.html", "<html><body><img src='a.png'></body></html>");
    for book in [
        "picture.epub",
        "empty.txt",
        "truncated.epub",
        "blank.html",
        "missing.epub",
        ".",
    ] {
        let output = run(
            &mut sandbox.audiotome(&["convert", "--engine", "tone", "--output", "out.m4b", book]),
            1,
        );
        let text = stderr(&output);
        assert!(
            text.starts_with("error: ") && text.contains("hint: ") && !text.contains("panicked"),
            "{book}: {text}"
        );
        assert_eq!(text.lines().count(), 2, "one error and one hint: {text}");
        assert!(!sandbox.path("out.m4b").exists());
    }
}

#[test]
fn what_is_not_there_is_named() {
    let sandbox = Sandbox::new();
    sandbox.file("book.md", BOOK);
    for (args, named) in [
        (
            &["inspect", "--chapters", "99", "book.md"][..],
            "nothing to read",
        ),
        (
            &["inspect", "--lexicon", "absent.lexicon", "book.md"],
            "absent.lexicon",
        ),
        (
            &[
                "convert",
                "--engine",
                "tone",
                "--voices",
                "absent.txt",
                "book.md",
            ],
            "open file `absent.txt`",
        ),
    ] {
        let text = stderr(&run(&mut sandbox.audiotome(args), 1));
        assert!(text.contains(named), "{args:?}: {text}");
    }
}

#[test]
fn command_lines_that_make_no_sense_are_refused_before_any_work() {
    let sandbox = Sandbox::new();
    sandbox.file("book.md", BOOK);
    sandbox.file("other.md", BOOK);
    for args in [
        &["convert"][..],
        &["convert", "--speed", "9", "book.md"],
        &["convert", "--chapters", "7-3", "book.md"],
        &["convert", "--engine", "sapi", "book.md"],
        &["convert", "--format", "tape", "book.md"],
        &["convert", "--output", "one.m4b", "book.md", "other.md"],
        &["convert", "--output", "one.m4b", "--per-chapter", "book.md"],
        &["convert", "book.md", "book.md"],
    ] {
        run(&mut sandbox.audiotome(args), 2);
    }
    assert!(!sandbox.path("data").exists());
}
