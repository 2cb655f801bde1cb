//! Clips as bytes: FLAC, in which they rest and travel, and WAV, which every program knows.

pub mod flac;
pub mod wav;

use audiotome_core::Clip;

/// The digest of a clip's sound: blake3 over its samples as little-endian 16-bit PCM, in hexadecimal.
#[must_use]
pub fn digest(clip: &Clip) -> String {
    let mut hasher = blake3::Hasher::new();
    for block in clip.samples().chunks(4_096) {
        let bytes: Vec<u8> = block.iter().flat_map(|s| s.to_le_bytes()).collect();
        hasher.update(&bytes);
    }
    hasher.finalize().to_hex().to_string()
}
