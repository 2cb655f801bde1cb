//! Clips as bytes: FLAC, in which they rest and travel, and WAV, which every program knows.

pub mod flac;
pub mod wav;

use audiotome_core::Clip;

/// The digest of a clip's sound: blake3 over its samples as little-endian 16-bit PCM, in hexadecimal.
#[must_use]
pub fn digest(clip: &Clip) -> String {
    let mut hasher = blake3::Hasher::new();
    let mut bytes = Vec::with_capacity(16 * 1_024);
    for block in clip.samples().chunks(8 * 1_024) {
        bytes.clear();
        append_pcm(&mut bytes, block);
        hasher.update(&bytes);
    }
    hasher.finalize().to_hex().to_string()
}

/// Appends samples as little-endian 16-bit PCM; in one step, since byte by byte it costs more than a digest of them.
fn append_pcm(bytes: &mut Vec<u8>, samples: &[i16]) {
    let begin = bytes.len();
    bytes.resize(begin + samples.len() * 2, 0);
    let (pairs, _) = bytes[begin..].as_chunks_mut::<2>();
    for (pair, sample) in pairs.iter_mut().zip(samples) {
        *pair = sample.to_le_bytes();
    }
}
