//! What people look at, and take back.

use std::time::Duration;

use audiotome_queue::{Again, SegmentState, What, WorkerStatus};

use crate::redis::Redis;
use crate::{Book, LEASE, texts};

#[tokio::test]
async fn each_segment_says_where_it_stands() {
    let redis = Redis::start();
    let book = Book::on(&redis, "book").await;
    book.add(&["dead", "delayed", "leased", "waiting"]).await;
    let held = book.lease("a", 3).await;
    book.fail("a", &held[0], Again::No).await;
    book.fail("a", &held[1], Again::Yes).await;
    let segments = book.queue.segments(&book.id).await.unwrap();
    let state = |text: &str| {
        segments
            .iter()
            .find(|segment| segment.text == text)
            .unwrap()
            .state
    };
    for (text, expected) in [
        ("dead", SegmentState::Dead),
        ("delayed", SegmentState::Delayed),
        ("leased", SegmentState::Leased),
        ("waiting", SegmentState::Waiting),
    ] {
        assert_eq!(state(text), expected, "{text}");
    }
    let leased = segments
        .iter()
        .find(|segment| segment.text == "leased")
        .unwrap();
    assert!(
        leased.worker.as_deref() == Some("a") && leased.took_s.is_some(),
        "{leased:?}"
    );
    let stats = book.queue.stats().await.unwrap();
    let lane = &stats.lanes[0];
    assert_eq!(
        (lane.waiting, lane.leased, lane.delayed, lane.dead),
        (1, 1, 1, 1)
    );
    assert_eq!(
        (lane.title.as_str(), lane.engine.as_str(), lane.somebody_can),
        ("book", "tone/1", Some(false))
    );
    assert!(stats.memory_bytes > 0 && stats.connections > 0 && !stats.redis.is_empty());
}

/// As after a `convert` that was killed, and never run again.
#[tokio::test]
async fn what_is_left_of_masters_that_are_gone_for_a_day_goes_when_it_is_spoken() {
    let redis = Redis::start();
    let books = ["spoken", "dead", "alive", "waiting"];
    for name in books {
        let book = Book::on(&redis, name).await;
        book.add(&["one"]).await;
        if name != "waiting" {
            let held = book.lease("a", 1).await;
            match name {
                "dead" => book.fail("a", &held[0], Again::No).await,
                _ => assert!(book.finish("a", &held[0]).await),
            }
        }
        if name != "alive" {
            let seen = redis.ask(&["zscore", "{audiotome}:seen", book.id.as_str()]);
            let a_day_ago = seen.parse::<u64>().unwrap() - 25 * 60 * 60 * 1000;
            let (at, lane) = (a_day_ago.to_string(), book.id.as_str());
            redis.ask(&["zadd", "{audiotome}:seen", &at, lane]);
        }
    }
    let alive = Book::on(&redis, "alive").await;
    alive.queue.watch(&alive.id).await.unwrap();
    let worker = WorkerStatus::default();
    alive.queue.beat(&worker, LEASE, LEASE, &[]).await.unwrap();
    let stats = alive.queue.stats().await.unwrap();
    let mut titles: Vec<_> = stats.lanes.iter().map(|lane| &lane.title).collect();
    titles.sort();
    assert_eq!(titles, ["alive", "dead", "waiting"]);
    assert_eq!(redis.ask(&["zcard", "{audiotome}:seen"]), "2");
    let keys = redis.ask(&["keys", "*"]);
    let spoken = Book::on(&redis, "spoken").await;
    assert!(!keys.contains(spoken.id.as_str()), "{keys}");
    // A master that comes back after all begins anew.
    assert_eq!(spoken.add(&["two"]).await, 1);
}

