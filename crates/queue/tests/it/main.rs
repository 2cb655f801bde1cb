//! The queue on a real Redis.

#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod errors;
mod leases;
mod limits;
mod many;
mod redis;
mod tending;
mod turns;

use std::time::Duration;

use audiotome_core::{EngineId, Language, Narration, Pauses, SegmentKey, Speed};
use audiotome_queue::{
    Again, Lane, LaneId, Leased, Queue, Queued, Results, Retry, Skill, Skills, Told,
};

use crate::redis::Redis;

const LEASE: Duration = Duration::from_secs(30);
const RETRY: Retry = Retry {
    first: Duration::from_millis(20),
    longest: Duration::from_millis(50),
};

fn narration(voice: &str) -> Narration {
    Narration {
        engine: EngineId {
            engine: "tone".to_owned(),
            version: "1".to_owned(),
            weights: String::new(),
        },
        voice: voice.to_owned(),
        language: Language::new("en"),
        speed: Speed::NORMAL,
        pauses: Pauses::default(),
    }
}

/// A lane with its queue, and the results of its master.
struct Book {
    queue: Queue,
    id: LaneId,
    lane: Lane,
    reply: String,
    results: Results,
    skills: Skills,
}

impl Book {
    async fn on(redis: &Redis, name: &str) -> Self {
        Self::of(redis, name, "beep").await
    }

    async fn of(redis: &Redis, name: &str, voice: &str) -> Self {
        let queue = Queue::connect(&redis.url().parse().unwrap()).await.unwrap();
        let narration = narration(voice);
        let skill = Skill::of(&narration);
        let results = Results::new(&queue, name);
        Self {
            id: LaneId::new(&skill, "master", name),
            lane: Lane {
                engine: "tone".to_owned(),
                narration,
                master: "master".to_owned(),
                title: name.to_owned(),
                store: "here".to_owned(),
            },
            reply: results.stream().to_owned(),
            results,
            skills: Skills::from([(skill, true)]),
            queue,
        }
    }

    fn segment(&self, text: &str) -> (SegmentKey, Queued) {
        let language = Language::new("en");
        let key = SegmentKey::new(&self.lane.narration, &language, text);
        let segment = Queued {
            text: text.to_owned(),
            language,
            most: 3,
        };
        (key, segment)
    }

    async fn add(&self, texts: &[&str]) -> u64 {
        self.add_with(0, texts).await
    }

    async fn add_with(&self, priority: i32, texts: &[&str]) -> u64 {
        let segments: Vec<_> = texts.iter().map(|text| self.segment(text)).collect();
        let lane = (&self.id, &self.lane);
        self.queue
            .add(lane, &self.reply, priority, false, &segments)
            .await
            .unwrap()
    }

    async fn lease(&self, worker: &str, count: usize) -> Vec<Leased> {
        self.lease_for(worker, count, LEASE).await
    }

    async fn lease_for(&self, worker: &str, count: usize, lease: Duration) -> Vec<Leased> {
        let leases = self.queue.lease(worker, count, lease, &self.skills).await;
        leases.unwrap().leased
    }

    /// Leases the next one, waiting for it if need be.
    async fn next(&self, worker: &str) -> Leased {
        loop {
            let leases = self
                .queue
                .lease(worker, 1, LEASE, &self.skills)
                .await
                .unwrap();
            if let Some(leased) = leases.leased.into_iter().next() {
                return leased;
            }
            tokio::time::sleep(leases.wait.expect("something is on its way")).await;
        }
    }

    async fn fail(&self, worker: &str, leased: &Leased, again: Again) {
        self.queue
            .fail(worker, leased, "it coughs", again, RETRY)
            .await
            .unwrap();
    }

    async fn finish(&self, worker: &str, leased: &Leased) -> bool {
        self.queue
            .finish(worker, leased, Duration::from_secs(1))
            .await
            .unwrap()
    }

    async fn told(&mut self) -> Vec<Told> {
        self.results.next().await.unwrap()
    }
}

fn texts(leased: &[Leased]) -> Vec<&str> {
    leased
        .iter()
        .map(|leased| leased.segment.text.as_str())
        .collect()
}
