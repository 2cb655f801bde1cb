//! A worker that joins a master, and a master that is away, refuses, or takes it.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use audiotome_dispatch::wire::{Announcement, PROTOCOL};
use audiotome_dispatch::worker::{Joining, announce};
use audiotome_dispatch::{Caller, Token};
use axum::extract::State;
use axum::http::header::AUTHORIZATION;
use axum::http::{HeaderMap, Method, StatusCode};
use axum::routing::any;
use axum::{Json, Router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

type Call = (Method, Option<String>, Announcement);

/// What a master heard, and what it answers.
#[derive(Clone)]
struct Master {
    heard: UnboundedSender<Call>,
    answers: Arc<Mutex<Vec<(u16, &'static str)>>>,
}

async fn hear(
    State(master): State<Master>,
    method: Method,
    headers: HeaderMap,
    Json(body): Json<Announcement>,
) -> (StatusCode, Json<Value>) {
    let shown = headers.get(AUTHORIZATION);
    let shown = shown.map(|value| value.to_str().unwrap().to_owned());
    master.heard.send((method, shown, body)).unwrap();
    let (status, message) = master.answers.lock().unwrap().pop().unwrap_or((200, ""));
    let body = json!({ "error": { "message": message, "type": "conflict" } });
    (StatusCode::from_u16(status).unwrap(), Json(body))
}

/// Serves a master that answers like this, in this order, and then welcomes everybody.
fn master(socket: TcpListener, answers: &[(u16, &'static str)]) -> UnboundedReceiver<Call> {
    let (heard, calls) = unbounded_channel();
    let answers = Arc::new(Mutex::new(answers.iter().rev().copied().collect()));
    let state = Master { heard, answers };
    let router = Router::new().route("/workers/announce", any(hear));
    tokio::spawn(async { axum::serve(socket, router.with_state(state)).await });
    calls
}

/// A worker that has joined, or tries to.
struct Joined {
    drain: CancellationToken,
    task: JoinHandle<()>,
    told: Arc<Mutex<Vec<String>>>,
}

fn join(masters: &[SocketAddr], advertise: Option<&str>) -> Joined {
    let joining = Joining {
        masters: masters
            .iter()
            .map(|address| address.to_string().parse().unwrap())
            .collect(),
        address: advertise.map(|address| address.parse().unwrap()),
        caller: Caller {
            token: Token::new("secret"),
            ..Caller::default()
        },
        every: Duration::from_millis(5),
    };
    let (drain, told) = (CancellationToken::new(), Arc::new(Mutex::new(Vec::new())));
    let tell = {
        let told = told.clone();
        move |line: &str| told.lock().unwrap().push(line.to_owned())
    };
    let task = tokio::spawn(announce(&joining, 8123, &drain, tell).unwrap());
    Joined { drain, task, told }
}

async fn socket() -> (TcpListener, SocketAddr) {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    (socket, address)
}

/// The last that is heard after the worker was told to leave.
async fn goodbye(joined: Joined, calls: &mut UnboundedReceiver<Call>) -> Call {
    joined.drain.cancel();
    joined.task.await.unwrap();
    let mut last = None;
    while let Ok(call) = calls.try_recv() {
        last = Some(call);
    }
    last.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_announces_itself_again_and_again_and_says_goodbye() {
    let (a, first) = socket().await;
    let (b, second) = socket().await;
    let (mut a, mut b) = (master(a, &[]), master(b, &[]));
    let joined = join(&[first, second], Some("gpu1:9000"));
    let expected = Announcement {
        address: Some("http://gpu1:9000".to_owned()),
        port: 8123,
        protocol: PROTOCOL,
        version: env!("CARGO_PKG_VERSION").to_owned(),
    };
    let bearer = Some("Bearer secret".to_owned());
    for _ in 0..3 {
        let call = (Method::POST, bearer.clone(), expected.clone());
        assert_eq!(a.recv().await.unwrap(), call);
        assert_eq!(b.recv().await.unwrap(), call);
    }
    let told = joined.told.clone();
    let call = (Method::DELETE, bearer, expected);
    assert_eq!(goodbye(joined, &mut a).await, call);
    assert_eq!(b.recv().await.unwrap().2, call.2);
    assert!(told.lock().unwrap().is_empty());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_master_that_was_away_is_joined_when_it_is_back() {
    let (socket, address) = socket().await;
    let joined = join(&[address], None);
    for _ in 0..2 {
        drop(socket.accept().await.unwrap());
    }
    let mut calls = master(
        socket,
        &[(503, "busy"), (500, ""), (200, ""), (503, "busy")],
    );
    for _ in 0..6 {
        let (method, _, body) = calls.recv().await.unwrap();
        assert_eq!((method, body.address), (Method::POST, None));
    }
    assert!(
        joined.told.lock().unwrap().is_empty(),
        "nobody has to do anything"
    );
    assert_eq!(goodbye(joined, &mut calls).await.0, Method::DELETE);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refusal_is_told_once_in_the_words_of_the_master() {
    let (socket, address) = socket().await;
    let other = "this master speaks protocol 2, the worker (version 0.1.0) protocol 1";
    let answers = [
        (409, other),
        (409, other),
        (503, "busy"),
        (409, other),
        (401, "no"),
        (401, "no"),
        (200, ""),
        (409, other),
    ];
    let mut calls = master(socket, &answers);
    let joined = join(&[address], None);
    for _ in 0..=answers.len() {
        calls.recv().await.unwrap();
    }
    let told = joined.told.clone();
    goodbye(joined, &mut calls).await;
    let told = told.lock().unwrap();
    let refused = format!("`http://{address}` refuses this worker: ");
    assert_eq!(told.len(), 3, "{told:?}");
    assert_eq!(told[0], format!("{refused}{other}"));
    assert!(
        told[1].starts_with(&refused) && told[1].contains("AUDIOTOME_WORKER_TOKEN"),
        "{told:?}"
    );
    assert_eq!(told[2], told[0], "it was taken meanwhile");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_no_master_is_said_and_a_silent_one_is_not_waited_for() {
    let (web, address) = socket().await;
    tokio::spawn(async { axum::serve(web, Router::new()).await });
    let (_silent, unheard) = socket().await;
    let joined = join(&[address, unheard], None);
    while joined.told.lock().unwrap().is_empty() {
        tokio::task::yield_now().await;
    }
    assert!(joined.told.lock().unwrap()[0].contains("no master of audiotome"));
    joined.drain.cancel();
    let left = tokio::time::timeout(Duration::from_secs(10), joined.task);
    left.await.unwrap().unwrap();
}
