//! How chapters are put together: the settings that all chapters of a book share.

use std::path::{Path, PathBuf};

use audiotome_core::{Plan, PlannedChapter};

use crate::ffmpeg::Ffmpeg;
use crate::{AacEncoder, Gain, OutputFormat};

/// Hashed first into the name of every encoded chapter. Raise it when the same clips would make
/// another file.
const VERSION: u32 = 2;

/// How the chapters of a book are encoded, and where the encoded chapters are kept.
#[derive(Clone, Debug)]
pub struct Assembly {
    pub(crate) work: PathBuf,
    pub(crate) ffmpeg: Ffmpeg,
    pub(crate) gain: Gain,
    pub(crate) codec: Codec,
}

/// What encoded chapters consist of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Codec {
    /// ADTS packets, which join without encoding again.
    Aac(AacEncoder),
    /// Lossless: the book is encoded as a whole.
    Flac,
}

impl Assembly {
    /// Chapters for an audiobook of `format`, kept in the folder `work`, which books may share.
    #[must_use]
    pub fn new(work: PathBuf, format: OutputFormat, gain: Gain, ffmpeg: Ffmpeg) -> Self {
        let codec = match format {
            OutputFormat::M4b => Codec::Aac(AacEncoder::default()),
            OutputFormat::Mp3 | OutputFormat::Opus | OutputFormat::Flac | OutputFormat::Wav => {
                Codec::Flac
            }
        };
        Self {
            work,
            ffmpeg,
            gain,
            codec,
        }
    }

    /// The same with another AAC encoder, where AAC is made at all.
    #[must_use]
    pub fn with_aac(mut self, encoder: AacEncoder) -> Self {
        if let Codec::Aac(chosen) = &mut self.codec {
            *chosen = encoder;
        }
        self
    }

    /// Where the encoded chapter is kept: named by everything that changes it.
    pub(crate) fn path(&self, plan: &Plan, chapter: &PlannedChapter) -> PathBuf {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&VERSION.to_le_bytes());
        let settings = match self.codec {
            Codec::Aac(encoder) => encoder.settings(&self.ffmpeg),
            Codec::Flac => "flac".to_owned(),
        };
        hasher.update(&(settings.len() as u64).to_le_bytes());
        hasher.update(settings.as_bytes());
        hasher.update(&self.gain.bytes());
        if let Some(lead) = plan.lead() {
            // Its rate is that of all chapters.
            hasher.update(lead.as_bytes());
        }
        hasher.update(&plan.narration.pauses.chapter_head.as_nanos().to_le_bytes());
        for segment in &plan.segments[chapter.segments.clone()] {
            hasher.update(segment.key.as_bytes());
            hasher.update(&segment.pause_after.as_nanos().to_le_bytes());
        }
        let extension = match self.codec {
            Codec::Aac(_) => "aac",
            Codec::Flac => "flac",
        };
        self.work
            .join(format!("{}.{extension}", hasher.finalize().to_hex()))
    }

    /// The folder of encoded chapters.
    #[must_use]
    pub fn work(&self) -> &Path {
        &self.work
    }
}
