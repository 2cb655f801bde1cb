//! This machine's cores.

use std::sync::Arc;

use async_trait::async_trait;
use audiotome_core::{Clip, Narration, SpeechEngine, SpeechError};

use crate::speaker::{Failure, Fitness, Request, Speaker};

/// How much is spoken at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slots(usize);

impl Slots {
    /// `count` utterances at once, at least one.
    #[must_use]
    pub fn new(count: usize) -> Self {
        Self(count.max(1))
    }

    /// One utterance for each core.
    #[must_use]
    pub fn per_core() -> Self {
        Self::new(std::thread::available_parallelism().map_or(1, usize::from))
    }

    /// How many.
    #[must_use]
    pub fn count(self) -> usize {
        self.0
    }
}

/// An engine of this process, each utterance on a thread of its own.
pub struct Local {
    name: String,
    engine: Arc<dyn SpeechEngine>,
    slots: Slots,
}

impl Local {
    /// Speaks with `engine` in so many slots.
    #[must_use]
    pub fn new(engine: Arc<dyn SpeechEngine>, slots: Slots) -> Self {
        Self::named("this machine", engine, slots)
    }

    /// The same under another name: an engine that stands for a server elsewhere.
    #[must_use]
    pub fn named(name: &str, engine: Arc<dyn SpeechEngine>, slots: Slots) -> Self {
        Self {
            name: name.to_owned(),
            engine,
            slots,
        }
    }
}

#[async_trait]
impl Speaker for Local {
    fn name(&self) -> &str {
        &self.name
    }

    async fn fitness(&self, narration: &Narration) -> Fitness {
        let engine = &narration.engine;
        if self.engine.id() != engine {
            return Fitness::Unfit(format!("it speaks with {}, not {engine}", self.engine.id()));
        }
        let asked = Arc::clone(&self.engine);
        match tokio::task::spawn_blocking(move || asked.available()).await {
            Ok(Ok(())) => Fitness::Fit {
                requests: self.slots.count(),
            },
            Ok(Err(error)) => Fitness::Away(error.to_string()),
            Err(panic) => Fitness::Away(format!("the engine panicked: {panic}")),
        }
    }

    async fn speak(&self, request: Request<'_>) -> Result<Clip, Failure> {
        let engine = Arc::clone(&self.engine);
        let utterance = request.segment.utterance.clone();
        match tokio::task::spawn_blocking(move || engine.synthesize(&utterance)).await {
            Ok(Ok(clip)) => Ok(clip),
            Ok(Err(SpeechError::Unavailable(reason))) => Err(Failure::Speaker(reason)),
            Ok(Err(error)) => Err(Failure::Segment {
                again: matches!(error, SpeechError::Transient(_)),
                reason: error.to_string(),
            }),
            Err(panic) => Err(Failure::Segment {
                again: true,
                reason: format!("the engine panicked: {panic}"),
            }),
        }
    }
}