#[tokio::test]
async fn many_lanes_keep_their_own_figures() {
    let redis = Redis::start();
    let names: Vec<_> = (1..=7).map(|number| format!("book{number}")).collect();
    for (count, name) in names.iter().enumerate() {
        let texts: Vec<_> = (0..=count)
            .map(|number| format!("{name} {number}"))
            .collect();
        let texts: Vec<_> = texts.iter().map(String::as_str).collect();
        Book::on(&redis, name).await.add(&texts).await;
    }
    let book = Book::on(&redis, "book").await;
    let stats = book.queue.stats().await.unwrap();
    let waiting: Vec<_> = stats
        .lanes
        .iter()
        .map(|lane| (lane.title.clone(), lane.waiting))
        .collect();
    let expected: Vec<_> = names.into_iter().zip(1..).collect();
    assert_eq!(waiting, expected);
}

#[tokio::test]
async fn the_history_of_a_segment_outlives_it() {
    let redis = Redis::start();
    let book = Book::on(&redis, "book").await;
    book.add(&["one", "two"]).await;
    let first = book.lease("a", 1).await.remove(0);
    let other = book.lease("b", 1).await.remove(0);
    book.fail("a", &first, Again::Yes).await;
    assert!(book.finish("b", &other).await);
    let again = book.next("b").await;
    assert_eq!(again.key, first.key);
    let key = first.key.to_string();
    let open = book.queue.history(&key).await.unwrap();
    assert_eq!(
        (open.len(), open[0].segment.state, open[0].segment.tries),
        (1, SegmentState::Leased, 1)
    );
    assert!(book.finish("b", &again).await);
    book.queue.close(&book.id, false).await.unwrap();

    let spoken = book.queue.history(&key[..10]).await.unwrap();
    let [record] = spoken.as_slice() else {
        panic!("{spoken:?}")
    };
    assert_eq!(
        (record.lane.clone(), record.title.clone()),
        (book.id.clone(), None),
        "the lane is gone"
    );
    let segment = &record.segment;
    assert_eq!(
        (
            segment.state,
            segment.text.as_str(),
            segment.worker.as_deref()
        ),
        (SegmentState::Spoken, "one", Some("b"))
    );
    assert_eq!(
        (segment.tries, segment.history.as_slice()),
        (1, ["a: it coughs".to_owned()].as_slice())
    );
    assert!(
        segment.took_s.is_some_and(|took| took < 30.0),
        "{segment:?}"
    );
    assert_eq!(book.queue.spoken().await.unwrap().len(), 2);
    for nothing in ["", "*", "zz", "?"] {
        assert!(
            book.queue.history(nothing).await.unwrap().is_empty(),
            "`{nothing}` is no key"
        );
    }
}

#[tokio::test]
async fn what_is_revoked_is_lost_by_its_worker_and_told_to_its_master() {
    let redis = Redis::start();
    let mut book = Book::on(&redis, "book").await;
    book.add(&["leased", "waiting", "kept"]).await;
    let held = book.lease("a", 1).await;
    let keys = [
        held[0].key,
        book.segment("waiting").0,
        book.segment("never there").0,
    ];
    assert_eq!(
        book.queue
            .keys(&book.id, &keys[1].to_string()[..9])
            .await
            .unwrap(),
        [keys[1]]
    );
    assert_eq!(book.queue.revoke(&book.id, &keys).await.unwrap(), 2);
    let status = WorkerStatus {
        name: "a".to_owned(),
        ..WorkerStatus::default()
    };
    let orders = book.queue.beat(&status, LEASE, LEASE, &held).await.unwrap();
    assert_eq!(orders.lost, [held[0].key]);
    assert!(!book.finish("a", &held[0]).await, "too late");
    let told = book.told().await;
    assert_eq!(told.len(), 2);
    for told in told {
        assert_eq!(
            told.what,
            What::Dead {
                history: vec!["revoked by a person".to_owned()]
            }
        );
    }
    assert_eq!(texts(&book.lease("b", 9).await), ["kept"]);
    let stats = book.queue.stats().await.unwrap();
    assert_eq!((stats.totals.revoked, stats.lanes[0].dead), (2, 0));
    assert_eq!(
        redis.ask(&["zcard", "{audiotome}:timers"]),
        "1",
        "no timer is left of it"
    );
}

