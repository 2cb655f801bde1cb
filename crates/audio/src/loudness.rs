//! How loud an audiobook is: one gain for the whole book.

use std::fmt;
use std::str::FromStr;

use audiotome_core::{AudioStore, Plan, Segment};
use ebur128::{EbuR128, Mode};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::AudioError;
use crate::resample::at_rate;
use crate::shape::sound;

/// Speech that the gain is measured on: half a minute of a voice predicts an hour within 0.1 LU.
const MEASURED_SECONDS: u64 = 60;
/// Segments that are looked for where the minute is not spoken.
const LISTENED_AHEAD: usize = 10;
/// A gain beyond this would raise noise, not speech.
const LARGEST_GAIN_DB: f64 = 30.0;

/// How loud the audiobook shall be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Loudness {
    /// Integrated loudness (ITU-R BS.1770), or `None` to leave the voice as it is.
    pub target_lufs: Option<f32>,
    /// True peaks are limited to this before the encoder, which adds some.
    pub true_peak_dbtp: f32,
}

/// Not a loudness.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("loudness `{0}` is not `audiobook`, `podcast`, `none` or a number of LUFS from -40 to -10")]
pub struct LoudnessError(String);

/// What is done to every clip of a book.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Gain {
    decibels: f32,
    ceiling_dbtp: f32,
}

/// The one gain of a book, from the first minute of its speech in reading order; `None` as long as
/// the store lacks a clip of that minute.
///
/// The same plan and clips give the same gain, so that a run that goes on where another stopped
/// makes the same audiobook.
///
/// # Errors
/// When the store fails or a clip is damaged.
pub async fn measure_gain(
    store: &dyn AudioStore,
    plan: &Plan,
    loudness: Loudness,
) -> Result<Option<Gain>, AudioError> {
    listen(store, &plan.segments, loudness, Missing::Ends).await
}

/// A gain for what is heard before the first minute of the book is spoken: from those of the next
/// `segments` that are; `None` where none is. A few sentences are within a decibel or two of the minute.
///
/// # Errors
/// When the store fails or a clip is damaged.
pub async fn provisional_gain(
    store: &dyn AudioStore,
    segments: &[Segment],
    loudness: Loudness,
) -> Result<Option<Gain>, AudioError> {
    let near = &segments[..segments.len().min(LISTENED_AHEAD)];
    listen(store, near, loudness, Missing::IsPassedOver).await
}

/// What a clip means that is not there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Missing {
    Ends,
    IsPassedOver,
}

/// The gain that a minute of segments asks for, as far as they are there.
async fn listen(
    store: &dyn AudioStore,
    segments: &[Segment],
    loudness: Loudness,
    missing: Missing,
) -> Result<Option<Gain>, AudioError> {
    let Some(target) = loudness.target_lufs else {
        return Ok(Some(Gain::UNITY));
    };
    let mut meter: Option<EbuR128> = None;
    let mut heard = 0;
    for segment in segments {
        let Some(clip) = store.get(&segment.key).await? else {
            if missing == Missing::Ends {
                return Ok(None);
            }
            continue;
        };
        let rate = clip.sample_rate();
        let meter = match &mut meter {
            Some(meter) => meter,
            None => meter.insert(EbuR128::new(1, rate, Mode::I).map_err(meter_failed)?),
        };
        let clip = at_rate(&clip, meter.rate());
        let samples = &clip.samples()[sound(&clip)];
        meter.add_frames_i16(samples).map_err(meter_failed)?;
        heard += samples.len() as u64;
        if heard >= MEASURED_SECONDS * u64::from(clip.sample_rate()) {
            break;
        }
    }
    let Some(meter) = meter else {
        return Ok(None);
    };
    let measured = meter.loudness_global().map_err(meter_failed)?;
    let decibels = if measured.is_finite() {
        (f64::from(target) - measured).clamp(-LARGEST_GAIN_DB, LARGEST_GAIN_DB)
    } else {
        0.0
    };
    #[expect(clippy::cast_possible_truncation, reason = "at most 30")]
    let decibels = (decibels * 100.0).round() as f32 / 100.0;
    let gain = Gain::new(decibels, loudness.true_peak_dbtp);
    Ok(Some(gain))
}

