//! This machine's cores.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use async_trait::async_trait;
use audiotome_core::{Clip, EngineId, Narration, SpeechEngine, SpeechError, Utterance};

use crate::repertoire::{Opened, Repertoire, RepertoireError, Single};
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

/// Engines of this process, each utterance on a thread of its own.
pub struct Local {
    name: String,
    slots: Slots,
    voices: Arc<Voices>,
}

/// What was opened, by the exact engine and the voice that were asked for.
type OpenVoices = HashMap<(EngineId, String), Opened>;

/// A repertoire, and what was opened of it.
struct Voices {
    repertoire: Arc<dyn Repertoire>,
    opened: Mutex<OpenVoices>,
}

impl Local {
    /// Speaks with whatever `repertoire` opens, in so many slots.
    #[must_use]
    pub fn new(name: &str, repertoire: Arc<dyn Repertoire>, slots: Slots) -> Self {
        Self {
            name: name.to_owned(),
            slots,
            voices: Arc::new(Voices {
                repertoire,
                opened: Mutex::default(),
            }),
        }
    }

    /// Speaks with one engine only, which may stand for a server elsewhere.
    #[must_use]
    pub fn single(name: &str, engine: Arc<dyn SpeechEngine>, slots: Slots) -> Self {
        Self::new(name, Arc::new(Single::new(engine)), slots)
    }
}

impl Voices {
    /// The voice of exactly this engine. It blocks: a model may have to be read.
    fn open(&self, engine: &EngineId, voice: &str) -> Result<Opened, RepertoireError> {
        let key = (engine.clone(), voice.to_owned());
        if let Some(opened) = self.opened().get(&key) {
            return Ok(opened.clone());
        }
        let opened = self.repertoire.open(&engine.engine, voice)?;
        let ours = opened.engine.id();
        if ours != engine {
            let message = format!("it speaks with {ours}, not {engine}");
            return Err(RepertoireError::NotFound(message));
        }
        self.opened().insert(key, opened.clone());
        Ok(opened)
    }

    fn check(&self, engine: &EngineId, voice: &str) -> Result<(), RepertoireError> {
        available(&*self.open(engine, voice)?.engine)
    }

    /// Whether all engines that were opened are there: those of this process always are, those of
    /// servers elsewhere may not.
    fn are_there(&self) -> Result<(), RepertoireError> {
        let mut opened = self.repertoire.opened().into_iter();
        opened.try_for_each(|engine| available(&*engine))
    }

    fn speak(&self, engine: &EngineId, mut utterance: Utterance) -> Result<Clip, Failure> {
        let opened = self.open(engine, &utterance.voice);
        let opened = opened.map_err(|error| Failure::Speaker(error.to_string()))?;
        utterance.voice = opened.voice.as_str().into();
        let spoken = opened.engine.synthesize(&utterance);
        spoken.map_err(|error| match error {
            SpeechError::Unavailable(reason) => Failure::Speaker(reason),
            SpeechError::Unusable(reason) => Failure::Unfit(reason),
            SpeechError::Busy(wait) => Failure::Busy(wait),
            error => Failure::Segment {
                again: matches!(error, SpeechError::Transient(_)),
                reason: error.to_string(),
            },
        })
    }

    fn opened(&self) -> MutexGuard<'_, OpenVoices> {
        self.opened.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Local {
    /// Asks on a thread on which blocking is no harm.
    async fn ask(
        &self,
        question: impl FnOnce(&Voices) -> Result<(), RepertoireError> + Send + 'static,
    ) -> Fitness {
        let voices = Arc::clone(&self.voices);
        match tokio::task::spawn_blocking(move || question(&voices)).await {
            Ok(Ok(())) => Fitness::Fit {
                requests: self.slots.count(),
            },
            Ok(Err(RepertoireError::NotFound(reason))) => Fitness::Unfit(reason),
            Ok(Err(RepertoireError::Broken(reason))) => Fitness::Away(reason),
            Err(panic) => Fitness::Away(format!("the engine panicked: {panic}")),
        }
    }
}

fn available(engine: &dyn SpeechEngine) -> Result<(), RepertoireError> {
    engine.available().map_err(|error| match error {
        SpeechError::Unusable(reason) => RepertoireError::NotFound(reason),
        error => RepertoireError::Broken(error.to_string()),
    })
}

#[async_trait]
impl Speaker for Local {
    fn name(&self) -> &str {
        &self.name
    }

    async fn fitness(&self, narration: &Narration) -> Fitness {
        let (engine, voice) = (narration.engine.clone(), narration.voice.clone());
        self.ask(move |voices| voices.check(&engine, &voice)).await
    }

    async fn presence(&self) -> Fitness {
        self.ask(Voices::are_there).await
    }

    async fn speak(&self, request: Request<'_>) -> Result<Clip, Failure> {
        let voices = Arc::clone(&self.voices);
        let engine = request.engine.clone();
        let utterance = request.segment.utterance.clone();
        let spoken = tokio::task::spawn_blocking(move || voices.speak(&engine, utterance)).await;
        spoken.unwrap_or_else(|panic| {
            Err(Failure::Segment {
                again: true,
                reason: format!("the engine panicked: {panic}"),
            })
        })
    }
}
