//! The `.onnx.json` beside a Piper voice.

use std::collections::HashMap;
use std::path::Path;

use audiotome_core::{Language, Voice};
use serde::Deserialize;

use crate::OpenError;
use crate::onnx;
use crate::voices::catalogue::key_parts;

/// What a voice says about itself. Fields that older voices lack have the values of Piper.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct PiperConfig {
    pub(crate) audio: Audio,
    pub(crate) espeak: EspeakPart,
    #[serde(default)]
    pub(crate) inference: Inference,
    #[serde(default)]
    pub(crate) phoneme_type: PhonemeType,
    /// Phonemes, one character each (or a cluster), to the ids that the model knows.
    pub(crate) phoneme_id_map: HashMap<String, Vec<i32>>,
    /// Vowels that are one phoneme when they stand together.
    #[serde(default)]
    pub(crate) vowel_clusters: Vec<Vec<String>>,
    #[serde(default = "one")]
    pub(crate) num_speakers: u32,
    #[serde(default)]
    pub(crate) default_speaker_id: i32,
    language: Option<LanguagePart>,
}

/// How the sound is.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Audio {
    /// Samples per second.
    pub(crate) sample_rate: u32,
}

/// How phonemes are got.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct EspeakPart {
    /// Name of the voice whose rules are used.
    pub(crate) voice: String,
}

/// How freely the model speaks.
#[derive(Clone, Debug, Deserialize)]
#[serde(default)]
pub(crate) struct Inference {
    /// Variation of the sound.
    pub(crate) noise_scale: f32,
    /// How long phonemes last.
    pub(crate) length_scale: f32,
    /// Variation of how long they last.
    pub(crate) noise_w: f32,
}

/// What the model takes for phonemes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum PhonemeType {
    /// IPA as eSpeak writes it.
    #[default]
    Espeak,
    /// The characters of the text.
    Text,
    /// Pinyin, Hebrew points and others that need programs of their own.
    #[serde(other)]
    Other,
}

#[derive(Clone, Debug, Deserialize)]
struct LanguagePart {
    code: String,
    name_english: Option<String>,
    country_english: Option<String>,
}

impl Default for Inference {
    fn default() -> Self {
        Self {
            noise_scale: 0.667,
            length_scale: 1.0,
            noise_w: 0.8,
        }
    }
}

impl PiperConfig {
    /// Reads the description of the voice called `key` from its folder.
    ///
    /// # Errors
    /// When it can't be read, or describes a voice that this program can't speak with.
    pub(crate) fn read(folder: &Path, key: &str) -> Result<Self, OpenError> {
        let bytes = onnx::read(&folder.join(format!("{key}.onnx.json")))?;
        Self::parse(&bytes).map_err(|reason| OpenError::BadVoice {
            voice: key.to_owned(),
            reason,
        })
    }

    /// Parses the file's bytes.
    ///
    /// # Errors
    /// Says what is wrong with them.
    pub(crate) fn parse(bytes: &[u8]) -> Result<Self, String> {
        let config: Self = serde_json::from_slice(bytes)
            .map_err(|error| format!("it doesn't describe a Piper voice ({error})"))?;
        if config.phoneme_type == PhonemeType::Other {
            return Err("it takes phonemes of another program than espeak-ng".to_owned());
        }
        for mark in ["^", "_", "$"] {
            if config.ids(mark).is_empty() {
                return Err(format!("it has no id for `{mark}`"));
            }
        }
        Ok(config)
    }

    /// The voice as others see it; `key` is the name of its files.
    pub(crate) fn voice(&self, key: &str) -> Voice {
        let (key_code, name, quality) = key_parts(key).unwrap_or((&self.espeak.voice, key, ""));
        let language = self.language.as_ref();
        let code = language.map_or(key_code, |language| &language.code);
        let mut parts = vec![match language {
            Some(LanguagePart {
                name_english: Some(language),
                country_english: Some(country),
                ..
            }) => format!("{language} ({country})"),
            _ => code.to_owned(),
        }];
        parts.extend([name.to_owned(), "neural".to_owned()]);
        if !quality.is_empty() {
            parts.push(format!("{quality} quality"));
        }
        Voice {
            name: key.to_owned(),
            language: Language::new(code),
            description: parts.join(", "),
        }
    }

    /// The ids of a phoneme; none where the model doesn't know it.
    pub(crate) fn ids(&self, phoneme: &str) -> &[i32] {
        self.phoneme_id_map.get(phoneme).map_or(&[], Vec::as_slice)
    }
}

fn one() -> u32 {
    1
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// A voice that knows a few phonemes.
    pub(crate) const SMALL: &str = r#"{
        "audio": {"sample_rate": 22050}, "espeak": {"voice": "en-us"},
        "phoneme_id_map": {"_": [0], "^": [1], "$": [2], " ": [3], "a": [14], "ɪ": [74], "aɪ": [161], ".": [10], "̃": [141]},
        "language": {"code": "en_US", "name_english": "English", "country_english": "United States"}
    }"#;

    #[test]
    fn what_older_voices_lack_has_the_values_of_piper() {
        let config = PiperConfig::parse(SMALL.as_bytes()).unwrap();
        assert!((config.inference.noise_w - 0.8).abs() < f32::EPSILON);
        assert_eq!((config.num_speakers, config.default_speaker_id), (1, 0));
        assert_eq!(config.ids("a"), [14]);
    }

    #[test]
    fn a_voice_is_described_for_people() {
        let config = PiperConfig::parse(SMALL.as_bytes()).unwrap();
        let voice = config.voice("en_US-joe-medium");
        assert_eq!(voice.language, Language::new("en-US"));
        assert_eq!(
            voice.description,
            "English (United States), joe, neural, medium quality"
        );
        assert_eq!(
            config.voice("mine").description,
            "English (United States), mine, neural"
        );
    }

    #[test]
    fn voices_that_cannot_be_spoken_with_are_refused() {
        for (find, put, reason) in [
            (
                r#""espeak": {"#,
                r#""phoneme_type": "pinyin", "espeak": {"#,
                "another program",
            ),
            (r#""^": [1], "#, "", "no id for `^`"),
            ("sample_rate", "rate", "sample_rate"),
        ] {
            let error = PiperConfig::parse(SMALL.replace(find, put).as_bytes()).unwrap_err();
            assert!(error.contains(reason), "{error}");
        }
    }
}
