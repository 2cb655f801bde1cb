//! Workers that answer nonsense: the book is complete all the same, and nothing of theirs is in it.

use std::sync::Arc;

use audiotome_codec::digest;
use audiotome_core::Clip;
use audiotome_dispatch::wire::{self, PROTOCOL, Ready};
use audiotome_dispatch::{Cluster, Fitness};
use axum::http::{HeaderMap, HeaderName, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use tokio::net::TcpListener;

use crate::fakes::{Scripted, id};
use crate::http::{remote, run, worker};
use crate::{assert_complete, sentences, spoken};

#[derive(Clone, Copy, Debug)]
enum Habit {
    Garbage,
    Truncated,
    Silence,
    WrongDigest,
    WrongEngine,
    NoHeaders,
    Error,
    WebPage,
    NeverAnswers,
}

async fn answer(habit: Habit) -> Response {
    let loud = (0..16_000).map(|i| if i % 40 < 20 { 5_000 } else { -5_000 });
    let samples = if matches!(habit, Habit::Silence) {
        vec![0; 16_000]
    } else {
        loud.collect()
    };
    let clip = Clip::new(8_000, samples).unwrap();
    let samples = clip.samples().iter();
    let bytes: Vec<u8> = samples.flat_map(|sample| sample.to_le_bytes()).collect();
    let engine = if matches!(habit, Habit::WrongEngine) {
        "scripted/2".to_owned()
    } else {
        id().to_string()
    };
    let sum = if matches!(habit, Habit::WrongDigest) {
        "0".repeat(64)
    } else {
        digest(&clip)
    };
    let facts = [
        (wire::ENGINE, engine),
        (wire::SAMPLE_RATE, "8000".to_owned()),
        (wire::SAMPLES, "16000".to_owned()),
        (wire::DIGEST, sum),
    ];
    let headers: HeaderMap = facts
        .into_iter()
        .map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap()))
        .collect();
    match habit {
        Habit::Garbage => (headers, b"fLaC and then something".to_vec()).into_response(),
        Habit::Truncated => (headers, bytes[..bytes.len() / 2].to_vec()).into_response(),
        Habit::NoHeaders => bytes.into_response(),
        Habit::Error => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
        Habit::WebPage => "<html>It works!</html>".into_response(),
        Habit::NeverAnswers => std::future::pending().await,
        Habit::Silence | Habit::WrongDigest | Habit::WrongEngine => {
            (headers, bytes).into_response()
        }
    }
}

/// A server that seems fit, and then has a bad habit.
async fn bad_worker(habit: Habit) -> std::net::SocketAddr {
    worker_with(PROTOCOL, habit).await
}

async fn worker_with(protocol: u32, habit: Habit) -> std::net::SocketAddr {
    let ready = Json(Ready {
        protocol,
        version: "0.0.9".to_owned(),
        slots: 2,
    });
    let router = Router::new()
        .route("/ready", get(|| async { ready }))
        .route("/v1/audio/speech", post(move || answer(habit)));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async { axum::serve(listener, router).await });
    address
}

async fn is_survived(habit: Habit) {
    let engine = Arc::new(Scripted::default());
    let good = worker(&engine, 1).await;
    let bad = bad_worker(habit).await;
    let cluster = Arc::new(Cluster::of([remote(bad, None), remote(good.address, None)]));
    let (outcome, events) = run(&sentences(12), &cluster).await;
    assert_complete(&outcome, &events, 12);
    let name = good.address.to_string();
    assert!(
        spoken(&events).iter().all(|(_, worker)| *worker == name),
        "{habit:?}"
    );
}

macro_rules! survived {
    ($($name:ident: $habit:ident;)*) => {$(
        #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $name() {
            is_survived(Habit::$habit).await;
        }
    )*};
}

survived! {
    garbage: Garbage;
    truncated_audio: Truncated;
    silence: Silence;
    a_wrong_digest: WrongDigest;
    a_wrong_engine: WrongEngine;
    audio_without_facts: NoHeaders;
    errors: Error;
    a_web_page: WebPage;
    no_answer_at_all: NeverAnswers;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn where_all_are_bad_the_book_waits_for_a_person() {
    let bad = bad_worker(Habit::Error).await;
    let cluster = Arc::new(Cluster::of([remote(bad, None)]));
    let (outcome, _) = run(&sentences(1), &cluster).await;
    assert_eq!(outcome.dead.len(), 1);
    assert!(outcome.dead[0].history[0].contains("500"), "{outcome:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_of_another_protocol_is_refused_by_name() {
    let other = worker_with(PROTOCOL + 1, Habit::Error).await;
    let fitness = remote(other, None).fitness(&sentences(1).narration).await;
    let Fitness::Unfit(reason) = fitness else {
        panic!("{fitness:?}");
    };
    let (theirs, ours) = (PROTOCOL + 1, env!("CARGO_PKG_VERSION"));
    assert_eq!(
        reason,
        format!(
            "it is audiotome 0.0.9 and speaks protocol {theirs}, this is {ours} with {PROTOCOL}"
        )
    );
}
