//! A look-ahead true-peak limiter for one clip.
//!
//! Between two samples a waveform can rise above both, so peaks are looked for at four times the
//! rate. That costs far more than everything else done to a clip; but the interpolation can't raise
//! a peak by more than the sum of its coefficients, and speech is mostly far below its peaks: most
//! blocks are proven harmless by their samples alone.

use std::collections::VecDeque;
use std::f32::consts::PI;
use std::ops::Range;
use std::sync::LazyLock;

/// Samples before and after a point that its interpolated value depends on.
const REACH: usize = 8;
/// Samples that are looked at together.
const BLOCK: usize = 64;
/// The gain falls and rises within this time around a peak.
const LOOK_AHEAD_MS: usize = 4;
/// After a peak the gain comes back to 1 with this time constant.
const RELEASE_MS: f32 = 60.0;

/// A windowed sinc for each of the three points between two samples.
struct Interpolator {
    phases: [[f32; 2 * REACH]; 3],
    /// No interpolated value is more than this times the largest sample in reach.
    most: f32,
}

static INTERPOLATOR: LazyLock<Interpolator> = LazyLock::new(Interpolator::new);

/// A point that is too loud: index of the sample before it, and the gain that it can take.
type Peak = (usize, f32);

/// Turns `samples` down around every peak, so that none between or on the samples exceeds `ceiling`
/// (same unit as the samples; infinity switches the limiter off).
pub(crate) fn limit(samples: &mut [f32], sample_rate: u32, ceiling: f32) {
    let peaks = peaks(samples, ceiling);
    let (Some(first), Some(last)) = (peaks.first(), peaks.last()) else {
        return;
    };
    let around = sample_rate as usize * LOOK_AHEAD_MS / 1000;
    #[expect(clippy::cast_precision_loss, reason = "a sample rate")]
    let release = RELEASE_MS / 1000.0 * sample_rate as f32;
    // Ten time constants after the last peak the gain is 1 for every purpose.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a small positive number"
    )]
    let end = (last.0 + 2 * around + (10.0 * release) as usize).min(samples.len());
    let range = first.0.saturating_sub(2 * around)..end;
    let gains = gains(&peaks, range.clone(), around, release);
    for (sample, gain) in samples[range].iter_mut().zip(gains) {
        *sample *= gain;
    }
}

/// The largest absolute value on or between `samples`.
#[cfg(test)]
pub(crate) fn true_peak(samples: &[f32]) -> f32 {
    (0..samples.len())
        .map(|i| point_peak(samples, i))
        .fold(0.0, f32::max)
}

fn peaks(samples: &[f32], ceiling: f32) -> Vec<Peak> {
    let harmless = ceiling / INTERPOLATOR.most;
    let mut peaks = Vec::new();
    for start in (0..samples.len()).step_by(BLOCK) {
        let end = (start + BLOCK).min(samples.len());
        let in_reach = &samples[start.saturating_sub(REACH)..(end + REACH).min(samples.len())];
        // No early exit: a plain maximum over a block is a handful of vector instructions.
        if in_reach.iter().fold(0.0_f32, |a, b| a.max(b.abs())) <= harmless {
            continue;
        }
        peaks.extend((start..end).filter_map(|i| {
            let peak = point_peak(samples, i);
            (peak > ceiling).then(|| (i, ceiling / peak))
        }));
    }
    peaks
}

/// The largest absolute value from sample `i` to just before the next.
fn point_peak(samples: &[f32], i: usize) -> f32 {
    let mut window = [0.0; 2 * REACH];
    let first = i as isize + 1 - REACH as isize;
    for (k, slot) in window.iter_mut().enumerate() {
        let index = first + k as isize;
        *slot = usize::try_from(index)
            .ok()
            .and_then(|index| samples.get(index))
            .copied()
            .unwrap_or(0.0);
    }
    let between = INTERPOLATOR.phases.iter().map(|phase| {
        let sum: f32 = phase.iter().zip(&window).map(|(a, b)| a * b).sum();
        sum.abs()
    });
    between.fold(samples[i].abs(), f32::max)
}

/// The gain for each sample of `range`: low enough at every peak, smooth everywhere.
fn gains(peaks: &[Peak], range: Range<usize>, around: usize, release: f32) -> Vec<f32> {
    let mut wanted = vec![1.0_f32; range.len()];
    for (index, gain) in peaks {
        // The point lies between two samples: both have to give way.
        for index in [*index, index + 1] {
            if let Some(slot) = wanted.get_mut(index - range.start) {
                *slot = slot.min(*gain);
            }
        }
    }
    let mut held = lowest_around(&wanted, around);
    let mut gain = 1.0_f32;
    for slot in &mut held {
        gain = slot.min(gain + (1.0 - gain) / release);
        *slot = gain;
    }
    average_around(&held, around)
}

