//! WAV: what every player opens, and what other programs speak.

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
    crate::append_pcm(&mut bytes, clip.samples());
    bytes
}

/// A clip of the whole stream `bytes`.
///
/// A program that writes to a pipe can't know the length when it writes the header, so the lengths
/// there are made up: everything after the header of the `data` part is samples.
///
/// # Errors
/// Says what is wrong with the stream.
pub fn read(bytes: &[u8]) -> Result<Clip, String> {
    if bytes.get(..4) != Some(b"RIFF") || bytes.get(8..12) != Some(b"WAVE") {
        return Err(format!(
            "not a WAV stream ({} bytes, none of a WAV header)",
            bytes.len()
        ));
    }
    let mut rate = None;
    let mut rest = &bytes[12..];
    while let Some((header, body)) = rest.split_at_checked(8) {
        let length = u32::from_le_bytes([header[4], header[5], header[6], header[7]]) as usize;
        match &header[..4] {
            b"data" => {
                let rate = rate.ok_or("samples before their format")?;
                let (pairs, _) = body.as_chunks::<2>();
                let samples = pairs.iter().copied().map(i16::from_le_bytes).collect();
                return Clip::new(rate, samples).map_err(|error| error.to_string());
            }
            b"fmt " => rate = Some(sample_rate(body)?),
            _ => {}
        }
        // Parts are padded to an even length.
        rest = body
            .get(length + length % 2..)
            .ok_or("the WAV header is cut off")?;
    }
    Err("no samples".to_owned())
}

fn sample_rate(format: &[u8]) -> Result<u32, String> {
    let field = |at: usize| {
        format
            .get(at..at + 2)
            .map(|b| u16::from_le_bytes([b[0], b[1]]))
    };
    let (Some(1), Some(1), Some(low), Some(high), Some(16)) =
        (field(0), field(2), field(4), field(6), field(14))
    else {
        return Err("not 16-bit mono PCM".to_owned());
    };
    Ok(u32::from(high) << 16 | u32::from(low))
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

    /// What eSpeak writes to a pipe: the length fields say about 2 GiB.
    fn stream(samples: &[i16]) -> Vec<u8> {
        let mut bytes = b"RIFF\x24\xf0\xff\x7fWAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
        bytes.extend(22_050_u32.to_le_bytes());
        bytes.extend(44_100_u32.to_le_bytes());
        bytes.extend(b"\x02\0\x10\0data\0\xf0\xff\x7f");
        bytes.extend(samples.iter().flat_map(|sample| sample.to_le_bytes()));
        bytes
    }

    #[test]
    fn the_length_in_the_header_is_not_believed() {
        let clip = read(&stream(&[1, -2, 3])).unwrap();
        assert_eq!(
            (clip.sample_rate(), clip.samples()),
            (22_050, &[1, -2, 3][..])
        );
    }

    #[test]
    fn a_stream_cut_anywhere_is_an_error_or_a_shorter_clip() {
        let whole = stream(&[1, -2, 3]);
        for end in 0..whole.len() {
            let cut = read(&whole[..end]);
            assert_eq!(cut.is_ok(), end >= 46, "{end}: {cut:?}");
        }
    }

    #[test]
    fn other_kinds_of_sound_are_refused() {
        let mut stereo = stream(&[1, 2]);
        stereo[22] = 2;
        assert_eq!(read(&stereo), Err("not 16-bit mono PCM".to_owned()));
        assert!(read(b"OggS").is_err());
    }
}
