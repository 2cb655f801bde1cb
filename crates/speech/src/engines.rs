//! Which engines there are, and what holds for all of them.

use std::fmt;
use std::str::FromStr;

use audiotome_core::{EngineId, SpeechError, Voice};
use serde::{Deserialize, Serialize};

use crate::{OpenAi, OpenError};

/// The engines of this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EngineKind {
    /// eSpeak NG as a child process: robotic, over 100 languages, nothing to download.
    Espeak,
    /// The built-in neural English voice.
    Hibari,
    /// A speech server of others, which speaks with a voice of its own.
    #[serde(rename = "openai")]
    OpenAi,
    /// Any Piper voice.
    Piper,
    /// The fake: a beep as long as the text would take.
    Tone,
}

impl EngineKind {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Espeak,
        Self::Hibari,
        Self::OpenAi,
        Self::Piper,
        Self::Tone,
    ];

    /// The name as `--engine` takes it and as it stands in an engine's id.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Espeak => "espeak",
            Self::Hibari => "hibari",
            Self::OpenAi => OpenAi::NAME,
            Self::Piper => "piper",
            Self::Tone => "tone",
        }
    }

    /// How natural it sounds, for choosing: lower is better (DNSMOS 3.35, 3.30 and 2.79). A server
    /// is never chosen here.
    pub(crate) fn rank(self) -> u8 {
        match self {
            Self::Hibari => 0,
            Self::Piper => 1,
            Self::Espeak => 2,
            Self::Tone => 3,
            Self::OpenAi => 4,
        }
    }
}

impl fmt::Display for EngineKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for EngineKind {
    type Err = OpenError;

    fn from_str(name: &str) -> Result<Self, OpenError> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.name().eq_ignore_ascii_case(name.trim()))
            .ok_or_else(|| OpenError::UnknownEngine(name.to_owned()))
    }
}

/// Refuses a text in which there is nothing to say: no letter and no digit of any script.
pub(crate) fn check_speakable(text: &str) -> Result<(), SpeechError> {
    if text.chars().any(char::is_alphanumeric) {
        return Ok(());
    }
    Err(SpeechError::Permanent(format!(
        "there is nothing to say in `{text}`"
    )))
}

/// Refuses a voice that the engine doesn't have.
pub(crate) fn check_voice(id: &EngineId, voices: &[Voice], name: &str) -> Result<(), SpeechError> {
    if voices.iter().any(|voice| voice.name == name) {
        return Ok(());
    }
    Err(SpeechError::Permanent(format!(
        "{} has no voice `{name}` here",
        id.engine
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_survive_printing() {
        for kind in EngineKind::ALL {
            assert_eq!(kind.to_string().parse::<EngineKind>().unwrap(), kind);
        }
        assert_eq!(" Piper".parse::<EngineKind>().unwrap(), EngineKind::Piper);
        assert!("sapi".parse::<EngineKind>().is_err());
    }

    #[test]
    fn a_text_without_a_letter_or_digit_is_refused() {
        for empty in ["", "  \n", "… — !", "***"] {
            assert!(
                matches!(check_speakable(empty), Err(SpeechError::Permanent(_))),
                "{empty}"
            );
        }
        for text in ["a", "7", "你", "é", "अ"] {
            assert_eq!(check_speakable(text), Ok(()));
        }
    }
}
