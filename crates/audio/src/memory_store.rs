//! Clips in memory.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use audiotome_core::{AudioStore, Clip, SegmentKey, StoreError};

/// A store that forgets everything with the process: for trials and tests.
#[derive(Debug, Default)]
pub struct MemoryStore {
    clips: Mutex<HashMap<SegmentKey, Clip>>,
}

#[async_trait]
impl AudioStore for MemoryStore {
    async fn missing(&self, keys: &[SegmentKey]) -> Result<Vec<SegmentKey>, StoreError> {
        let clips = self.clips();
        Ok(keys
            .iter()
            .filter(|key| !clips.contains_key(key))
            .copied()
            .collect())
    }

    async fn get(&self, key: &SegmentKey) -> Result<Option<Clip>, StoreError> {
        Ok(self.clips().get(key).cloned())
    }

    async fn put(&self, key: &SegmentKey, clip: Clip) -> Result<(), StoreError> {
        self.clips().entry(*key).or_insert(clip);
        Ok(())
    }
}

impl MemoryStore {
    fn clips(&self) -> MutexGuard<'_, HashMap<SegmentKey, Clip>> {
        self.clips.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
