//! A store that writes down when a clip came, and lets the sound go, as a folder would.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use audiotome_core::{AudioStore, Clip, Narration, SegmentKey, StoreError};
use audiotome_dispatch::{Failure, Fitness, HttpWorker, Request, Speaker};

/// From being asked for to being kept, by segment.
#[derive(Default)]
pub(crate) struct Ledger(Mutex<HashMap<SegmentKey, Entry>>);

enum Entry {
    Asked(Instant),
    Kept(Duration),
}

impl Ledger {
    pub(crate) fn latencies(&self) -> Vec<Duration> {
        let entries = self.0.lock().unwrap();
        let kept = entries.values().map(|entry| match entry {
            Entry::Kept(latency) => *latency,
            Entry::Asked(_) => panic!("a clip was never kept"),
        });
        kept.collect()
    }
}

#[async_trait]
impl AudioStore for Ledger {
    async fn missing(&self, keys: &[SegmentKey]) -> Result<Vec<SegmentKey>, StoreError> {
        Ok(keys.to_vec())
    }

    async fn get(&self, _: &SegmentKey) -> Result<Option<Clip>, StoreError> {
        Ok(None)
    }

    async fn put(&self, key: &SegmentKey, _: Clip) -> Result<(), StoreError> {
        let mut entries = self.0.lock().unwrap();
        if let Some(Entry::Asked(at)) = entries.get(key) {
            let latency = at.elapsed();
            entries.insert(*key, Entry::Kept(latency));
        }
        Ok(())
    }
}

/// A worker whose calls are written down.
pub(crate) struct Watched {
    worker: Arc<HttpWorker>,
    ledger: Arc<Ledger>,
}

impl Watched {
    pub(crate) fn new(worker: Arc<HttpWorker>, ledger: Arc<Ledger>) -> Self {
        Self { worker, ledger }
    }
}

#[async_trait]
impl Speaker for Watched {
    fn name(&self) -> &str {
        self.worker.name()
    }

    async fn fitness(&self, narration: &Narration) -> Fitness {
        self.worker.fitness(narration).await
    }

    async fn presence(&self) -> Fitness {
        self.worker.presence().await
    }

    async fn speak(&self, request: Request<'_>) -> Result<Clip, Failure> {
        let asked = Entry::Asked(Instant::now());
        self.ledger
            .0
            .lock()
            .unwrap()
            .insert(request.segment.key, asked);
        self.worker.speak(request).await
    }
}
