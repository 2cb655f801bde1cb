//! Workers behind TLS, and callers that must be shown the right certificate.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;

use audiotome_dispatch::worker::{WorkerSettings, serve};
use audiotome_dispatch::{
    Caller, Cluster, Fitness, HttpWorker, Slots, Speaker, Tls, TlsError, Trusted, listen,
};
use axum::Router;
use axum::extract::ConnectInfo;
use axum::routing::get;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use tempfile::NamedTempFile;
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;

use crate::fakes::{Only, Scripted};
use crate::http::run;
use crate::{assert_complete, sentences};

fn file(text: &str) -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(text.as_bytes()).unwrap();
    file
}

/// A certificate for this machine, and its key.
fn pair() -> (NamedTempFile, NamedTempFile) {
    let made = generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()]);
    let CertifiedKey { cert, signing_key } = made.unwrap();
    (file(&cert.pem()), file(&signing_key.serialize_pem()))
}

fn load(certificate: &NamedTempFile, key: &NamedTempFile) -> Result<Tls, TlsError> {
    Tls::load(certificate.path(), key.path())
}

/// Serves an engine behind TLS.
async fn worker(tls: &Tls, engine: &Arc<Scripted>) -> SocketAddr {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = socket.local_addr().unwrap();
    let settings = WorkerSettings {
        slots: Slots::new(2),
        token: None,
        ffmpeg: "ffmpeg".to_owned(),
    };
    let repertoire = Arc::new(Only(engine.clone()));
    let listener = listen(socket, Some(tls));
    tokio::spawn(serve(
        listener,
        repertoire,
        settings,
        CancellationToken::new(),
    ));
    address
}

fn remote(url: &str, trusted: Option<&Path>) -> Arc<dyn Speaker> {
    let caller = Caller {
        trusted: trusted.map_or_else(Trusted::default, |file| Trusted::load(file).unwrap()),
        ..Caller::default()
    };
    Arc::new(HttpWorker::new(&url.parse().unwrap(), &caller).unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_behind_tls_speaks_to_those_who_trust_it() {
    let (certificate, key) = pair();
    let tls = load(&certificate, &key).unwrap();
    let address = worker(&tls, &Arc::default()).await;
    let url = format!("https://{address}");
    let cluster = Arc::new(Cluster::of([remote(&url, Some(certificate.path()))]));
    let (outcome, events) = run(&sentences(20), &cluster).await;
    assert_complete(&outcome, &events, 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_shows_a_certificate_that_nobody_trusts_is_away() {
    let (certificate, key) = pair();
    let tls = load(&certificate, &key).unwrap();
    let address = worker(&tls, &Arc::default()).await;
    let (other, _) = pair();
    let url = format!("https://{address}");
    for trusted in [None, Some(other.path())] {
        let fitness = remote(&url, trusted).fitness(&sentences(1).narration).await;
        let Fitness::Away(reason) = fitness else {
            panic!("{fitness:?}");
        };
        assert!(reason.contains("certificate"), "{reason}");
    }
    let plain = remote(&address.to_string(), None);
    let fitness = plain.fitness(&sentences(1).narration).await;
    assert!(matches!(fitness, Fitness::Away(_)), "{fitness:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn callers_that_say_nothing_hold_nobody_up() {
    let (certificate, key) = pair();
    let tls = load(&certificate, &key).unwrap();
    let address = worker(&tls, &Arc::default()).await;
    let mut silent = Vec::new();
    for _ in 0..300 {
        silent.push(TcpStream::connect(address).await.unwrap());
    }
    let speaker = remote(&format!("https://{address}"), Some(certificate.path()));
    let fitness = speaker.fitness(&sentences(1).narration).await;
    assert!(matches!(fitness, Fitness::Fit { .. }), "{fitness:?}");
    // There are too many of them: the oldest are let go.
    let read = silent[0].read(&mut [0; 1]).await;
    assert!(read.is_err() || read.unwrap() == 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn handlers_learn_who_calls_with_tls_and_without() {
    let (certificate, key) = pair();
    let tls = load(&certificate, &key).unwrap();
    let trusted = std::fs::read(certificate.path()).unwrap();
    let trusted = reqwest::Certificate::from_pem(&trusted).unwrap();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = reqwest::Client::builder().tls_certs_merge([trusted]);
    let client = client.build().unwrap();
    for (tls, scheme) in [(Some(&tls), "https"), (None, "http")] {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let who = |ConnectInfo(peer): ConnectInfo<SocketAddr>| async move { peer.ip().to_string() };
        let router = Router::new().route("/", get(who));
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let listener = listen(socket, tls);
        tokio::spawn(async { axum::serve(listener, service).await });
        let answer = client.get(format!("{scheme}://{address}/")).send().await;
        assert_eq!(answer.unwrap().text().await.unwrap(), "127.0.0.1");
    }
}

#[test]
fn what_is_wrong_with_a_file_is_said_by_name() {
    let ((certificate, key), (other, _)) = (pair(), pair());
    let (nothing, bad) = (
        file("hello"),
        file("-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n"),
    );
    let torn = file("-----BEGIN CERTIFICATE-----\naGVs");
    for (certificate, key, guilty, reason) in [
        (&nothing, &key, &nothing, "no certificate"),
        (&key, &key, &key, "no certificate"),
        (&certificate, &nothing, &nothing, "no private key"),
        (&certificate, &certificate, &certificate, "no private key"),
        (&bad, &key, &bad, "damaged"),
        (&torn, &key, &torn, "damaged"),
        (&other, &key, &other, "does not belong"),
    ] {
        let message = load(certificate, key).unwrap_err().to_string();
        let name = guilty.path().display().to_string();
        assert!(
            message.contains(&name) && message.contains(reason),
            "{message}"
        );
    }
    let gone = Path::new("/nowhere/ca.pem");
    let message = Trusted::load(gone).unwrap_err().to_string();
    assert_eq!(message, "can't read `/nowhere/ca.pem`");
    let message = Trusted::load(bad.path()).unwrap_err().to_string();
    assert!(message.contains("damaged"), "{message}");
}