/// For each place the lowest value up to `around` places away.
fn lowest_around(values: &[f32], around: usize) -> Vec<f32> {
    let mut rising: VecDeque<usize> = VecDeque::new();
    let mut lowest = Vec::with_capacity(values.len());
    let mut next = 0;
    for i in 0..values.len() {
        while next < values.len() && next <= i + around {
            while rising.back().is_some_and(|b| values[*b] >= values[next]) {
                rising.pop_back();
            }
            rising.push_back(next);
            next += 1;
        }
        while rising.front().is_some_and(|front| front + around < i) {
            rising.pop_front();
        }
        lowest.push(rising.front().map_or(1.0, |front| values[*front]));
    }
    lowest
}

/// For each place the average of the values up to `around` places away; beyond the ends they go on as
/// they are there.
fn average_around(values: &[f32], around: usize) -> Vec<f32> {
    let last = values.len() as isize - 1;
    let at = |i: isize| f64::from(values[i.clamp(0, last) as usize]);
    let reach = around as isize;
    let mut sum: f64 = (-reach..=reach).map(at).sum();
    #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
    let count = (2 * around + 1) as f64;
    (0..values.len() as isize)
        .map(|i| {
            let average = sum / count;
            sum += at(i + reach + 1) - at(i - reach);
            #[expect(clippy::cast_possible_truncation, reason = "a gain from 0 to 1")]
            let average = average as f32;
            average
        })
        .collect()
}

impl Interpolator {
    fn new() -> Self {
        let phases = [0.25_f32, 0.5, 0.75].map(|offset| {
            let mut taps = [0.0; 2 * REACH];
            for (k, tap) in taps.iter_mut().enumerate() {
                #[expect(clippy::cast_precision_loss, reason = "at most 16")]
                let distance = k as f32 + 1.0 - REACH as f32 - offset;
                let sinc = (PI * distance).sin() / (PI * distance);
                #[expect(clippy::cast_precision_loss, reason = "8")]
                let window = (PI * distance / (2.0 * REACH as f32)).cos().powi(2);
                *tap = sinc * window;
            }
            taps
        });
        let most = phases
            .iter()
            .map(|taps| taps.iter().map(|tap| tap.abs()).sum::<f32>())
            .fold(1.0, f32::max);
        Self { phases, most }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RATE: u32 = 24_000;

    /// A quarter of the rate, sampled between its peaks: they are 3 dB above every sample.
    fn hidden_peaks(samples: usize, amplitude: f32) -> Vec<f32> {
        (0..samples)
            .map(|i| amplitude * (PI / 2.0 * i as f32 + PI / 4.0).sin())
            .collect()
    }

    #[test]
    fn a_peak_between_samples_is_found() {
        let samples = hidden_peaks(400, 1_000.0);
        assert!(samples.iter().all(|s| s.abs() < 710.0));
        let peak = true_peak(&samples[..]);
        assert!((990.0..1_090.0).contains(&peak), "{peak}");
    }

    #[test]
    fn no_peak_is_left_above_the_ceiling() {
        let bursts: Vec<f32> = (0..48_000)
            .map(|i| {
                let loud = if i % 7_000 < 90 { 30_000.0 } else { 9_000.0 };
                loud * (i as f32 * 0.31).sin() + 2_000.0 * (i as f32 * 1.7).cos()
            })
            .collect();
        for mut samples in [hidden_peaks(9_000, 25_000.0), bursts] {
            limit(&mut samples, RATE, 16_000.0);
            let peak = true_peak(&samples);
            assert!((15_000.0..16_000.0 * 1.01).contains(&peak), "{peak}");
        }
    }

    #[test]
    fn quiet_sound_is_not_touched() {
        let samples = hidden_peaks(9_000, 15_000.0);
        let mut limited = samples.clone();
        limit(&mut limited, RATE, 16_500.0);
        assert_eq!(samples, limited);
    }

    #[test]
    fn far_from_a_peak_nothing_changes() {
        let mut samples = vec![1_000.0; 48_000];
        samples[24_000] = 30_000.0;
        limit(&mut samples, RATE, 16_000.0);
        assert!(samples[..23_700].iter().all(|s| *s == 1_000.0));
        assert!(samples[24_010] < 600.0);
        assert!(samples[47_000..].iter().all(|s| (s - 1_000.0).abs() < 0.1));
    }

    #[test]
    fn the_gain_has_no_steps() {
        let mut samples = vec![1_000.0; 24_000];
        samples[12_000] = 32_000.0;
        limit(&mut samples, RATE, 3_200.0);
        samples[12_000] = samples[11_999];
        let step = samples
            .windows(2)
            .map(|w| (w[1] - w[0]).abs())
            .fold(0.0, f32::max);
        assert!(step < 20.0, "{step}");
    }
}
