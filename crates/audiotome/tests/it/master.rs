//! The master as people and programs use it: real processes, real requests.

use std::collections::HashSet;

use serde_json::{Value, json};

use crate::sandbox::{BOOK, Sandbox, ffprobe, run};
use crate::serving::Process;

/// Eighty sentences in four chapters.
pub(crate) fn long_book() -> String {
    let sentence =
        |chapter, number| format!("Chapter {chapter} has this sentence as number {number}. ");
    let chapter = |chapter| {
        let text: String = (0..20).map(|number| sentence(chapter, number)).collect();
        format!("# Chapter {chapter}\n\n{text}\n\n")
    };
    (1..=4).map(chapter).collect()
}

/// Starts a job that beeps; gives its id.
pub(crate) fn start(master: &Process, book: &str, more: Value) -> String {
    let mut order = json!({ "book": book, "engine": "tone" });
    order
        .as_object_mut()
        .unwrap()
        .extend(more.as_object().unwrap().clone());
    let job = master.post("/jobs", &order);
    job["id"].as_str().unwrap().to_owned()
}

/// The audiobook that `convert` makes of the same book, named as the master names it.
pub(crate) fn converted(name: &str, text: &str) -> Vec<u8> {
    let sandbox = Sandbox::new();
    sandbox.file(name, text);
    run(&mut sandbox.convert(&["-o", "out.m4b", name]), 0);
    fs_err::read(sandbox.path("out.m4b")).unwrap()
}

pub(crate) fn audiobook(master: &Process, job: &str) -> Vec<u8> {
    let (status, bytes) = master.raw("GET", &format!("/jobs/{job}/audiobook"), "", None);
    assert_eq!(status, 200);
    bytes
}

#[test]
fn a_book_goes_in_and_an_audiobook_comes_out() {
    let sandbox = Sandbox::new();
    let master = Process::master(&sandbox, "", &[]);
    let id = master.upload("book.md", BOOK);
    let book = master.get(&format!("/books/{id}"));
    assert_eq!(book["title"], "The Short Book");
    assert_eq!(book["chapters"].as_array().unwrap().len(), 3);
    // The same book again, under another name, is the same book.
    let again = master.raw(
        "POST",
        "/books?name=x.md",
        "text/markdown",
        Some(BOOK.into()),
    );
    assert_eq!(again.0, 200);

    let job = start(&master, &id, json!({}));
    let done = master.wait_for(&job, &["done", "failed"]);
    assert_eq!(
        (&done["state"], &done["progress"]["percent"]),
        (&json!("done"), &json!(100.0))
    );
    assert_eq!(audiobook(&master, &job), converted("book.md", BOOK));
    let chapters = master.get(&format!("/jobs/{job}/chapters"));
    let chapters = chapters["chapters"].as_array().unwrap();
    assert!(chapters.iter().all(|chapter| chapter["ready"] == true));
    let path = sandbox.path("two.aac");
    let (_, bytes) = master.raw("GET", chapters[1]["audio"].as_str().unwrap(), "", None);
    audiotome_files::write(&path, &bytes).unwrap();
    assert_eq!(ffprobe(&path)["streams"][0]["codec_name"], "aac");
    let timeline = master.get(&format!("/jobs/{job}/timeline"));
    assert_eq!(timeline["chapters"].as_array().unwrap().len(), 3);
}

#[test]
fn a_chapter_is_heard_while_later_ones_are_spoken() {
    let sandbox = Sandbox::new();
    let master = Process::master(&sandbox, "delay=30ms", &[]);
    let id = master.upload("book.md", &long_book());
    let job = start(&master, &id, json!({}));
    let mut events = master.events(&job);
    let ready = loop {
        let chapter = events.next_of("chapter");
        if chapter["state"] == "ready" {
            break chapter["number"].as_u64().unwrap();
        }
    };
    let path = format!("/jobs/{job}/chapters/{ready}/audio");
    let (status, bytes) = master.raw("GET", &path, "", None);
    assert!(status == 200 && !bytes.is_empty());
    assert_eq!(master.get(&format!("/jobs/{job}"))["state"], "running");
    let progress = master.get(&format!("/jobs/{job}/progress"));
    let percent = progress["percent"].as_f64().unwrap();
    assert!(percent > 20.0 && percent < 100.0, "{progress}");
    assert!(progress["eta_seconds"].is_u64(), "{progress}");
    let speaking = master.get(&format!("/jobs/{job}/segments?state=done&limit=1000"));
    assert!(speaking["total"].as_u64().unwrap() >= 21, "{speaking}");
}

