//! How words are said and who says them: lexicons, tags in the text, several voices.

use std::collections::HashSet;

use audiotome_core::Timeline;
use serde_json::{Value, json};

use crate::queue::{Worker as QueueWorker, through};
use crate::redis::Redis;
use crate::sandbox::{BOOK, Sandbox, events, run, spoken, stderr, stdout};
use crate::serving::Process;
use crate::workers::Worker;

const NAMES: &str = "\
---
title: Names
lang: en
---

# One

Hermione walked along the river in the evening. Nobody else was there, and nothing happened for a while. Later she told Mr. Weasley about it.
";

const TAGS: &str = "\
---
title: Tags
lang: en
---

# One

The first sentence stands here all alone. [pause:3] The second one comes after a good while.

[voice:Alice]“And this is somebody else who speaks for a moment,”[/voice] said the narrator of the book.

[skip]Nobody is ever to hear this sentence.[/skip]

The last sentence of the book is the narrator's own.
";

fn timeline(sandbox: &Sandbox) -> Timeline {
    let json = fs_err::read(sandbox.path("timeline.json")).unwrap();
    serde_json::from_slice(&json).unwrap()
}

/// The audiobook of `book.md` with its timeline.
fn convert(sandbox: &Sandbox, engine: &str, args: &[&str]) -> (Vec<String>, Timeline) {
    let mut command = sandbox.audiotome(&["convert", "--progress", "json", "--engine", engine]);
    command.args(["--timeline", "timeline.json", "-o", "out.m4b", "book.md"]);
    let output = run(command.args(args), 0);
    (spoken(&events(&output)), timeline(sandbox))
}

fn keys(timeline: &Timeline) -> Vec<String> {
    timeline
        .segments
        .iter()
        .map(|s| s.key.to_string())
        .collect()
}

#[test]
fn a_rule_changes_only_the_sentences_that_it_touches() {
    let sandbox = Sandbox::new();
    sandbox.file("book.md", NAMES);
    let (first, before) = convert(&sandbox, "espeak", &[]);
    assert_eq!(first.len(), before.segments.len());
    sandbox.file("my.lexicon", "Hermione -> her my oh nee\n");
    let (second, after) = convert(&sandbox, "espeak", &["--lexicon", "my.lexicon"]);
    let pairs = before.segments.iter().zip(&after.segments);
    let touched = pairs.filter(|(before, after)| before.key != after.key);
    let touched: Vec<_> = touched.map(|(before, _)| before.text.as_str()).collect();
    assert_eq!(touched, ["Hermione walked along the river in the evening."]);
    assert_eq!(second.len(), 1);
    // A sound, for the same word, from the file beside the book.
    sandbox.file(
        "book.lexicon",
        "Hermione -> [hɜːˈmaɪəni]\nWeasley -> [ˈwiːzli]\n",
    );
    let (third, told) = convert(&sandbox, "espeak", &[]);
    assert_eq!(third.len(), 2);
    assert_ne!(keys(&told), keys(&before));
    // What is given counts for more.
    let (fourth, _) = convert(&sandbox, "espeak", &["--lexicon", "my.lexicon"]);
    assert_eq!(fourth.len(), 0, "both ways were spoken before");
}

#[test]
fn wrong_rules_are_named_with_their_file_and_line() {
    let sandbox = Sandbox::new();
    sandbox.file("book.md", NAMES);
    sandbox.file("my.lexicon", "# Names\nHermione\n");
    let args = [
        "convert",
        "--engine",
        "tone",
        "--lexicon",
        "my.lexicon",
        "book.md",
    ];
    let told = stderr(&run(&mut sandbox.audiotome(&args), 1));
    assert!(
        told.contains("`my.lexicon`, line 2: there is no `->`"),
        "{told}"
    );
    assert!(told.contains("hint: a rule is"), "{told}");
}

#[test]
fn a_w3c_lexicon_is_read_and_a_voice_is_tried_with_it() {
    let sandbox = Sandbox::new();
    sandbox.file(
        "names.pls",
        r#"<lexicon version="1.0" alphabet="ipa" xml:lang="en"><lexeme><grapheme>Siobhan</grapheme><phoneme>ʃɪˈvɔːn</phoneme></lexeme></lexicon>"#,
    );
    let say = |name: &str, args: &[&str]| {
        let mut command = sandbox.audiotome(&["say", "Siobhan", "--engine", "espeak", "-o", name]);
        run(command.args(args), 0);
        fs_err::read(sandbox.path(name)).unwrap()
    };
    let usual = say("usual.wav", &[]);
    let told = say("told.wav", &["--lexicon", "names.pls"]);
    assert_ne!(usual, told);
    assert_eq!(say("written.wav", &["--lexicon", "names.pls"]), told);
}

