//! English text as the phonemes that the network speaks.

use std::sync::Arc;

use audiotome_core::SpeechError;
use misaki_rs::fallback::FallbackError;
use misaki_rs::{Fallback, G2P, Language, MToken};

use super::unknown::{self, UnknownWords};
use super::{script, vocabulary};

/// misaki's rules and lexicons (about 100 MB, shared by all slots), with a network for the rest.
pub(super) struct Phonemes {
    rules: G2P,
    unknown: Arc<UnknownWords>,
}

impl Phonemes {
    pub(super) fn new(unknown: UnknownWords) -> Self {
        let unknown = Arc::new(unknown);
        let fallback = Shared(Arc::clone(&unknown));
        Self {
            rules: G2P::with_fallback(Language::EnglishUS, Some(Box::new(fallback))),
            unknown,
        }
    }

    /// Text whose words the rules can read: see [`script::latin`].
    pub(super) fn readable(&self, text: &str) -> String {
        let known = |word: &str| {
            self.rules
                .lexicon
                .get_word(word, "NN", None, None)
                .is_some()
        };
        script::latin(text, known, unknown::knows)
    }

    /// The phonemes of readable text; empty when nothing in it makes a sound.
    pub(super) fn of(&self, text: &str) -> Result<String, SpeechError> {
        let (_, tokens) = self.rules.g2p(text).map_err(|error| {
            SpeechError::Permanent(format!("no phonemes for `{text}`: {error}"))
        })?;
        let mut phonemes = String::new();
        for token in &tokens {
            phonemes.push_str(&self.of_token(token)?);
            phonemes.push_str(&token.whitespace);
        }
        if phonemes.chars().any(vocabulary::is_sound) {
            Ok(phonemes.trim().to_owned())
        } else {
            Ok(String::new())
        }
    }

    /// What the rules say, unless they left a word unread: then the network reads it, and what
    /// even the network has no sound for is spelt.
    fn of_token(&self, token: &MToken) -> Result<String, SpeechError> {
        let has_word = token.text.chars().any(char::is_alphanumeric);
        let is_read = |phonemes: &str| !has_word || phonemes.chars().any(vocabulary::is_sound);
        match &token.phonemes {
            Some(phonemes) if !phonemes.contains(&self.rules.unk) && is_read(phonemes) => {
                return Ok(phonemes.clone());
            }
            _ => {}
        }
        let phonemes = self.unknown.read(&token.text)?;
        if is_read(&phonemes) {
            return Ok(phonemes);
        }
        Ok(self.spelt(&token.text))
    }

    fn spelt(&self, word: &str) -> String {
        word.chars()
            .filter_map(|c| {
                let letter = c.to_uppercase().to_string();
                let name = self.rules.lexicon.get_word(&letter, "NNP", None, None);
                name.map(|(phonemes, _)| phonemes)
            })
            .collect::<Vec<_>>()
            .join(" ")
    }
}

impl std::fmt::Debug for Phonemes {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Phonemes").finish_non_exhaustive()
    }
}

struct Shared(Arc<UnknownWords>);

impl Fallback for Shared {
    fn phonemize(&self, word: &str) -> Result<String, FallbackError> {
        self.0.phonemize(word)
    }
}
