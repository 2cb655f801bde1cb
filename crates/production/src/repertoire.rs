//! The voices of this machine, and those of other speech servers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use audiotome_core::{Language, SpeechEngine};
use audiotome_dispatch::wire::OfferedVoice;
use audiotome_dispatch::{Opened, Repertoire, RepertoireError};
use audiotome_speech::{
    Choice, EngineKind, OpenAi, OpenError, SpeechServer, VoiceFolder, choose, open,
};

/// Voices that OpenAI's clients ask for by default; here they all mean the best voice.
const FOREIGN_VOICES: [&str; 11] = [
    "alloy", "ash", "ballad", "coral", "echo", "fable", "nova", "onyx", "sage", "shimmer", "verse",
];

/// Engines by what they were opened for: Piper has one for each voice, the others one for all.
type Engines = HashMap<(EngineKind, String), Arc<OnceLock<Arc<dyn SpeechEngine>>>>;

/// Installed voices, each engine opened when it is first asked for.
pub struct Installed {
    folder: VoiceFolder,
    engines: Mutex<Engines>,
}

impl Installed {
    /// The voices in a folder. Nothing is opened yet.
    #[must_use]
    pub fn new(folder: VoiceFolder) -> Self {
        Self {
            folder,
            engines: Mutex::default(),
        }
    }

    fn choose(&self, model: &str, voice: &str) -> Result<Choice, OpenError> {
        // `tts-1` and the like: a client that knows nothing of our engines gets the best.
        let engine = model.parse::<EngineKind>().ok();
        let foreign = voice.is_empty() || FOREIGN_VOICES.contains(&voice);
        if engine == Some(EngineKind::OpenAi) {
            let voice = voice.to_owned();
            return Err(OpenError::UnknownVoice { voice, engine });
        }
        let voice = Some(voice).filter(|_| !foreign);
        choose(&self.folder, &Language::new("en"), engine, voice)
    }

    /// The folder of voices.
    pub(crate) fn folder(&self) -> &VoiceFolder {
        &self.folder
    }

    /// The engine of a choice; two that ask at the same time wait for one opening.
    pub(crate) fn engine(&self, choice: &Choice) -> Result<Arc<dyn SpeechEngine>, OpenError> {
        let own = matches!(choice.engine, EngineKind::Piper | EngineKind::Tone);
        let key = if own {
            choice.voice.clone()
        } else {
            String::new()
        };
        let mut engines = self.engines.lock().unwrap_or_else(PoisonError::into_inner);
        let place = Arc::clone(engines.entry((choice.engine, key)).or_default());
        drop(engines);
        if let Some(engine) = place.get() {
            return Ok(Arc::clone(engine));
        }
        let engine = open(&self.folder, choice)?;
        Ok(Arc::clone(place.get_or_init(|| engine)))
    }
}

impl Repertoire for Installed {
    fn voices(&self) -> Vec<OfferedVoice> {
        let installed = self.folder.installed().into_iter();
        installed
            .map(|found| OfferedVoice {
                model: found.engine.to_string(),
                voice: found.voice.name,
                language: found.voice.language.to_string(),
                description: found.voice.description,
            })
            .collect()
    }

    fn open(&self, model: &str, voice: &str) -> Result<Opened, RepertoireError> {
        let opened = self.choose(model, voice).and_then(|choice| {
            let engine = self.engine(&choice)?;
            Ok(Opened {
                engine,
                voice: choice.voice,
            })
        });
        opened.map_err(|error| match error {
            OpenError::NoVoice { .. } | OpenError::UnknownVoice { .. } => {
                RepertoireError::NotFound(error.to_string())
            }
            error => RepertoireError::Broken(error.to_string()),
        })
    }

    fn opened(&self) -> Vec<Arc<dyn SpeechEngine>> {
        let engines = self.engines.lock().unwrap_or_else(PoisonError::into_inner);
        engines
            .values()
            .filter_map(|place| place.get().cloned())
            .collect()
    }
}

/// The voice that the address of a speech server of others names.
#[must_use]
pub fn offered(server: &SpeechServer) -> OfferedVoice {
    OfferedVoice {
        model: OpenAi::NAME.to_owned(),
        voice: server.voice().to_owned(),
        language: Language::undetermined().to_string(),
        description: format!("the voice of {} at {}", server.model(), server.name()),
    }
}

/// The voices of a speech server of others: whatever it is asked for, of the one model that its address
/// names.
pub(crate) struct Foreign {
    server: SpeechServer,
    engines: Mutex<HashMap<String, Arc<OpenAi>>>,
}

impl Foreign {
    pub(crate) fn new(server: SpeechServer) -> Self {
        // Its own voice is there from the beginning, to ask whether the server is.
        let own = Arc::new(OpenAi::new(server.clone(), None));
        Self {
            engines: Mutex::new(HashMap::from([(server.voice().to_owned(), own)])),
            server,
        }
    }
}

impl Repertoire for Foreign {
    fn voices(&self) -> Vec<OfferedVoice> {
        vec![offered(&self.server)]
    }

    fn open(&self, model: &str, voice: &str) -> Result<Opened, RepertoireError> {
        if model != OpenAi::NAME {
            let reason = format!("it has no engine `{model}`: it is a speech server of others");
            return Err(RepertoireError::NotFound(reason));
        }
        let mut engines = self.engines.lock().unwrap_or_else(PoisonError::into_inner);
        let engine = engines
            .entry(voice.to_owned())
            .or_insert_with(|| Arc::new(OpenAi::new(self.server.clone(), Some(voice))));
        Ok(Opened {
            engine: Arc::clone(engine) as Arc<dyn SpeechEngine>,
            voice: voice.to_owned(),
        })
    }

    fn opened(&self) -> Vec<Arc<dyn SpeechEngine>> {
        // They are one server: asking through one of them is enough.
        let engines = self.engines.lock().unwrap_or_else(PoisonError::into_inner);
        let engines = engines.values().take(1).cloned();
        engines
            .map(|engine| engine as Arc<dyn SpeechEngine>)
            .collect()
    }
}
