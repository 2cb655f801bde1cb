//! A listener who is ahead of the speakers.

use std::sync::Arc;

use audiotome_dispatch::{Position, Settings, speak};
use tokio::sync::mpsc::unbounded_channel;
use tokio_util::sync::CancellationToken;

use crate::fakes::{Memory, Scripted, plan};
use crate::{alone, sentences};

/// Segments of the opening: 1,500 characters of sentences of 27 or 28.
const OPENING: usize = 54;

/// Has a plan spoken by one slot; the listener goes to `segment` while it is at the first one. Returns all texts in the order
/// in which they were spoken.
async fn order(
    plan: &Arc<audiotome_core::Plan>,
    position: Position,
    segment: usize,
) -> Vec<String> {
    let (engine, store) = (Arc::new(Scripted::shut()), Arc::new(Memory::default()));
    let settings = Settings {
        position: position.clone(),
        ..Settings::default()
    };
    let (events, _heard) = unbounded_channel();
    let cluster = alone(&engine, 1);
    let speaking = speak(
        plan,
        &cluster,
        store,
        settings,
        events,
        CancellationToken::new(),
    );
    let moving = async {
        while engine.calls().is_empty() {
            tokio::task::yield_now().await;
        }
        position.set(segment);
        engine.open();
    };
    let (outcome, ()) = tokio::join!(speaking, moving);
    assert!(outcome.unwrap().dead.is_empty());
    engine.calls()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_opening_comes_first_then_what_they_hear_next_and_then_the_rest() {
    let plan = sentences(100);
    let said = order(&plan, Position::default(), 80).await;
    let wanted = (0..OPENING).chain(80..100).chain(OPENING..80);
    let wanted: Vec<_> = wanted
        .map(|i| format!("This is sentence {i} of many."))
        .collect();
    assert_eq!(said, wanted);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn they_may_be_there_before_the_book_and_go_back() {
    let plan = sentences(100);
    let said = order(&plan, Position::new(95), 60).await;
    let wanted = (0..OPENING).chain(60..100).chain(OPENING..60);
    let wanted: Vec<_> = wanted
        .map(|i| format!("This is sentence {i} of many."))
        .collect();
    assert_eq!(said, wanted);
    let said = order(&plan, Position::default(), usize::MAX).await;
    assert_eq!(
        said[99], "This is sentence 99 of many.",
        "beyond the end is the end"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_said_twice_is_spoken_where_they_hear_it_first() {
    let long = "So it goes on. ".repeat(110);
    let plan = plan(&[&[
        &long,
        "Yes.",
        "Two two.",
        "Three three.",
        "Yes.",
        "Four four.",
    ]]);
    let said = order(&plan, Position::default(), 3).await;
    assert_eq!(
        said[1..],
        ["Three three.", "Yes.", "Four four.", "Two two."]
    );
}
