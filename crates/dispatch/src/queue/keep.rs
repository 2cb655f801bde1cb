//! Making clips durable, however long the store is away, and letting people know that it is.

use std::error::Error as _;
use std::io::ErrorKind;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use audiotome_core::{Clip, StoreError};
use audiotome_queue::Leased;
use tracing::{debug, info, warn};

use super::consumer::{Consumer, PAUSE};

/// A clip takes milliseconds to be kept; a store that takes so long is worth a word.
const SLOW: Duration = Duration::from_secs(5);

/// What holds a worker up, while it does.
#[derive(Default)]
pub(super) struct Trouble(Mutex<Option<String>>);

impl Trouble {
    pub(super) fn get(&self) -> Option<String> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Returns whether that is news.
    fn set(&self, trouble: Option<String>) -> bool {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let news = *now != trouble;
        *now = trouble;
        news
    }
}

impl Consumer {
    /// Makes the clip durable. Returns whether it could, before it had to leave.
    pub(super) async fn keep(&self, leased: &Leased, clip: Clip) -> bool {
        let mut pause = PAUSE;
        loop {
            match self.put(leased, clip.clone()).await {
                Ok(()) => {
                    self.tell(None).await;
                    return true;
                }
                Err(error) => self.tell(Some(waits(&error))).await,
            }
            if self.drain.is_cancelled() {
                return false;
            }
            self.pause(&mut pause).await;
        }
    }

    async fn put(&self, leased: &Leased, clip: Clip) -> Result<(), StoreError> {
        let mut put = self.store.put(&leased.key, clip);
        match tokio::time::timeout(SLOW, &mut put).await {
            Ok(kept) => kept,
            Err(_) => {
                let seconds = SLOW.as_secs();
                let slow = format!("the store takes more than {seconds} s for a clip");
                self.tell(Some(slow)).await;
                put.await
            }
        }
    }

    /// Lets masters know what holds this worker up, or that nothing does any more.
    async fn tell(&self, trouble: Option<String>) {
        if !self.trouble.set(trouble.clone()) {
            return;
        }
        let name = &self.settings.name;
        match trouble {
            Some(trouble) => warn!(worker.name = name, trouble, "is held up"),
            None => info!(worker.name = name, "goes on"),
        }
        // The next heartbeat tells it, too.
        if let Err(error) = self.beat_once().await {
            debug!(%error, "could not tell what holds it up");
        }
    }
}

/// What is wrong with the store, and the way out.
fn waits(error: &StoreError) -> String {
    let mut text = format!("waits for the store: {error}");
    if let Some(source) = error.source() {
        text.push_str(&format!(": {source}"));
    }
    let StoreError::Io { source, .. } = error else {
        return text;
    };
    let hint = match source.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "free some space",
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "let this worker write there"
        }
        _ => "see whether it can be reached from there",
    };
    text.push_str(&format!("; {hint}, and it goes on"));
    text
}
