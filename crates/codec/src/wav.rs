//! A clip as a WAV file, which every player opens.

use audiotome_core::Clip;

/// Bytes of the header before the samples.
const HEADER: u32 = 44;

/// The clip as a WAV file: 16-bit mono PCM.
///
/// # Panics
/// When the clip is longer than WAV's 4 GiB (12 hours at 48 kHz).
#[must_use]
pub fn encode(clip: &Clip) -> Vec<u8> {
    let size = u32::try_from(clip.samples().len() * 2).ok();
    let size = size
        .filter(|size| *size <= u32::MAX - HEADER)
        .expect("a clip is minutes long, not hours");
    let rate = clip.sample_rate();
    let mut bytes = Vec::with_capacity((size + HEADER) as usize);
    bytes.extend(b"RIFF");
    bytes.extend((size + HEADER - 8).to_le_bytes());
    // Format: 16 bytes, PCM, one channel, rate, bytes per second, bytes and bits per sample.
    bytes.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    bytes.extend(rate.to_le_bytes());
    bytes.extend((rate * 2).to_le_bytes());
    bytes.extend(b"\x02\0\x10\0data");
    bytes.extend(size.to_le_bytes());
    bytes.extend(clip.samples().iter().flat_map(|s| s.to_le_bytes()));
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_says_what_follows() {
        let bytes = encode(&Clip::new(24_000, vec![1, -1, 256]).unwrap());
        assert_eq!(bytes.len(), 44 + 6);
        assert_eq!(bytes[4..8], 42_u32.to_le_bytes());
        assert_eq!(
            bytes[24..32],
            [24_000_u32, 48_000].map(u32::to_le_bytes).concat()
        );
        assert_eq!(bytes[40..], [6, 0, 0, 0, 1, 0, 255, 255, 0, 1]);
    }
}
