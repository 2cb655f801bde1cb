//! What the queue costs: real masters' and workers' code on a real Redis, with an engine that has its answer ready.
//!
//! `queue_bench worker URL STORE SLOTS` serves until its input ends; `queue_bench master URL STORE N WINDOW` has N
//! segments spoken, WINDOW at once, reads each clip, and prints one JSON line; `queue_bench watch URL` asks for what
//! a dashboard shows, every two seconds. STORE is a folder, or `redis`. bench/queue.sh runs them beside others.

#![expect(
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a measuring program"
)]

#[path = "../../../dispatch/examples/dispatch_bench/book.rs"]
mod book;
#[path = "../../../dispatch/examples/dispatch_bench/figures.rs"]
mod figures;
#[path = "../../../dispatch/examples/dispatch_bench/ready.rs"]
mod ready;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use audiotome_audio::FolderStore;
use audiotome_core::{Plan, SegmentKey};
use audiotome_dispatch::{Consumer, ConsumerSettings, Local, Slots, Transport};
use audiotome_queue::{Lane, LaneId, Queue, Queued, RedisStore, Results, Skill, What};
use tokio::runtime::Builder;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use figures::{Clock, Figures};
use ready::Ready;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    // As the `audiotome` program has it.
    let runtime = Builder::new_multi_thread().enable_all().build().unwrap();
    match arguments[..] {
        ["worker", url, store, slots] => {
            let runtime = Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(work(url, store, slots.parse().unwrap()));
        }
        ["master", url, store, count, window] => {
            let window = window.parse().unwrap();
            let count = count.parse().unwrap();
            let (url, store) = (url.to_owned(), store.to_owned());
            // A task, as the jobs of a master are.
            let measured = runtime.spawn(async move { measure(&url, &store, count, window).await });
            let figures = runtime.block_on(measured).unwrap();
            println!("{}", figures.line("audiotome", window));
        }
        ["watch", url] => runtime.block_on(watch(url)),
        _ => panic!("worker URL STORE SLOTS, master URL STORE N WINDOW, or watch URL"),
    }
}

async fn connect(url: &str, store: &str) -> (Queue, Transport) {
    let queue = Queue::connect(&url.parse().unwrap()).await.unwrap();
    let clips = match store {
        "redis" => Transport::Redis(RedisStore::open(&queue).await.unwrap()),
        folder => Transport::Shared(Arc::new(FolderStore::open(folder.into()).unwrap())),
    };
    (queue, clips)
}

/// A real worker with the ready engine.
async fn work(url: &str, store: &str, slots: usize) {
    let (queue, clips) = connect(url, store).await;
    let drain = CancellationToken::new();
    let end = drain.clone();
    std::thread::spawn(move || {
        // Whatever ends it, it is the end.
        let _ = std::io::copy(&mut std::io::stdin(), &mut std::io::sink());
        end.cancel();
    });
    let settings = ConsumerSettings {
        name: format!("worker-{}", std::process::id()),
        lease: Duration::from_secs(30),
        patience: Duration::from_secs(60),
        max_segments: None,
        max_idle: None,
    };
    let speaker = Local::single("ready", Arc::new(Ready::new()), Slots::new(slots));
    println!("ready");
    let clips = (clips, "bench".to_owned());
    Consumer::new(Arc::new(speaker), queue, clips, settings, drain)
        .run()
        .await;
}

/// A first round is not measured: connections are made in it.
async fn measure(url: &str, store: &str, count: usize, window: usize) -> Figures {
    let (queue, clips) = connect(url, store).await;
    let warm_up = book::plan(0, (window * 2).max(20));
    let plan = book::plan(warm_up.segments.len(), count);
    run(&queue, &clips, &warm_up, window).await;
    run(&queue, &clips, &plan, window).await
}

/// Keeps `window` segments in the queue, and reads each clip as soon as it is told to be there.
async fn run(queue: &Queue, clips: &Transport, plan: &Plan, window: usize) -> Figures {
    let lane = Lane {
        narration: plan.narration.clone(),
        engine: "ready".to_owned(),
        master: "bench".to_owned(),
        title: "bench".to_owned(),
        store: "bench".to_owned(),
    };
    let id = LaneId::new(
        &Skill::of(&plan.narration),
        "bench",
        &std::process::id().to_string(),
    );
    let mut results = Results::new(queue, &plan.segments[0].key.to_string());
    let reply = results.stream().to_owned();
    let tasks: Vec<(SegmentKey, Queued)> = plan
        .segments
        .iter()
        .map(|segment| {
            let task = Queued {
                text: segment.utterance.text.to_string(),
                language: segment.utterance.language.clone(),
                most: 4,
            };
            (segment.key, task)
        })
        .collect();
    let mut asked: HashMap<SegmentKey, Instant> = HashMap::new();
    let mut latencies = Vec::new();
    let mut left = &tasks[..];
    let clock = Clock::start();
    let mut free = window;
    while latencies.len() < tasks.len() {
        let (now, later) = left.split_at(free.min(left.len()));
        left = later;
        asked.extend(now.iter().map(|(key, _)| (*key, Instant::now())));
        let add = async {
            if !now.is_empty() {
                let added = queue.add((&id, &lane), &reply, 0, false, now).await;
                added.unwrap();
            }
        };
        // A master listens all the time.
        let ((), told) = tokio::join!(add, results.next());
        let mut fetching = JoinSet::new();
        for told in told.unwrap() {
            assert!(matches!(told.what, What::Spoken { .. }), "{told:?}");
            fetching.spawn(fetch(clips.clone(), told.key));
        }
        free = fetching.len();
        while let Some(fetched) = fetching.join_next().await {
            latencies.push(asked[&fetched.unwrap()].elapsed());
        }
    }
    let figures = clock.stop(latencies);
    queue.close(&id, true).await.unwrap();
    figures
}

/// Reads a clip, as masters do several at once, and removes it where it was only on its way.
async fn fetch(clips: Transport, key: SegmentKey) -> SegmentKey {
    match clips {
        Transport::Shared(store) => assert!(store.get(&key).await.unwrap().is_some()),
        Transport::Redis(clips) => {
            assert!(clips.get(&key).await.unwrap().is_some());
            tokio::spawn(async move { clips.remove(&key).await.unwrap() });
        }
    }
    key
}

/// What a dashboard asks, until it is killed.
async fn watch(url: &str) {
    let queue = Queue::connect(&url.parse().unwrap()).await.unwrap();
    println!("ready");
    loop {
        queue.stats().await.unwrap();
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
}
