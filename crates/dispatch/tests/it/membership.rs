//! Workers that come and go while a book is read.

use std::sync::Arc;
use std::time::Duration;

use audiotome_core::Event;
use audiotome_dispatch::{Cluster, Local, Settings, Slots, Speaker, speak};
use tokio::io::copy_bidirectional;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use crate::fakes::{Memory, Scripted};
use crate::http::{remote, run, serve_on, worker};
use crate::{assert_complete, sentences, spoken};

async fn until(
    events: &mut UnboundedReceiver<Event>,
    wanted: impl Fn(&Event) -> bool,
) -> Vec<Event> {
    let mut seen = Vec::new();
    while let Some(event) = events.recv().await {
        let found = wanted(&event);
        seen.push(event);
        if found {
            break;
        }
    }
    seen
}

fn is_away(event: &Event) -> bool {
    matches!(event, Event::WorkerAway { .. })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_workers_gone_and_back() {
    let engine = Arc::new(Scripted::default());
    let first = worker(&engine, 1).await;
    let address = first.address;
    drop(first);
    let (plan, cluster) = (sentences(5), Arc::new(Cluster::of([remote(address, None)])));
    let (sender, mut events) = unbounded_channel();
    let (store, settings) = (Arc::new(Memory::default()), Settings::default());
    let speaking = tokio::spawn(async move {
        speak(
            &plan,
            &cluster,
            store,
            settings,
            sender,
            CancellationToken::new(),
        )
        .await
    });
    until(&mut events, is_away).await;
    assert!(!speaking.is_finished(), "it waits");
    let _again = serve_on(&address.to_string(), &engine, 1, None).await;
    let outcome = speaking.await.unwrap().unwrap();
    let events = until(&mut events, |_| false).await;
    assert_complete(&outcome, &events, 5);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_joins_in_the_middle_and_one_drains() {
    let (stuck, quick) = (Arc::new(Scripted::shut()), Arc::new(Scripted::default()));
    let (a, b) = (worker(&stuck, 1).await, worker(&quick, 1).await);
    let (plan, cluster) = (
        sentences(9),
        Arc::new(Cluster::of([remote(a.address, None)])),
    );
    let (sender, mut events) = unbounded_channel();
    let speaking = tokio::spawn({
        let (plan, cluster, store) = (plan.clone(), cluster.clone(), Arc::new(Memory::default()));
        async move {
            let settings = Settings::default();
            speak(
                &plan,
                &cluster,
                store,
                settings,
                sender,
                CancellationToken::new(),
            )
            .await
        }
    });
    until(&mut events, |event| matches!(event, Event::Planned { .. })).await;
    cluster.add(remote(b.address, None));
    let mut seen = until(&mut events, |event| {
        matches!(event, Event::Spoken { segment: 8, .. })
    })
    .await;
    // The others wait at the worker that is stuck; it finishes them though nothing new comes to it.
    assert!(cluster.drain(&a.address.to_string()) && !cluster.drain("nobody"));
    stuck.open();
    let outcome = speaking.await.unwrap().unwrap();
    seen.extend(until(&mut events, |_| false).await);
    assert_complete(&outcome, &seen, 9);
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
    let late: Arc<dyn Speaker> = Arc::new(Local::named("late", stuck.clone(), Slots::new(1)));
    let idle: Arc<dyn Speaker> = Arc::new(Local::named("idle", quick, Slots::new(1)));
    let (plan, cluster) = (sentences(4), Arc::new(Cluster::of([late, idle])));
    let (sender, mut events) = unbounded_channel();
    // Far more patience than the test has: only hedging can end it.
    let settings = Settings {
        patience: Duration::from_secs(3_600),
    };
    let store = Arc::new(Memory::default());
    let speaking = speak(
        &plan,
        &cluster,
        store,
        settings,
        sender,
        CancellationToken::new(),
    );
    let outcome = tokio::time::timeout(Duration::from_secs(30), speaking);
    let outcome = outcome.await.unwrap().unwrap();
    let events = until(&mut events, |_| false).await;
    assert_complete(&outcome, &events, 4);
    assert!(spoken(&events).iter().all(|(_, worker)| *worker == "idle"));
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
    let (plan, cluster) = (sentences(5), Arc::new(Cluster::of([remote(address, None)])));
    let (sender, mut events) = unbounded_channel();
    let (store, settings) = (Arc::new(Memory::default()), Settings::default());
    let speaking = tokio::spawn(async move {
        speak(
            &plan,
            &cluster,
            store,
            settings,
            sender,
            CancellationToken::new(),
        )
        .await
    });
    // The first sentence has reached the engine when the line is cut.
    while engine.calls().is_empty() {
        tokio::task::yield_now().await;
    }
    open.send(false).unwrap();
    let mut seen = until(&mut events, is_away).await;
    engine.open();
    open.send(true).unwrap();
    let outcome = speaking.await.unwrap().unwrap();
    seen.extend(until(&mut events, |_| false).await);
    assert_complete(&outcome, &seen, 5);
}
