//! The voice's source: a pulse for every opening of the vocal folds.

use std::f64::consts::TAU;

use rten_simd::SimdUnaryOp as _;
use rten_vecmath::Sin;

use super::sound::{HOP, SAMPLE_RATE};

/// Below this pitch (Hz) a frame is unvoiced.
const VOICED_ABOVE: f32 = 40.0;
/// Harmonics reach up to this frequency (Hz), safely below half of the sample rate.
const HIGHEST_HARMONIC: f32 = 11_000.0;
/// Where the closed form divides by almost nothing, its limit is taken instead.
const SMALL: f32 = 2e-3;

/// A band-limited pulse train that follows `pitch` (Hz, one value per frame of [`HOP`] samples).
///
/// All harmonics have amplitude 1: with `H` of them, the sum of `cos(h·t)` for `h` in `1..=H` is
/// `sin((H + ½)·t) / (2·sin(t/2)) − ½` (Dirichlet's kernel). Unvoiced samples are 0.
pub(super) fn pulse_train(pitch: &[f32]) -> Vec<f32> {
    let mut frequency = every_sample(pitch);
    let mut half_phase = Vec::with_capacity(frequency.len());
    let mut kernel_phase = Vec::with_capacity(frequency.len());
    let mut cycles = 0.0_f64;
    for f in &frequency {
        let audible = f.max(VOICED_ABOVE);
        cycles += f64::from(audible) / f64::from(SAMPLE_RATE);
        // Not each time: `fract` is a call on the processors that a portable build is for.
        if cycles >= 1.0 {
            cycles = cycles.fract();
        }
        #[expect(clippy::cast_possible_truncation, reason = "an angle below 2π")]
        let phase = (cycles * TAU) as f32;
        half_phase.push(phase / 2.0);
        kernel_phase.push(half_count(audible) * phase);
    }
    Sin::new().map_mut(&mut half_phase);
    Sin::new().map_mut(&mut kernel_phase);
    for (f, (half, kernel)) in frequency
        .iter_mut()
        .zip(half_phase.iter().zip(&kernel_phase))
    {
        *f = if *f <= VOICED_ABOVE {
            0.0
        } else if (2.0 * half).abs() <= SMALL {
            half_count(*f) - 0.5
        } else {
            kernel / (2.0 * half) - 0.5
        };
    }
    frequency
}

/// Harmonics below the highest, and a half.
fn half_count(frequency: f32) -> f32 {
    (HIGHEST_HARMONIC / frequency).floor() + 0.5
}

/// Linear interpolation between the middles of frames; the ends are held.
fn every_sample(pitch: &[f32]) -> Vec<f32> {
    let mut samples = Vec::with_capacity(pitch.len() * HOP);
    for (frame, &here) in pitch.iter().enumerate() {
        let before = pitch[frame.saturating_sub(1)];
        let after = pitch[(frame + 1).min(pitch.len() - 1)];
        for sample in 0..HOP {
            let place = (sample as f32 + 0.5) / HOP as f32 - 0.5;
            samples.push(if place < 0.0 {
                before * -place + here * (1.0 + place)
            } else {
                here * (1.0 - place) + after * place
            });
        }
    }
    samples
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_steady_pitch_gives_its_harmonics_and_nothing_else() {
        let frames = 80;
        let train = pulse_train(&vec![200.0; frames]);
        assert_eq!(train.len(), frames * HOP);
        // One second, so that a frequency in Hz is a bin of a plain Fourier sum.
        let amplitude = |hz: f64| {
            let (mut re, mut im) = (0.0, 0.0);
            for (n, x) in train.iter().enumerate() {
                let angle = TAU * hz * n as f64 / f64::from(SAMPLE_RATE);
                re += f64::from(*x) * angle.cos();
                im += f64::from(*x) * angle.sin();
            }
            2.0 * re.hypot(im) / train.len() as f64
        };
        for harmonic in [200.0, 400.0, 5_000.0, 11_000.0] {
            let a = amplitude(harmonic);
            assert!((a - 1.0).abs() < 0.02, "{harmonic} Hz: {a}");
        }
        for between in [0.0, 100.0, 300.0, 5_100.0, 11_200.0, 11_900.0] {
            let a = amplitude(between);
            assert!(a < 0.02, "{between} Hz: {a}");
        }
    }

    #[test]
    fn unvoiced_frames_are_silent() {
        assert!(pulse_train(&[0.0; 10]).iter().all(|x| *x == 0.0));
        let train = pulse_train(&[0.0, 0.0, 0.0, 120.0, 120.0, 120.0]);
        assert!(train[..2 * HOP].iter().all(|x| *x == 0.0));
        assert!(train[4 * HOP..].iter().any(|x| *x > 1.0));
    }

    #[test]
    fn the_pitch_is_held_at_the_ends_and_glides_between() {
        let samples = every_sample(&[100.0, 200.0]);
        assert_eq!(samples.len(), 2 * HOP);
        assert!((samples[0] - 100.0).abs() < 1e-3);
        assert!((samples[2 * HOP - 1] - 200.0).abs() < 1e-3);
        assert!((samples[HOP - 1] + samples[HOP] - 300.0).abs() < 1e-2);
        // The ends are held up to rounding.
        assert!(samples.is_sorted_by(|a, b| *a <= b + 1e-4));
    }
}
