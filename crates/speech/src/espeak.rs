//! eSpeak NG as a child process for every utterance.
//!
//! It is never linked: its licence is GPL, and two threads in one library hang or abort. Separate
//! processes also give equal bytes for equal text, which repeated calls in one process do not.

use std::path::{Path, PathBuf};
use std::time::Duration;

use audiotome_core::{Clip, EngineId, Language, SpeechEngine, SpeechError, Utterance, Voice};

use crate::engines::check_speakable;
use crate::process::{self, ProcessError};
use crate::{EngineKind, OpenError, wav};

mod voices;

pub(crate) use voices::{EspeakVoice, nearest};

/// The program's name.
pub(crate) const PROGRAM: &str = "espeak-ng";

/// eSpeak's own speaking rate, words per minute.
const NORMAL_WORDS_PER_MINUTE: f32 = 175.0;

/// A call takes 15 ms for a sentence; one that takes this long hangs.
const LIMIT: Duration = Duration::from_secs(60);

/// The engine.
#[derive(Debug)]
pub(crate) struct Espeak {
    program: PathBuf,
    id: EngineId,
    voices: Vec<Voice>,
}

impl Espeak {
    /// Finds the program and asks it for its version and voices.
    ///
    /// # Errors
    /// When it isn't installed or doesn't work.
    pub(crate) fn open() -> Result<Self, OpenError> {
        let program = find()?;
        let id = EngineId {
            engine: EngineKind::Espeak.to_string(),
            version: version(&program)?,
            weights: String::new(),
        };
        let voices = voices::list(&program)?;
        Ok(Self {
            program,
            id,
            voices: voices.into_iter().map(|espeak| espeak.voice).collect(),
        })
    }
}

impl SpeechEngine for Espeak {
    fn id(&self) -> &EngineId {
        &self.id
    }

    fn voices(&self) -> &[Voice] {
        &self.voices
    }

    fn synthesize(&self, utterance: &Utterance) -> Result<Clip, SpeechError> {
        check_speakable(&utterance.text)?;
        if !self.voices.iter().any(|v| *v.name == *utterance.voice) {
            return Err(SpeechError::Permanent(format!(
                "espeak has no voice `{}`",
                utterance.voice
            )));
        }
        let rate = (NORMAL_WORDS_PER_MINUTE * utterance.speed.factor()).round();
        // The text goes to the standard input: as an argument it might begin with `-`. `-b 1` is UTF-8.
        let rate = rate.to_string();
        let arguments = [
            "-v",
            &*utterance.voice,
            "-b",
            "1",
            "-s",
            &rate,
            "--stdin",
            "--stdout",
        ];
        let text = plain(&utterance.text);
        let stream = process::run(&self.program, &arguments, text.as_bytes(), LIMIT)
            .map_err(|error| SpeechError::Transient(chain(&error)))?;
        wav::read(&stream)
            .map_err(|reason| SpeechError::Transient(format!("espeak-ng gave no sound: {reason}")))
    }
}

/// The program's file.
///
/// # Errors
/// When it isn't installed.
pub(crate) fn find() -> Result<PathBuf, OpenError> {
    process::find(PROGRAM).ok_or(OpenError::MissingProgram { program: PROGRAM })
}

/// The program's version, `1.51`.
///
/// # Errors
/// When it doesn't work.
pub(crate) fn version(program: &Path) -> Result<String, OpenError> {
    let answer = process::run(program, &["--version"], b"", LIMIT)?;
    let answer = String::from_utf8_lossy(&answer);
    // `eSpeak NG text-to-speech: 1.51  Data at: …`
    let version = answer
        .split_whitespace()
        .find(|word| word.starts_with(|c: char| c.is_ascii_digit()));
    Ok(version.unwrap_or("unknown").to_owned())
}

/// The program's voices.
///
/// # Errors
/// When it isn't installed or doesn't work.
pub(crate) fn voices() -> Result<Vec<EspeakVoice>, OpenError> {
    voices::list(&find()?)
}

/// The phonemes of each line of `text` in IPA, one clause a line; an empty line gives an empty line.
///
/// # Errors
/// When the program fails or hangs.
pub(crate) fn phonemes(program: &Path, voice: &str, text: &str) -> Result<Vec<u8>, ProcessError> {
    let lines: Vec<_> = text.lines().map(plain).collect();
    let text = lines.join("\n") + "\n";
    process::run(
        program,
        &["-v", voice, "-b", "1", "-q", "--ipa"],
        text.as_bytes(),
        LIMIT,
    )
}

/// The text without what eSpeak takes for commands: `[[` starts phoneme names, control characters
/// change the voice or end the text.
fn plain(text: &str) -> String {
    text.replace("[[", "[ [")
        .replace(|c: char| c.is_control(), " ")
}

/// An error with its causes in one line.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut line = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        line = format!("{line}: {error}");
        cause = error.source();
    }
    line
}

/// What a language nobody knows is taken for.
pub(crate) fn or_english(language: &Language) -> Language {
    if language.is_undetermined() {
        Language::new("en")
    } else {
        language.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_in_a_text_is_a_command() {
        assert_eq!(plain("a [[b]] [[[c\u{1}d\0\n"), "a [ [b]] [ [[c d  ");
    }
}
