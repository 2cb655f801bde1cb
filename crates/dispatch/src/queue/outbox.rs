//! What a worker has spoken and not said yet.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use audiotome_queue::{Leased, Spoken};
use tokio::sync::Notify;

/// Segments whose clips are in the store, until the queue has heard of them: said together with the next wish for
/// work, so that a segment costs one call.
#[derive(Default)]
pub(super) struct Outbox {
    spoken: Mutex<Vec<(Leased, Duration)>>,
    news: Notify,
}

impl Outbox {
    /// A clip of such a length is in the store.
    pub(super) fn put(&self, leased: Leased, audio: Duration) {
        self.spoken().push((leased, audio));
        self.news.notify_one();
    }

    /// Waits until there is something to say.
    pub(super) async fn filled(&self) {
        while self.spoken().is_empty() {
            self.news.notified().await;
        }
    }

    /// What there is to say.
    pub(super) fn all(&self) -> (Vec<Leased>, Vec<Spoken>) {
        let spoken = self.spoken();
        let say = |(leased, audio): &(Leased, Duration)| Spoken::new(leased, *audio);
        let leased = spoken.iter().map(|(leased, _)| leased.clone());
        (leased.collect(), spoken.iter().map(say).collect())
    }

    /// The first of them were heard.
    pub(super) fn heard(&self, first: usize) {
        self.spoken().drain(..first);
    }

    fn spoken(&self) -> MutexGuard<'_, Vec<(Leased, Duration)>> {
        self.spoken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
