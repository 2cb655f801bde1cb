//! One chapter: clips in, one encoded file out.

use std::fs::File;
use std::io::BufWriter;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use audiotome_core::{AudioStore, ChapterMark, Clip, Plan, Timeline, TimelineEntry};
use audiotome_files::StagedPath;
use flac_codec::encode::{FlacSampleWriter, Options};
use serde::{Deserialize, Serialize};
use tokio::sync::mpsc;

use crate::AudioError;
use crate::aac::{AacSink, PACKET, open_staged};
use crate::assembly::{Assembly, Codec};
use crate::shape::shape;

/// Clips that wait for the encoder of a chapter, at most.
const CLIPS_AHEAD: usize = 4;
/// An AAC packet reaches into its neighbour: chapters join without a sound only in silence.
pub(crate) const SILENCE_AT_ENDS: u64 = 2 * PACKET as u64;

/// An encoded chapter in the work folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodedChapter {
    /// Index in the plan.
    pub chapter: usize,
    /// The file: ADTS packets, or FLAC for formats that are encoded as a whole.
    pub path: PathBuf,
    /// Whether it was there already.
    pub reused: bool,
    /// Samples per second.
    pub sample_rate: u32,
    /// Length in samples with all pauses; a multiple of 1,024.
    pub samples: u64,
    /// Where the sound of each segment lies, in samples from the start of the chapter.
    pub sounds: Vec<Range<u64>>,
}

/// What lies beside an encoded chapter, so that it can be used again without decoding it.
#[derive(Serialize, Deserialize)]
struct Sidecar {
    bytes: u64,
    sample_rate: u32,
    samples: u64,
    sounds: Vec<Range<u64>>,
    /// Digest of the clips and the pauses between them; earlier versions did not write it.
    #[serde(default)]
    clips: String,
}

/// Encodes chapter `chapter` (index in the plan) from its clips, one at a time: silence around each
/// is trimmed, gain and limiter applied, pauses put between. A chapter that was encoded before from
/// the same clips with the same settings is used again.
///
/// Any number of chapters may be encoded at once. A dropped future leaves nothing behind.
///
/// # Errors
/// When a clip is missing or damaged (speak it and call again), when clips differ in sample rate,
/// when the encoder or the disk refuses.
///
/// # Panics
/// When the plan has no such chapter.
pub async fn encode_chapter(
    store: &dyn AudioStore,
    plan: &Plan,
    chapter: usize,
    assembly: &Assembly,
) -> Result<EncodedChapter, AudioError> {
    let planned = &plan.chapters[chapter];
    let path = assembly.path(plan, planned);
    if let Some(sidecar) = find(&path, planned.segments.len()) {
        touch(&path);
        return Ok(sidecar.into_chapter(chapter, path, true));
    }
    let segments = &plan.segments[planned.segments.clone()];
    let layout = Layout {
        clips: digest(plan, chapter),
        head: plan.narration.pauses.chapter_head,
        pauses: segments.iter().map(|s| s.pause_after).collect(),
    };
    let (clips, received) = mpsc::channel(CLIPS_AHEAD);
    let encoder = tokio::task::spawn_blocking({
        let (path, assembly) = (path.clone(), assembly.clone());
        move || encode(received, &layout, &assembly, &path)
    });
    let fed = feed(store, plan, planned.segments.clone(), clips).await;
    let encoded = encoder.await.map_err(|error| AudioError::Encoder {
        encoder: "chapter",
        reason: error.to_string(),
    })?;
    fed?;
    let sidecar = encoded?.ok_or_else(|| AudioError::Encoder {
        encoder: "chapter",
        reason: "it got too few clips".to_owned(),
    })?;
    Ok(sidecar.into_chapter(chapter, path, false))
}

/// When every segment is heard, and where chapters start, if `chapters` are played in a row.
#[must_use]
pub fn timeline(plan: &Plan, chapters: &[EncodedChapter]) -> Timeline {
    let mut timeline = Timeline {
        sample_rate: chapters.first().map_or(0, |chapter| chapter.sample_rate),
        ..Timeline::default()
    };
    for chapter in chapters {
        let planned = &plan.chapters[chapter.chapter];
        let start = timeline.samples;
        let segments = &plan.segments[planned.segments.clone()];
        let entries = segments.iter().zip(&chapter.sounds);
        timeline
            .segments
            .extend(entries.map(|(segment, sound)| TimelineEntry {
                key: segment.key,
                start: start + sound.start,
                end: start + sound.end,
                text: segment.source.to_string(),
            }));
        timeline.samples += chapter.samples;
        timeline.chapters.push(ChapterMark {
            title: planned.title.clone(),
            start,
            end: timeline.samples,
        });
    }
    timeline
}

