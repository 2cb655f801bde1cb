//! What a person changes about a book before it is spoken.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::master::{audiobook, start};
use crate::sandbox::{Sandbox, ffprobe};
use crate::serving::Process;

const BOOK: &str = "\
---
title: The Short Book
author: Ada Writer
lang: en
---

# One

The first sentence of the book says very little. The second one follows it as well as it can. Nobody expects a third one here at all.

# Two

Things to remember before the journey begins, in the order in which they were thought of on the evening before it.[^1] Nobody looked at the list again.

[^1]: The order was another one in the first edition of this book.

# Three

In the last chapter nothing new is told, and everybody goes home in the end, as people do when all is said and nothing is left.
";

#[track_caller]
fn change(master: &Process, book: &str, change: Value) -> Value {
    let (status, body) = master.call("PATCH", &format!("/books/{book}"), Some(&change));
    assert_eq!(status, 200, "{body}");
    body
}

fn text_of(master: &Process, book: &str, chapter: usize) -> String {
    let found = master.get(&format!("/books/{book}/chapters/{chapter}/text"));
    found["text"].as_str().unwrap().to_owned()
}

/// Keys of a job, once it is done.
fn keys(master: &Process, job: &str) -> HashSet<String> {
    assert_eq!(master.wait_for(job, &["done", "failed"])["state"], "done");
    let segments = master.get(&format!("/jobs/{job}/segments"));
    let segments = segments["segments"].as_array().unwrap().iter();
    segments
        .map(|segment| segment["key"].as_str().unwrap().to_owned())
        .collect()
}

#[test]
#[expect(clippy::cognitive_complexity, reason = "one story, told in its order")]
fn changes_are_kept_and_heard_and_speak_nothing_else_again() {
    let sandbox = Sandbox::new();
    let master = Process::master(&sandbox, "", &[]);
    let book = master.upload("book.md", BOOK);
    let as_it_is = keys(&master, &start(&master, &book, json!({})));

    let text = text_of(&master, &book, 1);
    assert!(text.starts_with("# One\n\nThe first sentence"), "{text}");
    let text = text.replace("as well as it can", "as badly as it can");
    let changed = change(
        &master,
        &book,
        json!({
            "metadata": { "title": " A Longer\nTitle ", "authors": ["Ben", ""], "series": "Tests" },
            "chapters": { "1": { "title": "Uno", "text": text }, "3": { "read": false } },
            "job": { "speed": 1.0, "format": "m4b" },
        }),
    );
    assert_eq!(changed["title"], "A Longer Title");
    assert_eq!(changed["authors"], json!(["Ben"]));
    let chapters = changed["chapters"].as_array().unwrap();
    assert_eq!(
        (&chapters[0]["edited"], &chapters[0]["title"]),
        (&json!(true), &json!("Uno"))
    );
    assert_eq!(chapters[2]["read"], false);
    assert_eq!(master.get("/books")["books"][0]["title"], "A Longer Title");

    let job = start(&master, &book, json!({}));
    let with_changes = keys(&master, &job);
    assert_eq!(
        with_changes.difference(&as_it_is).count(),
        1,
        "one sentence is new"
    );
    assert_eq!(
        as_it_is.len() - with_changes.len(),
        2,
        "a heading and a sentence are not read"
    );
    let file = sandbox.path("out.m4b");
    audiotome_files::write(&file, &audiobook(&master, &job)).unwrap();
    let found = ffprobe(&file);
    assert_eq!(found["format"]["tags"]["title"], "A Longer Title");
    assert_eq!(found["format"]["tags"]["artist"], "Ben");
    let titles = found["chapters"].as_array().unwrap().iter();
    let titles: Vec<_> = titles.map(|chapter| &chapter["tags"]["title"]).collect();
    assert_eq!(titles, ["Uno", "Two"]);

    // A job keeps what was wanted of it; the next one is as the book is now.
    change(
        &master,
        &book,
        json!({ "metadata": null, "chapters": null }),
    );
    let (status, _) = master.call("POST", &format!("/jobs/{job}/retry"), None);
    assert_eq!(status, 202);
    assert_eq!(keys(&master, &job), with_changes);
    assert_eq!(keys(&master, &start(&master, &book, json!({}))), as_it_is);
    assert_eq!(
        master.get(&format!("/books/{book}"))["title"],
        "The Short Book"
    );
}

