//! A cluster behind a worker's door.

use std::sync::Arc;

use audiotome_core::{
    Clip, EngineId, Narration, Pauses, SpeechEngine, SpeechError, Utterance, Voice,
};
use tokio::runtime::Handle;

use crate::dispatcher::Dispatcher;
use crate::once::{OnceError, speak_once};
use crate::repertoire::{Opened, Repertoire, RepertoireError};
use crate::settings::Settings;
use crate::wire::OfferedVoice;

/// The voices of a repertoire, spoken by a whole cluster. Its engines block until the cluster has
/// spoken: they are for threads on which blocking is allowed.
pub struct Gateway {
    inner: Arc<dyn Repertoire>,
    speakers: Speakers,
}

/// Who speaks, and how they are used.
#[derive(Clone)]
struct Speakers {
    dispatcher: Dispatcher,
    settings: Settings,
    runtime: Handle,
}

/// An engine of the repertoire, with the cluster's mouth.
struct Relay {
    engine: Arc<dyn SpeechEngine>,
    speakers: Speakers,
}

impl Gateway {
    /// Lets everybody behind `dispatcher` speak with the voices of `inner`, whose engines only tell who must speak.
    #[must_use]
    pub fn new(
        inner: Arc<dyn Repertoire>,
        dispatcher: Dispatcher,
        settings: Settings,
        runtime: Handle,
    ) -> Self {
        Self {
            inner,
            speakers: Speakers {
                dispatcher,
                settings,
                runtime,
            },
        }
    }

    fn relay(&self, engine: Arc<dyn SpeechEngine>) -> Arc<dyn SpeechEngine> {
        Arc::new(Relay {
            engine,
            speakers: self.speakers.clone(),
        })
    }
}

impl Repertoire for Gateway {
    fn voices(&self) -> Vec<OfferedVoice> {
        self.inner.voices()
    }

    fn open(&self, model: &str, voice: &str) -> Result<Opened, RepertoireError> {
        let opened = self.inner.open(model, voice)?;
        Ok(Opened {
            engine: self.relay(opened.engine),
            voice: opened.voice,
        })
    }

    fn opened(&self) -> Vec<Arc<dyn SpeechEngine>> {
        let engines = self.inner.opened().into_iter();
        engines.map(|engine| self.relay(engine)).collect()
    }
}

impl SpeechEngine for Relay {
    fn id(&self) -> &EngineId {
        self.engine.id()
    }

    fn voices(&self) -> &[Voice] {
        self.engine.voices()
    }

    fn synthesize(&self, utterance: &Utterance) -> Result<Clip, SpeechError> {
        let narration = Narration {
            engine: self.id().clone(),
            voice: utterance.voice.to_string(),
            language: utterance.language.clone(),
            speed: utterance.speed,
            pauses: Pauses::default(),
        };
        let Speakers {
            dispatcher,
            settings,
            runtime,
        } = &self.speakers;
        let spoken = speak_once(dispatcher, &narration, utterance.clone(), settings.clone());
        // The tries are used up already.
        runtime.block_on(spoken).map_err(|error| match error {
            OnceError::Unspeakable(reason) => SpeechError::Permanent(reason),
            OnceError::Nobody(_) | OnceError::Store(_) => {
                SpeechError::Unavailable(error.to_string())
            }
        })
    }
}
