//! One text, spoken by a cluster with the same care as a book.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use audiotome_core::{
    AudioStore, Clip, Event, Narration, Plan, PlannedChapter, Segment, SegmentKey, StoreError,
    Utterance,
};
use thiserror::Error;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};
use tokio_util::sync::CancellationToken;

use crate::dispatcher::Dispatcher;
use crate::round::DispatchError;
use crate::settings::Settings;

/// Why a text was not spoken.
#[derive(Debug, Error)]
pub enum OnceError {
    /// All tries failed, or the first one told that no other can help.
    #[error("{0}")]
    Unspeakable(String),
    /// No speaker fits, or all have been away for longer than the patience.
    #[error("nobody can speak this: {0}")]
    Nobody(String),
    /// The clip was lost on its way.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Speaks one text: a round over a single segment, so that tries, checks and second tries elsewhere
/// are those of a book. Where nobody is at work for longer than the patience in `settings`, it ends,
/// unless they say to wait. A dropped future gives the request up.
///
/// # Errors
/// See [`OnceError`].
pub async fn speak_once(
    dispatcher: &Dispatcher,
    narration: &Narration,
    utterance: Utterance,
    settings: Settings,
) -> Result<Clip, OnceError> {
    let plan = Arc::new(plan(narration, utterance));
    let (sender, events) = unbounded_channel();
    let store: Arc<dyn AudioStore> = match dispatcher {
        Dispatcher::Direct(_) => Arc::new(Catch::default()),
        Dispatcher::Queue(producer) => producer.patient_store(&sender),
    };
    let key = plan.segments[0].key;
    let waits = settings.wait_for_members;
    let patience = settings.patience;
    let never = CancellationToken::new();
    let spoken = dispatcher.speak(&plan, "a text", Arc::clone(&store), settings, sender, never);
    let outcome = tokio::select! {
        outcome = spoken => outcome,
        reason = nobody_at_work(events, patience), if !waits => return Err(OnceError::Nobody(reason)),
    };
    let outcome = outcome.map_err(|error| match error {
        DispatchError::Nobody { reasons } => OnceError::Nobody(reasons.join("; ")),
        DispatchError::Refused { reason, .. } => OnceError::Unspeakable(reason),
        DispatchError::Store(error) => OnceError::Store(error),
    })?;
    if let Some(letter) = outcome.dead.into_iter().next() {
        let reason = letter.history.into_iter().next_back();
        return Err(OnceError::Unspeakable(reason.unwrap_or_default()));
    }
    let clip = store.get(&key).await?;
    clip.ok_or_else(|| OnceError::Unspeakable("the clip was lost".to_owned()))
}

/// A plan of one segment.
fn plan(narration: &Narration, utterance: Utterance) -> Plan {
    let narration = Narration {
        voice: utterance.voice.to_string(),
        speed: utterance.speed,
        ..narration.clone()
    };
    let segment = Segment {
        key: SegmentKey::new(&narration, &utterance.language, &utterance.text),
        engine: Arc::new(narration.engine.clone()),
        source: Arc::clone(&utterance.text),
        utterance,
        pause_after: Duration::ZERO,
    };
    Plan {
        narration,
        chapters: vec![PlannedChapter {
            number: 1,
            title: String::new(),
            segments: 0..1,
        }],
        segments: vec![segment],
    }
}

/// Ends, with the reason, when nobody has been at work for as long as `patience`.
async fn nobody_at_work(mut events: UnboundedReceiver<Event>, patience: Duration) -> String {
    loop {
        let reason = match events.recv().await {
            Some(Event::Waiting { reason }) => reason,
            Some(_) => continue,
            // The round has ended, and with it the wait.
            None => std::future::pending().await,
        };
        let at_work = async {
            while let Some(event) = events.recv().await {
                if matches!(event, Event::Speaking { .. }) {
                    return;
                }
            }
            std::future::pending().await
        };
        if tokio::time::timeout(patience, at_work).await.is_err() {
            return reason;
        }
    }
}

/// A store for the one clip.
#[derive(Default)]
struct Catch(Mutex<Option<Clip>>);

impl Catch {
    fn clip(&self) -> MutexGuard<'_, Option<Clip>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl AudioStore for Catch {
    async fn missing(&self, keys: &[SegmentKey]) -> Result<Vec<SegmentKey>, StoreError> {
        let caught = self.clip().is_some();
        Ok(if caught { Vec::new() } else { keys.to_vec() })
    }

    async fn get(&self, _: &SegmentKey) -> Result<Option<Clip>, StoreError> {
        Ok(self.clip().clone())
    }

    async fn put(&self, _: &SegmentKey, clip: Clip) -> Result<(), StoreError> {
        self.clip().get_or_insert(clip);
        Ok(())
    }
}