#[test]
fn names_are_listed_by_how_often_they_are_there() {
    let sandbox = Sandbox::new();
    sandbox.file(
        "book.md",
        NAMES.replace("Nobody", "Where Hermione was, nobody"),
    );
    let output = run(
        &mut sandbox.audiotome(&["inspect", "--names", "--json", "book.md"]),
        0,
    );
    let found: Value = serde_json::from_str(&stdout(&output)).unwrap();
    let names = found["names"].as_array().unwrap().iter();
    let names: Vec<_> = names
        .map(|n| (n["name"].as_str().unwrap(), n["count"].as_u64()))
        .collect();
    assert_eq!(names, [("Hermione", Some(2)), ("Weasley", Some(1))]);
}

#[test]
fn tags_make_pauses_voices_and_gaps() {
    let sandbox = Sandbox::new();
    sandbox.file("book.md", TAGS);
    sandbox.file("cast", "# Who speaks\nAlice = tone:tone\n");
    let (first, found) = convert(&sandbox, "espeak", &["--voices", "cast"]);
    let texts: Vec<_> = found.segments.iter().map(|s| s.text.as_str()).collect();
    assert_eq!(
        texts,
        [
            "One",
            "The first sentence stands here all alone.",
            "The second one comes after a good while.",
            "“And this is somebody else who speaks for a moment,”",
            "said the narrator of the book.",
            "The last sentence of the book is the narrator’s own."
        ]
    );
    let gap = found.segments[2].start - found.segments[1].end;
    assert_eq!(gap, 3 * u64::from(found.sample_rate));
    assert_eq!(first.len(), texts.len());
    // The same command again has nothing to do, another file nothing to speak.
    let (again, same) = convert(&sandbox, "espeak", &["--voices", "cast"]);
    assert_eq!((again.len(), keys(&same)), (0, keys(&found)));
    let (forced, _) = convert(&sandbox, "espeak", &["--voices", "cast", "--force"]);
    assert_eq!(forced.len(), 0);
    // Another voice for Alice speaks only what is hers.
    sandbox.file("cast", "Alice = en-us+f3\n");
    let (other, _) = convert(&sandbox, "espeak", &["--voices", "cast"]);
    assert_eq!(other.len(), 1);
}

#[test]
fn an_unknown_voice_is_named_before_anything_is_spoken() {
    let sandbox = Sandbox::new();
    sandbox.file("book.md", TAGS);
    sandbox.file("cast", "Alice = en-uss\n");
    let args = [
        "convert", "--engine", "espeak", "--voices", "cast", "book.md",
    ];
    let told = stderr(&run(&mut sandbox.audiotome(&args), 4));
    assert!(
        told.contains("no voice `en-uss` is installed for `[voice:Alice]`"),
        "{told}"
    );
    assert!(told.contains("near names are `en-us`"), "{told}");
    assert!(!sandbox.path("data/clips").exists(), "nothing was spoken");
}

#[test]
fn chapters_have_their_own_voices() {
    let sandbox = Sandbox::new();
    sandbox.file("book.md", BOOK);
    let (_, before) = convert(&sandbox, "tone", &[]);
    sandbox.file(
        "cast",
        "2 = tone:delay=1ms\nThree = tone:delay=2ms\nNobody = tone:tone\n",
    );
    let (_, after) = convert(&sandbox, "tone", &["--voices", "cast"]);
    let changed = |chapter: usize| {
        let mark = &before.chapters[chapter];
        let inside = |start: u64| (mark.start..mark.end).contains(&start);
        let pairs = before.segments.iter().zip(&after.segments);
        let mut own = pairs.filter(|(segment, _)| inside(segment.start));
        own.all(|(before, after)| before.key != after.key)
    };
    assert_eq!([changed(0), changed(1), changed(2)], [false, true, true]);
}

