//! Leases: taken, renewed, lost, finished once.

use std::collections::BTreeSet;
use std::time::Duration;

use audiotome_core::Clip;
use audiotome_queue::{Again, LaneId, RedisStore, SegmentState, Spoken, Wake, What, WorkerStatus};

use crate::redis::Redis;
use crate::{Book, LEASE, texts};

#[tokio::test]
async fn segments_come_in_reading_order_and_each_to_one_worker() {
    let redis = Redis::start();
    let book = Book::on(&redis, "book").await;
    assert_eq!(book.add(&["one", "two", "three"]).await, 3);
    assert_eq!(
        book.add(&["two", "three", "four"]).await,
        1,
        "what is there stays"
    );
    let a = book.lease("a", 2).await;
    let b = book.lease("b", 5).await;
    assert_eq!(
        (texts(&a), texts(&b)),
        (vec!["one", "two"], vec!["three", "four"])
    );
    assert!(book.lease("c", 1).await.is_empty());
}

/// As of a machine that was copied while it ran.
#[tokio::test]
async fn two_workers_of_one_name_take_nothing_from_each_other() {
    let redis = Redis::start();
    let mut book = Book::on(&redis, "book").await;
    book.add(&["one", "two"]).await;
    let first = book.lease("twin", 1).await;
    let second = book.lease("twin", 2).await;
    assert_eq!((texts(&first), texts(&second)), (vec!["one"], vec!["two"]));
    let status = WorkerStatus {
        name: "twin".to_owned(),
        ..WorkerStatus::default()
    };
    for leased in [&first, &second] {
        let beat = book.queue.beat(&status, LEASE, LEASE, leased).await;
        assert_eq!(beat.unwrap().lost, []);
    }
    assert!(book.finish("twin", &second[0]).await && book.finish("twin", &first[0]).await);
    assert_eq!(book.told().await.len(), 2);
}

#[tokio::test]
async fn what_is_finished_is_told_once_and_forgotten() {
    let redis = Redis::start();
    let mut book = Book::on(&redis, "book").await;
    book.add(&["one"]).await;
    let leased = book.lease("a", 1).await.remove(0);
    assert!(book.finish("a", &leased).await);
    assert!(!book.finish("b", &leased).await, "a late clip is dropped");
    let told = book.told().await;
    assert_eq!(told.len(), 1);
    let second = Duration::from_secs(1);
    assert!(matches!(told[0].what, What::Spoken { audio, .. } if audio == second));
    assert_eq!((told[0].worker.as_str(), told[0].key), ("a", leased.key));
    book.queue.close(&book.id, false).await.unwrap();
    let stats = book.queue.stats().await.unwrap();
    assert!(stats.lanes.is_empty());
    assert_eq!(
        (stats.totals.added, stats.totals.spoken, stats.totals.late),
        (1, 1, 1)
    );
    let left = redis.ask(&["keys", "*:work:*"]);
    assert_eq!(left, "", "nothing of the lane is left");
}

#[tokio::test]
async fn a_lease_that_runs_out_goes_to_another_before_all_others() {
    let redis = Redis::start();
    let mut book = Book::on(&redis, "book").await;
    book.add(&["one", "two"]).await;
    let lost = book
        .lease_for("a", 1, Duration::from_millis(50))
        .await
        .remove(0);
    tokio::time::sleep(Duration::from_millis(60)).await;
    let again = book.lease("b", 2).await;
    assert_eq!(texts(&again), ["one", "two"]);
    assert_eq!(again[0].tries, 1);
    // The zombie comes back: what it says of its lease is not heard, its clip is.
    book.fail("a", &lost, Again::No).await;
    assert!(book.finish("a", &lost).await);
    assert!(!book.finish("b", &again[0]).await);
    let whats: Vec<_> = book
        .told()
        .await
        .into_iter()
        .map(|told| told.what)
        .collect();
    assert!(matches!(whats[0], What::Lapsed), "{whats:?}");
    assert!(matches!(whats[1], What::Spoken { .. }));
}