/// Makes a chapter as young as if it was made now: clean-ups take old ones.
fn touch(path: &Path) {
    for path in [path, &path.with_extension("json")] {
        // Where that fails, a clean-up may take it, and it is encoded again.
        let file = File::options().append(true).open(path);
        let _ = file.and_then(|file| file.set_modified(SystemTime::now()));
    }
}

/// Sends the clips of `segments` to the encoder; stops early when it has given up.
async fn feed(
    store: &dyn AudioStore,
    plan: &Plan,
    segments: Range<usize>,
    clips: mpsc::Sender<Clip>,
) -> Result<(), AudioError> {
    let mut rate = None;
    for segment in &plan.segments[segments] {
        let clip = store
            .get(&segment.key)
            .await?
            .ok_or_else(|| AudioError::MissingClip {
                key: segment.key,
                text: segment.source.to_string(),
            })?;
        let expected = *rate.get_or_insert(clip.sample_rate());
        if clip.sample_rate() != expected {
            return Err(AudioError::MixedRates {
                expected,
                found: clip.sample_rate(),
                text: segment.source.to_string(),
            });
        }
        if clips.send(clip).await.is_err() {
            break;
        }
    }
    Ok(())
}

/// Silence of a chapter.
struct Layout {
    /// Digest of the clips and pauses.
    clips: String,
    head: Duration,
    /// After each clip.
    pauses: Vec<Duration>,
}

/// Encodes clips as they come. `None` when they end before the chapter does.
fn encode(
    mut clips: mpsc::Receiver<Clip>,
    layout: &Layout,
    assembly: &Assembly,
    path: &Path,
) -> Result<Option<Sidecar>, AudioError> {
    let staged = StagedPath::new(path).map_err(AudioError::file("write", path))?;
    let Some(mut clip) = clips.blocking_recv() else {
        return Ok(None);
    };
    let sample_rate = clip.sample_rate();
    let mut sink = Sink::open(assembly, sample_rate, &staged)?;
    let mut sounds = Vec::with_capacity(layout.pauses.len());
    let mut position = sink.silence(samples_of(layout.head, sample_rate).max(SILENCE_AT_ENDS))?;
    let last = layout.pauses.len() - 1;
    for (index, pause) in layout.pauses.iter().enumerate() {
        let samples = shape(&clip, assembly.gain);
        sink.write(&samples)?;
        sounds.push(position..position + samples.len() as u64);
        position += samples.len() as u64;
        let pause = samples_of(*pause, sample_rate);
        if index == last {
            let end = (position + pause.max(SILENCE_AT_ENDS)).next_multiple_of(PACKET as u64);
            position += sink.silence(end - position)?;
        } else {
            position += sink.silence(pause)?;
            let Some(next) = clips.blocking_recv() else {
                return Ok(None);
            };
            clip = next;
        }
    }
    sink.finish()?;
    let clips = layout.clips.clone();
    keep(staged, path, |bytes| Sidecar {
        bytes,
        sample_rate,
        samples: position,
        sounds,
        clips,
    })
    .map(Some)
}

/// Gives the encoded chapter its name, and then writes what is known about it.
fn keep(
    staged: StagedPath,
    path: &Path,
    known: impl FnOnce(u64) -> Sidecar,
) -> Result<Sidecar, AudioError> {
    staged.commit().map_err(AudioError::file("write", path))?;
    let bytes = fs_err::metadata(path)
        .map_err(AudioError::file("read", path))?
        .len();
    let sidecar = known(bytes);
    let json = serde_json::to_vec(&sidecar).expect("numbers can be written as JSON");
    let beside = path.with_extension("json");
    audiotome_files::write(&beside, &json).map_err(AudioError::file("write", &beside))?;
    Ok(sidecar)
}

/// What is known about the encoded chapter at `path`, if it is there and whole.
fn find(path: &Path, segments: usize) -> Option<Sidecar> {
    let json = fs_err::read(path.with_extension("json")).ok()?;
    let sidecar: Sidecar = serde_json::from_slice(&json).ok()?;
    let bytes = fs_err::metadata(path).ok()?.len();
    (bytes == sidecar.bytes && sidecar.sounds.len() == segments).then_some(sidecar)
}

