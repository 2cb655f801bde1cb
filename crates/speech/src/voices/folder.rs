//! The folder in which installed voices lie.
//!
//! ```text
//! <voices>/hibari/hibari.onnx, oov.onnx, …
//! <voices>/piper/<key>/<key>.onnx, <key>.onnx.json, MODEL_CARD
//! ```

use std::io;
use std::path::{Component, Path, PathBuf};

use audiotome_core::Voice;

use super::catalogue;
use crate::piper::PiperConfig;
use crate::{EngineKind, OpenError, espeak};

/// A folder of installed voices. It need not exist: then nothing is installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VoiceFolder {
    path: PathBuf,
}

/// A voice that this machine can speak with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstalledVoice {
    /// The engine that it belongs to.
    pub engine: EngineKind,
    /// The voice.
    pub voice: Voice,
}

impl VoiceFolder {
    /// The folder at `path`.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Where it is.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The neural voices in the folder, and eSpeak's own where the program is there.
    #[must_use]
    pub fn installed(&self) -> Vec<InstalledVoice> {
        let mut installed = self.neural();
        match espeak::voices() {
            Ok(voices) => installed.extend(voices.into_iter().map(|espeak| InstalledVoice {
                engine: EngineKind::Espeak,
                voice: espeak.voice,
            })),
            Err(error) => tracing::debug!(%error, "no voices of espeak"),
        }
        installed
    }

    /// The names of the neural voices.
    #[must_use]
    pub fn neural_names(&self) -> Vec<String> {
        let voices = self.neural().into_iter();
        voices.map(|found| found.voice.name).collect()
    }

    /// What comes with a neural voice to be read: its card or licence, if there is one.
    #[must_use]
    pub fn card(&self, name: &str) -> Option<String> {
        let folder = self.neural_folder(name)?;
        let texts = ["MODEL_CARD", "NOTICE", "LICENSE"].into_iter();
        let texts: Vec<_> = texts
            .filter_map(|file| fs_err::read_to_string(folder.join(file)).ok())
            .collect();
        (!texts.is_empty()).then(|| texts.join("\n\n"))
    }

    /// Deletes a neural voice. Returns whether it was there. Whoever speaks with it now goes on.
    ///
    /// # Errors
    /// When the disk refuses.
    pub fn remove(&self, name: &str) -> io::Result<bool> {
        match self.neural_folder(name) {
            Some(folder) => fs_err::remove_dir_all(folder).map(|()| true),
            None => Ok(false),
        }
    }

    /// Where the files of an installed neural voice lie.
    fn neural_folder(&self, name: &str) -> Option<PathBuf> {
        if self
            .hibari()
            .is_some_and(|hibari| hibari.voice.name == name)
        {
            return Some(self.of(EngineKind::Hibari, name));
        }
        self.has_piper(name)
            .then(|| self.of(EngineKind::Piper, name))
    }

    /// The neural voices in the folder, by engine and name.
    pub(crate) fn neural(&self) -> Vec<InstalledVoice> {
        let mut voices: Vec<_> = self.hibari().into_iter().collect();
        voices.extend(self.piper());
        voices
    }

    /// The neural voice of that name.
    ///
    /// # Errors
    /// When it isn't there, or its files are no voice that this program can speak with.
    pub(crate) fn find(&self, engine: EngineKind, name: &str) -> Result<InstalledVoice, OpenError> {
        let found = match engine {
            EngineKind::Piper if self.has_piper(name) => {
                let config = PiperConfig::read(&self.of(engine, name), name)?;
                Some(InstalledVoice {
                    engine,
                    voice: config.voice(name),
                })
            }
            EngineKind::Hibari => self.hibari().filter(|found| found.voice.name == name),
            _ => None,
        };
        found.ok_or_else(|| OpenError::UnknownVoice {
            voice: name.to_owned(),
            engine: Some(engine),
        })
    }

    /// Where the files of a neural voice lie.
    pub(crate) fn of(&self, engine: EngineKind, voice: &str) -> PathBuf {
        match engine {
            EngineKind::Piper => self.path.join("piper").join(voice),
            _ => self.path.join(engine.name()),
        }
    }

    /// Whether the model is there. A name may come from another machine: it must not lead elsewhere.
    fn has_piper(&self, key: &str) -> bool {
        let mut parts = Path::new(key).components();
        let is_name = matches!(parts.next(), Some(Component::Normal(name)) if name == key);
        let model = self.of(EngineKind::Piper, key).join(format!("{key}.onnx"));
        is_name && model.is_file()
    }

    fn hibari(&self) -> Option<InstalledVoice> {
        let entry = catalogue::find("hibari")?;
        let folder = self.of(EngineKind::Hibari, &entry.name);
        let mut needed = entry.assets.iter().filter(|asset| !asset.optional);
        needed
            .all(|asset| folder.join(&asset.name).is_file())
            .then(|| InstalledVoice {
                engine: EngineKind::Hibari,
                voice: Voice {
                    name: entry.name.clone(),
                    language: entry.language.clone(),
                    description: entry.description.clone(),
                },
            })
    }

    fn piper(&self) -> Vec<InstalledVoice> {
        let Ok(folders) = fs_err::read_dir(self.path.join("piper")) else {
            return Vec::new();
        };
        let mut keys: Vec<String> = folders
            .filter_map(|folder| folder.ok()?.file_name().into_string().ok())
            .collect();
        keys.sort_unstable();
        keys.iter()
            .filter_map(|key| self.piper_voice(key))
            .collect()
    }

    fn piper_voice(&self, key: &str) -> Option<InstalledVoice> {
        match self.find(EngineKind::Piper, key) {
            Ok(found) => Some(found),
            Err(OpenError::UnknownVoice { .. }) => None,
            Err(error) => {
                tracing::warn!(voice.name = key, %error, "a voice is left out");
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn voices_are_removed_with_their_cards_and_nothing_else_is() {
        let sandbox = tempfile::tempdir().unwrap();
        let folder = VoiceFolder::new(sandbox.path().join("voices"));
        let hibari = folder.of(EngineKind::Hibari, "hibari");
        fs_err::create_dir_all(&hibari).unwrap();
        for name in ["hibari.onnx", "oov.onnx", "LICENSE", "NOTICE"] {
            audiotome_files::write(&hibari.join(name), name.as_bytes()).unwrap();
        }
        let outside = sandbox.path().join("..onnx");
        audiotome_files::write(&outside, b"").unwrap();
        assert_eq!(folder.card("hibari").as_deref(), Some("NOTICE\n\nLICENSE"));
        for name in ["", "..", "../..", "/", "nobody"] {
            assert_eq!(folder.card(name), None, "{name}");
            assert!(!folder.remove(name).unwrap(), "{name}");
        }
        assert!(folder.remove("hibari").unwrap());
        assert!(!hibari.exists() && outside.exists());
        assert!(!folder.remove("hibari").unwrap());
    }
}
