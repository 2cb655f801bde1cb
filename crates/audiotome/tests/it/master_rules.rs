//! What a master keeps apart, remembers and refuses.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::json;

use crate::master::{audiobook, converted, start};
use crate::sandbox::{BOOK, Sandbox};
use crate::serving::Process;

#[test]
fn settings_fill_in_what_a_job_does_not_say_and_survive() {
    let sandbox = Sandbox::new();
    let master = Process::master(&sandbox, "", &[]);
    assert!(master.get("/settings")["speed"].is_null());
    let change = |master: &Process, body| master.call("PATCH", "/settings", Some(&body));
    let settings = json!({ "engine": "tone", "speed": 1.5, "format": "flac", "priority": 7, "per_chapter": true });
    let (status, answer) = change(&master, settings);
    assert_eq!((status, &answer["speed"]), (200, &json!(1.5)));
    for wrong in [
        json!({ "speed": 9 }),
        json!({ "format": "doc" }),
        json!({ "engine": 1 }),
        json!({ "include": ["x"] }),
        json!({ "colour": "red" }),
    ] {
        assert_eq!(change(&master, wrong.clone()).0, 422, "{wrong}");
    }
    assert_eq!(change(&master, json!({ "per_chapter": null })).0, 200);
    drop(master);

    let master = Process::master(&sandbox, "", &[]);
    let kept = master.get("/settings");
    assert_eq!(
        (&kept["engine"], &kept["format"], &kept["per_chapter"]),
        (&json!("tone"), &json!("flac"), &json!(null))
    );
    let book = master.upload("book.md", BOOK);
    let as_set = master.post("/jobs", &json!({ "book": book }));
    assert_eq!(
        (
            &as_set["priority"],
            &as_set["order"]["format"],
            &as_set["order"]["per_chapter"],
            &as_set["order"]["voice"]["engine"]
        ),
        (&json!(7), &json!("flac"), &json!(false), &json!("tone"))
    );
    let asked = master.post(
        "/jobs",
        &json!({ "book": book, "priority": 0, "format": "mp3" }),
    );
    assert_eq!(
        (&asked["priority"], &asked["order"]["format"]),
        (&json!(0), &json!("mp3"))
    );
    assert_eq!(
        as_set["order"]["voice"]["speed"],
        asked["order"]["voice"]["speed"]
    );
    for job in [&as_set, &asked] {
        let done = master.wait_for(job["id"].as_str().unwrap(), &["done", "failed"]);
        assert_eq!(done["state"], "done", "{done}");
    }
}

#[test]
fn two_jobs_for_one_book_have_a_folder_each() {
    let sandbox = Sandbox::new();
    let master = Process::master(&sandbox, "", &[]);
    let book = master.upload("book.md", BOOK);
    let whole = start(&master, &book, json!({}));
    let part = start(&master, &book, json!({ "chapters": "2" }));
    for job in [&whole, &part] {
        assert_eq!(master.wait_for(job, &["done", "failed"])["state"], "done");
    }
    let expected = converted("book.md", BOOK);
    assert_eq!(audiobook(&master, &whole), expected);
    assert!(audiobook(&master, &part).len() < expected.len());
    // Made anew, it takes nobody's place.
    assert_eq!(
        master.call("POST", &format!("/jobs/{part}/retry"), None).0,
        202
    );
    assert_eq!(master.wait_for(&part, &["done", "failed"])["state"], "done");
    assert_eq!(audiobook(&master, &whole), expected);
    let folders = fs_err::read_dir(sandbox.path("data/audiobooks/Ada Writer")).unwrap();
    assert_eq!(folders.count(), 2);
    let delete = format!("/jobs/{part}?files=true");
    assert_eq!(master.call("DELETE", &delete, None).0, 204);
    assert_eq!(audiobook(&master, &whole), expected);
    let folders = fs_err::read_dir(sandbox.path("data/audiobooks/Ada Writer")).unwrap();
    assert_eq!(folders.count(), 1);
}

#[test]
fn a_job_that_is_made_anew_is_deleted_with_the_files_of_before() {
    let sandbox = Sandbox::new();
    let master = Process::master(&sandbox, "delay=50ms", &[]);
    let book = master.upload("book.md", BOOK);
    let job = start(&master, &book, json!({}));
    master.wait_for(&job, &["done"]);
    fs_err::remove_dir_all(sandbox.path("data/clips")).unwrap();
    let mut events = master.events(&job);
    let retry = format!("/jobs/{job}/retry");
    assert_eq!(master.call("POST", &retry, None).0, 202);
    events.next_of("segment");
    let (status, answer) = master.call("GET", &format!("/jobs/{job}/audiobook"), None);
    assert_eq!(status, 404, "{answer}");
    let delete = format!("/jobs/{job}?files=true");
    assert_eq!(master.call("DELETE", &delete, None).0, 204);
    let left = fs_err::read_dir(sandbox.path("data/audiobooks/Ada Writer")).unwrap();
    assert_eq!(left.count(), 0);
}

/// The status that a master gives to a request with these headers.
fn status(master: &Process, method: &str, path: &str, headers: &[&str]) -> u16 {
    let mut stream = TcpStream::connect(&master.address).unwrap();
    let headers: String = headers.iter().map(|line| format!("{line}\r\n")).collect();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\n{headers}content-length: 0\r\nconnection: close\r\n\r\n"
    )
    .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer.split(' ').nth(1).unwrap().parse().unwrap()
}

#[test]
fn web_pages_do_not_drive_a_master_without_a_token() {
    let sandbox = Sandbox::new();
    let master = Process::master(&sandbox, "", &["--allow-host", "books.lan"]);
    let own = format!("Host: {}", master.address);
    let port = master.address.split(':').nth(1).unwrap();
    for (host, expected) in [
        (own.clone(), 200),
        (format!("Host: localhost:{port}"), 200),
        (format!("Host: [::1]:{port}"), 200),
        ("Host: books.lan".to_owned(), 200),
        (format!("Host: evil.example:{port}"), 403),
        (format!("Host: 192.0.2.1:{port}"), 403),
        ("Host: localhost.evil.example".to_owned(), 403),
    ] {
        assert_eq!(
            status(&master, "GET", "/jobs", &[&host]),
            expected,
            "{host}"
        );
    }
    let cancel = "/jobs/nope/cancel";
    let same = format!("Origin: http://{}", master.address);
    for (header, expected) in [
        ("X-Nothing: here", 404),
        (&*same, 404),
        ("Sec-Fetch-Site: same-origin", 404),
        ("Sec-Fetch-Site: cross-site", 403),
        ("Origin: https://evil.example", 403),
        ("Origin: null", 403),
    ] {
        let found = status(&master, "POST", cancel, &[&own, header]);
        assert_eq!(found, expected, "{header}");
    }
    // A token tells who is who.
    let guarded = Process::master(&sandbox, "", &["--token", "secret", "--data", "other"]);
    let headers = [
        "Host: books.example",
        "Origin: https://books.example",
        "Authorization: Bearer secret",
    ];
    assert_eq!(status(&guarded, "POST", cancel, &headers), 404);
}
