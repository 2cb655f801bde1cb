//! The shipped fake: a beep as long as the text would take to say.
//!
//! With it the whole program (plans, slots, resume, encoding) runs without a model and in no time.
//! It can be told to misbehave, see [`ToneOptions`].

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use audiotome_core::{
    Clip, EngineId, Language, SpeechEngine, SpeechError, Speed, Utterance, Voice, pronunciation,
};
use sha2::{Digest as _, Sha256};

use crate::EngineKind;
use crate::engines::{check_speakable, check_voice};

mod options;

pub(crate) use options::OPTIONS_HELP;
pub use options::ToneOptions;

/// The name of its only voice.
pub(crate) const VOICE: &str = "tone";

/// Samples per second: enough for a beep, and cheap for everything after.
const SAMPLE_RATE: u32 = 16_000;

/// A usual speaking rate, characters per second.
const CHARACTERS_PER_SECOND: f32 = 15.0;

/// Rise and fall of the beep in samples, 5 ms: without them it would click.
const FADE: usize = 80;

/// Half of full scale, −6 dBFS.
const AMPLITUDE: f32 = 16_384.0;

/// The shortest beep, seconds.
const SHORTEST: f32 = 0.2;

/// The engine.
#[derive(Debug)]
pub struct Tone {
    id: EngineId,
    voices: Vec<Voice>,
    options: ToneOptions,
    /// How often each text has failed, as far as `fail-times` counts.
    failures: Mutex<HashMap<Box<str>, u32>>,
}

impl Tone {
    /// The engine with a voice called `voice`, misbehaving as `options` say.
    #[must_use]
    pub fn new(voice: &str, options: ToneOptions) -> Self {
        Self {
            id: EngineId {
                engine: EngineKind::Tone.to_string(),
                version: "1".to_owned(),
                weights: String::new(),
            },
            voices: vec![Voice {
                name: voice.to_owned(),
                language: Language::undetermined(),
                description: "a beep as long as the text would take, for trials".to_owned(),
            }],
            options,
            failures: Mutex::default(),
        }
    }

    /// Fails, waits or hangs as the options say.
    fn misbehave(&self, text: &str) -> Result<(), SpeechError> {
        let options = &self.options;
        if let Some(delay) = options.delay {
            std::thread::sleep(delay);
        }
        if told(options.hang.as_ref(), text) {
            loop {
                std::thread::park();
            }
        }
        if told(options.refuse.as_ref(), text) {
            return Err(SpeechError::Permanent(format!("told to refuse `{text}`")));
        }
        if told(options.fail.as_ref(), text) && self.fails_again(text) {
            return Err(SpeechError::Transient(format!("told to fail on `{text}`")));
        }
        Ok(())
    }

    fn fails_again(&self, text: &str) -> bool {
        let Some(times) = self.options.fail_times else {
            return true;
        };
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let count = failures.entry(text.into()).or_default();
        *count += 1;
        *count <= times
    }
}

impl SpeechEngine for Tone {
    fn id(&self) -> &EngineId {
        &self.id
    }

    fn voices(&self) -> &[Voice] {
        &self.voices
    }

    fn synthesize(&self, utterance: &Utterance) -> Result<Clip, SpeechError> {
        let text = &*pronunciation::plain(&utterance.text);
        check_voice(&self.id, &self.voices, &utterance.voice)?;
        check_speakable(text)?;
        self.misbehave(text)?;
        let mut samples = beep(text, utterance.speed);
        if told(self.options.short.as_ref(), text) {
            samples.truncate(1);
        }
        if told(self.options.silent.as_ref(), text) {
            samples.fill(0);
        }
        Clip::new(SAMPLE_RATE, samples).map_err(|error| SpeechError::Permanent(error.to_string()))
    }
}

fn told(substring: Option<&String>, text: &str) -> bool {
    substring.is_some_and(|substring| text.contains(substring.as_str()))
}

