//! How much a worker may hold at once.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Hands, each of which holds a segment until it is spoken.
pub(super) struct Hands {
    hands: Arc<Semaphore>,
    total: usize,
}

impl Hands {
    pub(super) fn new() -> Self {
        Self {
            hands: Arc::new(Semaphore::new(0)),
            total: 0,
        }
    }

    /// As many as that, or as there are if those are more.
    pub(super) fn grow_to(&mut self, total: usize) {
        let more = total.saturating_sub(self.total);
        self.hands.add_permits(more);
        self.total += more;
    }

    /// Waits for a free one.
    pub(super) async fn free(&self) -> OwnedSemaphorePermit {
        let free = Arc::clone(&self.hands).acquire_owned().await;
        free.expect("it is never closed")
    }

    /// Another one, if one is free now.
    pub(super) fn another(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.hands).try_acquire_owned().ok()
    }

    /// How many are free.
    pub(super) fn left(&self) -> usize {
        self.hands.available_permits()
    }
}
