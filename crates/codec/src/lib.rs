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
        for sample in block {
            bytes.extend_from_slice(&sample.to_le_bytes());
        }
        hasher.update(&bytes);
    }
    hasher.finalize().to_hex().to_string()
}