/// The beep: one period of a sine repeated, which costs a copy and no arithmetic per sample.
fn beep(text: &str, speed: Speed) -> Vec<i16> {
    let period = period(text);
    let length = length(text, speed);
    let mut samples = period.repeat(length / period.len() + 1);
    samples.truncate(length);
    for i in 0..FADE {
        let gain = i16::try_from(i).expect("FADE is small");
        let scaled = |sample: i16| {
            let fade = i32::from(sample) * i32::from(gain) / FADE as i32;
            i16::try_from(fade).expect("a fade makes no sample larger")
        };
        samples[i] = scaled(samples[i]);
        let end = length - 1 - i;
        samples[end] = scaled(samples[end]);
    }
    samples
}

/// A period of 32 to 95 samples (168 to 500 Hz), told by the text's digest.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    reason = "under 100 samples, within the amplitude"
)]
fn period(text: &str) -> Vec<i16> {
    let digest = Sha256::digest(text.as_bytes());
    let length = 32 + usize::from(digest[0] % 64);
    (0..length)
        .map(|i| (i as f32 / length as f32 * std::f32::consts::TAU).sin() * AMPLITUDE)
        .map(|sample| sample.round() as i16)
        .collect()
}

/// Samples that the text takes at a usual rate.
#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "texts are short"
)]
fn length(text: &str, speed: Speed) -> usize {
    let seconds = text.chars().map(weight).sum::<f32>() / CHARACTERS_PER_SECOND / speed.factor();
    (seconds.max(SHORTEST) * SAMPLE_RATE as f32) as usize
}

/// How many letters of a Latin script a character is worth: an ideograph is a syllable (five a
/// second), a digit or a currency sign a word.
fn weight(c: char) -> f32 {
    match c {
        '0'..='9' | '%' | '$' | '€' | '£' | '&' | '+' | '=' | '@' | '§' | '№' => 5.0,
        '\u{2E80}'..='\u{9FFF}'
        | '\u{AC00}'..='\u{D7FF}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{3FFFF}' => 3.0,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use audiotome_core::ClipCheck;

    use super::*;

    fn say(options: &str, text: &str) -> Result<Clip, SpeechError> {
        Tone::new(VOICE, options.parse().unwrap()).synthesize(&utterance(text))
    }

    fn utterance(text: &str) -> Utterance {
        Utterance {
            text: text.into(),
            voice: VOICE.into(),
            language: Language::new("en"),
            speed: Speed::NORMAL,
        }
    }

    #[test]
    fn a_beep_is_as_long_as_the_text_takes_and_passes_the_check() {
        let clip = say("", &"word ".repeat(30)).unwrap();
        assert_eq!(clip.duration(), Duration::from_secs(10));
        let mut check = ClipCheck::default();
        for text in [
            "I.",
            "It is a truth universally acknowledged.",
            "1234567890 1234567890",
            "一九四九年十月一日，中华人民共和国成立。",
            "$3.50 & 5:30",
        ] {
            assert_eq!(check.judge(text, &say("", text).unwrap()), Ok(()), "{text}");
        }
    }

    #[test]
    fn a_beep_starts_and_ends_without_a_click() {
        let clip = say("", "Hello, world.").unwrap();
        let largest_step = clip
            .samples()
            .windows(2)
            .map(|pair| pair[0].abs_diff(pair[1]));
        assert!(largest_step.max().unwrap() < 3_300);
        assert_eq!(clip.samples().first(), Some(&0));
        assert_eq!(clip.samples().last(), Some(&0));
    }

    #[test]
    fn it_misbehaves_only_where_told() {
        assert!(matches!(
            say("fail=bad", "bad"),
            Err(SpeechError::Transient(_))
        ));
        assert!(matches!(
            say("refuse=bad", "bad"),
            Err(SpeechError::Permanent(_))
        ));
        assert!(say("fail=bad,refuse=bad,hang=bad", "good").is_ok());
        assert_eq!(say("short=bad", "bad").unwrap().samples().len(), 1);
        assert!(
            say("silent=bad", "bad")
                .unwrap()
                .samples()
                .iter()
                .all(|s| *s == 0)
        );
    }

    #[test]
    fn it_can_fail_a_few_times_for_each_text() {
        let tone = Tone::new(VOICE, "fail=bad,fail-times=2".parse().unwrap());
        let outcomes: Vec<_> = ["bad", "bad", "very bad", "bad", "very bad", "very bad"]
            .map(|text| tone.synthesize(&utterance(text)).is_ok())
            .to_vec();
        assert_eq!(outcomes, [false, false, false, true, false, true]);
    }
}
