//! Who reads a book.

use std::sync::Arc;

use audiotome_core::{Language, Narration, Pauses, SpeechEngine};
use audiotome_speech::{EngineKind, choose, open};

use crate::cli::VoiceArgs;
use crate::data::DataFolder;

/// An opened engine and how it is asked to read.
pub(crate) struct Narrator {
    pub(crate) kind: EngineKind,
    pub(crate) engine: Arc<dyn SpeechEngine>,
    pub(crate) narration: Narration,
    /// The command that installs a better voice for the language, where there is one.
    pub(crate) advice: Option<String>,
}

impl Narrator {
    /// The voice that was asked for, else the best one installed for `language`.
    pub(crate) fn choose(
        language: &Language,
        args: &VoiceArgs,
        data: &DataFolder,
    ) -> anyhow::Result<Self> {
        let folder = data.voices();
        let choice = choose(&folder, language, args.engine, args.voice.as_deref())?;
        let engine = open(&folder, &choice)?;
        let narration = Narration {
            engine: engine.id().clone(),
            voice: choice.voice,
            language: language.clone(),
            speed: args.speed,
            pauses: Pauses::default(),
        };
        Ok(Self {
            kind: choice.engine,
            engine,
            narration,
            advice: choice.advice,
        })
    }

    /// The name in the audiobook's tags: `hibari`, `espeak (en-gb)`.
    pub(crate) fn name(&self) -> String {
        let voice = &self.narration.voice;
        if *voice == self.kind.name() {
            voice.clone()
        } else {
            format!("{} ({voice})", self.kind)
        }
    }
}
