//! A store that others share may be away for a moment.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use audiotome_core::{AudioStore, Clip, SegmentKey, StoreError};
use audiotome_queue::rest;

/// How long a store may be away before it counts as broken.
const AWAY: Duration = Duration::from_secs(90);
/// Between two looks; it doubles up to [`LONGEST_PAUSE`].
const PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// A folder on another machine may show a file a little later than whoever wrote it was told.
const LATE: Duration = Duration::from_secs(2);

/// The shared store as a master reads it: what fails is tried again for a while, and a clip that was told to be
/// there is looked for more than once.
pub(super) struct Patient(pub(super) Arc<dyn AudioStore>);

impl Patient {
    async fn insist<T, F>(&self, mut ask: impl FnMut() -> F) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        let (started, mut pause) = (Instant::now(), PAUSE);
        loop {
            match ask().await {
                Err(error @ StoreError::Io { .. }) if started.elapsed() < AWAY => {
                    tracing::warn!(%error, "waits for the store");
                }
                answer => return answer,
            }
            rest(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }
}

#[async_trait]
impl AudioStore for Patient {
    async fn missing(&self, keys: &[SegmentKey]) -> Result<Vec<SegmentKey>, StoreError> {
        self.insist(|| self.0.missing(keys)).await
    }

    async fn get(&self, key: &SegmentKey) -> Result<Option<Clip>, StoreError> {
        let started = Instant::now();
        loop {
            let clip = self.insist(|| self.0.get(key)).await?;
            if clip.is_some() || started.elapsed() >= LATE {
                return Ok(clip);
            }
            rest(PAUSE).await;
        }
    }

    async fn put(&self, key: &SegmentKey, clip: Clip) -> Result<(), StoreError> {
        self.0.put(key, clip).await
    }
}
