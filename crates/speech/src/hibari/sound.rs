//! From what the network predicts to sound: a spectrum for every 12.5 ms, then its inverse.
//!
//! ```text
//! S = exp(lh) · e^{iπ·tanh θ} · STFT(pulses)  +  exp(ln) · Z  +  exp(lr) · e^{iφ}
//!     harmonics                                 noise          everything else
//! ```

use std::f32::consts::PI;
use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use rten_simd::SimdUnaryOp as _;
use rten_vecmath::{Cos, Exp, Sin, Tanh};

use super::noise::Noise;
use super::pulses::pulse_train;

/// Samples per second.
pub(super) const SAMPLE_RATE: u32 = 24_000;
/// Samples from one frame to the next.
pub(super) const HOP: usize = 300;
/// Samples that a frame's window covers.
const WINDOW: usize = 1_200;
/// Frequencies of a frame.
pub(super) const BINS: usize = WINDOW / 2 + 1;
/// A log magnitude beyond this is a network gone wrong; it must not become infinity.
const HIGHEST_LOG: f32 = 7.0;

/// What the network predicts: [`BINS`] rows of one value per frame, and the pitch.
#[derive(Debug)]
pub(super) struct Parts {
    /// Log magnitude of the harmonics.
    pub(super) harmonic: Vec<f32>,
    /// Their phase, before `π·tanh`.
    pub(super) rotation: Vec<f32>,
    /// Log magnitude of the noise.
    pub(super) noise: Vec<f32>,
    /// Log magnitude of everything else.
    pub(super) free: Vec<f32>,
    /// Its phase.
    pub(super) phase: Vec<f32>,
    /// Pitch in Hz, one per frame.
    pub(super) pitch: Vec<f32>,
}

/// The transforms, planned once.
pub(super) struct Sound {
    window: Vec<f32>,
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
}

impl Sound {
    pub(super) fn new() -> Self {
        let mut planner = RealFftPlanner::new();
        Self {
            window: hann(),
            forward: planner.plan_fft_forward(WINDOW),
            inverse: planner.plan_fft_inverse(WINDOW),
        }
    }

    /// Makes the sound: [`HOP`] samples per frame, around −1.0 to 1.0.
    pub(super) fn render(&self, parts: Parts, noise: &mut Noise) -> Vec<f32> {
        // A unit cosine peaks at half of the window's sum; divided by it, `exp(lh)` is the
        // magnitude of a harmonic.
        let scale = 1.0 / (WINDOW as f32 / 4.0);
        let mut spectrum = self.frames_of(&pulse_train(&parts.pitch), scale);
        shape(&mut spectrum, parts, noise);
        self.sum_of(&mut spectrum)
    }

    /// The spectrum of the frames of `samples`, [`BINS`] values a frame: centred on every
    /// [`HOP`]th sample, mirrored at the ends, windowed and scaled.
    fn frames_of(&self, samples: &[f32], scale: f32) -> Vec<Complex32> {
        let frames = samples.len() / HOP;
        let mut spectrum = vec![Complex32::default(); frames * BINS];
        let mut frame = vec![0.0; WINDOW];
        let mut scratch = self.forward.make_scratch_vec();
        let samples = mirrored_at_ends(samples);
        for (index, bins) in spectrum.chunks_exact_mut(BINS).enumerate() {
            let covered = &samples[index * HOP..][..WINDOW];
            for ((value, sample), weight) in frame.iter_mut().zip(covered).zip(&self.window) {
                *value = sample * weight * scale;
            }
            self.forward
                .process_with_scratch(&mut frame, bins, &mut scratch)
                .expect("the buffers have the planned lengths");
        }
        spectrum
    }

