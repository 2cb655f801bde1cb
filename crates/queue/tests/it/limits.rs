//! Limits across all workers.

use std::time::Duration;

use audiotome_queue::{Limit, LimitOn, Wake, WorkerStatus};

use crate::redis::Redis;
use crate::{Book, LEASE};

#[tokio::test]
async fn no_more_are_spoken_at_once_than_allowed() {
    let redis = Redis::start();
    let book = Book::on(&redis, "book").await;
    let on = LimitOn::Engine("tone".to_owned());
    book.queue
        .limit(&Limit {
            on: on.clone(),
            rate: None,
            at_once: Some(2),
        })
        .await
        .unwrap();
    book.add(&["1", "2", "3", "4", "5"]).await;
    let held = book.lease("a", 4).await;
    assert_eq!(held.len(), 2);
    assert!(book.lease("b", 4).await.is_empty());
    book.finish("a", &held[0]).await;
    assert_eq!(book.lease("b", 4).await.len(), 1);
    book.queue
        .limit(&Limit {
            on,
            rate: None,
            at_once: None,
        })
        .await
        .unwrap();
    assert!(book.queue.limits().await.unwrap().is_empty());
    assert_eq!(book.lease("b", 4).await.len(), 2);
}

#[tokio::test]
async fn whoever_waits_for_a_limit_is_woken_when_there_is_room() {
    let redis = Redis::start();
    let book = Book::on(&redis, "book").await;
    let limit = Limit {
        on: LimitOn::All,
        rate: None,
        at_once: Some(1),
    };
    book.queue.limit(&limit).await.unwrap();
    book.add(&["1", "2"]).await;
    let held = book.lease("a", 1).await.remove(0);
    let wake = Wake::listen(&book.queue);
    // The first one says that news may have been missed before.
    wake.wait(None).await;
    assert!(book.lease("b", 1).await.is_empty());
    let waiting = tokio::spawn(async move { wake.wait(None).await });
    book.finish("a", &held).await;
    tokio::time::timeout(Duration::from_secs(5), waiting)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(book.lease("b", 1).await.len(), 1);
}

#[tokio::test]
async fn no_more_are_begun_in_a_second_than_allowed() {
    let redis = Redis::start();
    let book = Book::on(&redis, "book").await;
    let limit = Limit {
        on: LimitOn::All,
        rate: Some(4.0),
        at_once: None,
    };
    book.queue.limit(&limit).await.unwrap();
    assert_eq!(book.queue.limits().await.unwrap(), [limit]);
    book.add(&["1", "2", "3", "4", "5", "6", "7", "8"]).await;
    let leases = book.queue.lease("a", 8, LEASE, &book.skills).await.unwrap();
    assert_eq!(leases.leased.len(), 4, "a second's worth at once");
    let leases = book.queue.lease("b", 8, LEASE, &book.skills).await.unwrap();
    let wait = leases.wait.expect("it says when to come again");
    assert!(
        leases.leased.is_empty() && wait <= Duration::from_millis(250),
        "{wait:?}"
    );
    tokio::time::sleep(wait).await;
    assert_eq!(book.lease("b", 8).await.len(), 1);
}

#[tokio::test]
async fn what_leaves_a_book_alone_is_known() {
    let redis = Redis::start();
    let (book, urgent) = (
        Book::on(&redis, "book").await,
        Book::on(&redis, "urgent").await,
    );
    book.add(&["1"]).await;
    let why = async || book.queue.stats().await.unwrap().holds_up(&book.id);
    assert_eq!(why().await, None);
    urgent.add_with(5, &["1", "2"]).await;
    assert_eq!(why().await, None, "nobody can speak that one either");
    let worker = WorkerStatus {
        name: "a".to_owned(),
        skills: book.skills.keys().cloned().collect(),
        ..WorkerStatus::default()
    };
    book.queue.beat(&worker, LEASE, LEASE, &[]).await.unwrap();
    let reason = "books of higher priority go first";
    assert_eq!(why().await.as_deref(), Some(reason));
    let limit = async |on: &str, rate: Option<f64>, at_once: Option<u32>| {
        let on = on.parse().unwrap();
        let limit = Limit { on, rate, at_once };
        book.queue.limit(&limit).await.unwrap();
    };
    limit("engine:tone", None, Some(1)).await;
    limit("engine:other", None, Some(0)).await;
    assert_eq!(why().await.as_deref(), Some(reason), "there is room");
    assert_eq!(urgent.lease("a", 1).await.len(), 1);
    let reason = "a limit holds it up: `engine:tone at-once 1`";
    assert_eq!(why().await.as_deref(), Some(reason));
    limit("engine:tone", None, Some(2)).await;
    limit("master:master", Some(0.01), None).await;
    let reason = "a limit holds it up: `master:master rate 0.01`";
    assert_eq!(why().await.as_deref(), Some(reason));
}
