//! AAC encoders: PCM in, ADTS packets out, one packet for each 1,024 samples and none besides.
//!
//! Encoders put packets of silence before the first sound (priming). Joined chapters would drift by
//! that much each; so the priming packets are dropped and exactly as many packets are kept as the
//! chapter has blocks of 1,024 samples. A decoder that starts with any chapter then finds every
//! sample at its place.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use audiotome_files::StagedPath;

use crate::AudioError;
use crate::ffmpeg::Ffmpeg;

#[cfg(feature = "fdk-aac")]
mod fdk;
mod native;

/// Samples of an AAC packet.
pub(crate) const PACKET: usize = 1_024;
/// Mono speech at this rate is hard to tell from its source.
pub(crate) const BITS_PER_SECOND: u32 = 64_000;

/// Rates that MPEG-4 audio has an index for, Hz.
const RATES: [u32; 10] = [
    8_000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 64_000,
];

/// Who encodes AAC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AacEncoder {
    /// Fraunhofer's encoder, in this process.
    #[cfg(feature = "fdk-aac")]
    Fdk,
    /// ffmpeg's own encoder: ten times slower, not as good, always there.
    Ffmpeg,
}

impl Default for AacEncoder {
    /// The best that this build has.
    fn default() -> Self {
        #[cfg(feature = "fdk-aac")]
        return Self::Fdk;
        #[cfg(not(feature = "fdk-aac"))]
        return Self::Ffmpeg;
    }
}

impl AacEncoder {
    /// Names everything that changes the packets.
    pub(crate) fn settings(self, ffmpeg: &Ffmpeg) -> String {
        match self {
            #[cfg(feature = "fdk-aac")]
            Self::Fdk => format!("fdk-aac 0.8 cbr {BITS_PER_SECOND}"),
            Self::Ffmpeg => format!("ffmpeg {} aac cbr {BITS_PER_SECOND}", ffmpeg.version()),
        }
    }
}

/// An encoder at work on a file.
pub(crate) enum AacSink {
    #[cfg(feature = "fdk-aac")]
    Fdk(Box<fdk::Fdk>),
    Native(native::Native),
}

impl AacSink {
    pub(crate) fn open(
        encoder: AacEncoder,
        ffmpeg: &Ffmpeg,
        sample_rate: u32,
        staged: &StagedPath,
    ) -> Result<Self, AudioError> {
        if !RATES.contains(&sample_rate) {
            return Err(AudioError::SampleRate(sample_rate));
        }
        Ok(match encoder {
            #[cfg(feature = "fdk-aac")]
            AacEncoder::Fdk => Self::Fdk(Box::new(fdk::Fdk::open(sample_rate, staged.path())?)),
            AacEncoder::Ffmpeg => Self::Native(native::Native::open(ffmpeg, sample_rate, staged)?),
        })
    }

    pub(crate) fn write(&mut self, samples: &[i16]) -> Result<(), AudioError> {
        match self {
            #[cfg(feature = "fdk-aac")]
            Self::Fdk(fdk) => fdk.write(samples),
            Self::Native(native) => native.write(samples),
        }
    }

    /// Ends the file; what was written must be whole blocks of 1,024 samples.
    pub(crate) fn finish(self) -> Result<(), AudioError> {
        match self {
            #[cfg(feature = "fdk-aac")]
            Self::Fdk(fdk) => fdk.finish(),
            Self::Native(native) => native.finish(),
        }
    }
}

/// The index of a rate (Hz) in MPEG-4 audio's table (ISO/IEC 14496-3), where it has one.
pub(crate) fn rate_index(sample_rate: u32) -> Option<u8> {
    const TABLE: [u32; 12] = [
        96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025,
        8_000,
    ];
    let index = TABLE.iter().position(|rate| *rate == sample_rate)?;
    u8::try_from(index).ok()
}

/// The packets of an ADTS stream, without their headers; up to what is no packet.
pub(crate) fn packets(mut adts: &[u8]) -> Vec<&[u8]> {
    let mut packets = Vec::new();
    while let Some((header, rest)) = adts.split_first_chunk()
        && let Some(packet) = packet_length(header).and_then(|length| rest.get(..length))
    {
        packets.push(packet);
        adts = &rest[packet.len()..];
    }
    packets
}

/// Bytes after the header of an ADTS packet; `None` when it is no such header.
fn packet_length(header: &[u8; 7]) -> Option<usize> {
    let length = usize::from(header[3] & 3) << 11
        | usize::from(header[4]) << 3
        | usize::from(header[5] >> 5);
    let synced = header[0] == 0xff && header[1] & 0xf6 == 0xf0 && length > header.len();
    synced.then(|| length - header.len())
}

/// Opens a staged file for writing.
pub(crate) fn open_staged(path: &Path) -> Result<BufWriter<File>, AudioError> {
    let file = fs_err::OpenOptions::new()
        .write(true)
        .truncate(true)
        .open(path)
        .map_err(AudioError::file("write", path))?;
    Ok(BufWriter::with_capacity(64 * 1024, file.into_parts().0))
}

/// Writes packets of an ADTS stream: leaves out the first `skip`, then keeps `keep`.
fn copy_packets(
    adts: &mut impl io::Read,
    out: &mut impl Write,
    skip: u64,
    keep: u64,
) -> io::Result<u64> {
    let mut packet = Vec::new();
    let mut kept = 0;
    for index in 0..skip + keep {
        let mut header = [0; 7];
        if adts.read_exact(&mut header).is_err() {
            break;
        }
        let length = packet_length(&header)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "not an ADTS packet"))?;
        packet.resize(length, 0);
        adts.read_exact(&mut packet)?;
        if index >= skip {
            out.write_all(&header)?;
            out.write_all(&packet)?;
            kept += 1;
        }
    }
    Ok(kept)
}
