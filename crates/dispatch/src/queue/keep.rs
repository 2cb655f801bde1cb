//! Making clips durable, however long the store is away, and letting people know that it is.

use std::error::Error as _;
use std::io::ErrorKind;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use audiotome_core::{AudioStore, Clip, StoreError};
use audiotome_queue::Leased;
use tracing::{debug, warn};

use super::consumer::{Consumer, PAUSE};

/// A clip takes milliseconds to be kept; a store that takes so long is worth a word.
const SLOW: Duration = Duration::from_secs(5);

/// What holds a worker up, while it does.
#[derive(Default)]
pub(super) struct Trouble(Mutex<Option<Hitch>>);

struct Hitch {
    /// What kind of error it is; none where the store is slow.
    kind: Option<ErrorKind>,
    text: String,
}

impl Trouble {
    pub(super) fn get(&self) -> Option<String> {
        self.now().as_ref().map(|hitch| hitch.text.clone())
    }

    /// Returns whether that is news: the same trouble with the next clip is none.
    fn set(&self, hitch: Option<Hitch>) -> bool {
        let mut now = self.now();
        let kind = |hitch: &Option<Hitch>| hitch.as_ref().map(|hitch| hitch.kind);
        let news = kind(&now) != kind(&hitch);
        if news {
            *now = hitch;
        }
        news
    }

    fn now(&self) -> MutexGuard<'_, Option<Hitch>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Consumer {
    /// Makes the clip durable. Returns whether it could, before it had to leave.
    pub(super) async fn keep(&self, store: &dyn AudioStore, leased: &Leased, clip: Clip) -> bool {
        let mut pause = PAUSE;
        loop {
            match self.put(store, leased, clip.clone()).await {
                Ok(()) => {
                    self.tell(None).await;
                    return true;
                }
                Err(error) => self.tell(Some(hitch(&error))).await,
            }
            if self.drain.is_cancelled() {
                return false;
            }
            self.pause(&mut pause).await;
        }
    }

    async fn put(
        &self,
        store: &dyn AudioStore,
        leased: &Leased,
        clip: Clip,
    ) -> Result<(), StoreError> {
        let mut put = store.put(&leased.key, clip);
        match tokio::time::timeout(SLOW, &mut put).await {
            Ok(kept) => kept,
            Err(_) => {
                let seconds = SLOW.as_secs();
                let text =
                    format!("waits for the store: it takes more than {seconds} s for a clip");
                self.tell(Some(Hitch { kind: None, text })).await;
                put.await
            }
        }
    }

    /// Lets masters know what holds this worker up, or that nothing does any more.
    async fn tell(&self, hitch: Option<Hitch>) {
        if !self.trouble.set(hitch) {
            return;
        }
        log(&self.settings.name, self.trouble.get());
        // The next heartbeat tells it, too.
        if let Err(error) = self.beat_once().await {
            debug!(%error, "could not tell what holds it up");
        }
    }
}

fn log(name: &str, trouble: Option<String>) {
    let trouble = trouble.unwrap_or_else(|| "none any more: it goes on".to_owned());
    warn!(worker.name = name, trouble, "the store");
}

/// What is wrong with the store, and the way out.
fn hitch(error: &StoreError) -> Hitch {
    let kind = match error {
        StoreError::Io { source, .. } => source.kind(),
        StoreError::Damaged { .. } => ErrorKind::InvalidData,
    };
    let way_out = match kind {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "free some space",
        ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
            "let this worker write there"
        }
        _ => "see whether it can be reached from there",
    };
    Hitch {
        kind: Some(kind),
        text: why(error, way_out),
    }
}

/// Why somebody waits for the store, and the way out.
pub(super) fn why(error: &StoreError, way_out: &str) -> String {
    let source = error
        .source()
        .map_or(String::new(), |source| format!(": {source}"));
    format!("waits for the store: {error}{source}; {way_out}, and it goes on")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_trouble_with_another_clip_is_no_news() {
        let full = |clip: &str| {
            hitch(&StoreError::Io {
                action: format!("write `{clip}`"),
                source: ErrorKind::StorageFull.into(),
            })
        };
        let trouble = Trouble::default();
        assert!(trouble.set(Some(full("a"))));
        assert!(!trouble.set(Some(full("b"))));
        let text = trouble.get().unwrap();
        assert!(
            text.contains("`a`") && text.contains("free some space"),
            "{text}"
        );
        assert!(trouble.set(None));
        assert!(!trouble.set(None));
    }
}
