//! Two books that share one worker.

use std::sync::Arc;

use audiotome_core::{Event, Plan};
use audiotome_dispatch::{Cluster, Priority, Settings};

use crate::fakes::Scripted;
use crate::http::{Speaking, remote, start_with, worker};
use crate::{assert_complete, sentences_of};

const SENTENCES: usize = 40;

fn settings(priority: &Priority) -> Settings {
    Settings {
        priority: priority.clone(),
        ..Settings::default()
    }
}

/// Starts a book and waits until it is planned.
async fn started(plan: &Arc<Plan>, cluster: &Arc<Cluster>, priority: &Priority) -> Speaking {
    let mut speaking = start_with(plan, cluster, settings(priority));
    let planned = |event: &Event| matches!(event, Event::Planned { .. });
    speaking.until(planned).await;
    speaking
}

/// Speaks two books with one slot. The second one is started while the first one is being spoken, and
/// `change` is done before anything goes on. Returns which book each sentence was of, in order.
async fn share(first: Priority, second: Priority, change: impl FnOnce()) -> Vec<char> {
    let engine = Arc::new(Scripted::shut());
    let only = worker(&engine, 1).await;
    let cluster = Arc::new(Cluster::of([remote(only.address, None)]));
    let (a, b) = (sentences_of("a", SENTENCES), sentences_of("b", SENTENCES));
    let a = started(&a, &cluster, &first).await;
    while engine.calls().is_empty() {
        tokio::task::yield_now().await;
    }
    let b = started(&b, &cluster, &second).await;
    change();
    engine.open();
    for book in [a, b] {
        let (outcome, events) = book.end().await;
        assert_complete(&outcome.unwrap(), &events, SENTENCES);
    }
    let books = engine.calls().into_iter();
    books.filter_map(|text| text.chars().rev().nth(1)).collect()
}

/// Sentences of the other book that were spoken before the last one of `book`.
fn others_before_the_last_of(book: char, books: &[char]) -> usize {
    let last = books.iter().rposition(|other| *other == book).unwrap();
    books[..last].iter().filter(|other| **other != book).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_urgent_one_ends_first_though_it_started_second() {
    let books = share(Priority::default(), Priority::new(10), || {}).await;
    let before = others_before_the_last_of('b', &books);
    assert!(before < SENTENCES / 2, "{books:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn urgency_can_change_while_a_book_waits() {
    let second = Priority::new(-10);
    let raised = second.clone();
    let books = share(Priority::default(), second, move || raised.set(10)).await;
    let before = others_before_the_last_of('b', &books);
    assert!(before < SENTENCES / 2, "{books:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn equals_advance_alike() {
    let books = share(Priority::default(), Priority::default(), || {}).await;
    for book in ['a', 'b'] {
        let before = others_before_the_last_of(book, &books);
        assert!(before > SENTENCES / 2, "{books:?}");
    }
}
