//! Masters of the queue whose store keeps them waiting.

use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use audiotome_core::{AudioStore, Clip, Event, Plan, SegmentKey, StoreError};
use audiotome_dispatch::{
    Consumer, ConsumerSettings, Local, Producer, ProducerSettings, Settings, Slots, Transport,
};
use audiotome_queue::{Queue, QueueStats, Skill, Skills, rest};
use tokio::sync::Notify;
use tokio::sync::mpsc::unbounded_channel;
use tokio_util::sync::CancellationToken;

use crate::fakes::{Memory, Scripted};
use crate::redis::Redis;
use crate::{assert_complete, sentences};

const LEASE: Duration = Duration::from_secs(30);

/// Something that happens when it is awaited.
type Happening = Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send>>;

/// A store in which something happens between the first look and its answer.
struct Slow {
    clips: Arc<Memory>,
    meanwhile: Mutex<Option<Happening>>,
    looked: Notify,
}

impl Slow {
    fn new(
        clips: &Arc<Memory>,
        meanwhile: impl Future<Output = Result<(), StoreError>> + Send + 'static,
    ) -> Arc<Self> {
        Arc::new(Self {
            clips: Arc::clone(clips),
            meanwhile: Mutex::new(Some(Box::pin(meanwhile))),
            looked: Notify::new(),
        })
    }
}

#[async_trait]
impl AudioStore for Slow {
    async fn missing(&self, keys: &[SegmentKey]) -> Result<Vec<SegmentKey>, StoreError> {
        let missing = self.clips.missing(keys).await;
        let meanwhile = self.meanwhile.lock().unwrap().take();
        if let Some(meanwhile) = meanwhile {
            meanwhile.await?;
        }
        self.looked.notify_one();
        missing
    }

    async fn get(&self, key: &SegmentKey) -> Result<Option<Clip>, StoreError> {
        self.clips.get(key).await
    }

    async fn put(&self, key: &SegmentKey, clip: Clip) -> Result<(), StoreError> {
        self.clips.put(key, clip).await
    }
}

async fn connect(redis: &Redis) -> Queue {
    Queue::connect(&redis.url().parse().unwrap()).await.unwrap()
}

/// The same master, whatever its process is called.
fn master(queue: &Queue, process: &str, store: Arc<dyn AudioStore>) -> Arc<Producer> {
    let settings = ProducerSettings {
        name: "master".to_owned(),
        process: process.to_owned(),
        store,
        store_id: "store".to_owned(),
        shared: None,
        fetch: None,
        tries: 4,
    };
    Producer::start(queue.clone(), settings)
}

