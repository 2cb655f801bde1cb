//! The worker's API as curl and OpenAI's clients see it.

use std::sync::Arc;
use std::time::{Duration, Instant};

use audiotome_codec::{flac, wav};
use audiotome_dispatch::wire::PROTOCOL;
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};

use crate::fakes::Scripted;
use crate::http::{Served, worker};

fn client() -> Client {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::new()
}

async fn say(served: &Served, body: Value) -> Response {
    let url = format!("http://{}/v1/audio/speech", served.address);
    client().post(url).json(&body).send().await.unwrap()
}

async fn get(served: &Served, path: &str) -> Response {
    client()
        .get(format!("http://{}{path}", served.address))
        .send()
        .await
        .unwrap()
}

fn hello(format: &str) -> Value {
    json!({ "model": "scripted", "voice": "v", "input": "Hello there.", "response_format": format })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_speaks_in_every_format() {
    let served = worker(&Arc::new(Scripted::default()), 1).await;
    let answer = say(&served, hello("flac")).await;
    assert_eq!(answer.headers()["x-audiotome-engine"], "scripted/1");
    let clip = flac::decode(&answer.bytes().await.unwrap()).unwrap();
    let samples = clip.samples().len();
    let wav = say(&served, hello("wav")).await.bytes().await.unwrap();
    assert_eq!(wav, wav::encode(&clip));
    assert_eq!(
        say(&served, hello("pcm"))
            .await
            .bytes()
            .await
            .unwrap()
            .len(),
        samples * 2
    );
    for (format, magic) in [
        ("mp3", &b"ID3"[..]),
        ("opus", b"OggS"),
        ("aac", b"\xff\xf1"),
    ] {
        let bytes = say(&served, hello(format)).await.bytes().await.unwrap();
        assert!(bytes.starts_with(magic), "{format}");
    }
    let default = json!({ "model": "scripted", "voice": "v", "input": "Hello there." });
    let answer = say(&served, default).await;
    assert_eq!(answer.headers()["content-type"], "audio/mpeg");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn bad_requests_are_refused_with_their_reason() {
    let served = worker(&Arc::new(Scripted::default()), 1).await;
    for (change, status, kind) in [
        (json!({ "input": "" }), 400, "invalid_request"),
        (
            json!({ "input": "x".repeat(5_000) }),
            400,
            "invalid_request",
        ),
        (json!({ "speed": 9 }), 400, "invalid_request"),
        (json!({ "response_format": "tape" }), 400, "invalid_request"),
        (json!({ "model": "nobody" }), 404, "not_found"),
        (json!({ "input": 7 }), 400, "invalid_request"),
    ] {
        let mut body = hello("wav");
        body.as_object_mut()
            .unwrap()
            .extend(change.as_object().unwrap().clone());
        let answer = say(&served, body).await;
        assert_eq!(answer.status().as_u16(), status, "{change}");
        let error: Value = answer.json().await.unwrap();
        assert_eq!(error["error"]["type"], kind, "{change}");
        assert!(!error["error"]["message"].as_str().unwrap().is_empty());
    }
    assert_eq!(
        get(&served, "/nothing").await.status(),
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        get(&served, "/ready?engine=scripted/2&voice=v")
            .await
            .status(),
        StatusCode::CONFLICT
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_tells_all_about_itself() {
    let served = worker(&Arc::new(Scripted::default()), 3).await;
    say(&served, hello("wav")).await;
    let status: Value = get(&served, "/status").await.json().await.unwrap();
    for (field, value) in [
        ("version", json!(env!("CARGO_PKG_VERSION"))),
        ("protocol", json!(PROTOCOL)),
        ("draining", json!(false)),
        (
            "engines",
            json!([{ "engine": "scripted", "version": "1", "weights": "" }]),
        ),
        ("languages", json!(["en"])),
        ("slots", json!(3)),
        ("busy", json!(0)),
        ("waiting", json!(0)),
        ("device", json!("cpu")),
    ] {
        assert_eq!(status[field], value, "{field}");
    }
    assert_eq!(status["voices"][0]["voice"], "v");
    for field in ["memory_bytes", "characters_per_second", "uptime_s"] {
        assert!(status[field].as_f64().unwrap() > 0.0, "{field}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn while_every_slot_speaks_it_answers_and_its_queue_is_short() {
    let engine = Arc::new(Scripted::shut());
    let served = Arc::new(worker(&engine, 1).await);
    let ask = |number: usize| -> Vec<_> {
        let one = || {
            let served = served.clone();
            tokio::spawn(async move { say(&served, hello("wav")).await.status() })
        };
        (0..number).map(|_| one()).collect()
    };
    let mut asked = ask(1);
    while engine.calls().is_empty() {
        tokio::task::yield_now().await;
    }
    // One speaks; six may wait (two for the slot and four for all); the others are refused.
    asked.extend(ask(11));
    let status = loop {
        let status: Value = get(&served, "/status").await.json().await.unwrap();
        let text = get(&served, "/metrics").await.text().await.unwrap();
        if status["waiting"] == 6 && text.contains("{ending=\"refused\"} 5") {
            break status;
        }
    };
    assert_eq!((&status["busy"], &status["slots"]), (&json!(1), &json!(1)));
    for path in ["/health", "/ready", "/metrics"] {
        let started = Instant::now();
        assert!(get(&served, path).await.status().is_success(), "{path}");
        assert!(
            started.elapsed() < Duration::from_secs(5),
            "{path} waits for a slot"
        );
    }
    let refused = say(&served, hello("wav")).await;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.headers()["retry-after"], "1");
    engine.open();
    let mut spoken = 0;
    for status in asked {
        spoken += usize::from(status.await.unwrap().is_success());
    }
    assert_eq!(spoken, 7);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_goes_away_while_waiting_is_not_spoken_for() {
    let engine = Arc::new(Scripted::shut());
    let served = Arc::new(worker(&engine, 1).await);
    let first = tokio::spawn({
        let served = served.clone();
        async move { say(&served, hello("wav")).await.status() }
    });
    while engine.calls().is_empty() {
        tokio::task::yield_now().await;
    }
    let second = tokio::spawn({
        let served = served.clone();
        async move { say(&served, hello("wav")).await.status() }
    });
    let waiting = |number: u64| {
        let served = served.clone();
        async move {
            while get(&served, "/status").await.json::<Value>().await.unwrap()["waiting"] != number
            {
            }
        }
    };
    waiting(1).await;
    second.abort();
    waiting(0).await;
    engine.open();
    assert!(first.await.unwrap().is_success());
    assert!(say(&served, hello("wav")).await.status().is_success());
    assert_eq!(engine.calls().len(), 2);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_is_told_to_leave_finishes_first() {
    let engine = Arc::new(Scripted::shut());
    let served = worker(&engine, 1).await;
    let url = format!("http://{}/v1/audio/speech", served.address);
    let request = client().post(url).json(&hello("wav")).send();
    let request = tokio::spawn(request);
    while engine.calls().is_empty() {
        tokio::task::yield_now().await;
    }
    served.drain.cancel();
    engine.open();
    assert!(request.await.unwrap().unwrap().status().is_success());
    served.left().await;
}
