//! Fraunhofer's encoder.

use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use fdk_aac::enc::{
    AudioObjectType, BitRate, ChannelMode, Encoder, EncoderError, EncoderParams, Transport,
};

use super::{BITS_PER_SECOND, PACKET, open_staged};
use crate::AudioError;

/// More than a packet of one channel can have (6,144 bits), with its header.
const LARGEST_PACKET: usize = 2_048;

pub(crate) struct Fdk {
    encoder: Encoder,
    out: BufWriter<File>,
    path: PathBuf,
    /// Samples of a packet that isn't full yet.
    pending: Vec<i16>,
    /// Packets still to be dropped.
    priming: usize,
    /// Packets to be dropped in all: as many are still in the encoder at the end.
    delay: usize,
}

impl Fdk {
    pub(super) fn open(sample_rate: u32, path: &Path) -> Result<Self, AudioError> {
        let encoder = Encoder::new(EncoderParams {
            bit_rate: BitRate::Cbr(BITS_PER_SECOND),
            sample_rate,
            transport: Transport::Adts,
            channels: ChannelMode::Mono,
            audio_object_type: AudioObjectType::Mpeg4LowComplexity,
        })
        .map_err(refused)?;
        let delay = encoder.info().map_err(refused)?.nDelay as usize;
        // Where the delay is no whole number of packets, silence in front makes it one.
        let packets = delay.div_ceil(PACKET);
        Ok(Self {
            encoder,
            out: open_staged(path)?,
            path: path.to_owned(),
            pending: vec![0; packets * PACKET - delay],
            priming: packets,
            delay: packets,
        })
    }

    pub(super) fn write(&mut self, mut samples: &[i16]) -> Result<(), AudioError> {
        if !self.pending.is_empty() {
            let missing = (PACKET - self.pending.len()).min(samples.len());
            self.pending.extend_from_slice(&samples[..missing]);
            samples = &samples[missing..];
            if self.pending.len() < PACKET {
                return Ok(());
            }
            let block = std::mem::take(&mut self.pending);
            self.encode(&block)?;
        }
        let mut blocks = samples.chunks_exact(PACKET);
        for block in &mut blocks {
            self.encode(block)?;
        }
        self.pending.extend_from_slice(blocks.remainder());
        Ok(())
    }

    pub(super) fn finish(mut self) -> Result<(), AudioError> {
        // The last sounds are still in the encoder: silence pushes them out.
        let silence = vec![0; self.delay * PACKET - self.pending.len()];
        self.write(&silence)?;
        self.out
            .flush()
            .map_err(AudioError::file("write", &self.path))
    }

    fn encode(&mut self, block: &[i16]) -> Result<(), AudioError> {
        let mut packet = [0; LARGEST_PACKET];
        let done = self.encoder.encode(block, &mut packet).map_err(refused)?;
        if done.input_consumed != block.len() || done.output_size == 0 {
            return Err(AudioError::Encoder {
                encoder: "fdk-aac",
                reason: format!("{done:?} for {} samples", block.len()),
            });
        }
        if self.priming > 0 {
            self.priming -= 1;
            return Ok(());
        }
        self.out
            .write_all(&packet[..done.output_size])
            .map_err(AudioError::file("write", &self.path))
    }
}

fn refused(error: EncoderError) -> AudioError {
    AudioError::Encoder {
        encoder: "fdk-aac",
        reason: error.to_string(),
    }
}