/// Sends a listener to the last chapter but one, and checks that its segments are spoken before those between.
pub(crate) fn assert_listener_goes_first(master: &Process, job: &str) {
    let (from, before) = (60, 45..60);
    let mut events = master.events(job);
    events.next_of("segment");
    let path = format!("/jobs/{job}/position");
    let told = |segment: usize| {
        master
            .call("POST", &path, Some(&json!({ "segment": segment })))
            .0
    };
    assert_eq!(told(from), 204);
    assert_eq!(told(84), 422, "the book has 84 segments");
    let mut spoken = Vec::new();
    while spoken.len() < 70 {
        let event = events.next_of("segment");
        if event["event"] == "spoken" {
            spoken.push(event["segment"].as_u64().unwrap() as usize);
        }
    }
    let place = |segment: usize| spoken.iter().position(|other| *other == segment);
    assert!(place(from) < place(from + 10), "{spoken:?}");
    let skipped = before.filter_map(place).min();
    assert!(
        skipped.is_none_or(|skipped| place(from + 10) < Some(skipped)),
        "{spoken:?}"
    );
    assert_eq!(master.get(&format!("/jobs/{job}"))["position"], from);
}

#[test]
fn a_listener_moves_what_is_spoken_next() {
    let sandbox = Sandbox::new();
    let master = Process::master(&sandbox, "delay=20ms", &[]);
    let id = master.upload("book.md", &long_book());
    assert_listener_goes_first(&master, &start(&master, &id, json!({})));
}

#[test]
fn jobs_are_paused_resumed_cancelled_and_deleted() {
    let sandbox = Sandbox::new();
    let master = Process::master(&sandbox, "delay=20ms", &[]);
    let id = master.upload("book.md", &long_book());
    let job = start(&master, &id, json!({}));
    let act = |what: &str| master.call("POST", &format!("/jobs/{job}/{what}"), None).0;
    master.events(&job).next_of("segment");
    assert_eq!(act("pause"), 202);
    let paused = master.wait_for(&job, &["paused"]);
    assert!(paused["progress"]["percent"].as_f64().unwrap() < 100.0);
    assert_eq!(act("pause"), 409, "it rests already");
    assert_eq!(act("resume"), 202);
    master.events(&job).next_of("segment");
    assert_eq!(act("cancel"), 202);
    master.wait_for(&job, &["cancelled"]);
    assert_eq!(act("retry"), 202);
    master.wait_for(&job, &["done"]);
    assert_eq!(audiobook(&master, &job), converted("book.md", &long_book()));
    let history = master.get(&format!("/jobs/{job}/history"));
    let steps = history["entries"].as_array().unwrap().iter();
    let steps: Vec<_> = steps
        .filter_map(|entry| entry["event"]["step"].as_str())
        .collect();
    assert_eq!(
        steps,
        [
            "create", "start", "pause", "resume", "start", "cancel", "retry", "start", "assemble",
            "finish"
        ]
    );
    assert_eq!(
        master.call("DELETE", &format!("/books/{id}"), None).0,
        409,
        "a job uses it"
    );
    assert_eq!(
        master
            .call("DELETE", &format!("/jobs/{job}?files=true"), None)
            .0,
        204
    );
    assert_eq!(master.call("GET", &format!("/jobs/{job}"), None).0, 404);
    assert_eq!(master.call("DELETE", &format!("/books/{id}"), None).0, 204);
}

#[test]
fn a_sentence_that_always_fails_is_edited_and_the_book_is_whole() {
    let sandbox = Sandbox::new();
    let master = Process::master(&sandbox, "fail=number seven.", &[]);
    let id = master.upload("book.md", &long_book());
    let job = start(&master, &id, json!({ "chapters": "1-2" }));
    let failed = master.wait_for(&job, &["failed", "done"]);
    assert_eq!(failed["state"], "failed");
    assert!(
        failed["error"].as_str().unwrap().contains("number 7."),
        "{failed}"
    );
    let letters = master.get(&format!("/jobs/{job}/dead-letters"));
    let letters = letters["dead_letters"].as_array().unwrap();
    assert_eq!(letters.len(), 2);
    assert!(!letters[0]["history"].as_array().unwrap().is_empty());
    // Everything else is there, and chapters without it can be heard.
    let progress = master.get(&format!("/jobs/{job}/progress"));
    assert_eq!(
        progress["segments"].as_u64(),
        progress["segments_done"].as_u64().map(|n| n + 2)
    );

    let of = |letter: &Value| {
        format!(
            "/jobs/{job}/dead-letters/{}",
            letter["key"].as_str().unwrap()
        )
    };
    let words = json!({ "text": "Chapter 1 has this sentence in other words." });
    assert_eq!(master.call("PATCH", &of(&letters[0]), Some(&words)).0, 200);
    assert_eq!(
        master
            .call("POST", &format!("{}/skip", of(&letters[1])), None)
            .0,
        200
    );
    assert_eq!(
        master.call("POST", &format!("/jobs/{job}/retry"), None).0,
        202
    );
    let done = master.wait_for(&job, &["failed", "done"]);
    assert_eq!(done["state"], "done", "{done}");
    let said = master.get(&format!("/jobs/{job}/segments?limit=1000"));
    let said = said["segments"].as_array().unwrap();
    let count = |part: &str| {
        said.iter()
            .filter(|s| s["text"].as_str().unwrap().contains(part))
            .count()
    };
    assert_eq!(
        (count("other words"), count("number seven."), said.len()),
        (1, 0, 41)
    );
    assert_eq!(master.get("/dead-letters")["dead_letters"], json!([]));
}

