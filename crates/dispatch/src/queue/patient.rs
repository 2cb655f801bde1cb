//! A store that others share may be away for a moment.

use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use audiotome_core::{AudioStore, Clip, Event, SegmentKey, StoreError};
use audiotome_queue::rest;
use tokio::sync::mpsc::WeakUnboundedSender;

use super::keep::why;

/// How long a store may be away before it counts as broken.
const AWAY: Duration = Duration::from_secs(90);
/// Between two looks; it doubles up to [`LONGEST_PAUSE`].
const PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);
/// A folder on another machine may show a file a little later than whoever wrote it was told.
const LATE: Duration = Duration::from_secs(2);

/// The shared store as a master reads it: what fails is tried again for a while, and a clip that was told to be
/// there is looked for more than once.
pub(super) struct Patient {
    pub(super) store: Arc<dyn AudioStore>,
    /// Who waits.
    pub(super) master: String,
    /// Where people look who wonder why nothing goes on. It must not keep alive what ends with its last sender.
    pub(super) events: WeakUnboundedSender<Event>,
}

impl Patient {
    fn tell(&self, error: &StoreError) {
        let reason = why(error, "see whether it can be reached from there");
        tracing::warn!(reason, "the store");
        if let Some(events) = self.events.upgrade() {
            let worker = self.master.clone();
            // Nobody listening is fine: events are for displays.
            let _ = events.send(Event::WorkerHeldUp { worker, reason });
        }
    }

    async fn insist<T, F>(&self, mut ask: impl FnMut() -> F) -> Result<T, StoreError>
    where
        F: Future<Output = Result<T, StoreError>>,
    {
        let (started, mut pause) = (Instant::now(), PAUSE);
        let mut told = false;
        loop {
            match ask().await {
                Err(error @ StoreError::Io { .. }) if started.elapsed() < AWAY => {
                    if !std::mem::replace(&mut told, true) {
                        self.tell(&error);
                    }
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
        self.insist(|| self.store.missing(keys)).await
    }

    async fn get(&self, key: &SegmentKey) -> Result<Option<Clip>, StoreError> {
        let started = Instant::now();
        loop {
            let clip = self.insist(|| self.store.get(key)).await?;
            if clip.is_some() || started.elapsed() >= LATE {
                return Ok(clip);
            }
            rest(PAUSE).await;
        }
    }

    async fn put(&self, key: &SegmentKey, clip: Clip) -> Result<(), StoreError> {
        self.store.put(key, clip).await
    }
}