#[test]
fn parts_that_are_skipped_are_left_out_unless_they_are_switched_on() {
    let sandbox = Sandbox::new();
    let master = Process::master(&sandbox, "", &[]);
    let book = master.upload("book.md", BOOK);
    let kinds = |details: &Value| -> Vec<String> {
        let parts = details["left_out"].as_array().unwrap().iter();
        parts
            .map(|part| part["kind"].as_str().unwrap().to_owned())
            .collect()
    };
    let skipped = change(&master, &book, json!({ "job": { "skip": ["headings"] } }));
    assert!(
        kinds(&skipped).contains(&"headings".to_owned()),
        "{skipped}"
    );
    let read = change(
        &master,
        &book,
        json!({ "job": { "include": ["headings"] } }),
    );
    assert!(!kinds(&read).contains(&"headings".to_owned()), "{read}");
}

#[test]
fn how_an_upload_is_to_be_read_is_kept() {
    let sandbox = Sandbox::new();
    let master = Process::master(&sandbox, "", &[]);
    let book = master.upload("book.md&language=fr&ocr=true", BOOK);
    assert_eq!(master.get(&format!("/books/{book}"))["language"], "fr");
    let other = master.upload("other.md", &BOOK.replace("Short", "Other"));
    assert_eq!(master.get(&format!("/books/{other}"))["language"], "en");
}

#[test]
fn changes_follow_their_chapters_and_a_job_may_want_others() {
    let sandbox = Sandbox::new();
    let master = Process::master(&sandbox, "", &[]);
    let book = master.upload("book.md", BOOK);
    change(
        &master,
        &book,
        json!({ "chapters": { "2": { "read": false } } }),
    );
    let with_notes = change(&master, &book, json!({ "job": { "include": ["notes"] } }));
    assert!(
        with_notes["left_out"].as_array().unwrap().is_empty(),
        "{with_notes}"
    );
    assert_eq!(with_notes["chapters"][1]["read"], false);
    let job = start(&master, &book, json!({ "chapters": "2" }));
    keys(&master, &job);
    let chapters = master.get(&format!("/jobs/{job}/chapters"));
    assert_eq!(chapters["chapters"][0]["title"], "Two", "{chapters}");
    // The same text again is no change.
    let text = text_of(&master, &book, 3);
    let same = change(
        &master,
        &book,
        json!({ "chapters": { "3": { "text": text } } }),
    );
    assert_eq!(same["chapters"][2]["edited"], false);
}

