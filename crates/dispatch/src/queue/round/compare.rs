//! What Redis knows, compared with what it should know.

use std::collections::HashSet;
use std::time::Instant;

use super::{By, QueueRound, State};
use crate::round::DispatchError;

impl QueueRound<'_> {
    /// Puts back what Redis has lost, and finds what was done without our hearing of it.
    pub(super) async fn compare(&mut self) -> Result<(), DispatchError> {
        self.compared = Instant::now();
        self.unsure = false;
        let open = |task: &usize| self.states[*task] == State::Open;
        let keys: Vec<_> = self.tasks.iter().filter(|(_, task)| open(task)).collect();
        let keys: Vec<_> = keys.into_iter().map(|(key, _)| *key).collect();
        let unknown = self.producer.queue.unknown(&self.id, &keys).await;
        let Some(unknown) = self.sure(unknown) else {
            return Ok(());
        };
        let absent = self.store.missing(&unknown).await;
        let Some(absent) = self.sure(absent) else {
            return Ok(());
        };
        let absent: HashSet<_> = absent.into_iter().collect();
        for key in unknown.iter().filter(|key| !absent.contains(key)) {
            let clip = self.store.get(key).await;
            if let Some(Some(clip)) = self.sure(clip) {
                self.spoken(self.tasks[key], By::default(), clip.duration());
            }
        }
        let mut lost = self.in_order();
        lost.retain(|task| absent.contains(&self.key(*task)));
        let lost = self.not_in_redis(lost).await?;
        if !lost.is_empty() {
            tracing::warn!(
                segments = lost.len(),
                "the queue has lost segments: puts them back"
            );
            self.add(lost).await;
        }
        Ok(())
    }

    /// What came of a question about what Redis and the store have; none is asked again soon.
    fn sure<T, E: std::error::Error>(&mut self, answer: Result<T, E>) -> Option<T> {
        answer
            .inspect_err(|error| {
                self.unsure = true;
                self.report_lack(error.to_string());
            })
            .ok()
    }
}