/// Two voices, and who spoke what, are the same however the segments reach the speakers.
#[test]
fn several_voices_are_spoken_by_workers_over_http() {
    let sandbox = Sandbox::new();
    sandbox.file("book.md", TAGS);
    sandbox.file("cast", "Alice = tone:tone\n");
    let (_, alone) = convert(&sandbox, "espeak", &["--voices", "cast"]);
    let far = Sandbox::new();
    far.file("book.md", TAGS);
    far.file("cast", "Alice = tone:tone\n");
    let worker = Worker::start(&far, "");
    let args = [
        "--voices",
        "cast",
        "--no-local",
        "--workers",
        worker.address.as_str(),
    ];
    let (spoken, found) = convert(&far, "espeak", &args);
    assert_eq!(spoken.len(), found.segments.len());
    assert_eq!(found, alone);
}

#[test]
fn several_voices_are_spoken_through_the_queue() {
    let sandbox = Sandbox::new();
    sandbox.file("book.md", TAGS);
    sandbox.file("cast", "Alice = tone:tone\n");
    let redis = Redis::start();
    let _worker = QueueWorker::start(&sandbox, &redis, "");
    let mut command = sandbox.audiotome(&["convert", "--progress", "json", "--engine", "espeak"]);
    command.args([
        "--voices",
        "cast",
        "--no-local",
        "--timeline",
        "timeline.json",
        "-o",
        "out.m4b",
        "book.md",
    ]);
    through(&mut command, &sandbox, &redis);
    let output = run(&mut command, 0);
    let found = timeline(&sandbox);
    let events = events(&output);
    let all: HashSet<_> = spoken(&events).into_iter().collect();
    assert_eq!(all, keys(&found).into_iter().collect());
    let planned = events.iter().filter(|event| event["event"] == "planned");
    assert_eq!(planned.count(), 1);
}

#[test]
fn foreign_paragraphs_get_a_voice_of_their_language() {
    let sandbox = Sandbox::new();
    let french = "Longtemps, je me suis couché de bonne heure, et parfois mes yeux se fermaient si vite que je n'avais pas le temps de me dire que je m'endormais.";
    let book = BOOK.replace(
        "That was the list.",
        &format!("That was the list.\n\n{french}\n\nC'est la vie."),
    );
    sandbox.file("book.md", book);
    let (_, before) = convert(&sandbox, "espeak", &[]);
    let (spoken, after) = convert(&sandbox, "espeak", &["--foreign"]);
    let pairs = before.segments.iter().zip(&after.segments);
    let changed: Vec<_> = pairs
        .filter(|(before, after)| before.key != after.key)
        .map(|(before, _)| before.text.split(' ').next().unwrap())
        .collect();
    assert_eq!(changed, ["Longtemps,"]);
    assert_eq!(spoken.len(), 1);
}

#[test]
fn a_master_keeps_rules_for_all_books_and_for_one() {
    let sandbox = Sandbox::new();
    let master = Process::master(&sandbox, "", &[]);
    let book = master.upload("book.md", NAMES);
    let names = master.get(&format!("/books/{book}/names"));
    assert_eq!(names["names"][0]["name"], "Weasley");
    let spoken = |lexicon: Value| {
        let order = json!({ "book": book, "engine": "tone", "lexicon": lexicon });
        let (status, job) = master.call("POST", "/jobs", Some(&order));
        assert_eq!(status, 201, "{job}");
        let id = job["id"].as_str().unwrap().to_owned();
        assert_eq!(master.wait_for(&id, &["done", "failed"])["state"], "done");
        let found = master.get(&format!("/jobs/{id}/segments"));
        let segments = found["segments"].as_array().unwrap();
        let said = segments.iter().filter_map(|s| s["text"].as_str());
        said.map(str::to_owned).collect::<Vec<_>>().join(" ")
    };
    let change = |path: &str, change: Value, expected: u16| {
        let (status, answer) = master.call("PATCH", path, Some(&change));
        assert_eq!(status, expected, "{answer}");
        answer
    };
    let of_book = format!("/books/{book}");
    change(
        "/settings",
        json!({ "lexicon": "river -> stream\nevening -> night" }),
        200,
    );
    let answer = change(&of_book, json!({ "lexicon": "evening -> dusk" }), 200);
    assert_eq!(answer["lexicon"], "evening -> dusk");
    let said = spoken(Value::Null);
    assert!(said.contains("along the stream in the dusk"), "{said}");
    let said = spoken(json!("evening -> dark"));
    assert!(said.contains("along the stream in the dark"), "{said}");
    let refused = change(&of_book, json!({ "lexicon": "evening" }), 422);
    assert!(
        refused["error"]["message"]
            .as_str()
            .unwrap()
            .contains("line 1"),
        "{refused}"
    );
    change("/settings", json!({ "lexicon": "/(/ -> x" }), 422);
}