#[test]
fn equal_jobs_share_and_an_urgent_one_goes_first() {
    let sandbox = Sandbox::new();
    let master = Process::master(&sandbox, "delay=60ms", &["--jobs", "2"]);
    let slow = master.upload("slow.md", &long_book());
    let quick = master.upload("quick.md", &long_book().replace("Chapter", "Part"));
    let slow = start(&master, &slow, json!({ "priority": 0 }));
    master.events(&slow).next_of("segment");
    let quick = start(&master, &quick, json!({ "priority": 5 }));
    let ended = master.wait_for(&quick, &["done"]);
    let other = master.get(&format!("/jobs/{slow}"));
    assert_eq!(
        (&ended["state"], &other["state"]),
        (&json!("done"), &json!("running"))
    );
    assert_eq!(master.wait_for(&slow, &["done"])["state"], "done");
}

#[test]
fn a_killed_master_takes_its_jobs_up_by_itself() {
    let sandbox = Sandbox::new();
    let expected = converted("book.md", &long_book());
    let mut master = Process::master(&sandbox, "delay=5ms", &[]);
    let id = master.upload("book.md", &long_book());
    let job = start(&master, &id, json!({}));
    let mut spoken = Vec::new();
    // At the first sentence, in the middle, at an encoded chapter, and when the files are written.
    let moments: [fn(&str, &Value) -> bool; 4] = [
        |kind, data| kind == "segment" && data["event"] == "spoken",
        |kind, data| {
            data["event"] == "spoken" && kind == "segment" && data["segment"].as_u64() > Some(30)
        },
        |kind, data| kind == "chapter" && data["state"] == "ready",
        |kind, data| kind == "job" && data["state"] == "assembling",
    ];
    for moment in moments {
        let mut events = master.events(&job);
        while let Some((kind, data)) = events.next() {
            if data["event"] == "spoken" {
                spoken.push(data["key"].as_str().unwrap().to_owned());
            }
            if moment(&kind, &data) || data["state"] == "done" {
                break;
            }
        }
        master.signal("-KILL");
        master = Process::master(&sandbox, "delay=5ms", &[]);
    }
    let done = master.wait_for(&job, &["done", "failed"]);
    assert_eq!(done["state"], "done", "{done}");
    assert_eq!(audiobook(&master, &job), expected);
    let distinct: HashSet<_> = spoken.iter().collect();
    assert_eq!(
        distinct.len(),
        spoken.len(),
        "no finished segment was spoken twice"
    );
}

#[test]
fn a_master_that_is_told_to_leave_leaves_and_its_jobs_go_on_later() {
    let sandbox = Sandbox::new();
    let master = Process::master(&sandbox, "delay=10ms", &[]);
    let id = master.upload("book.md", &long_book());
    let job = start(&master, &id, json!({}));
    let mut events = master.events(&job);
    events.next_of("segment");
    master.signal("-TERM");
    assert!(master.left());
    while events.next().is_some() {}
    let master = Process::master(&sandbox, "delay=1ms", &[]);
    assert_eq!(master.wait_for(&job, &["done", "failed"])["state"], "done");
}

