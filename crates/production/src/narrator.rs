//! Who reads a book.

use std::sync::Arc;

use audiotome_core::{Language, Narration, Pauses, SpeechEngine};
use audiotome_speech::{EngineKind, OpenAi, OpenError, SpeechServer, choose};

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
    /// The voice that was asked for; else that of the first of the speech `servers` of others; else
    /// the best one installed for `language`. Where there are servers, they are meant unless another
    /// engine is named.
    ///
    /// # Errors
    /// When there is no such voice, or it can't be opened.
    pub fn choose(
        language: &Language,
        wish: &VoiceWish,
        installed: &Installed,
        servers: &[SpeechServer],
    ) -> Result<Self, OpenError> {
        let (engine, voice, advice): (Arc<dyn SpeechEngine>, _, _) = match meant(servers, wish) {
            Some(server) => {
                let engine = OpenAi::new(server.clone(), wish.voice.as_deref());
                let voice = engine.voices()[0].name.clone();
                (Arc::new(engine), voice, None)
            }
            None => {
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
            pauses: Pauses::default().times(wish.pauses),
        };
        Ok(Self {
            engine,
            narration,
            advice,
        })
    }

    /// The engine and the voice that [`Self::choose`] would choose; nothing is opened.
    ///
    /// # Errors
    /// When there is no such voice.
    pub fn expected(
        language: &Language,
        wish: &VoiceWish,
        installed: &Installed,
        servers: &[SpeechServer],
    ) -> Result<(EngineKind, String), OpenError> {
        let voice = wish.voice.as_deref();
        if let Some(server) = meant(servers, wish) {
            let voice = voice.unwrap_or(server.voice());
            return Ok((EngineKind::OpenAi, voice.to_owned()));
        }
        let choice = choose(installed.folder(), language, wish.engine, voice)?;
        Ok((choice.engine, choice.voice))
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

/// The server that is meant: the one whose address names the voice, else the first, which may have
/// that voice all the same.
fn meant<'a>(servers: &'a [SpeechServer], wish: &VoiceWish) -> Option<&'a SpeechServer> {
    if !matches!(wish.engine, None | Some(EngineKind::OpenAi)) {
        return None;
    }
    let voice = wish.voice.as_deref();
    let named = |server: &&SpeechServer| voice.is_none_or(|voice| server.voice() == voice);
    servers.iter().find(named).or(servers.first())
}

impl std::fmt::Debug for Narrator {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Narrator")
            .field("narration", &self.narration)
            .finish_non_exhaustive()
    }
}