impl Loudness {
    /// −19 LUFS and −3.5 dBTP: within what audiobook shops ask of mono files.
    pub const AUDIOBOOK: Self = Self {
        target_lufs: Some(-19.0),
        true_peak_dbtp: -3.5,
    };
    /// −16 LUFS, as podcast apps expect; −1.5 dBTP.
    pub const PODCAST: Self = Self {
        target_lufs: Some(-16.0),
        true_peak_dbtp: -1.5,
    };
    /// The voice as it is.
    pub const NONE: Self = Self {
        target_lufs: None,
        true_peak_dbtp: 0.0,
    };
}

impl Default for Loudness {
    fn default() -> Self {
        Self::AUDIOBOOK
    }
}

impl FromStr for Loudness {
    type Err = LoudnessError;

    fn from_str(text: &str) -> Result<Self, LoudnessError> {
        match text {
            "audiobook" => Ok(Self::AUDIOBOOK),
            "podcast" => Ok(Self::PODCAST),
            "none" => Ok(Self::NONE),
            _ => text
                .parse()
                .ok()
                .filter(|lufs| (-40.0..=-10.0).contains(lufs))
                .map(|lufs| Self {
                    target_lufs: Some(lufs),
                    ..Self::AUDIOBOOK
                })
                .ok_or_else(|| LoudnessError(text.to_owned())),
        }
    }
}

impl fmt::Display for Loudness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.target_lufs {
            _ if *self == Self::AUDIOBOOK => f.write_str("audiobook"),
            _ if *self == Self::PODCAST => f.write_str("podcast"),
            Some(lufs) => write!(f, "{lufs}"),
            None => f.write_str("none"),
        }
    }
}

impl Gain {
    /// No gain and no limiter.
    pub const UNITY: Self = Self {
        decibels: 0.0,
        ceiling_dbtp: f32::INFINITY,
    };

    /// A gain in dB, with true peaks limited to `ceiling_dbtp` (infinity: not limited).
    #[must_use]
    pub fn new(decibels: f32, ceiling_dbtp: f32) -> Self {
        Self {
            decibels,
            ceiling_dbtp,
        }
    }

    /// The gain in dB.
    #[must_use]
    pub fn decibels(self) -> f32 {
        self.decibels
    }

    /// What a sample is multiplied with.
    pub(crate) fn factor(self) -> f32 {
        linear(self.decibels)
    }

    /// The largest true peak, in units of a 16-bit sample.
    pub(crate) fn ceiling(self) -> f32 {
        32_768.0 * linear(self.ceiling_dbtp)
    }

    /// Everything that changes the sound.
    pub(crate) fn bytes(self) -> [u8; 8] {
        let mut bytes = [0; 8];
        bytes[..4].copy_from_slice(&self.decibels.to_le_bytes());
        bytes[4..].copy_from_slice(&self.ceiling_dbtp.to_le_bytes());
        bytes
    }
}

fn linear(decibels: f32) -> f32 {
    10.0_f32.powf(decibels / 20.0)
}

fn meter_failed(error: ebur128::Error) -> AudioError {
    AudioError::Encoder {
        encoder: "loudness",
        reason: error.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_parse_to_what_they_print() {
        for text in ["audiobook", "podcast", "none", "-23", "-18.5"] {
            assert_eq!(text.parse::<Loudness>().unwrap().to_string(), text);
        }
        for bad in ["loud", "-9", "-41", "NaN", ""] {
            assert!(bad.parse::<Loudness>().is_err(), "{bad}");
        }
    }

    #[test]
    fn decibels_become_factors() {
        assert!((Gain::new(6.0206, 0.0).factor() - 2.0).abs() < 1e-4);
        assert!((Gain::new(0.0, -20.0).ceiling() - 3_276.8).abs() < 0.1);
        assert!(Gain::UNITY.ceiling().is_infinite());
    }
}