#[tokio::test]
async fn a_dead_letter_is_forgotten_when_it_is_revoked() {
    let redis = Redis::start();
    let book = Book::on(&redis, "book").await;
    book.add(&["bad"]).await;
    let held = book.lease("a", 1).await.remove(0);
    book.fail("a", &held, Again::No).await;
    book.queue.close(&book.id, false).await.unwrap();
    assert_eq!(
        book.queue.stats().await.unwrap().lanes.len(),
        1,
        "its dead letter keeps the lane"
    );
    assert_eq!(book.queue.revoke(&book.id, &[held.key]).await.unwrap(), 1);
    assert!(book.queue.stats().await.unwrap().lanes.is_empty());
}

#[tokio::test]
async fn a_purged_lane_is_gone_and_its_master_knows() {
    let redis = Redis::start();
    let mut book = Book::on(&redis, "book").await;
    let texts: Vec<_> = (0..1201).map(|number| number.to_string()).collect();
    let texts: Vec<_> = texts.iter().map(String::as_str).collect();
    book.add(&texts).await;
    let held = book.lease("a", 2).await;
    book.fail("a", &held[0], Again::No).await;
    assert_eq!(book.queue.purge(&book.id).await.unwrap(), 1201);
    let mut dead = 0;
    while dead < 1201 {
        let told = book.told().await;
        assert!(!told.is_empty());
        dead += told
            .iter()
            .filter(|told| matches!(told.what, What::Dead { .. }))
            .count();
    }
    assert!(book.queue.stats().await.unwrap().lanes.is_empty());
    assert!(book.lease("b", 1).await.is_empty());
    // The master may want it again.
    assert_eq!(book.add(&["0", "1"]).await, 2);
    assert_eq!(
        book.lease_for("b", 9, Duration::from_secs(1)).await.len(),
        2
    );
}

#[tokio::test]
async fn whether_somebody_can_speak_a_book_is_not_known_before_they_were_asked() {
    let redis = Redis::start();
    let book = Book::on(&redis, "book").await;
    book.add(&["one"]).await;
    let known = async |worker: &WorkerStatus| {
        book.queue.beat(worker, LEASE, LEASE, &[]).await.unwrap();
        book.queue.stats().await.unwrap().lanes[0].somebody_can
    };
    let skill = book.skills.keys().next().unwrap();
    let mut first = WorkerStatus {
        name: "first".to_owned(),
        ..WorkerStatus::default()
    };
    assert_eq!(known(&first).await, None);
    first.lacks.insert(skill.clone(), "no voice".to_owned());
    assert_eq!(known(&first).await, Some(false));
    let mut second = WorkerStatus {
        name: "second".to_owned(),
        ..WorkerStatus::default()
    };
    assert_eq!(known(&second).await, None);
    second.skills.push(skill.clone());
    assert_eq!(known(&second).await, Some(true));
}

#[tokio::test]
async fn a_worker_whose_sign_of_life_is_late_is_not_shown_at_work() {
    let redis = Redis::start();
    let book = Book::on(&redis, "book").await;
    let status = WorkerStatus {
        name: "a".to_owned(),
        busy: 1,
        speaking: vec!["one".to_owned()],
        sign_every_s: 5.0,
        gone_after_s: 30.0,
        ..WorkerStatus::default()
    };
    let seen = async |left: u64| {
        let left = Duration::from_secs(left);
        book.queue.beat(&status, left, LEASE, &[]).await.unwrap();
        let worker = book.queue.workers().await.unwrap().remove(0);
        (worker.overdue, worker.busy, worker.speaking.len())
    };
    assert_eq!(seen(30).await, (false, 1, 1));
    assert_eq!(seen(20).await, (false, 1, 1), "one that was lost");
    assert_eq!(seen(10).await, (true, 0, 0));
}
