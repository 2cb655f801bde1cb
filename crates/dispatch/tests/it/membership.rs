//! Workers that come and go while a book is read.

use std::sync::Arc;
use std::time::Duration;

use audiotome_core::Event;
use audiotome_dispatch::{Cluster, Local, Slots, Speaker};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

use crate::fakes::Scripted;
use crate::http::{remote, run, serve_on, start, worker};
use crate::{assert_complete, sentences, spoken};

/// More patience than any test has.
const ENDLESS: Duration = Duration::from_secs(3_600);

fn is_away(event: &Event) -> bool {
    matches!(event, Event::WorkerAway { .. })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_workers_gone_and_back() {
    let engine = Arc::new(Scripted::default());
    let first = worker(&engine, 1).await;
    let address = first.address;
    drop(first);
    let cluster = Arc::new(Cluster::of([remote(address, None)]));
    let mut speaking = start(&sentences(5), &cluster, ENDLESS);
    speaking.until(is_away).await;
    assert!(speaking.is_running(), "it waits");
    let _again = serve_on(&address.to_string(), &engine, 1, None).await;
    let (outcome, events) = speaking.end().await;
    assert_complete(&outcome.unwrap(), &events, 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_joins_in_the_middle_and_one_drains() {
    let (stuck, quick) = (Arc::new(Scripted::shut()), Arc::new(Scripted::default()));
    let (a, b) = (worker(&stuck, 1).await, worker(&quick, 1).await);
    let cluster = Arc::new(Cluster::of([remote(a.address, None)]));
    let mut speaking = start(&sentences(9), &cluster, ENDLESS);
    speaking
        .until(|event| matches!(event, Event::Planned { .. }))
        .await;
    cluster.add(remote(b.address, None));
    speaking
        .until(|event| matches!(event, Event::Spoken { segment: 8, .. }))
        .await;
    // Others wait at the worker that is stuck; it finishes them though nothing new comes to it.
    assert!(cluster.drain(&a.address.to_string()) && !cluster.drain("nobody"));
    stuck.open();
    let (outcome, events) = speaking.end().await;
    assert_complete(&outcome.unwrap(), &events, 9);
    assert_eq!(cluster.members().len(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_worker_added_twice_is_one() {
    let engine = Arc::new(Scripted::default());
    let a = worker(&engine, 1).await;
    let cluster = Arc::new(Cluster::of([
        remote(a.address, None),
        remote(a.address, None),
    ]));
    assert_eq!(cluster.members().len(), 1);
    let (outcome, events) = run(&sentences(6), &cluster).await;
    assert_complete(&outcome, &events, 6);
    assert_eq!(engine.calls().len(), 6);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn idle_slots_take_over_what_is_late() {
    let (stuck, quick) = (Arc::new(Scripted::shut()), Arc::new(Scripted::default()));
    let late: Arc<dyn Speaker> = Arc::new(Local::single("late", stuck.clone(), Slots::new(1)));
    let idle: Arc<dyn Speaker> = Arc::new(Local::single("idle", quick, Slots::new(1)));
    let cluster = Arc::new(Cluster::of([late, idle]));
    // Nobody is given up for being slow: only hedging can end it.
    let (outcome, events) = start(&sentences(4), &cluster, ENDLESS).end().await;
    assert_complete(&outcome.unwrap(), &events, 4);
    assert!(spoken(&events).iter().all(|(_, worker)| *worker == "idle"));
    let hedged = |event: &Event| matches!(event, Event::Hedged { worker, .. } if worker == "idle");
    assert!(events.iter().any(hedged));
    stuck.open();
}

/// Passes connections on while `open` says so; else it cuts them and takes no new ones.
async fn proxy(target: std::net::SocketAddr, open: watch::Receiver<bool>) -> std::net::SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut here, _) = listener.accept().await.unwrap();
            let mut open = open.clone();
            tokio::spawn(async move {
                if !*open.borrow() {
                    return;
                }
                let mut there = TcpStream::connect(target).await.unwrap();
                tokio::select! {
                    _ = copy_bidirectional(&mut here, &mut there) => {}
                    _ = open.wait_for(|open| !open) => {}
                }
            });
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_partition_heals() {
    let engine = Arc::new(Scripted::shut());
    let behind = worker(&engine, 1).await;
    let (open, watch) = watch::channel(true);
    let address = proxy(behind.address, watch).await;
    let cluster = Arc::new(Cluster::of([remote(address, None)]));
    let mut speaking = start(&sentences(5), &cluster, ENDLESS);
    // The first sentence has reached the engine when the line is cut.
    while engine.calls().is_empty() {
        tokio::task::yield_now().await;
    }
    open.send(false).unwrap();
    speaking.until(is_away).await;
    engine.open();
    open.send(true).unwrap();
    let (outcome, events) = speaking.end().await;
    assert_complete(&outcome.unwrap(), &events, 5);
}
