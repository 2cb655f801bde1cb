//! What is wrong is said with the way out.

use audiotome_queue::{Limit, LimitOn, Queue, QueueErrorKind, RedisStore};

use crate::redis::Redis;

async fn refused(url: &str) -> audiotome_queue::QueueError {
    match Queue::connect(&url.parse().unwrap()).await {
        Ok(_) => panic!("{url} was not refused"),
        Err(error) => error,
    }
}

#[tokio::test]
async fn a_wrong_password_is_told_from_a_server_that_is_away() {
    let redis = Redis::with(&["--requirepass", "secret"]);
    for url in [
        redis.url(),
        format!("redis://:wrong@127.0.0.1:{}", redis.port),
    ] {
        let error = refused(&url).await;
        assert_eq!(error.kind(), QueueErrorKind::Refused, "{error}");
        assert!(!error.to_string().contains("wrong@"), "{error}");
    }
    let right = format!("redis://:secret@127.0.0.1:{}", redis.port);
    assert!(Queue::connect(&right.parse().unwrap()).await.is_ok());
    let url = redis.url();
    drop(redis);
    let error = refused(&url).await;
    assert_eq!(error.kind(), QueueErrorKind::Unreachable, "{error}");
    assert!(
        error.to_string().contains(&url) && error.hint().contains("start Redis"),
        "{error}"
    );
}

#[tokio::test]
async fn another_protocol_is_refused_by_name() {
    let redis = Redis::start();
    redis.ask(&["set", "{audiotome}:protocol", "99"]);
    let error = refused(&redis.url()).await;
    assert_eq!(error.kind(), QueueErrorKind::Version);
    assert!(error.to_string().contains("protocol 99"), "{error}");
}

#[tokio::test]
async fn clips_are_not_entrusted_to_a_redis_that_throws_them_away() {
    let redis = Redis::with(&["--maxmemory-policy", "allkeys-lru"]);
    let queue = Queue::connect(&redis.url().parse().unwrap()).await.unwrap();
    let error = RedisStore::open(&queue).await.err().expect("it evicts");
    assert_eq!(error.kind(), QueueErrorKind::Evicts);
    assert!(error.to_string().contains("allkeys-lru"), "{error}");
}

#[tokio::test]
async fn a_replica_and_a_full_memory_are_told_apart() {
    let redis = Redis::start();
    let book = crate::Book::on(&redis, "book").await;
    redis.ask(&["config", "set", "maxmemory", "1"]);
    let add = || book.queue.prioritise(&book.id, 1);
    let segments = [book.segment("one")];
    let full = book
        .queue
        .add((&book.id, &book.lane), &book.reply, 0, false, &segments)
        .await
        .unwrap_err();
    assert_eq!(full.kind(), QueueErrorKind::Full, "{full}");
    redis.ask(&["config", "set", "maxmemory", "0"]);
    add().await.unwrap();
    redis.ask(&["replicaof", "127.0.0.1", "1"]);
    let replica = book
        .queue
        .add((&book.id, &book.lane), &book.reply, 0, false, &segments)
        .await
        .unwrap_err();
    assert_eq!(replica.kind(), QueueErrorKind::ReadOnly, "{replica}");
    redis.ask(&["replicaof", "no", "one"]);
    assert_eq!(
        book.add(&["one"]).await,
        1,
        "it is used again as soon as it can be"
    );
}

#[tokio::test]
async fn a_server_that_freezes_is_given_up_and_found_again() {
    let redis = Redis::start();
    let book = crate::Book::on(&redis, "book").await;
    redis.signal("-STOP");
    let frozen = book.queue.knows(&book.id).await.unwrap_err();
    assert_eq!(frozen.kind(), QueueErrorKind::Unreachable, "{frozen}");
    redis.signal("-CONT");
    assert!(!book.queue.knows(&book.id).await.unwrap());
}

#[tokio::test]
async fn a_server_that_has_lost_everything_is_told_from_one_that_has_not() {
    let mut redis = Redis::start();
    let book = crate::Book::on(&redis, "book").await;
    book.add(&["one"]).await;
    redis.kill();
    redis.up();
    // The first call finds the connection broken.
    let _ = book.queue.knows(&book.id).await;
    let appended = book.queue.knows(&book.id).await.unwrap();
    redis.kill();
    redis.forget();
    redis.up();
    let _ = book.queue.knows(&book.id).await;
    assert_eq!(
        (appended, book.queue.knows(&book.id).await.unwrap()),
        (true, false)
    );
}

#[tokio::test]
async fn who_only_looks_writes_nothing_and_needs_no_room() {
    let redis = Redis::start();
    let address = redis.url().parse().unwrap();
    let queue = Queue::look_at(&address).await.unwrap();
    assert!(queue.stats().await.unwrap().lanes.is_empty());
    assert_eq!(redis.ask(&["dbsize"]), "0", "a mistyped namespace");
    let book = crate::Book::on(&redis, "book").await;
    book.add(&["one"]).await;
    redis.ask(&["config", "set", "maxmemory", "1"]);
    let queue = Queue::look_at(&address).await.unwrap();
    assert_eq!(queue.stats().await.unwrap().lanes.len(), 1);
    let limit = Limit {
        on: LimitOn::All,
        rate: None,
        at_once: Some(1),
    };
    let full = queue.limit(&limit).await.unwrap_err();
    assert_eq!(full.kind(), QueueErrorKind::Full, "{full}");
    assert_eq!(queue.purge(&book.id).await.unwrap(), 1);
    // Whoever works waits for room.
    assert!(Queue::connect(&address).await.is_ok());
}

#[tokio::test]
async fn what_a_user_may_not_do_is_a_refusal_in_a_script_and_among_several_commands() {
    let redis = Redis::start();
    let rules =
        "on >secret ~* &* -@all +info +get +set +evalsha +eval +script|load +hget +time +ping";
    let mut command = vec!["acl", "setuser", "reader"];
    command.extend(rules.split(' '));
    redis.ask(&command);
    let url = format!("redis://reader:secret@127.0.0.1:{}", redis.port);
    let queue = Queue::connect(&url.parse().unwrap()).await.unwrap();
    let book = crate::Book::on(&redis, "book").await;
    let segments = [book.segment("one")];
    let script = queue
        .add((&book.id, &book.lane), &book.reply, 0, false, &segments)
        .await
        .unwrap_err();
    let several = queue.stats().await.unwrap_err();
    for error in [script, several] {
        assert_eq!(error.kind(), QueueErrorKind::Refused, "{error}");
        assert!(error.hint().contains("docs/queue.md"), "{}", error.hint());
    }
}

#[tokio::test]
async fn a_port_with_the_other_kind_of_connection_is_told_from_a_redis_that_is_down() {
    // Whoever wants TLS hangs up on who speaks without.
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let with_tls = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            stream.set_zero_linger().unwrap();
        }
    });
    let error = refused(&format!("redis://{with_tls}")).await;
    assert!(error.hint().contains("`rediss://`"), "{error}");
    let redis = Redis::start();
    let error = refused(&redis.url().replace("redis:", "rediss:")).await;
    assert!(error.hint().contains("it is `redis://`"), "{error}");
}