    /// The inverse of [`Sound::frames_of`]: windowed frames overlapped, added, and divided by the
    /// sum of the squared windows at that sample. Spoils `spectrum`.
    fn sum_of(&self, spectrum: &mut [Complex32]) -> Vec<f32> {
        let frames = spectrum.len() / BINS;
        let mut sum = vec![0.0_f32; (frames - 1) * HOP + WINDOW];
        let mut weights = vec![0.0_f32; sum.len()];
        let mut frame = vec![0.0; WINDOW];
        let mut scratch = self.inverse.make_scratch_vec();
        for (index, bins) in spectrum.chunks_exact_mut(BINS).enumerate() {
            // A real signal has no phase there; what the network says is dropped.
            bins[0].im = 0.0;
            bins[BINS - 1].im = 0.0;
            self.inverse
                .process_with_scratch(bins, &mut frame, &mut scratch)
                .expect("the buffers have the planned lengths, and the ends are real");
            let span = index * HOP..index * HOP + WINDOW;
            let places = sum[span.clone()].iter_mut().zip(&mut weights[span]);
            for ((value, weight), (place, total)) in frame.iter().zip(&self.window).zip(places) {
                *place += value * weight;
                *total += weight * weight;
            }
        }
        let half = WINDOW / 2;
        let inside = half..half + frames * HOP;
        sum[inside.clone()]
            .iter()
            .zip(&weights[inside])
            .map(|(value, weight)| value / (WINDOW as f32 * weight.max(1e-11)))
            .collect()
    }
}

impl std::fmt::Debug for Sound {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Sound").finish_non_exhaustive()
    }
}

/// Turns the spectrum of the pulses into that of the voice.
fn shape(spectrum: &mut [Complex32], mut parts: Parts, noise: &mut Noise) {
    let frames = parts.pitch.len();
    let mut draws = vec![0.0; 2 * frames];
    let mut cosine = vec![0.0; frames];
    let mut free_cosine = vec![0.0; frames];
    for bin in 0..BINS {
        let row = bin * frames..(bin + 1) * frames;
        let harmonic = magnitudes(&mut parts.harmonic[row.clone()]);
        let noisy = magnitudes(&mut parts.noise[row.clone()]);
        let free = magnitudes(&mut parts.free[row.clone()]);
        let rotation = &mut parts.rotation[row.clone()];
        Tanh {}.map_mut(rotation);
        rotation.iter_mut().for_each(|angle| *angle *= PI);
        let sine = sine_and_cosine(rotation, &mut cosine);
        let free_sine = sine_and_cosine(&mut parts.phase[row], &mut free_cosine);
        noise.fill(&mut draws);
        for frame in 0..frames {
            let place = &mut spectrum[frame * BINS + bin];
            let turn = Complex32::new(cosine[frame], sine[frame]) * harmonic[frame];
            let draw = Complex32::new(draws[2 * frame], draws[2 * frame + 1]);
            let rest = Complex32::new(free_cosine[frame], free_sine[frame]);
            *place = *place * turn + draw * noisy[frame] + rest * free[frame];
        }
    }
}

fn magnitudes(logs: &mut [f32]) -> &[f32] {
    logs.iter_mut().for_each(|log| *log = log.min(HIGHEST_LOG));
    Exp {}.map_mut(logs);
    logs
}

/// Replaces angles by their sines and puts their cosines into `cosines`.
fn sine_and_cosine<'a>(angles: &'a mut [f32], cosines: &mut [f32]) -> &'a [f32] {
    cosines.copy_from_slice(angles);
    Cos::new().map_mut(cosines);
    Sin::new().map_mut(angles);
    angles
}

/// The samples with half a window more at both ends, see [`mirrored`].
fn mirrored_at_ends(samples: &[f32]) -> Vec<f32> {
    let half = (WINDOW / 2) as isize;
    let length = samples.len() as isize;
    let beyond = |places: std::ops::Range<isize>| {
        places.map(|place| samples[mirrored(place, samples.len())])
    };
    let inside = samples.iter().copied();
    beyond(-half..0)
        .chain(inside)
        .chain(beyond(length..length + half))
        .collect()
}