/// The encoded chapter at `path`, if it is there, whole, and made of the clips that `chapter` (index in
/// the plan) has now.
pub(crate) fn encoded_chapter(path: &Path, plan: &Plan, chapter: usize) -> Option<EncodedChapter> {
    let sidecar = find(path, plan.chapters[chapter].segments.len())?;
    let same = sidecar.clips == digest(plan, chapter);
    same.then(|| sidecar.into_chapter(chapter, path.to_owned(), true))
}

/// Names the clips of a chapter and the pauses around them.
fn digest(plan: &Plan, chapter: usize) -> String {
    let mut hasher = blake3::Hasher::new();
    hasher.update(&plan.narration.pauses.chapter_head.as_nanos().to_le_bytes());
    for segment in &plan.segments[plan.chapters[chapter].segments.clone()] {
        hasher.update(segment.key.as_bytes());
        hasher.update(&segment.pause_after.as_nanos().to_le_bytes());
    }
    hasher.finalize().to_hex().to_string()
}

impl Sidecar {
    fn into_chapter(self, chapter: usize, path: PathBuf, reused: bool) -> EncodedChapter {
        EncodedChapter {
            chapter,
            path,
            reused,
            sample_rate: self.sample_rate,
            samples: self.samples,
            sounds: self.sounds,
        }
    }
}

/// Where the samples of a chapter go.
enum Sink {
    Aac(AacSink),
    Flac(Box<FlacSampleWriter<BufWriter<File>>>, PathBuf),
}

impl Sink {
    fn open(
        assembly: &Assembly,
        sample_rate: u32,
        staged: &StagedPath,
    ) -> Result<Self, AudioError> {
        match assembly.codec {
            Codec::Aac(encoder) => {
                AacSink::open(encoder, &assembly.ffmpeg, sample_rate, staged).map(Self::Aac)
            }
            Codec::Flac => {
                let file = open_staged(staged.path())?;
                let options = Options::fast().no_padding().no_seektable();
                let writer = FlacSampleWriter::new(file, options, sample_rate, 16, 1, None);
                let path = staged.path().to_owned();
                let writer = writer.map_err(|error| flac_failed(error, &path))?;
                Ok(Self::Flac(Box::new(writer), path))
            }
        }
    }

    fn write(&mut self, samples: &[i16]) -> Result<(), AudioError> {
        match self {
            Self::Aac(sink) => sink.write(samples),
            Self::Flac(writer, path) => {
                let samples: Vec<i32> = samples.iter().map(|s| i32::from(*s)).collect();
                writer
                    .write(&samples)
                    .map_err(|error| flac_failed(error, path))
            }
        }
    }

    /// Writes `samples` of silence and says how many those are.
    fn silence(&mut self, samples: u64) -> Result<u64, AudioError> {
        const ZEROS: [i16; 4_096] = [0; 4_096];
        let mut left = samples;
        while left > 0 {
            let part = usize::try_from(left).map_or(ZEROS.len(), |left| left.min(ZEROS.len()));
            self.write(&ZEROS[..part])?;
            left -= part as u64;
        }
        Ok(samples)
    }

    fn finish(self) -> Result<(), AudioError> {
        match self {
            Self::Aac(sink) => sink.finish(),
            Self::Flac(writer, path) => {
                writer.finalize().map_err(|error| flac_failed(error, &path))
            }
        }
    }
}

fn flac_failed(error: flac_codec::Error, path: &Path) -> AudioError {
    match error {
        flac_codec::Error::Io(source) => AudioError::file("write", path)(source),
        error => AudioError::Encoder {
            encoder: "flac",
            reason: error.to_string(),
        },
    }
}

/// A duration in samples, to the nearest.
pub(crate) fn samples_of(duration: Duration, sample_rate: u32) -> u64 {
    let samples = (duration.as_nanos() * u128::from(sample_rate) + 500_000_000) / 1_000_000_000;
    u64::try_from(samples).expect("a pause lasts no billion years")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_are_exact_to_the_sample() {
        assert_eq!(samples_of(Duration::from_millis(350), 22_050), 7_718);
        assert_eq!(samples_of(Duration::from_secs(2), 24_000), 48_000);
        assert_eq!(samples_of(Duration::ZERO, 24_000), 0);
    }
}
