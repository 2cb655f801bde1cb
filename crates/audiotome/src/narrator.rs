//! Who reads a book.

use std::sync::Arc;

use audiotome_core::{Language, Narration, Pauses, SpeechEngine};
use audiotome_speech::{OpenAi, SpeechServer, choose, open};

use crate::cli::VoiceArgs;
use crate::data::DataFolder;

/// An opened engine and how it is asked to read.
pub(crate) struct Narrator {
    pub(crate) engine: Arc<dyn SpeechEngine>,
    pub(crate) narration: Narration,
    /// The command that installs a better voice for the language, where there is one.
    pub(crate) advice: Option<String>,
}

impl Narrator {
    /// The voice that was asked for; else that of the speech `server`, if there is one; else the best
    /// one installed for `language`.
    pub(crate) fn choose(
        language: &Language,
        args: &VoiceArgs,
        data: &DataFolder,
        server: Option<&SpeechServer>,
    ) -> anyhow::Result<Self> {
        let (engine, voice, advice): (Arc<dyn SpeechEngine>, _, _) = match server {
            Some(server) if args.engine.is_none() => {
                let engine = OpenAi::new(server.clone(), args.voice.as_deref());
                let voice = engine.voices()[0].name.clone();
                (Arc::new(engine), voice, None)
            }
            _ => {
                let folder = data.voices();
                let choice = choose(&folder, language, args.engine, args.voice.as_deref())?;
                (open(&folder, &choice)?, choice.voice, choice.advice)
            }
        };
        let narration = Narration {
            engine: engine.id().clone(),
            voice,
            language: language.clone(),
            speed: args.speed,
            pauses: Pauses::default(),
        };
        Ok(Self {
            engine,
            narration,
            advice,
        })
    }

    /// The name in the audiobook's tags: `hibari`, `espeak (en-gb)`, `kokoro (af_heart)`.
    pub(crate) fn name(&self) -> String {
        let Narration { engine, voice, .. } = &self.narration;
        let name = if engine.engine == "openai" {
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
