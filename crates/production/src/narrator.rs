//! Who reads a book.

use std::sync::Arc;

use audiotome_core::{Language, Narration, Pauses, SpeechEngine};
use audiotome_speech::{OpenAi, OpenError, SpeechServer, choose};

use crate::{Installed, VoiceWish};

/// An opened engine and how it is asked to read.
pub struct Narrator {
    /// The engine.
    pub engine: Arc<dyn SpeechEngine>,
    /// How it reads.
    pub narration: Narration,
    /// The command that installs a better voice for the language, where there is one.
    pub advice: Option<String>,
}

impl Narrator {
    /// The voice that was asked for; else that of the speech `server`, if there is one; else the best
    /// one installed for `language`.
    ///
    /// # Errors
    /// When there is no such voice, or it can't be opened.
    pub fn choose(
        language: &Language,
        wish: &VoiceWish,
        installed: &Installed,
        server: Option<&SpeechServer>,
    ) -> Result<Self, OpenError> {
        let (engine, voice, advice): (Arc<dyn SpeechEngine>, _, _) = match server {
            Some(server) if wish.engine.is_none() => {
                let engine = OpenAi::new(server.clone(), wish.voice.as_deref());
                let voice = engine.voices()[0].name.clone();
                (Arc::new(engine), voice, None)
            }
            _ => {
                let voice = wish.voice.as_deref();
                let choice = choose(installed.folder(), language, wish.engine, voice)?;
                (installed.engine(&choice)?, choice.voice, choice.advice)
            }
        };
        let narration = Narration {
            engine: engine.id().clone(),
            voice,
            language: language.clone(),
            speed: wish.speed,
            pauses: Pauses::default(),
        };
        Ok(Self {
            engine,
            narration,
            advice,
        })
    }

    /// The name in the audiobook's tags: `hibari`, `espeak (en-gb)`, `kokoro (af_heart)`.
    #[must_use]
    pub fn name(&self) -> String {
        let Narration { engine, voice, .. } = &self.narration;
        let name = if engine.engine == OpenAi::NAME {
            &engine.version
        } else {
            &engine.engine
        };
        if voice == name {
            name.clone()
        } else {
            format!("{name} ({voice})")
        }
    }
}

impl std::fmt::Debug for Narrator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Narrator")
            .field("narration", &self.narration)
            .finish_non_exhaustive()
    }
}
