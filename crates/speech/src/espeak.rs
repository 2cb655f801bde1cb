//! eSpeak NG as a child process for every utterance.
//!
//! It is never linked: its licence is GPL, and two threads in one library hang or abort. Separate
//! processes also give equal bytes for equal text, which repeated calls in one process do not.

use std::path::{Path, PathBuf};
use std::time::Duration;

use audiotome_codec::wav;
use audiotome_core::{Clip, EngineId, Language, SpeechEngine, SpeechError, Utterance, Voice};
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

use crate::engines::{check_speakable, check_voice};
use crate::process::{self, ProcessError};
use crate::{EngineKind, OpenError};

mod ipa;
mod voices;

pub(crate) use voices::{EspeakVoice, nearest};

/// The program's name.
pub(crate) const PROGRAM: &str = "espeak-ng";

/// eSpeak's own speaking rate, words per minute.
const NORMAL_WORDS_PER_MINUTE: f32 = 175.0;

/// Of a word with more characters, eSpeak drops the end (from 60 in Thai, 75 in Japanese, 150 in
/// English), and scripts without spaces are one word to it.
const LONGEST_WORD: usize = 40;

/// A call takes 15 ms for a sentence; one that takes this long hangs.
const LIMIT: Duration = Duration::from_secs(60);

/// The engine.
#[derive(Debug)]
pub(crate) struct Espeak {
    program: PathBuf,
    id: EngineId,
    voices: Vec<Voice>,
    variants: Vec<String>,
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
            variants: voices::variants(&program)?,
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
        let (voice, variant) = parts_of_name(&utterance.voice);
        if variant.is_none_or(|variant| !self.variants.iter().any(|known| known == variant)) {
            check_voice(&self.id, &self.voices, &utterance.voice)?;
        }
        check_voice(&self.id, &self.voices, voice)?;
        check_speakable(&utterance.text)?;
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
        let failed = |error: ProcessError| SpeechError::Transient(chain(&error));
        let text = ipa::commands(&self.program, &utterance.voice, &utterance.text);
        let text = text.map_err(failed)?;
        let stream = process::run_behind_others(&self.program, &arguments, text.as_bytes(), LIMIT);
        let stream = stream.map_err(failed)?;
        // The program ended well, so it would answer the same again.
        wav::read(&stream).map_err(|reason| {
            let text = &utterance.text;
            SpeechError::Permanent(format!("espeak-ng gave no sound for `{text}`: {reason}"))
        })
    }
}

/// The voice's own name and its variant: `en-us` and `f3` of `en-us+f3`.
pub(crate) fn parts_of_name(voice: &str) -> (&str, Option<&str>) {
    match voice.split_once('+') {
        Some((name, variant)) => (name, Some(variant)),
        None => (voice, None),
    }
}

/// The variants that a voice of the program can have.
///
/// # Errors
/// When it isn't installed or doesn't work.
pub(crate) fn variants() -> Result<Vec<String>, OpenError> {
    voices::variants(&find()?)
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
pub(crate) fn phonemes_of_text(
    program: &Path,
    voice: &str,
    text: &str,
) -> Result<Vec<u8>, ProcessError> {
    let lines: Vec<_> = text.lines().map(plain).collect();
    phonemes(program, voice, &(lines.join("\n") + "\n"))
}

/// The same for lines that may hold commands of eSpeak.
fn phonemes(program: &Path, voice: &str, text: &str) -> Result<Vec<u8>, ProcessError> {
    process::run(
        program,
        &["-v", voice, "-b", "1", "-q", "--ipa"],
        text.as_bytes(),
        LIMIT,
    )
}

/// The text without what eSpeak takes for commands (`[[` starts phoneme names, control characters
/// change the voice or end the text), and with spaces in what is too long for it to be one word.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut word_length = 0;
    for c in text.chars() {
        let ends_word = c.is_whitespace() || c.is_control() || is_ideographic_mark(c);
        word_length = if ends_word { 0 } else { word_length + 1 };
        let too_long = word_length > LONGEST_WORD && !is_combining_mark(c);
        if too_long || c == '[' && plain.ends_with('[') {
            plain.push(' ');
            word_length = 1;
        }
        match c {
            c if c.is_control() => plain.push(' '),
            // Letters in bold or Gothic: eSpeak would read out their numbers in Unicode.
            '\u{1D400}'..='\u{1D7FF}' => plain.extend(c.nfkc()),
            c => plain.push(c),
        }
    }
    plain
}

/// Marks that part words in scripts without spaces.
fn is_ideographic_mark(c: char) -> bool {
    matches!(
        c,
        '、' | '。' | '，' | '！' | '？' | '：' | '；' | '\u{200B}'
    )
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
        assert_eq!(plain("a [[b]] [[[c\u{1}d\0\n"), "a [ [b]] [ [ [c d  ");
        let words = format!("{} {}", "a".repeat(40), "b".repeat(40));
        assert_eq!(plain(&words), words);
        assert_eq!(
            plain(&"สี่".repeat(30))
                .split(' ')
                .map(|w| w.chars().count())
                .max(),
            Some(42)
        );
        assert_eq!(plain("\u{1D573}\u{1D58A} é"), "He é");
    }
}
