//! A cluster behind the door that OpenAI's clients know.

use std::net::SocketAddr;
use std::sync::Arc;

use audiotome_codec::flac;
use audiotome_dispatch::worker::{Door, WorkerSettings, speech_door};
use audiotome_dispatch::{Cluster, Dispatcher, Gateway, Settings, Single, Slots, Token};
use reqwest::{Client, Response, StatusCode};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::runtime::Handle;
use tokio_util::sync::CancellationToken;

use crate::fakes::Scripted;
use crate::http::{remote, worker};

/// Opens a door to `cluster`; `known` is only asked who must speak.
async fn open(cluster: &Arc<Cluster>, known: &Arc<Scripted>) -> (Door, SocketAddr) {
    let inner = Arc::new(Single::new(known.clone()));
    let settings = Settings::default();
    let gateway = Gateway::new(
        inner,
        Dispatcher::Direct(cluster.clone()),
        settings,
        Handle::current(),
    );
    let settings = WorkerSettings {
        slots: Slots::new(4),
        token: Token::new("not asked for"),
        ffmpeg: "ffmpeg".to_owned(),
    };
    let door = speech_door(Arc::new(gateway), settings, CancellationToken::new());
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let router = door.router();
    tokio::spawn(async { axum::serve(listener, router).await });
    (door, address)
}

async fn say(address: SocketAddr) -> Response {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let body = json!({ "model": "tts-1", "voice": "v", "input": "Hello there.", "response_format": "flac" });
    let url = format!("http://{address}/v1/audio/speech");
    Client::new().post(url).json(&body).send().await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_asked_at_the_door_is_spoken_by_the_cluster() {
    let (known, engine) = (Arc::new(Scripted::default()), Arc::new(Scripted::shut()));
    let served = worker(&engine, 1).await;
    let cluster = Arc::new(Cluster::of([remote(served.address, None)]));
    let (door, address) = open(&cluster, &known).await;
    let asked = tokio::spawn(say(address));
    while engine.calls().is_empty() {
        tokio::task::yield_now().await;
    }
    assert_eq!((door.busy(), door.waiting()), (1, 0));
    engine.open();
    let answer = asked.await.unwrap();
    assert_eq!(answer.headers()["x-audiotome-engine"], "scripted/1");
    flac::decode(&answer.bytes().await.unwrap()).unwrap();
    assert_eq!((known.calls().len(), engine.calls().len()), (0, 1));
    assert!(door.metrics().contains("{ending=\"spoken\"} 1"));
    let url = format!("http://{address}/status");
    let status = Client::new().get(url).send().await.unwrap().status();
    assert_eq!(
        status,
        StatusCode::NOT_FOUND,
        "the door is not the whole worker"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_door_with_nobody_behind_it_says_so() {
    let (_door, address) = open(&Arc::default(), &Arc::new(Scripted::default())).await;
    let answer = say(address).await;
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    let error: Value = answer.json().await.unwrap();
    let message = error["error"]["message"].as_str().unwrap();
    assert!(message.contains("there are no workers"), "{message}");
}
