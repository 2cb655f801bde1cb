//! The seam to whatever can speak.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{Clip, Language, Speed};

/// Everything about an engine that changes its sound: name, version, digest of the weights.
/// Two machines may share a book only when their ids are equal.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct EngineId {
    /// `espeak`, `hibari`, `piper`, `tone`.
    pub engine: String,
    /// Version of the engine: the program's, or ours where the engine is in this program.
    pub version: String,
    /// First hexadecimal digits of the digest over all weights, or empty where there are none.
    pub weights: String,
}

impl fmt::Display for EngineId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.engine, self.version)?;
        if self.weights.is_empty() {
            Ok(())
        } else {
            write!(f, "+{}", self.weights)
        }
    }
}

/// A voice that an engine has.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Voice {
    /// What `--voice` takes, unique within the engine: `en-us`, `hibari`, `en_US-joe-medium`.
    pub name: String,
    /// The language that it speaks best.
    pub language: Language,
    /// One line for people: `American English, neural, 24 kHz`.
    pub description: String,
}

/// What an engine is asked to say once: a sentence, or part of a very long one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Utterance {
    /// Normalised text: no markup, numbers and abbreviations as the engine can read them.
    pub text: Arc<str>,
    /// Name of the voice.
    pub voice: Arc<str>,
    /// Language of the text.
    pub language: Language,
    /// How fast.
    pub speed: Speed,
}

/// Why an engine could not speak.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum SpeechError {
    /// Another try, perhaps elsewhere, can help.
    #[error("{0}")]
    Transient(String),
    /// The engine itself is away, whatever it is asked: somebody else may speak meanwhile.
    #[error("{0}")]
    Unavailable(String),
    /// The engine turns everybody away, whatever it is asked: a wrong key, a wrong address. Only a
    /// person can change that.
    #[error("{0}")]
    Unusable(String),
    /// The engine has its hands full: come again after so long. It is no failure.
    #[error("it is busy")]
    Busy(Duration),
    /// The same request will fail in the same way.
    #[error("{0}")]
    Permanent(String),
}

/// Something that turns text into sound. Calls block: a slot is a thread.
pub trait SpeechEngine: Send + Sync {
    /// Who speaks, exactly.
    fn id(&self) -> &EngineId;

    /// The voices that this engine has now.
    fn voices(&self) -> &[Voice];

    /// Whether it can speak now; an engine of this process always can.
    ///
    /// # Errors
    /// [`SpeechError::Unavailable`] or [`SpeechError::Unusable`] with the reason.
    fn available(&self) -> Result<(), SpeechError> {
        Ok(())
    }

    /// Speaks one utterance; the same utterance gives the same clip.
    ///
    /// # Errors
    /// [`SpeechError::Transient`] and [`SpeechError::Unavailable`] when another try can help.
    fn synthesize(&self, utterance: &Utterance) -> Result<Clip, SpeechError>;
}
