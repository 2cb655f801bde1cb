//! A look-ahead true-peak limiter for one clip.
//!
//! Between two samples a waveform can rise above both, so peaks are looked for at four times the
//! rate. That costs far more than everything else done to a clip; but the interpolation can't raise
//! a peak by more than the sum of its coefficients, and speech is mostly far below its peaks: most
//! blocks are proven harmless by their samples alone.

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

fn peaks(samples: &[f32], ceiling: f32) -> Vec<Peak> {
    let harmless = (ceiling / INTERPOLATOR.most).to_bits();
    let mut peaks = Vec::new();
    for start in (0..samples.len()).step_by(BLOCK) {
        let end = (start + BLOCK).min(samples.len());
        let in_reach = &samples[start.saturating_sub(REACH)..(end + REACH).min(samples.len())];
        // Without their signs, floating-point numbers are in the order of their bits, and the largest
        // integer of many is a handful of vector instructions.
        let largest = in_reach.iter().map(|sample| sample.abs().to_bits()).max();
        if largest.is_none_or(|largest| largest <= harmless) {
            continue;
        }
        for (i, peak) in (start..end).zip(block_peaks(samples, start)) {
            if peak > ceiling {
                peaks.push((i, ceiling / peak));
            }
        }
    }
    peaks
}

/// For each sample of the block from `start` the largest absolute value until just before the next.
fn block_peaks(samples: &[f32], start: usize) -> [f32; BLOCK] {
    const BEFORE: usize = REACH - 1;
    // The block and what its interpolated values depend on, with silence beyond the ends.
    let mut around = [0.0; BLOCK + 2 * REACH];
    let from = start.saturating_sub(BEFORE);
    let there = &samples[from..(start + BLOCK + REACH).min(samples.len())];
    let at = BEFORE - (start - from);
    around[at..at + there.len()].copy_from_slice(there);
    let mut peaks = [0.0; BLOCK];
    for (peak, sample) in peaks.iter_mut().zip(&around[BEFORE..]) {
        *peak = sample.abs();
    }
    for taps in &INTERPOLATOR.phases {
        // Tap by tap, not sample by sample: so the samples of a block are worked on side by side.
        let mut between = [0.0; BLOCK];
        for (k, tap) in taps.iter().enumerate() {
            for (sum, sample) in between.iter_mut().zip(&around[k..]) {
                *sum += tap * sample;
            }
        }
        for (peak, value) in peaks.iter_mut().zip(between) {
            *peak = peak.max(value.abs());
        }
    }
    peaks
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
    // A multiplication and an addition for each sample: they wait for those of the sample before.
    let (kept, regained) = (1.0 - 1.0 / release, 1.0 / release);
    let mut gain = 1.0_f32;
    for slot in &mut held {
        gain = lower(*slot, gain * kept + regained);
        *slot = gain;
    }
    average_around(&held, around)
}

/// For each place the lowest value up to `around` places away.
///
/// A window as long as a block covers the end of one block and the start of the next: its lowest
/// value is the lower one of the two parts', and those are found in one pass each way.
fn lowest_around(values: &[f32], around: usize) -> Vec<f32> {
    let window = 2 * around + 1;
    let mut from_start = with_ends(values, around, 1.0, 1.0);
    let mut to_end = from_start.clone();
    let lowest_so_far = |lowest: f32, value: &mut f32| {
        *value = lower(lowest, *value);
        *value
    };
    for block in from_start.chunks_mut(window) {
        block.iter_mut().fold(1.0, lowest_so_far);
    }
    for block in to_end.chunks_mut(window) {
        block.iter_mut().rev().fold(1.0, lowest_so_far);
    }
    let parts = to_end.iter().zip(&from_start[2 * around..]);
    parts.map(|(end, start)| lower(*end, *start)).collect()
}

/// The lower one of two gains. They are never NaN: `f32::min`, which has to ask, takes four
/// instructions for it, each of which waits for the one before.
fn lower(a: f32, b: f32) -> f32 {
    if a < b { a } else { b }
}

/// For each place the average of the values up to `around` places away; beyond the ends they go on as
/// they are there.
fn average_around(values: &[f32], around: usize) -> Vec<f32> {
    let (Some(first), Some(last)) = (values.first(), values.last()) else {
        return Vec::new();
    };
    let values = with_ends(values, around, *first, *last);
    let window = 2 * around + 1;
    let mut sum: f64 = values[..window].iter().map(|value| f64::from(*value)).sum();
    #[expect(clippy::cast_precision_loss, reason = "a few hundred")]
    let share = 1.0 / window as f64;
    let first = sum * share;
    let moves = values.iter().zip(&values[window..]);
    let averages = moves.map(|(out, into)| {
        sum += f64::from(*into) - f64::from(*out);
        sum * share
    });
    #[expect(clippy::cast_possible_truncation, reason = "a gain from 0 to 1")]
    let averages = std::iter::once(first)
        .chain(averages)
        .map(|average| average as f32)
        .collect();
    averages
}

/// `values` with `count` more at each end.
fn with_ends(values: &[f32], count: usize, first: f32, last: f32) -> Vec<f32> {
    let mut longer = vec![first; values.len() + 2 * count];
    longer[count..count + values.len()].copy_from_slice(values);
    longer[count + values.len()..].fill(last);
    longer
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

    /// The largest absolute value on or between `samples`, each looked at alone.
    fn true_peak(samples: &[f32]) -> f32 {
        (0..samples.len())
            .map(|i| point_peak(samples, i))
            .fold(0.0, f32::max)
    }

    /// The largest absolute value from sample `i` to just before the next.
    fn point_peak(samples: &[f32], i: usize) -> f32 {
        let sample = |k: usize| {
            let index = (i + 1 + k).checked_sub(REACH);
            let sample = index.and_then(|index| samples.get(index));
            sample.copied().unwrap_or(0.0)
        };
        let between = INTERPOLATOR.phases.iter().map(|taps| {
            let sum: f32 = (0..2 * REACH).map(|k| taps[k] * sample(k)).sum();
            sum.abs()
        });
        between.fold(samples[i].abs(), f32::max)
    }

    #[test]
    fn blocks_find_what_single_points_have() {
        for length in [1, 7, 63, 64, 65, 200] {
            let samples: Vec<f32> = (0..length)
                .map(|i| 9_000.0 * (i as f32 * 1.3).sin() + 3_000.0 * (i as f32 * 2.9).cos())
                .collect();
            for start in (0..length).step_by(BLOCK) {
                let peaks = block_peaks(&samples, start);
                for (i, peak) in (start..length).zip(peaks) {
                    assert_eq!(peak, point_peak(&samples, i), "{i} of {length}");
                }
            }
        }
    }

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
        let peak = true_peak(&samples);
        assert!((990.0..1_090.0).contains(&peak), "{peak}");
    }

    #[test]
    fn windows_reach_equally_far_to_both_sides() {
        let mut values = vec![1.0; 50];
        (values[0], values[20], values[23]) = (0.5, 0.25, 0.125);
        for around in [1, 3, 7, 60] {
            let lowest = lowest_around(&values, around);
            let average = average_around(&values, around);
            for i in 0..values.len() {
                let near = &values[i.saturating_sub(around)..(i + around + 1).min(50)];
                assert_eq!(lowest[i], near.iter().fold(1.0, |a, b| b.min(a)));
                let at = |k: usize| values[(i + k).saturating_sub(around).min(49)];
                let sum: f32 = (0..=2 * around).map(at).sum();
                assert!((average[i] - sum / (2 * around + 1) as f32).abs() < 1e-6);
            }
        }
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