#[test]
fn jobs_wait_for_workers_and_say_so() {
    let sandbox = Sandbox::new();
    let master = Process::master(&sandbox, "", &["--no-local"]);
    let id = master.upload("book.md", BOOK);
    let job = start(&master, &id, json!({}));
    let mut events = master.events(&job);
    let path = format!("/jobs/{job}/progress");
    while master.get(&path)["waiting_for"].is_null() {
        events.next();
    }
    let worker = Process::worker(&sandbox, "delay=1ms");
    let address = json!({ "address": worker.address });
    assert_eq!(master.call("POST", "/workers", Some(&address)).0, 201);
    assert_eq!(
        master.call("POST", "/workers", Some(&address)).0,
        200,
        "it is there already"
    );
    assert_eq!(master.wait_for(&job, &["done", "failed"])["state"], "done");
    let workers = master.get("/workers");
    assert_eq!(workers["workers"][0]["name"], *worker.address);
    assert!(workers["workers"][0]["segments"].as_u64().unwrap() > 0);
    let drain = format!("/workers/{}/drain", worker.address);
    assert_eq!(master.call("POST", &drain, None).0, 204);
    assert_eq!(master.get("/workers")["workers"], json!([]));
}

#[test]
fn any_client_of_openai_speaks_through_the_cluster() {
    let sandbox = Sandbox::new();
    let worker = Process::worker(&sandbox, "");
    let master = Process::master(&sandbox, "", &["--no-local", "--workers", &worker.address]);
    let body = json!({ "model": "tone", "voice": "tone", "input": "How do you do?", "response_format": "wav" });
    let body = Some(body.to_string().into_bytes());
    let (status, bytes) = master.raw("POST", "/v1/audio/speech", "application/json", body);
    assert!(status == 200 && bytes.starts_with(b"RIFF"));
    let spoken = &master.get("/workers")["workers"][0]["segments"];
    assert_eq!(spoken, 1);
}

#[test]
fn who_has_no_token_learns_nothing() {
    let sandbox = Sandbox::new();
    let master = Process::master(&sandbox, "", &["--token", "secret"]);
    for path in [
        "/jobs",
        "/books",
        "/events",
        "/metrics",
        "/v1/models",
        "/status",
    ] {
        let (status, body) = master.call("GET", path, None);
        assert_eq!(
            (status, &body["error"]["type"]),
            (401, &json!("unauthorized")),
            "{path}"
        );
    }
    assert_eq!(master.call("GET", "/health", None).0, 200);
    let output = run(
        &mut sandbox.audiotome(&["serve", "--listen", "0.0.0.0:0"]),
        2,
    );
    let text = crate::sandbox::stderr(&output);
    assert!(
        text.contains("--token") && text.contains("--insecure"),
        "{text}"
    );
}

#[test]
fn odd_requests_are_refused_with_their_reason() {
    let sandbox = Sandbox::new();
    let master = Process::master(&sandbox, "", &["--max-upload", "1"]);
    let upload = |bytes: &[u8]| {
        master
            .raw(
                "POST",
                "/books",
                "application/octet-stream",
                Some(bytes.to_vec()),
            )
            .0
    };
    assert_eq!(upload(b""), 422);
    assert_eq!(upload(b"\x7fELF\x02\x01\x01\0 no book at all"), 422);
    assert_eq!(upload(&vec![b'a'; (1 << 20) + 1]), 413);
    let id = master.upload("book.md", BOOK);
    for (order, status) in [
        (json!({}), 422),
        (json!({ "book": "0" }), 422),
        (json!({ "book": id, "colour": "red" }), 422),
        (json!({ "book": id, "speed": 9 }), 422),
        (json!({ "book": id, "chapters": "7-3" }), 422),
        (json!({ "book": id, "engine": "x" }), 422),
        (json!({ "book": id, "loudness": "x" }), 422),
        (json!({ "book": id, "include": ["x"] }), 422),
        (json!({ "book": id, "skip": ["x"] }), 422),
    ] {
        let (found, answer) = master.call("POST", "/jobs", Some(&order));
        assert_eq!(found, status, "{order}: {answer}");
        assert!(answer["error"]["message"].is_string());
    }
    // Nothing of a refused upload is left.
    let books = fs_err::read_dir(sandbox.path("data/books"))
        .unwrap()
        .count();
    assert_eq!(books, 1);
}

#[test]
fn a_page_misses_nothing_that_happens_before_it_listens() {
    let sandbox = Sandbox::new();
    let master = Process::master(&sandbox, "", &[]);
    master.upload("one.md", BOOK);
    let (_, page) = master.raw("GET", "/", "text/html", None);
    let page = String::from_utf8(page).unwrap();
    let (_, rest) = page.split_once("data-event=\"").unwrap();
    let (event, _) = rest.split_once('"').unwrap();
    master.upload("two.md", "A book that comes later.\n");
    let mut events = master.listen(&format!("/events?kinds=book&after={event}"));
    let (kind, data) = events.next().unwrap();
    assert_eq!((&*kind, &data["title"]), ("book", &json!("two")));
}
