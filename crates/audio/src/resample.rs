//! Clips of another sample rate: a band-limited sinc, windowed after Kaiser.
//!
//! The ratio of two rates is a fraction of small whole numbers, so that there is one short filter for
//! each phase of it. The sum is the same on every machine that adds as IEEE 754 says.

use std::borrow::Cow;

use audiotome_core::Clip;

/// Zero crossings of the sinc on each side.
const CROSSINGS: f64 = 24.0;
/// Shape of the window: what is folded back is 80 dB down.
const BETA: f64 = 8.0;
/// Share of the band that passes; the rest is where the filter falls off.
const PASSED: f64 = 0.94;

/// The clip at `rate` samples per second.
pub(crate) fn at_rate(clip: &Clip, rate: u32) -> Cow<'_, Clip> {
    let from = clip.sample_rate();
    if rate == from || rate == 0 {
        return Cow::Borrowed(clip);
    }
    let samples = resample(clip.samples(), from, rate);
    // A clip has a sample at least, and so has what is made of it.
    Clip::new(rate, samples).map_or(Cow::Borrowed(clip), Cow::Owned)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "clamped to the range of 16 bits"
)]
fn resample(samples: &[i16], from: u32, to: u32) -> Vec<i16> {
    let divisor = gcd(from, to);
    let (from, to) = (u64::from(from / divisor), u64::from(to / divisor));
    let filters: Vec<Filter> = (0..to).map(|phase| Filter::new(phase, from, to)).collect();
    let length = (samples.len() as u64 * to).div_ceil(from);
    let made = (0..length).map(|index| {
        let place = index * from;
        let filter = &filters[index_of(place % to)];
        let value = filter.apply(samples, index_of(place / to));
        value.round().clamp(-32_768.0, 32_767.0) as i16
    });
    made.collect()
}

/// The filter for one phase.
struct Filter {
    weights: Vec<f32>,
    /// Samples before the place that the first weight is for.
    before: usize,
}

impl Filter {
    /// For a place `phase / to` behind a sample.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a few hundred weights"
    )]
    fn new(phase: u64, from: u64, to: u64) -> Self {
        let band = (to as f64 / from as f64).min(1.0) * PASSED;
        let reach = CROSSINGS / band;
        let before = reach.ceil() as usize;
        let offset = phase as f64 / to as f64;
        let weights = (0..=2 * before + 1).map(|index| {
            let x = index as f64 - before as f64 - offset;
            band * sinc(x * band) * kaiser(x / reach)
        });
        let weights: Vec<f64> = weights.collect();
        // Silence stays silence, and a constant a constant.
        let sum: f64 = weights.iter().sum();
        Self {
            weights: weights.iter().map(|weight| (weight / sum) as f32).collect(),
            before,
        }
    }

    fn apply(&self, samples: &[i16], place: usize) -> f32 {
        let skipped = self.before.saturating_sub(place);
        let first = place.saturating_sub(self.before);
        let heard = samples.get(first..).unwrap_or_default();
        let weights = self.weights.iter().skip(skipped);
        weights
            .zip(heard)
            .map(|(weight, sample)| weight * f32::from(*sample))
            .sum()
    }
}

fn sinc(x: f64) -> f64 {
    let x = x * std::f64::consts::PI;
    if x.abs() < 1e-9 { 1.0 } else { x.sin() / x }
}

/// Kaiser's window, 0 beyond −1 to 1.
fn kaiser(x: f64) -> f64 {
    if x.abs() > 1.0 {
        return 0.0;
    }
    bessel(BETA * (1.0 - x * x).sqrt()) / bessel(BETA)
}

/// The modified Bessel function of the first kind, of order 0, by its series.
fn bessel(x: f64) -> f64 {
    let (mut sum, mut term) = (1.0, 1.0);
    for k in 1..40 {
        let factor = x / 2.0 / f64::from(k);
        term *= factor * factor;
        sum += term;
    }
    sum
}

fn gcd(a: u32, b: u32) -> u32 {
    if b == 0 { a } else { gcd(b, a % b) }
}

fn index_of(number: u64) -> usize {
    usize::try_from(number).expect("a clip fits into memory")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sine(rate: u32, hertz: f64, seconds: f64) -> Clip {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a small test figure"
        )]
        let samples = (0..(f64::from(rate) * seconds) as u32).map(|i| {
            let phase = f64::from(i) / f64::from(rate) * hertz * std::f64::consts::TAU;
            (phase.sin() * 10_000.0).round() as i16
        });
        Clip::new(rate, samples.collect()).unwrap()
    }

    /// The largest difference, away from the ends.
    fn difference(a: &Clip, b: &Clip) -> u16 {
        let inner = 400..a.samples().len().min(b.samples().len()) - 400;
        let pairs = a.samples()[inner.clone()].iter().zip(&b.samples()[inner]);
        pairs.map(|(a, b)| a.abs_diff(*b)).max().unwrap()
    }

    #[test]
    fn a_tone_stays_the_same_tone() {
        for (from, to) in [
            (16_000, 24_000),
            (24_000, 22_050),
            (22_050, 24_000),
            (44_100, 16_000),
        ] {
            for hertz in [200.0, 3_000.0, 6_500.0] {
                let clip = sine(from, hertz, 0.5);
                let other = at_rate(&clip, to);
                assert_eq!(other.sample_rate(), to);
                let expected = sine(to, hertz, 0.5);
                assert!(other.samples().len().abs_diff(expected.samples().len()) <= 1);
                let off = difference(&other, &expected);
                assert!(off < 20, "{from} to {to}, {hertz} Hz: {off}");
            }
        }
    }

    #[test]
    fn what_the_lower_rate_has_no_room_for_is_gone() {
        let clip = sine(24_000, 10_500.0, 0.5);
        let lower = at_rate(&clip, 16_000);
        let loudest = lower.samples()[400..7_000]
            .iter()
            .map(|s| s.unsigned_abs())
            .max();
        assert!(loudest < Some(10), "{loudest:?}");
    }

    #[test]
    fn the_same_rate_is_the_same_clip_and_one_sample_is_enough() {
        let clip = Clip::new(24_000, vec![5]).unwrap();
        assert!(matches!(at_rate(&clip, 24_000), Cow::Borrowed(_)));
        assert_eq!(at_rate(&clip, 16_000).samples().len(), 1);
    }
}
