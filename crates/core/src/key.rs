//! The content address of a segment's clip.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use crate::{EngineId, Language, Narration, Speed};

/// Hashed first into every key. Raise it when the same inputs would sound different.
pub const KEY_VERSION: u32 = 1;

/// The content address of a clip: everything that changes its sound, and nothing else.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SegmentKey([u8; 32]);

impl SegmentKey {
    /// The key of `text` (exactly as the engine gets it) in `language`, read as `narration` says.
    #[must_use]
    pub fn new(narration: &Narration, language: &Language, text: &str) -> Self {
        let Narration {
            engine:
                EngineId {
                    engine,
                    version,
                    weights,
                },
            voice,
            speed,
            language: _,
            pauses: _,
        } = narration;
        let mut hasher = blake3::Hasher::new();
        hasher.update(&KEY_VERSION.to_le_bytes());
        for field in [engine, version, weights, voice, language.as_str(), text] {
            hasher.update(&(field.len() as u64).to_le_bytes());
            hasher.update(field.as_bytes());
        }
        hasher.update(&Speed::percent(*speed).to_le_bytes());
        Self(*hasher.finalize().as_bytes())
    }

    /// The key as bytes.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for SegmentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&blake3::Hash::from_bytes(self.0).to_hex())
    }
}

impl fmt::Debug for SegmentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SegmentKey({self})")
    }
}

impl FromStr for SegmentKey {
    type Err = blake3::HexError;

    fn from_str(hex: &str) -> Result<Self, blake3::HexError> {
        blake3::Hash::from_hex(hex).map(|hash| Self(*hash.as_bytes()))
    }
}

/// As hexadecimal text.
impl Serialize for SegmentKey {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SegmentKey {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let hex = String::deserialize(deserializer)?;
        hex.parse().map_err(de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Pauses;

    fn narration() -> Narration {
        Narration {
            engine: EngineId {
                engine: "tone".to_owned(),
                version: "1".to_owned(),
                weights: "ab".to_owned(),
            },
            voice: "beep".to_owned(),
            language: Language::new("en"),
            speed: Speed::NORMAL,
            pauses: Pauses::default(),
        }
    }

    fn key(narration: &Narration) -> SegmentKey {
        SegmentKey::new(narration, &narration.language, "Hello.")
    }

    #[test]
    fn keys_survive_printing() {
        let key = key(&narration());
        assert_eq!(key.to_string().parse::<SegmentKey>().unwrap(), key);
    }

    #[test]
    fn keys_stay_the_same_between_releases() {
        assert_eq!(
            key(&narration()).to_string(),
            "ad6edb514955c8622555d9e66dda5ef68216de129f2c69bb26d84de76a9f80f7"
        );
    }

    macro_rules! differs {
        ($($name:ident: $change:expr;)*) => {$(
            #[test]
            fn $name() {
                let mut other = narration();
                let change: fn(&mut Narration) = $change;
                change(&mut other);
                assert_ne!(key(&narration()), key(&other));
            }
        )*};
    }

    differs! {
        engine_differs: |n| n.engine.engine = "espeak".to_owned();
        version_differs: |n| n.engine.version = "2".to_owned();
        weights_differs: |n| n.engine.weights = "cd".to_owned();
        voice_differs: |n| n.voice = "boop".to_owned();
        language_differs: |n| n.language = Language::new("fr");
        speed_differs: |n| n.speed = "1.5".parse().unwrap();
        fields_do_not_run_together: |n| { n.engine.engine = "ton".to_owned(); n.engine.version = "e1".to_owned(); };
    }

    #[test]
    fn text_differs() {
        let narration = narration();
        assert_ne!(
            key(&narration),
            SegmentKey::new(&narration, &narration.language, "Hello!")
        );
    }

    #[test]
    fn pauses_do_not_change_the_sound() {
        let mut other = narration();
        other.pauses.sentence *= 2;
        assert_eq!(key(&narration()), key(&other));
    }
}
