//! What a worker has spoken and not said yet.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use audiotome_queue::{Leased, Spoken};
use tokio::sync::Notify;

/// Said at once at most: Redis does nothing else meanwhile.
const AT_ONCE: usize = 16;
/// Length of the clips that go along at once: half a megabyte, or a second on a slow line. One goes however long it is.
const CLIPS_AT_ONCE: Duration = Duration::from_secs(10);

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
        let mut clips = Duration::ZERO;
        let fits = |(_, spoken): &&(Leased, Spoken)| {
            let first = clips.is_zero();
            clips += spoken
                .clip
                .as_ref()
                .map_or(Duration::ZERO, |clip| clip.duration());
            first || clips <= CLIPS_AT_ONCE
        };
        let next = spoken.iter().take(AT_ONCE).take_while(fits);
        next.cloned().unzip()
    }

    /// The first of them were heard.
    pub(super) fn heard(&self, first: usize) {
        self.spoken().drain(..first);
    }

    fn spoken(&self) -> MutexGuard<'_, Vec<(Leased, Spoken)>> {
        self.spoken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