#[tokio::test]
async fn a_heartbeat_renews_only_leases_that_are_ones_own() {
    let redis = Redis::start();
    let book = Book::on(&redis, "book").await;
    book.add(&["one", "two"]).await;
    let short = Duration::from_millis(150);
    let held = book.lease_for("a", 2, short).await;
    let status = WorkerStatus {
        name: "a".to_owned(),
        ..WorkerStatus::default()
    };
    for _ in 0..4 {
        tokio::time::sleep(short / 3).await;
        let orders = book.queue.beat(&status, LEASE, short, &held).await.unwrap();
        assert!(orders.lost.is_empty());
        assert!(book.lease("b", 2).await.is_empty(), "renewed");
    }
    tokio::time::sleep(short * 2).await;
    assert_eq!(book.lease("b", 1).await.len(), 1);
    let orders = book.queue.beat(&status, LEASE, short, &held).await.unwrap();
    assert_eq!(orders.lost.len(), 2, "one is another's, one is nobody's");
}

#[tokio::test]
async fn a_segment_that_fails_is_tried_again_after_a_wait_and_is_dead_after_its_tries() {
    let redis = Redis::start();
    let mut book = Book::on(&redis, "book").await;
    book.add(&["cough"]).await;
    for tries in 0..3 {
        let leased = book.next("a").await;
        assert_eq!(leased.tries, tries);
        book.fail("a", &leased, Again::Yes).await;
        assert!(book.lease("a", 1).await.is_empty(), "not at once");
    }
    let told = book.told().await;
    let What::Dead { history } = &told[2].what else {
        panic!("{told:?}")
    };
    assert_eq!(*history, vec!["a: it coughs"; 3]);
    let line = book.queue.segments(&book.id).await.unwrap().remove(0);
    assert_eq!(
        (line.state, line.tries, line.text.as_str()),
        (SegmentState::Dead, 3, "cough")
    );
    // A person gives it new tries.
    assert_eq!(book.queue.revive(&book.id, &[]).await.unwrap(), 1);
    let leased = book.next("a").await;
    assert!(book.finish("a", &leased).await);
}

#[tokio::test]
async fn a_poison_segment_that_kills_its_workers_is_dead_too() {
    let redis = Redis::start();
    let mut book = Book::on(&redis, "book").await;
    book.add(&["poison", "fine"]).await;
    for worker in ["a", "b", "c"] {
        let leased = book.lease_for(worker, 1, Duration::from_millis(10)).await;
        assert_eq!(texts(&leased), ["poison"]);
        tokio::time::sleep(Duration::from_millis(15)).await;
    }
    assert_eq!(texts(&book.lease("d", 2).await), ["fine"]);
    let told = book.told().await;
    let What::Dead { history } = &told.last().unwrap().what else {
        panic!("{told:?}")
    };
    assert_eq!(history.len(), 3);
    assert_eq!(book.queue.stats().await.unwrap().totals.lapsed, 3);
}

#[tokio::test]
async fn suspect_clips_get_one_more_try_and_hopeless_ones_none() {
    let redis = Redis::start();
    let mut book = Book::on(&redis, "book").await;
    book.add(&["suspect", "hopeless"]).await;
    let both = book.lease("a", 2).await;
    book.fail("a", &both[1], Again::No).await;
    book.fail("a", &both[0], Again::Suspect).await;
    let again = book.next("a").await;
    book.fail("a", &again, Again::Suspect).await;
    let told = book.told().await;
    let dead = told
        .iter()
        .filter(|told| matches!(told.what, What::Dead { .. }));
    assert_eq!(dead.count(), 2, "{told:?}");
}

#[tokio::test]
async fn what_is_given_back_is_not_a_try_and_comes_first() {
    let redis = Redis::start();
    let book = Book::on(&redis, "book").await;
    book.add(&["one", "two", "three"]).await;
    let held = book.lease("a", 2).await;
    book.queue.release("a", &held[1..]).await.unwrap();
    let next = book.lease("b", 1).await;
    assert_eq!((texts(&next), next[0].tries), (vec!["two"], 0));
}

