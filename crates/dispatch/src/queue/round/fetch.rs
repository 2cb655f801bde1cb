//! Clips that travel through Redis, and come to rest in the master's store.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use audiotome_queue::RedisStore;

use super::{By, QueueRound, State};
use crate::round::DispatchError;

/// Clips that are fetched out of Redis at once.
const FETCHES: usize = 16;

impl QueueRound<'_> {
    /// Fetches a clip out of Redis; a few at a time.
    pub(super) async fn fetch(
        &mut self,
        task: usize,
        by: By,
        clips: RedisStore,
    ) -> Result<(), DispatchError> {
        while self.fetching.len() >= FETCHES {
            if let Some(fetched) = self.fetching.join_next().await {
                let (task, by, clip) = fetched.expect("fetching does not panic");
                self.fetched(task, by, clip?).await;
            }
        }
        if self.states[task] == State::Dead {
            self.open += 1;
        }
        self.states[task] = State::Fetching;
        let store = Arc::clone(&self.store);
        let key = self.plan.segments[self.missing.segments[task]].key;
        self.fetching.spawn(async move {
            let Ok(Some(clip)) = clips.get(&key).await else {
                return (task, by, Ok(None));
            };
            let audio = clip.duration();
            let kept = store.put(&key, clip).await;
            if kept.is_ok() {
                // One that stays is forgotten by itself.
                let _ = clips.remove(&key).await;
            }
            (task, by, kept.map(|()| Some(audio)))
        });
        Ok(())
    }

    pub(super) async fn fetched(&mut self, task: usize, by: By, audio: Option<Duration>) {
        if let Some(audio) = audio {
            self.spoken(task, by, audio);
        } else {
            // Redis has lost it, or can't be reached: it is spoken again.
            self.states[task] = State::Open;
            self.add(vec![task]).await;
        }
    }

    /// These tasks, without those whose clips are in Redis, which are fetched.
    pub(super) async fn not_in_redis(
        &mut self,
        tasks: Vec<usize>,
    ) -> Result<Vec<usize>, DispatchError> {
        let Some(clips) = self.producer.settings.fetch.clone() else {
            return Ok(tasks);
        };
        let keys = self.keys(&tasks);
        let absent = clips.missing(&keys).await.unwrap_or(keys);
        let absent: HashSet<_> = absent.into_iter().collect();
        let (gone, there): (Vec<_>, Vec<_>) = tasks
            .into_iter()
            .partition(|task| absent.contains(&self.key(*task)));
        for task in there {
            self.fetch(task, By::default(), clips.clone()).await?;
        }
        Ok(gone)
    }
}
