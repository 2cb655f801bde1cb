//! Which book is served next.

use audiotome_queue::Skills;

use crate::redis::Redis;
use crate::{Book, texts};

#[tokio::test]
async fn equal_books_take_turns() {
    let redis = Redis::start();
    let (a, b) = (Book::on(&redis, "a").await, Book::on(&redis, "b").await);
    a.add(&["a1", "a2", "a3"]).await;
    b.add(&["b1", "b2"]).await;
    let mut order = Vec::new();
    while let Some(leased) = a.lease("w", 1).await.pop() {
        order.push(leased.segment.text);
    }
    assert_eq!(order, ["a1", "b1", "a2", "b2", "a3"]);
}

#[tokio::test]
async fn urgent_books_go_first_and_priorities_can_change() {
    let redis = Redis::start();
    let (slow, fast) = (
        Book::on(&redis, "slow").await,
        Book::on(&redis, "fast").await,
    );
    slow.add(&["s1", "s2", "s3"]).await;
    fast.add_with(7, &["f1", "f2", "f3"]).await;
    assert_eq!(texts(&slow.lease("w", 2).await), ["f1", "f2"]);
    slow.queue.prioritise(&slow.id, 8).await.unwrap();
    assert_eq!(texts(&slow.lease("w", 2).await), ["s1", "s2"]);
    slow.queue.prioritise(&slow.id, i32::MIN).await.unwrap();
    assert_eq!(texts(&slow.lease("w", 2).await), ["f3", "s3"]);
}

#[tokio::test]
async fn a_listener_moves_what_is_spoken_next() {
    let redis = Redis::start();
    let book = Book::on(&redis, "book").await;
    book.add(&["one", "two", "three", "four", "five", "six"])
        .await;
    let first = book.lease("a", 1).await;
    let keys = ["four", "five", "six"].map(|text| book.segment(text).0);
    let again = [book.segment("two").0, first[0].key];
    book.queue.urge(&book.id, &again, &keys).await.unwrap();
    let next = book.lease("b", 3).await;
    assert_eq!(texts(&next), ["two", "four", "five"]);
    // Back, to one that is gone by now and one that is not.
    assert!(book.finish("b", &next[1]).await);
    let keys = ["three", "four", "five", "six"].map(|text| book.segment(text).0);
    book.queue.urge(&book.id, &[], &keys).await.unwrap();
    assert_eq!(texts(&book.lease("c", 9).await), ["three", "six"]);
    for (worker, leased) in [("a", &first[0]), ("b", &next[0]), ("b", &next[2])] {
        assert!(book.finish(worker, leased).await, "it was never another's");
    }
}

#[tokio::test]
async fn what_a_listener_skipped_is_spoken_at_last() {
    let redis = Redis::start();
    let book = Book::on(&redis, "book").await;
    book.add(&["one", "two", "three", "four"]).await;
    let last = [book.segment("four").0];
    book.queue.urge(&book.id, &[], &last).await.unwrap();
    let mut order = Vec::new();
    while let Some(leased) = book.lease("w", 1).await.pop() {
        order.push(leased.segment.text);
    }
    assert_eq!(order, ["four", "one", "two", "three"]);
    assert_eq!(redis.ask(&["exists", "{audiotome}:moved"]), "0");
}

#[tokio::test]
async fn a_worker_takes_only_what_it_can_speak_and_hears_of_what_it_does_not_know() {
    let redis = Redis::start();
    let (mine, other) = (
        Book::of(&redis, "mine", "beep").await,
        Book::of(&redis, "other", "boop").await,
    );
    other.add(&["o1"]).await;
    mine.add(&["m1"]).await;
    let leases = mine
        .queue
        .lease("w", 5, crate::LEASE, &mine.skills)
        .await
        .unwrap();
    assert_eq!(texts(&leases.leased), ["m1"]);
    assert_eq!(leases.unknown, std::slice::from_ref(&other.id));
    let lane = mine.queue.lane(&other.id).await.unwrap().unwrap();
    assert_eq!(lane.narration.voice, "boop");
    let skills = Skills::from([(other.id.skill(), false), (mine.id.skill(), true)]);
    let leases = mine
        .queue
        .lease("w", 5, crate::LEASE, &skills)
        .await
        .unwrap();
    assert!(leases.leased.is_empty() && leases.unknown.is_empty());
}

#[tokio::test]
async fn namespaces_are_apart() {
    let redis = Redis::start();
    let book = Book::on(&redis, "book").await;
    book.add(&["one"]).await;
    let address = format!("{}?namespace=other", redis.url()).parse().unwrap();
    let other = audiotome_queue::Queue::connect(&address).await.unwrap();
    let leases = other
        .lease("w", 1, crate::LEASE, &book.skills)
        .await
        .unwrap();
    assert!(leases.leased.is_empty() && leases.unknown.is_empty());
}
