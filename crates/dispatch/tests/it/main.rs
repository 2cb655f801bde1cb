//! Speaking whole plans with engines that misbehave.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod announce;
mod bad_workers;
mod door;
mod fakes;
mod http;
mod listening;
mod local;
mod membership;
mod once;
mod queue;
#[expect(dead_code, reason = "the tests of other crates need more of it")]
#[path = "../../../queue/tests/it/redis.rs"]
mod redis;
mod refusals;
mod server;
mod sharing;
mod tls;
mod voices;
mod waiting;

use std::sync::Arc;
use std::time::Duration;

use audiotome_core::{AudioStore as _, Event, Plan};
use audiotome_dispatch::{Cluster, Local, Outcome, Settings, Slots, Speaker, speak};
use fakes::{Memory, Scripted, plan};
use tokio::sync::mpsc::unbounded_channel;
use tokio_util::sync::CancellationToken;

/// A cluster of this machine only.
fn alone(engine: &Arc<Scripted>, slots: usize) -> Arc<Cluster> {
    let local: Arc<dyn Speaker> = Arc::new(Local::single(
        "this machine",
        engine.clone(),
        Slots::new(slots),
    ));
    Arc::new(Cluster::of([local]))
}

/// Sentences that are all different.
fn sentences(count: usize) -> Arc<Plan> {
    sentences_of("many", count)
}

/// Sentences that tell which book they are of.
fn sentences_of(book: &str, count: usize) -> Arc<Plan> {
    let texts: Vec<String> = (0..count)
        .map(|i| format!("This is sentence {i} of {book}."))
        .collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    plan(&[&texts])
}

/// Who spoke each segment, in the order in which they were spoken.
fn spoken(events: &[Event]) -> Vec<(usize, &str)> {
    let spoken = events.iter().filter_map(|event| match event {
        Event::Spoken {
            segment, worker, ..
        } => Some((*segment, worker.as_str())),
        _ => None,
    });
    spoken.collect()
}

/// Asserts that the whole plan was spoken, every segment once.
#[track_caller]
fn assert_complete(outcome: &Outcome, events: &[Event], segments: usize) {
    assert!(outcome.dead.is_empty() && !outcome.cancelled, "{outcome:?}");
    let mut all: Vec<usize> = spoken(events).iter().map(|(segment, _)| *segment).collect();
    all.sort_unstable();
    assert_eq!(all, (0..segments).collect::<Vec<_>>());
}