/// Has the plan spoken by a worker with that engine, which comes when the master has looked, until all is done.
async fn speak(
    queue: &Queue,
    plan: &Arc<Plan>,
    engine: &Arc<Scripted>,
    store: Arc<Slow>,
) -> Vec<Event> {
    let settings = ConsumerSettings {
        name: "worker".to_owned(),
        lease: LEASE,
        patience: Duration::from_secs(60),
        max_segments: None,
        max_idle: None,
    };
    let speaker = Arc::new(Local::single("worker", engine.clone(), Slots::new(1)));
    let clips = Transport::Shared(store.clips.clone());
    let (clips, drain) = ((clips, "store".to_owned()), CancellationToken::new());
    let worker = Consumer::new(speaker, queue.clone(), clips, settings, drain.clone());
    let looked = Arc::clone(&store);
    let worker = tokio::spawn(async move {
        looked.looked.notified().await;
        worker.run().await
    });
    let (sender, mut receiver) = unbounded_channel();
    let outcome = master(queue, "second", store)
        .speak(
            plan,
            "book",
            Settings::default(),
            sender,
            CancellationToken::new(),
        )
        .await
        .unwrap();
    drain.cancel();
    worker.await.unwrap();
    let mut events = Vec::new();
    while let Some(event) = receiver.recv().await {
        events.push(event);
    }
    assert_complete(&outcome, &events, plan.segments.len());
    events
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_master_that_waits_for_its_store_says_so_once() {
    let redis = Redis::start();
    let queue = connect(&redis).await;
    let away = || StoreError::Io {
        action: "look for clips".to_owned(),
        source: std::io::ErrorKind::NotConnected.into(),
    };
    let store = Slow::new(&Arc::default(), async move { Err(away()) });
    let events = speak(&queue, &sentences(3), &Arc::default(), store).await;
    let reasons: Vec<_> = events
        .iter()
        .filter_map(|event| match event {
            Event::WorkerHeldUp { worker, reason } if worker == "master" => Some(reason),
            _ => None,
        })
        .collect();
    assert_eq!(reasons.len(), 1, "{events:#?}");
    assert!(
        reasons[0].starts_with("waits for the store: can't look for clips: "),
        "{reasons:?}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_spoken_while_a_restarted_master_looks_is_not_spoken_again() {
    let redis = Redis::start();
    let (plan, clips) = (sentences(3), Arc::<Memory>::default());
    killed_when_it_has_added(&redis, &plan, &clips);
    let queue = connect(&redis).await;
    let skills = Skills::from([(Skill::of(&plan.narration), true)]);
    let leases = queue.lease("quick", 1, LEASE, &skills).await.unwrap();
    let meanwhile = {
        let (queue, clips) = (queue.clone(), Arc::clone(&clips));
        async move {
            let leased = &leases.leased[0];
            let clip = Clip::new(8_000, vec![100; 8_000]).unwrap();
            clips.put(&leased.key, clip.clone()).await?;
            assert!(
                queue
                    .finish("quick", leased, clip.duration())
                    .await
                    .unwrap()
            );
            Ok(())
        }
    };
    let engine = Arc::<Scripted>::default();
    speak(&queue, &plan, &engine, Slow::new(&clips, meanwhile)).await;
    assert_eq!(engine.calls().len(), 2, "the third one was there");
}

/// A master that puts the plan into the queue, and dies.
fn killed_when_it_has_added(redis: &Redis, plan: &Arc<Plan>, clips: &Arc<Memory>) {
    let process = tokio::runtime::Runtime::new().unwrap();
    let (address, plan, clips) = (redis.url(), Arc::clone(plan), Arc::clone(clips));
    process.spawn(async move {
        let queue = Queue::connect(&address.parse().unwrap()).await.unwrap();
        let (sender, _receiver) = unbounded_channel();
        let never = CancellationToken::new();
        master(&queue, "first", clips)
            .speak(&plan, "book", Settings::default(), sender, never)
            .await
    });
    while redis.ask(&["hget", "{audiotome}:totals", "added"]) != "3" {
        std::thread::sleep(Duration::from_millis(10));
    }
    process.shutdown_background();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_cancelled_while_redis_is_away_is_taken_back_when_it_is_there_again() {
    let (mut redis, plan) = (Redis::start(), sentences(3));
    let queue = connect(&redis).await;
    let master = master(&queue, "process", Arc::<Memory>::default());
    let (sender, mut events) = unbounded_channel();
    let cancel = CancellationToken::new();
    let round = {
        let (master, cancel) = (Arc::clone(&master), cancel.clone());
        tokio::spawn(async move {
            master
                .speak(&plan, "book", Settings::default(), sender, cancel)
                .await
        })
    };
    let lane = |stats: &QueueStats| stats.lanes.first().map(|lane| lane.waiting);
    while lane(&queue.stats().await.unwrap()) != Some(3) {
        rest(Duration::from_millis(10)).await;
    }
    redis.kill();
    // The round has heard of it.
    while !matches!(events.recv().await.unwrap(), Event::Waiting { .. }) {}
    cancel.cancel();
    assert!(round.await.unwrap().unwrap().cancelled);
    redis.up();
    let started = std::time::Instant::now();
    while queue
        .stats()
        .await
        .map_or(true, |stats| lane(&stats).is_some())
    {
        assert!(started.elapsed() < Duration::from_secs(30));
        rest(Duration::from_millis(10)).await;
    }
}
