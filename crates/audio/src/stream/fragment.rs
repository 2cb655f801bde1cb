//! One fragment: its clips are shaped, laid out in silence, and encoded.

use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use audiotome_core::{AudioStore, Clip, Plan};
use audiotome_files::StagedPath;

use super::{Window, container};
use crate::aac::{AacSink, PACKET, packets};
use crate::chapter::{SILENCE_AT_ENDS, encoded_chapter, samples_of};
use crate::ffmpeg::Ffmpeg;
use crate::resample::at_rate;
use crate::shape::shape;
use crate::{AacEncoder, AudioError, Gain};

/// Who encodes fragments.
#[derive(Clone, Debug)]
pub struct FragmentEncoder {
    aac: AacEncoder,
    ffmpeg: Ffmpeg,
    /// A folder for what is on its way.
    work: PathBuf,
}

impl FragmentEncoder {
    /// The best encoder that this build has. What is on its way lies in the folder `work`.
    #[must_use]
    pub fn new(work: PathBuf, ffmpeg: Ffmpeg) -> Self {
        Self {
            aac: AacEncoder::default(),
            ffmpeg,
            work,
        }
    }

    /// Makes a fragment; `None` when a clip of it is not there any more.
    ///
    /// # Errors
    /// When the store fails, a clip is damaged, or the encoder or the disk refuses.
    pub async fn encode(
        &self,
        store: &dyn AudioStore,
        window: &Window,
    ) -> Result<Option<Vec<u8>>, AudioError> {
        let mut clips = Vec::with_capacity(window.clips.len());
        for (key, start) in &window.clips {
            let Some(clip) = store.get(key).await? else {
                return Ok(None);
            };
            clips.push((clip, *start));
        }
        let (encoder, window) = (self.clone(), window.clone());
        let encoded = tokio::task::spawn_blocking(move || encoder.encode_clips(&clips, &window));
        let encoded = encoded.await.map_err(|error| AudioError::Encoder {
            encoder: "fragment",
            reason: error.to_string(),
        })?;
        encoded.map(Some)
    }

    fn encode_clips(&self, clips: &[(Clip, u64)], window: &Window) -> Result<Vec<u8>, AudioError> {
        let samples = lay_out(clips, window);
        let path = self.work.join("fragment.aac");
        let staged = StagedPath::new(&path).map_err(AudioError::file("write", &path))?;
        let mut sink = AacSink::open(self.aac, &self.ffmpeg, window.sample_rate, &staged)?;
        sink.write(&samples)?;
        sink.finish()?;
        let adts = fs_err::read(staged.path()).map_err(AudioError::file("read", &path))?;
        contained(&adts, window, window.packets.start - window.heard.start)
    }
}

/// Makes a fragment of a stream from the segment `from` on (counted from 0) out of its encoded chapter,
/// at `path`, where that is this chapter of the plan. Sounds lie within a packet (23 to 64 ms) of where
/// the clips would have them.
///
/// # Errors
/// When the file can't be read.
pub fn from_encoded(
    path: &Path,
    plan: &Plan,
    chapter: usize,
    from: usize,
    window: &Window,
) -> Result<Option<Vec<u8>>, AudioError> {
    let is_aac = path.extension().is_some_and(|extension| extension == "aac");
    let encoded = encoded_chapter(path, plan, chapter);
    let Some(encoded) = encoded.filter(|_| is_aac) else {
        return Ok(None);
    };
    let begin = match from {
        0 => 0,
        from => encoded.sounds[from].start.saturating_sub(SILENCE_AT_ENDS) / PACKET as u64,
    };
    let adts = fs_err::read(path).map_err(AudioError::file("read", path))?;
    contained(&adts, window, begin + window.packets.start).map(Some)
}

/// The fragment whose packets begin with packet `skip` of an ADTS stream. Where that ends before the
/// fragment does, the fragment is as much shorter.
fn contained(adts: &[u8], window: &Window, skip: u64) -> Result<Vec<u8>, AudioError> {
    let all = packets(adts);
    let count = window.packets.end - window.packets.start;
    let index = |packet: u64| usize::try_from(packet).map_or(all.len(), |i| i.min(all.len()));
    let kept = &all[index(skip)..index(skip + count)];
    if kept.is_empty() {
        return Err(AudioError::Encoder {
            encoder: "fragment",
            reason: format!("{} packets for {:?}", all.len(), window.packets),
        });
    }
    container::fragment(window.number, window.packets.start, kept)
}

/// The samples that the encoder of a fragment hears.
fn lay_out(clips: &[(Clip, u64)], window: &Window) -> Vec<i16> {
    let heard = window.heard.start * PACKET as u64..window.heard.end * PACKET as u64;
    let mut samples = vec![0; length(&heard)];
    for (clip, start) in clips {
        let sound = shape(clip, window.gain);
        let sound_ends = start + sound.len() as u64;
        let both = heard.start.max(*start)..heard.end.min(sound_ends);
        if both.is_empty() {
            continue;
        }
        let from = length(&(*start..both.start));
        let to = length(&(heard.start..both.start));
        let count = length(&both);
        samples[to..to + count].copy_from_slice(&sound[from..from + count]);
    }
    samples
}

fn length(range: &Range<u64>) -> usize {
    usize::try_from(range.end - range.start).expect("a fragment fits into memory")
}

/// How much of a clip is heard, samples.
#[must_use]
pub fn heard(clip: &Clip) -> u64 {
    crate::shape::sound(clip).len() as u64
}

/// A few clips with the pauses after them, as they sound in the audiobook, at the rate of the first;
/// `None` for none.
#[must_use]
pub fn excerpt(clips: &[(Clip, Duration)], gain: Gain) -> Option<Clip> {
    let mut samples = Vec::new();
    let rate = clips.first().map_or(0, |(clip, _)| clip.sample_rate());
    for (clip, pause) in clips {
        samples.extend(shape(&at_rate(clip, rate), gain));
        samples.resize(samples.len() + length(&(0..samples_of(*pause, rate))), 0);
    }
    Clip::new(rate, samples).ok()
}
