//! More segments than a book has.

use std::collections::HashSet;
use std::time::Duration;

use audiotome_core::{Language, SegmentKey};
use audiotome_queue::{Queued, Spoken, What};

use crate::redis::Redis;
use crate::{Book, LEASE};

const SEGMENTS: usize = 50_000;
/// As many as masters add, and workers finish, in one call here.
const BATCH: usize = 250;

#[tokio::test]
async fn fifty_thousand_that_wait_are_each_spoken_once() {
    let redis = Redis::start();
    let mut book = Book::on(&redis, "book").await;
    let language = Language::new("en");
    let segments: Vec<(SegmentKey, Queued)> = (0..SEGMENTS)
        .map(|number| {
            let text = number.to_string();
            let key = SegmentKey::new(&book.lane.narration, &language, &text);
            let (language, most) = (language.clone(), 3);
            let segment = Queued {
                text,
                language,
                most,
            };
            (key, segment)
        })
        .collect();
    for segments in segments.chunks(BATCH) {
        let lane = (&book.id, &book.lane);
        let added = book.queue.add(lane, &book.reply, 0, false, segments).await;
        assert_eq!(added.unwrap(), BATCH as u64);
    }
    let workers = ["a", "b", "c"].map(|name| {
        let (queue, skills) = (book.queue.clone(), book.skills.clone());
        tokio::spawn(async move {
            let mut spoken = Vec::new();
            loop {
                let exchange = queue.exchange(name, &spoken, BATCH, LEASE, &skills).await;
                let exchange = exchange.unwrap();
                assert!(exchange.news.iter().all(|first| *first));
                if exchange.leases.leased.is_empty() {
                    return;
                }
                let leased = exchange.leases.leased.iter();
                let second = Duration::from_secs(1);
                spoken = leased.map(|leased| Spoken::kept(leased, second)).collect();
            }
        })
    });
    let mut heard = HashSet::new();
    while heard.len() < SEGMENTS {
        for told in book.told().await {
            assert!(matches!(told.what, What::Spoken { .. }), "{told:?}");
            assert!(heard.insert(told.key), "spoken twice");
        }
    }
    for worker in workers {
        worker.await.unwrap();
    }
    assert!(book.queue.segments(&book.id).await.unwrap().is_empty());
}
