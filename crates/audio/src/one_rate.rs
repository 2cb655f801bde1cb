//! A book of several voices in one sample rate.

use std::borrow::Cow;
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use audiotome_core::{AudioStore, Clip, Plan, SegmentKey, StoreError};

use crate::resample::at_rate;

/// The clips of a store as a plan hears them: all at the rate of its leading voice. As long as the clip
/// that says what that is is missing, so are all others.
struct OneRate {
    store: Arc<dyn AudioStore>,
    lead: SegmentKey,
    rate: OnceLock<u32>,
}

/// The store for whoever hears the clips of `plan`; the same where it has one voice only.
#[must_use]
pub fn one_rate(store: Arc<dyn AudioStore>, plan: &Plan) -> Arc<dyn AudioStore> {
    match plan.lead() {
        None => store,
        Some(lead) => Arc::new(OneRate {
            store,
            lead,
            rate: OnceLock::new(),
        }),
    }
}

impl OneRate {
    async fn rate(&self) -> Result<Option<u32>, StoreError> {
        if let Some(rate) = self.rate.get() {
            return Ok(Some(*rate));
        }
        let lead = self.store.get(&self.lead).await?;
        Ok(lead.map(|clip| *self.rate.get_or_init(|| clip.sample_rate())))
    }
}

#[async_trait]
impl AudioStore for OneRate {
    async fn missing(&self, keys: &[SegmentKey]) -> Result<Vec<SegmentKey>, StoreError> {
        self.store.missing(keys).await
    }

    async fn get(&self, key: &SegmentKey) -> Result<Option<Clip>, StoreError> {
        let Some(rate) = self.rate().await? else {
            return Ok(None);
        };
        let clip = self.store.get(key).await?;
        Ok(clip.map(|clip| match at_rate(&clip, rate) {
            Cow::Owned(other) => other,
            Cow::Borrowed(_) => clip,
        }))
    }

    async fn put(&self, key: &SegmentKey, clip: Clip) -> Result<(), StoreError> {
        self.store.put(key, clip).await
    }
}