async fn run(
    plan: &Arc<Plan>,
    engine: &Arc<Scripted>,
    store: &Arc<Memory>,
    slots: usize,
) -> (Outcome, Vec<Event>) {
    let (sender, mut receiver) = unbounded_channel();
    let outcome = speak(
        plan,
        &alone(engine, slots),
        store.clone(),
        Settings::default(),
        sender,
        CancellationToken::new(),
    )
    .await
    .unwrap();
    let mut events = Vec::new();
    while let Some(event) = receiver.recv().await {
        events.push(event);
    }
    (outcome, events)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_segment_is_spoken_once_and_equal_ones_share_a_clip() {
    let plan = plan(&[&["One one.", "Two two."], &["One one.", "Three three."]]);
    let (engine, store) = (Arc::new(Scripted::default()), Arc::new(Memory::default()));
    let (outcome, events) = run(&plan, &engine, &store, 3).await;
    assert!(outcome.dead.is_empty() && !outcome.cancelled);
    assert_eq!(
        engine.calls_sorted(),
        ["One one.", "Three three.", "Two two."]
    );
    let chapters: Vec<_> = events
        .iter()
        .filter_map(|event| {
            if let Event::ChapterSpoken { chapter } = event {
                Some(*chapter)
            } else {
                None
            }
        })
        .collect();
    assert_eq!(chapters.len(), 2);
    let (_, events) = run(&plan, &engine, &store, 3).await;
    assert_eq!(
        engine.calls_sorted().len(),
        3,
        "what the store has is not spoken again"
    );
    assert!(matches!(
        events[0],
        Event::Planned {
            segments: 4,
            reused: 4,
            ..
        }
    ));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_slot_speaks_in_reading_order() {
    let texts: Vec<String> = (0..40).map(|i| format!("Sentence number {i}.")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let (engine, store) = (Arc::new(Scripted::default()), Arc::new(Memory::default()));
    run(&plan(&[&texts]), &engine, &store, 1).await;
    assert_eq!(engine.calls(), texts);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_transient_failure_is_tried_again() {
    let engine = Arc::new(Scripted::failing("Two", 2));
    let (outcome, events) = run(
        &plan(&[&["One one.", "Two two."]]),
        &engine,
        &Arc::new(Memory::default()),
        2,
    )
    .await;
    assert!(outcome.dead.is_empty());
    assert_eq!(
        events
            .iter()
            .filter(|event| matches!(event, Event::Retried { .. }))
            .count(),
        2
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_segment_that_always_fails_dies_and_the_others_go_on() {
    let plan = plan(&[&["One one.", "Bad bad."], &["Two two."]]);
    let (engine, store) = (
        Arc::new(Scripted::failing("Bad", u32::MAX)),
        Arc::new(Memory::default()),
    );
    let (outcome, events) = run(&plan, &engine, &store, 2).await;
    assert_eq!(
        (
            outcome.dead.len(),
            outcome.dead[0].task,
            outcome.dead[0].history.len()
        ),
        (1, 1, 4)
    );
    assert_eq!(
        store
            .missing(&[plan.segments[0].key, plan.segments[2].key])
            .await
            .unwrap(),
        []
    );
    assert!(
        events
            .iter()
            .any(|event| matches!(event, Event::Died { segment: 1, .. }))
    );
    assert!(
        events.contains(&Event::ChapterSpoken { chapter: 1 })
            && !events.contains(&Event::ChapterSpoken { chapter: 0 })
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_silent_clip_is_never_kept() {
    let plan = plan(&[&["One one.", "Quiet please."]]);
    let (engine, store) = (
        Arc::new(Scripted::silent("Quiet")),
        Arc::new(Memory::default()),
    );
    let (outcome, _) = run(&plan, &engine, &store, 2).await;
    assert_eq!(
        outcome.dead[0].history,
        ["the clip is silent", "the clip is silent"]
    );
    assert_eq!(
        store.missing(&[plan.segments[1].key]).await.unwrap(),
        [plan.segments[1].key]
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_engine_that_panics_takes_nothing_down() {
    let engine = Arc::new(Scripted::panicking("Two"));
    let (outcome, _) = run(
        &plan(&[&["One one.", "Two two.", "Three three."]]),
        &engine,
        &Arc::new(Memory::default()),
        2,
    )
    .await;
    assert_eq!(outcome.dead.len(), 1);
    assert!(
        outcome.dead[0].history[0].contains("panicked"),
        "{:?}",
        outcome.dead
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_stops_the_run_with_its_reason() {
    let (sender, _receiver) = unbounded_channel();
    let store = Arc::new(Memory::full_after(1));
    let plan = plan(&[&["One one.", "Two two.", "Three three."]]);
    let result = speak(
        &plan,
        &alone(&Arc::new(Scripted::default()), 1),
        store,
        Settings::default(),
        sender,
        CancellationToken::new(),
    )
    .await;
    assert_eq!(result.unwrap_err().to_string(), "can't write clip");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_cancel_what_was_begun_is_kept_and_the_rest_is_left() {
    let texts: Vec<String> = (0..400).map(|i| format!("Sentence number {i}.")).collect();
    let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
    let plan = plan(&[&texts]);
    let (engine, store) = (Arc::new(Scripted::default()), Arc::new(Memory::default()));
    let (sender, mut receiver) = unbounded_channel();
    let cancel = CancellationToken::new();
    let running = tokio::spawn({
        let (plan, store, cancel) = (plan.clone(), store.clone(), cancel.clone());
        let (cluster, settings) = (alone(&engine, 1), Settings::default());
        async move { speak(&plan, &cluster, store, settings, sender, cancel).await }
    });
    while !matches!(receiver.recv().await, Some(Event::Spoken { .. })) {}
    cancel.cancel();
    let outcome = tokio::time::timeout(Duration::from_secs(20), running)
        .await
        .unwrap()
        .unwrap()
        .unwrap();
    assert!(outcome.cancelled);
    let keys: Vec<_> = plan.segments.iter().map(|segment| segment.key).collect();
    assert_eq!(
        engine.calls().len() + store.missing(&keys).await.unwrap().len(),
        400,
        "all that was spoken is kept"
    );
}
