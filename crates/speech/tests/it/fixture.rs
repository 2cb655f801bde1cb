//! Voices to test with, and the engines that speak with them.

use std::path::PathBuf;
use std::sync::Arc;

use audiotome_core::{Clip, Language, SpeechEngine, Speed, Utterance};
use audiotome_speech::{Choice, EngineKind, OpenError, VoiceFolder, choose, open};

/// The Piper voice that the tests speak with.
pub(crate) const JOE: &str = "en_US-joe-medium";

/// The folder of voices that `test.sh` prepares.
pub(crate) fn voices() -> VoiceFolder {
    let path = std::env::var_os("AUDIOTOME_TEST_VOICES").expect(
        "AUDIOTOME_TEST_VOICES must name a folder of voices: run ./test.sh, or \
         `scripts/test-voices.sh target/test-data` and set it to target/test-data/voices",
    );
    let path = PathBuf::from(path);
    assert!(
        path.is_dir(),
        "AUDIOTOME_TEST_VOICES names `{}`, which is no folder",
        path.display()
    );
    VoiceFolder::new(path)
}

/// An engine with the voice that it would read an American book with.
pub(crate) struct Speaker {
    pub(crate) choice: Choice,
    pub(crate) engine: Arc<dyn SpeechEngine>,
}

pub(crate) fn speaker(kind: EngineKind) -> Speaker {
    let folder = match kind {
        EngineKind::Hibari | EngineKind::Piper => voices(),
        EngineKind::Espeak | EngineKind::OpenAi | EngineKind::Tone => {
            VoiceFolder::new(PathBuf::new())
        }
    };
    let choice = choose(&folder, &Language::new("en-US"), Some(kind), None).unwrap();
    let engine = open(&folder, &choice).unwrap();
    Speaker { choice, engine }
}

/// What comes of opening a voice that is named directly.
pub(crate) fn open_named(kind: EngineKind, voice: &str) -> Result<(), OpenError> {
    let choice = Choice {
        engine: kind,
        voice: voice.to_owned(),
        advice: None,
    };
    open(&voices(), &choice).map(|_| ())
}

impl Speaker {
    pub(crate) fn utterance(&self, text: &str) -> Utterance {
        Utterance {
            text: text.into(),
            voice: self.choice.voice.as_str().into(),
            language: Language::new("en-US"),
            speed: Speed::NORMAL,
        }
    }

    pub(crate) fn say(&self, text: &str) -> Clip {
        self.engine
            .synthesize(&self.utterance(text))
            .unwrap_or_else(|error| panic!("`{text}`: {error}"))
    }

    pub(crate) fn seconds(&self, text: &str) -> f64 {
        self.say(text).duration().as_secs_f64()
    }
}