#[tokio::test]
async fn an_idle_worker_is_woken_at_once() {
    let redis = Redis::start();
    let book = Book::on(&redis, "book").await;
    let wake = Wake::listen(&book.queue);
    // The first one says that news may have been missed before.
    wake.wait(None).await;
    let waiting = tokio::spawn(async move { wake.wait(None).await });
    book.add(&["one"]).await;
    tokio::time::timeout(Duration::from_secs(5), waiting)
        .await
        .unwrap()
        .unwrap();
}

#[tokio::test]
async fn a_closed_lane_gives_no_work_and_its_lease_is_lost() {
    let redis = Redis::start();
    let book = Book::on(&redis, "book").await;
    book.add(&["one", "two"]).await;
    let held = book.lease("a", 1).await;
    book.queue.close(&book.id, false).await.unwrap();
    assert!(book.lease("b", 5).await.is_empty());
    let status = WorkerStatus {
        name: "a".to_owned(),
        ..WorkerStatus::default()
    };
    let orders = book.queue.beat(&status, LEASE, LEASE, &held).await.unwrap();
    assert_eq!(orders.lost, [held[0].key]);
    assert!(
        !book.finish("a", &held[0]).await,
        "nobody needs it; the clip is in the store"
    );
    let keys = [book.segment("one").0];
    assert_eq!(book.queue.unknown(&book.id, &keys).await.unwrap(), keys);
}