#[test]
fn what_makes_no_sense_is_refused_and_changes_nothing() {
    let sandbox = Sandbox::new();
    let master = Process::master(&sandbox, "", &[]);
    let book = master.upload("book.md", BOOK);
    let before = master.get(&format!("/books/{book}"));
    let long = "long ".repeat(500);
    let many = vec!["name"; 101];
    for (wrong, word) in [
        (json!({ "metadata": { "title": long } }), "title"),
        (json!({ "metadata": { "authors": many } }), "authors"),
        (json!({ "metadata": { "isbn": "1" } }), "isbn"),
        (
            json!({ "chapters": { "4": { "read": false } } }),
            "chapter 4",
        ),
        (
            json!({ "chapters": { "0": { "read": false } } }),
            "chapter 0",
        ),
        (json!({ "chapters": { "x": { "read": false } } }), "x"),
        (
            json!({ "chapters": { "1": { "text": "* * *\n\n…" } } }),
            "nothing is left to read",
        ),
        (
            json!({ "chapters": { "1": { "text": "a ".repeat(2 << 20) } } }),
            "2 MiB",
        ),
        (json!({ "job": { "engine": "sam" } }), "sam"),
        (json!({ "job": { "speed": 9.0 } }), "speed"),
        (json!({ "job": { "pauses": 9.0 } }), "pauses"),
        (json!({ "job": { "include": ["all"] } }), "all"),
        (json!({ "else": 1 }), "else"),
    ] {
        let (status, body) = master.call("PATCH", &format!("/books/{book}"), Some(&wrong));
        let message = body["error"]["message"].as_str().unwrap();
        assert!(
            status == 422 && message.contains(word),
            "{word}: {status} {message}"
        );
    }
    let huge = json!({ "chapters": { "1": { "text": "a".repeat(9 << 20) } } });
    let (status, _) = master.call("PATCH", &format!("/books/{book}"), Some(&huge));
    assert_eq!(status, 413);
    assert_eq!(master.call("PATCH", "/books/none", Some(&json!({}))).0, 404);
    let text = format!("/books/{book}/chapters/4/text");
    assert_eq!(master.call("GET", &text, None).0, 404);
    assert_eq!(master.get(&format!("/books/{book}")), before);
}

#[test]
fn an_estimate_and_a_sample_are_of_what_would_be_read() {
    let sandbox = Sandbox::new();
    let master = Process::master(&sandbox, "", &[]);
    let book = master.upload("book.md", BOOK);
    change(
        &master,
        &book,
        json!({ "job": { "engine": "tone", "speed": 2.0 }, "chapters": { "1": { "read": false } } }),
    );
    let estimate = master.get(&format!("/books/{book}/estimate"));
    assert_eq!(
        (&estimate["engine"], &estimate["chapters"]),
        (&json!("tone"), &json!(2))
    );
    let characters = estimate["characters"].as_u64().unwrap();
    let seconds = estimate["audio_seconds"].as_u64().unwrap();
    assert_eq!(
        seconds,
        characters.div_ceil(30),
        "15 a second, twice as fast"
    );
    assert!(estimate["making_seconds"].as_u64().is_some(), "{estimate}");

    let mut events = master.all_events();
    let path = format!("/books/{book}/sample");
    let body = Some(b"{\"sentences\":1}".to_vec());
    let (status, sound) = master.raw("POST", &path, "application/json", body);
    assert!(status == 200 && sound.starts_with(b"RIFF"), "{status}");
    // A job that reads the same speaks all but that again.
    let job = start(&master, &book, json!({}));
    let spoken = events.spoken();
    let segments = master.get(&format!("/jobs/{job}/segments"));
    let segments = segments["segments"].as_array().unwrap().iter();
    let heard: Vec<_> = segments
        .filter(|segment| !spoken.contains(&segment["index"].as_u64().unwrap()))
        .collect();
    let source = heard[0]["source"].as_str().unwrap();
    assert!(source.starts_with("Things to remember"), "{source}");
    assert_eq!(heard.len(), 1);
}

#[test]
fn a_book_is_never_left_out_as_a_whole() {
    let sandbox = Sandbox::new();
    let master = Process::master(&sandbox, "", &[]);
    let table = "| Thing | Price |\n| --- | --- |\n| A lamp that works | nothing |\n";
    let book = master.upload("table.md", table);
    let path = format!("/books/{book}");
    let before = master.get(&path);
    let skip =
        json!({ "metadata": { "title": "Other" }, "job": { "skip": ["tables", "headings"] } });
    let (status, answer) = master.call("PATCH", &path, Some(&skip));
    assert_eq!(status, 422, "{answer}");
    assert_eq!(master.get(&path)["job"]["skip"], Value::Null);
    assert_eq!(master.get(&path), before);
    assert_eq!(master.get("/books")["books"][0]["title"], before["title"]);
    change(&master, &book, json!({ "job": { "skip": ["headings"] } }));
}
