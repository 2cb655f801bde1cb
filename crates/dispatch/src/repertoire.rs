//! What can be spoken with.

use std::sync::Arc;

use audiotome_core::SpeechEngine;
use thiserror::Error;

use crate::wire::OfferedVoice;

/// Voices, and the engines that speak with them.
pub trait Repertoire: Send + Sync {
    /// The voices that are there now, the best first.
    fn voices(&self) -> Vec<OfferedVoice>;

    /// The engine for a model and voice, opened once and shared.
    ///
    /// # Errors
    /// When there is no such model or voice, or it can't be opened.
    fn open(&self, model: &str, voice: &str) -> Result<Opened, RepertoireError>;

    /// The engines that were opened.
    fn opened(&self) -> Vec<Arc<dyn SpeechEngine>>;
}

/// An engine and the name of the voice in it.
#[derive(Clone)]
pub struct Opened {
    /// The engine.
    pub engine: Arc<dyn SpeechEngine>,
    /// The voice's name.
    pub voice: String,
}

/// Why a voice can't be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RepertoireError {
    /// There is none of that name.
    #[error("{0}")]
    NotFound(String),
    /// It is there and broken.
    #[error("{0}")]
    Broken(String),
}

/// One engine, whatever model is asked for; whoever needs an exact one compares its id.
pub struct Single(Arc<dyn SpeechEngine>);

impl Single {
    /// This engine and no other.
    #[must_use]
    pub fn new(engine: Arc<dyn SpeechEngine>) -> Self {
        Self(engine)
    }
}

impl Repertoire for Single {
    fn voices(&self) -> Vec<OfferedVoice> {
        let model = &self.0.id().engine;
        let voices = self.0.voices().iter();
        voices
            .map(|voice| OfferedVoice {
                model: model.clone(),
                voice: voice.name.clone(),
                language: voice.language.to_string(),
                description: voice.description.clone(),
            })
            .collect()
    }

    fn open(&self, _: &str, voice: &str) -> Result<Opened, RepertoireError> {
        Ok(Opened {
            engine: Arc::clone(&self.0),
            voice: voice.to_owned(),
        })
    }

    fn opened(&self) -> Vec<Arc<dyn SpeechEngine>> {
        vec![Arc::clone(&self.0)]
    }
}
