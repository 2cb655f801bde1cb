//! An engine that has its answer ready: what is left is everything but speech.

use audiotome_core::{Clip, EngineId, SpeechEngine, SpeechError, Utterance, Voice};

use crate::book;

/// Bytes of an answer, about: a sentence in 24 kHz.
const BYTES: usize = 60 * 1024;
/// At these rates the sound is as long as the text would take to say, and so passes the check.
const NOISE_RATE: u32 = 8_000;
const SPEECH_RATE: u32 = 16_000;

pub(crate) struct Ready {
    id: EngineId,
    clip: Clip,
}

impl Ready {
    /// `noise` packs into no less than itself; `speech` is twice as much sound that packs into the
    /// same bytes.
    pub(crate) fn new(sound: &str) -> Self {
        let clip = match sound {
            "noise" => noise(BYTES / 2),
            "speech" => speech(BYTES),
            other => panic!("`{other}` is not noise or speech"),
        };
        Self {
            id: book::engine(),
            clip,
        }
    }

    /// Bytes of the sound, before and after packing.
    pub(crate) fn sizes(&self) -> (usize, usize) {
        let packed = audiotome_codec::flac::encode(&self.clip);
        (self.clip.samples().len() * 2, packed.len())
    }
}

impl SpeechEngine for Ready {
    fn id(&self) -> &EngineId {
        &self.id
    }

    fn voices(&self) -> &[Voice] {
        &[]
    }

    fn synthesize(&self, _: &Utterance) -> Result<Clip, SpeechError> {
        Ok(self.clip.clone())
    }
}

/// Numbers between 0 and 1 without an order, the same in every run.
fn numbers() -> impl Iterator<Item = f32> {
    let mut state = 7_u32;
    std::iter::repeat_with(move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f32::from((state >> 16) as u16) / f32::from(u16::MAX)
    })
}

fn noise(samples: usize) -> Clip {
    let samples: Vec<f32> = numbers().take(samples).map(|n| n * 2.0 - 1.0).collect();
    Clip::from_f32(NOISE_RATE, &samples).unwrap()
}

/// Syllables of a buzzing voice, with some breath.
fn speech(samples: usize) -> Clip {
    let samples = numbers().take(samples).enumerate().map(|(index, breath)| {
        #[expect(clippy::cast_precision_loss, reason = "a short sound")]
        let seconds = index as f32 / SPEECH_RATE as f32;
        let phase = seconds * std::f32::consts::TAU;
        let syllable = 0.15 + (phase * 2.0).sin().powi(2);
        let voice: f32 = (1..=12)
            .map(|n| (phase * 120.0 * n as f32).sin() / n as f32)
            .sum();
        syllable * (0.15 * voice + 0.012 * (breath - 0.5))
    });
    Clip::from_f32(SPEECH_RATE, &samples.collect::<Vec<_>>()).unwrap()
}