#[tokio::test]
async fn workers_are_gone_when_their_heart_stops() {
    let redis = Redis::start();
    let book = Book::on(&redis, "book").await;
    for (name, ttl) in [("a", 30_000), ("b", 1)] {
        let status = WorkerStatus {
            name: name.to_owned(),
            ..WorkerStatus::default()
        };
        book.queue
            .beat(&status, Duration::from_millis(ttl), LEASE, &[])
            .await
            .unwrap();
    }
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let alive = |workers: Vec<WorkerStatus>| {
        workers
            .into_iter()
            .map(|worker| worker.name)
            .collect::<Vec<_>>()
    };
    assert_eq!(alive(book.queue.workers().await.unwrap()), ["a"]);
    assert!(book.queue.drain("a").await.unwrap());
    assert!(!book.queue.drain("b").await.unwrap());
    let status = WorkerStatus {
        name: "a".to_owned(),
        ..WorkerStatus::default()
    };
    assert!(
        book.queue
            .beat(&status, LEASE, LEASE, &[])
            .await
            .unwrap()
            .drain
    );
    book.queue.leave("a").await.unwrap();
    assert!(book.queue.workers().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_is_spoken_is_said_with_the_next_wish() {
    let redis = Redis::start();
    let mut book = Book::on(&redis, "book").await;
    book.add(&["one", "two"]).await;
    let first = book.lease("a", 1).await.remove(0);
    let spoken = [Spoken::kept(&first, Duration::from_millis(1500))];
    let say = || book.queue.exchange("a", &spoken, 1, LEASE, &book.skills);
    let exchange = say().await.unwrap();
    assert_eq!(texts(&exchange.leases.leased), ["two"]);
    assert_eq!(exchange.news, [true]);
    let again = say().await.unwrap();
    assert_eq!((again.leases.leased, again.news), (Vec::new(), vec![false]));
    let told = book.told().await.remove(0);
    let What::Spoken { audio, took } = told.what else {
        panic!("{told:?}")
    };
    assert_eq!(audio, Duration::from_millis(1500));
    assert!(took < Duration::from_secs(30), "{took:?}");
}

#[tokio::test]
async fn a_clip_that_travels_through_redis_is_there_when_the_word_is() {
    let redis = Redis::start();
    let mut book = Book::on(&redis, "book").await;
    book.add(&["one", "two"]).await;
    let clips = RedisStore::open(&book.queue).await.unwrap();
    let first = book.lease("a", 1).await.remove(0);
    let clip = Clip::new(22_050, vec![7; 22_050]).unwrap();
    let spoken = [Spoken::carried(&first, clip.clone())];
    let say = || book.queue.exchange("a", &spoken, 1, LEASE, &book.skills);

    // Scripts go on while clips are refused: the word must not come without its clip, nor anything be lent.
    redis.ask(&["acl", "setuser", "default", "-set"]);
    let refused = say().await.unwrap_err();
    assert!(refused.to_string().contains("set"), "{refused}");
    assert_eq!(book.queue.open(&book.id).await.unwrap().len(), 2);
    redis.ask(&["acl", "setuser", "default", "+set"]);
    assert_eq!(clips.missing(&[first.key]).await.unwrap(), [first.key]);

    let exchange = say().await.unwrap();
    assert_eq!(exchange.news, [true]);
    assert_eq!(texts(&exchange.leases.leased), ["two"]);
    let told = book.told().await.remove(0);
    assert!(matches!(told.what, What::Spoken { audio, .. } if audio == clip.duration()));
    assert_eq!(clips.get(&told.key).await.unwrap(), Some(clip));
    clips.remove(&told.key).await.unwrap();
    assert_eq!(clips.get(&told.key).await.unwrap(), None);
}

#[tokio::test]
async fn a_master_that_looks_settles_what_is_due_and_sees_who_has_what() {
    let redis = Redis::start();
    let mut book = Book::on(&redis, "book").await;
    book.add(&["one", "two"]).await;
    let keys = ["one", "two"].map(|text| book.segment(text).0);
    book.lease_for("a", 1, Duration::from_millis(150)).await;
    book.lease("b", 1).await;
    tokio::time::sleep(Duration::from_millis(160)).await;
    let look = || book.queue.watch(&book.id);
    assert_eq!(look().await.unwrap(), [(keys[1], "b".to_owned())]);
    let again = book.lease("c", 1).await;
    assert_eq!((again[0].key, again[0].tries), (keys[0], 1));
    let held: BTreeSet<_> = look().await.unwrap().into_iter().collect();
    let names = ["c", "b"].map(str::to_owned);
    assert_eq!(held, keys.into_iter().zip(names).collect());
    let told = book.told().await;
    assert_eq!(
        (told.len(), &told[0].what, &*told[0].worker),
        (1, &What::Lapsed, "a")
    );
    assert!(
        book.queue
            .watch(&LaneId::parse("0123456789abcdef.no.lane"))
            .await
            .unwrap()
            .is_empty()
    );
}

#[tokio::test]
async fn the_innocent_do_not_go_down_with_what_kills_every_worker() {
    let redis = Redis::start();
    let mut book = Book::on(&redis, "book").await;
    book.add(&["1", "poison", "3", "4", "5"]).await;
    let poison = book.segment("poison").0;
    let short = Duration::from_millis(5);
    for worker in 0.. {
        let worker = format!("worker-{worker}");
        let held = book.lease_for(&worker, 4, short).await;
        let dies = held.iter().any(|leased| leased.key == poison);
        for leased in held.iter().filter(|_| !dies) {
            book.finish(&worker, leased).await;
        }
        // What was put off comes back in half a second.
        tokio::time::sleep(Duration::from_millis(100)).await;
        book.queue.watch(&book.id).await.unwrap();
        let segments = book.queue.segments(&book.id).await.unwrap();
        if segments
            .iter()
            .all(|segment| segment.state == SegmentState::Dead)
        {
            let dead: Vec<_> = segments.iter().map(|segment| segment.key).collect();
            assert_eq!(dead, [poison]);
            break;
        }
        assert!(segments.iter().any(|segment| segment.key == poison));
    }
    let told = book.told().await;
    let spoken = told
        .iter()
        .filter(|told| matches!(told.what, What::Spoken { .. }));
    assert_eq!(spoken.count(), 4);
}
