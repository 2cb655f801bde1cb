//! Audio of one segment.

use std::time::Duration;

use thiserror::Error;

/// Mono PCM of one segment: 16-bit samples at a fixed rate.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Clip {
    sample_rate: u32,
    samples: Vec<i16>,
}

/// Why samples are no clip.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ClipError {
    /// There is nothing to hear.
    #[error("no samples")]
    Empty,
    /// The model produced NaN or infinity.
    #[error("sample {0} is not a finite number")]
    NotFinite(usize),
    /// A rate that no voice has.
    #[error("sample rate {0} Hz is outside 8,000 to 48,000 Hz")]
    SampleRate(u32),
}

impl Clip {
    /// A clip of 16-bit samples.
    ///
    /// # Errors
    /// When there are no samples or the rate (Hz) is outside 8,000 to 48,000.
    pub fn new(sample_rate: u32, samples: Vec<i16>) -> Result<Self, ClipError> {
        if !(8_000..=48_000).contains(&sample_rate) {
            return Err(ClipError::SampleRate(sample_rate));
        }
        if samples.is_empty() {
            return Err(ClipError::Empty);
        }
        Ok(Self {
            sample_rate,
            samples,
        })
    }

    /// A clip of samples in −1.0 to 1.0; those beyond are clipped.
    ///
    /// # Errors
    /// As [`Clip::new`], and when a sample is NaN or infinite.
    pub fn from_f32(sample_rate: u32, samples: &[f32]) -> Result<Self, ClipError> {
        if let Some(index) = samples.iter().position(|sample| !sample.is_finite()) {
            return Err(ClipError::NotFinite(index));
        }
        #[expect(
            clippy::cast_possible_truncation,
            reason = "clamped to the range of i16"
        )]
        let samples = samples
            .iter()
            .map(|sample| (sample * 32_767.0).round().clamp(-32_768.0, 32_767.0) as i16)
            .collect();
        Self::new(sample_rate, samples)
    }

    /// Samples per second.
    #[must_use]
    pub fn sample_rate(&self) -> u32 {
        self.sample_rate
    }

    /// The samples.
    #[must_use]
    pub fn samples(&self) -> &[i16] {
        &self.samples
    }

    /// How long the clip is.
    #[must_use]
    pub fn duration(&self) -> Duration {
        Duration::from_nanos(
            self.samples.len() as u64 * 1_000_000_000 / u64::from(self.sample_rate),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_beyond_full_scale_are_clipped() {
        let clip = Clip::from_f32(24_000, &[0.0, 2.0, -2.0]).unwrap();
        assert_eq!(clip.samples(), [0, 32_767, -32_768]);
    }

    #[test]
    fn a_model_gone_wrong_makes_no_clip() {
        assert_eq!(
            Clip::from_f32(24_000, &[0.0, f32::NAN]),
            Err(ClipError::NotFinite(1))
        );
        assert_eq!(Clip::new(24_000, vec![]), Err(ClipError::Empty));
        assert_eq!(Clip::new(1, vec![0]), Err(ClipError::SampleRate(1)));
    }
}
