//! What happens to the sound of one clip: silence cut off, gain, limiter, fades.

use std::ops::Range;

use audiotome_core::Clip;

use crate::Gain;
use crate::limiter;

/// −50 dBFS of 16-bit full scale: quieter counts as silence at the ends of a clip.
const SILENCE: u16 = 104;
/// Kept of the silence at each end, so that soft consonants survive.
const KEPT_MS: usize = 30;
/// Fade at each end, so that no cut clicks.
const FADE_MS: usize = 5;

/// The samples of `clip` that are heard: from 30 ms before the first sound to 30 ms after the last.
/// A clip without any sound is kept whole.
pub(crate) fn sound(clip: &Clip) -> Range<usize> {
    let samples = clip.samples();
    let loud = |sample: &i16| sample.unsigned_abs() >= SILENCE;
    let Some(first) = samples.iter().position(loud) else {
        return 0..samples.len();
    };
    let last = samples.iter().rposition(loud).unwrap_or(first);
    let kept = samples_of(KEPT_MS, clip.sample_rate());
    first.saturating_sub(kept)..(last + 1 + kept).min(samples.len())
}

/// The clip as it sounds in the audiobook.
pub(crate) fn shape(clip: &Clip, gain: Gain) -> Vec<i16> {
    let factor = gain.factor();
    let mut samples: Vec<f32> = clip.samples()[sound(clip)]
        .iter()
        .map(|sample| f32::from(*sample) * factor)
        .collect();
    limiter::limit(&mut samples, clip.sample_rate(), gain.ceiling());
    fade(&mut samples, samples_of(FADE_MS, clip.sample_rate()));
    samples.iter().map(|sample| to_i16(*sample)).collect()
}

/// Raised-cosine fades over `length` samples at both ends.
fn fade(samples: &mut [f32], length: usize) {
    let length = length.min(samples.len() / 2);
    let last = samples.len().saturating_sub(1);
    for i in 0..length {
        #[expect(clippy::cast_precision_loss, reason = "a few hundred samples")]
        let phase = std::f32::consts::PI * (i as f32 + 0.5) / length as f32;
        let factor = 0.5 - 0.5 * phase.cos();
        samples[i] *= factor;
        samples[last - i] *= factor;
    }
}

/// The nearest sample, halves away from zero. (`round` is a call for each sample on the processors
/// that a portable build is for.)
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_precision_loss,
    reason = "clamped to the range of 16 bits"
)]
fn to_i16(sample: f32) -> i16 {
    let sample = sample.clamp(-32_768.0, 32_767.0);
    let whole = sample as i32;
    let rest = sample - whole as f32;
    (whole + i32::from(rest >= 0.5) - i32::from(rest <= -0.5)) as i16
}

fn samples_of(ms: usize, rate: u32) -> usize {
    rate as usize * ms / 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    const UNITY: Gain = Gain::UNITY;

    fn clip(samples: Vec<i16>) -> Clip {
        Clip::new(24_000, samples).unwrap()
    }

    fn with_silence(before: usize, sound: usize, after: usize) -> Clip {
        let mut samples = vec![50; before];
        samples.extend((0..sound).map(|i| if i % 40 < 20 { 4_000 } else { -4_000 }));
        samples.extend(vec![-50; after]);
        clip(samples)
    }

    #[test]
    fn thirty_milliseconds_of_silence_stay() {
        assert_eq!(sound(&with_silence(5_000, 2_400, 9_000)), 4_280..8_120);
        assert_eq!(sound(&with_silence(100, 2_400, 10)), 0..2_510);
        assert_eq!(sound(&clip(vec![20; 500])), 0..500);
    }

    #[test]
    fn ends_fade_and_the_middle_stays() {
        let clip = clip(vec![10_000; 4_800]);
        let shaped = shape(&clip, UNITY);
        assert!(shaped[0] < 5 && shaped[4_799] < 5);
        assert!(shaped[..120].is_sorted());
        assert_eq!(shaped[120..4_680], clip.samples()[120..4_680]);
        assert_eq!(shaped[60], shaped[4_799 - 60]);
    }

    #[test]
    fn gain_is_in_decibels() {
        let shaped = shape(&clip(vec![1_000; 4_800]), Gain::new(20.0, f32::INFINITY));
        assert_eq!(shaped[2_400], 10_000);
    }

    #[test]
    fn samples_are_rounded_to_the_nearest() {
        let near = [
            0.0_f32,
            0.499_999_97,
            0.5,
            1.499_999_9,
            1.5,
            32_766.5,
            40_000.0,
        ];
        for sample in near
            .into_iter()
            .chain((0..9_999).map(|i| i as f32 * 3.700_01))
        {
            for sample in [sample, -sample] {
                let rounded = sample.round().clamp(-32_768.0, 32_767.0) as i16;
                assert_eq!(to_i16(sample), rounded, "{sample}");
            }
        }
    }

    #[test]
    fn a_single_sample_is_a_clip() {
        assert_eq!(shape(&clip(vec![9_000]), UNITY), [9_000]);
    }
}
