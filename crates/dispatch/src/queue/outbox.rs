//! What a worker has spoken and not said yet.

use audiotome_queue::{Leased, Spoken};
use std::sync::{Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// Said at once at most: Redis does nothing else meanwhile, and clips may be among it.
const AT_ONCE: usize = 16;

/// Segments that are spoken, until the queue has heard of them: said together with the next wish for work, so that a
/// segment costs one call.
#[derive(Default)]
pub(super) struct Outbox {
    spoken: Mutex<Vec<(Leased, Spoken)>>,
    news: Notify,
}

impl Outbox {
    /// What was leased is spoken.
    pub(super) fn put(&self, leased: Leased, spoken: Spoken) {
        self.spoken().push((leased, spoken));
        self.news.notify_one();
    }

    /// Waits until there is something to say.
    pub(super) async fn filled(&self) {
        while self.spoken().is_empty() {
            self.news.notified().await;
        }
    }

    /// What there is to say next.
    pub(super) fn all(&self) -> (Vec<Leased>, Vec<Spoken>) {
        let spoken = self.spoken();
        spoken.iter().take(AT_ONCE).cloned().unzip()
    }

    /// The first of them were heard.
    pub(super) fn heard(&self, first: usize) {
        self.spoken().drain(..first);
    }

    fn spoken(&self) -> MutexGuard<'_, Vec<(Leased, Spoken)>> {
        self.spoken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