/// Where a sample beyond the ends is found when the signal is mirrored there.
fn mirrored(place: isize, length: usize) -> usize {
    let period = (2 * (length - 1)).max(1) as isize;
    let within = place.rem_euclid(period) as usize;
    within.min(period as usize - within)
}

/// A Hann window whose copies at distance [`HOP`] add up evenly.
fn hann() -> Vec<f32> {
    (0..WINDOW)
        .map(|n| 0.5 - 0.5 * (2.0 * PI * n as f32 / WINDOW as f32).cos())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What makes no sound by itself: the magnitude is e⁻¹⁰⁰.
    const NOTHING: f32 = -100.0;

    fn parts(frames: usize, pitch: f32) -> Parts {
        Parts {
            harmonic: vec![NOTHING; BINS * frames],
            rotation: vec![0.0; BINS * frames],
            noise: vec![NOTHING; BINS * frames],
            free: vec![NOTHING; BINS * frames],
            phase: vec![0.0; BINS * frames],
            pitch: vec![pitch; frames],
        }
    }

    #[test]
    fn frames_and_back_is_the_same_sound() {
        let samples: Vec<f32> = (0..20 * HOP)
            .map(|n| (n as f32 * 0.05).sin() + 0.3 * (n as f32 * 1.7).cos())
            .collect();
        let sound = Sound::new();
        let back = sound.sum_of(&mut sound.frames_of(&samples, 1.0));
        assert_eq!(back.len(), samples.len());
        for (n, (a, b)) in samples.iter().zip(&back).enumerate() {
            assert!((a - b).abs() < 1e-4, "sample {n}: {a} became {b}");
        }
    }

    #[test]
    fn harmonics_with_magnitude_one_are_the_pulses_themselves() {
        let mut given = parts(20, 150.0);
        given.harmonic.fill((WINDOW as f32 / 4.0).ln());
        let pulses = pulse_train(&given.pitch);
        let made = Sound::new().render(given, &mut Noise::new(0));
        for (n, (a, b)) in pulses.iter().zip(&made).enumerate() {
            assert!(
                (a - b).abs() < 1e-2 * pulses.len() as f32 / 100.0,
                "sample {n}: {a} became {b}"
            );
        }
    }

    #[test]
    fn noise_has_the_level_that_is_asked_for() {
        let mut given = parts(200, 0.0);
        given.noise.fill(0.0);
        let made = Sound::new().render(given, &mut Noise::new(3));
        // Complex noise of variance 2 in every bin: the inverse has variance 2/N per frame, and
        // overlapping four windows leaves Σw²/(Σw²)² = 1/1.5 of it.
        let expected = 2.0 / WINDOW as f32 / 1.5;
        let power = made.iter().map(|x| x * x).sum::<f32>() / made.len() as f32;
        assert!(
            (power / expected - 1.0).abs() < 0.1,
            "{power}, not {expected}"
        );
        let mean = made.iter().sum::<f32>() / made.len() as f32;
        assert!(mean.abs() < 1e-3, "{mean}");
    }

    #[test]
    fn nothing_predicted_is_silence() {
        let made = Sound::new().render(parts(5, 200.0), &mut Noise::new(0));
        assert_eq!(made.len(), 5 * HOP);
        assert!(made.iter().all(|x| x.abs() < 1e-6));
    }

    #[test]
    fn a_network_gone_wrong_stays_finite() {
        let mut given = parts(4, 100.0);
        given.free.fill(1e9);
        given.phase.fill(3.0);
        let made = Sound::new().render(given, &mut Noise::new(0));
        assert!(made.iter().all(|x| x.is_finite()));
    }

    #[test]
    fn the_signal_is_mirrored_at_both_ends() {
        let places: Vec<usize> = (-3..8).map(|place| mirrored(place, 5)).collect();
        assert_eq!(places, [3, 2, 1, 0, 1, 2, 3, 4, 3, 2, 1]);
        assert_eq!(mirrored(-2, 1), 0);
    }
}
