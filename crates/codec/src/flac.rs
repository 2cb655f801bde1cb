//! Clips as FLAC: how they rest and travel.

use std::io::Cursor;

use audiotome_core::Clip;
use flac_bound::{FlacEncoder, WriteWrapper};
use md5::{Digest as _, Md5};
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatReader, TrackType};
use symphonia::core::io::MediaSourceStream;
use thiserror::Error;

/// Why bytes are not a whole clip.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct FlacError(String);

/// Level 2 of libFLAC's nine: half of the samples' bytes, at thousands of times real time. Higher ones
/// save a few percent of speech and cost more.
const LEVEL: u32 = 2;
/// Where the header keeps the MD5 of the samples: after `fLaC`, a block header, and 18 bytes of figures.
const MD5_AT: std::ops::Range<usize> = 26..42;

/// A clip as a FLAC file, with its sample count and checksum.
#[must_use]
pub fn encode(clip: &Clip) -> Vec<u8> {
    let samples: Vec<i32> = clip.samples().iter().map(|s| i32::from(*s)).collect();
    let mut bytes = Vec::with_capacity(clip.samples().len() + 1024);
    let mut out = WriteWrapper(&mut bytes);
    let encoder = FlacEncoder::new().expect("there is memory for an encoder");
    let mut encoder = encoder
        .channels(1)
        .bits_per_sample(16)
        .sample_rate(clip.sample_rate())
        .compression_level(LEVEL)
        // Rates that not every device knows are all right.
        .streamable_subset(false)
        .total_samples_estimate(samples.len() as u64)
        .init_write(&mut out)
        .expect("the rate of a clip is one that FLAC knows");
    let written = encoder.process(&[&samples]);
    written.expect("memory takes every byte");
    assert!(encoder.finish().is_ok(), "memory takes every byte");
    // The encoder learns it last and can't go back: a stream has no begin to return to.
    bytes[MD5_AT].copy_from_slice(&md5(clip.samples()));
    bytes
}

/// The MD5 of samples as FLAC defines it: little-endian, as many bytes as a sample has.
fn md5(samples: &[i16]) -> [u8; 16] {
    let mut hasher = Md5::new();
    let mut bytes = Vec::with_capacity(16 * 1024);
    for block in samples.chunks(8 * 1024) {
        bytes.clear();
        crate::append_pcm(&mut bytes, block);
        hasher.update(&bytes);
    }
    hasher.finalize().into()
}

/// The clip of a FLAC file, when every sample of it is there and the checksum fits.
///
/// # Errors
/// Says what is wrong with the bytes.
pub fn decode(bytes: &[u8]) -> Result<Clip, FlacError> {
    let source = MediaSourceStream::new(Box::new(Cursor::new(bytes.to_vec())), Default::default());
    let mut reader = symphonia::default::get_probe()
        .probe(
            Hint::new().with_extension("flac"),
            source,
            Default::default(),
            Default::default(),
        )
        .map_err(|error| FlacError(error.to_string()))?;
    let (mut decoder, rate, total) = open(&*reader)?;
    let mut samples: Vec<i16> = Vec::new();
    let mut packet_samples: Vec<i16> = Vec::new();
    while let Some(packet) = reader
        .next_packet()
        .map_err(|error| FlacError(error.to_string()))?
    {
        let audio = decoder
            .decode(&packet)
            .map_err(|error| FlacError(error.to_string()))?;
        audio.copy_to_vec_interleaved(&mut packet_samples);
        samples.extend_from_slice(&packet_samples);
    }
    if samples.len() as u64 != total {
        return Err(FlacError(format!("{} of {total} samples", samples.len())));
    }
    if decoder.finalize().verify_ok != Some(true) {
        return Err(FlacError("the checksum is wrong".to_owned()));
    }
    Clip::new(rate, samples).map_err(|error| FlacError(error.to_string()))
}

fn open(reader: &dyn FormatReader) -> Result<(Box<dyn AudioDecoder>, u32, u64), FlacError> {
    let missing = |what: &str| FlacError(format!("no {what}"));
    let track = reader
        .default_track(TrackType::Audio)
        .ok_or_else(|| missing("audio"))?;
    let parameters = track
        .codec_params
        .as_ref()
        .and_then(|parameters| parameters.audio())
        .ok_or_else(|| missing("stream information"))?;
    if parameters.channels.as_ref().map(|c| c.count()) != Some(1)
        || parameters.bits_per_sample != Some(16)
    {
        return Err(FlacError("not 16-bit mono".to_owned()));
    }
    let rate = parameters
        .sample_rate
        .ok_or_else(|| missing("sample rate"))?;
    let total = track.num_frames.ok_or_else(|| missing("sample count"))?;
    let decoder = symphonia::default::get_codecs()
        .make_audio_decoder(parameters, &AudioDecoderOptions::default().verify(true))
        .map_err(|error| FlacError(error.to_string()))?;
    Ok((decoder, rate, total))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clip(samples: usize) -> Clip {
        let mut state = 1_u32;
        let samples = (0..samples).map(|i| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let noise = i32::from((state >> 16) as u16) - 32_768;
            let tone = ((i as f32 * 0.05).sin() * 9_000.0) as i32;
            (tone + noise / 64) as i16
        });
        Clip::new(22_050, samples.collect()).unwrap()
    }

    #[test]
    fn every_sample_comes_back() {
        for samples in [1, 15, 16, 17, 1_152, 4_096, 30_000] {
            let clip = clip(samples);
            assert_eq!(decode(&encode(&clip)).unwrap(), clip, "{samples} samples");
        }
        let loud = Clip::new(48_000, vec![i16::MIN, i16::MAX, 0, i16::MIN, i16::MIN]).unwrap();
        assert_eq!(decode(&encode(&loud)).unwrap(), loud);
        let odd = Clip::new(8_001, vec![5; 9_000]).unwrap();
        assert_eq!(decode(&encode(&odd)).unwrap(), odd);
    }

    #[test]
    fn it_is_smaller_than_pcm() {
        assert!(encode(&clip(48_000)).len() < 48_000 * 2 * 3 / 4);
    }

    #[test]
    fn no_flipped_bit_changes_a_sample_in_silence() {
        let clip = clip(300);
        let whole = encode(&clip);
        for bit in 0..whole.len() * 8 {
            let mut bytes = whole.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            if let Ok(decoded) = decode(&bytes) {
                assert_eq!(decoded, clip, "bit {bit} of {}", whole.len() * 8);
            }
        }
    }

    #[test]
    fn a_part_is_no_clip() {
        let whole = encode(&clip(3_000));
        for length in (0..whole.len()).step_by(7) {
            assert!(decode(&whole[..length]).is_err(), "{length}");
        }
    }
}
