//! A chapter as a stream: heard sentence by sentence while later ones are still being spoken.
//!
//! What is heard is what the audiobook will have: the same trimming, gain, limiter, fades and pauses.
//! A stream is cut into fragments of about four seconds, each encoded by itself when it is asked for.
//! A fragment depends on the clips in and around it and on nothing else, so nothing of a stream needs
//! to be kept, and a program that was started again gives the same bytes.

use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use audiotome_core::{Plan, SegmentKey};

use crate::aac::PACKET;
use crate::chapter::{SILENCE_AT_ENDS, encoded_chapter, samples_of};
use crate::{AudioError, Gain};

mod container;
mod fragment;
mod playlist;

pub use container::initial;
pub use fragment::{FragmentEncoder, excerpt, from_encoded, heard};
pub use playlist::{empty as empty_playlist, playlist};

/// Length of a fragment: players stall on sentences of eight seconds and not on pieces of four.
const FRAGMENT_SECONDS: u64 = 4;
/// Length of the first fragment, so that sound starts at once.
const FIRST_FRAGMENT_SECONDS: u64 = 1;
/// Packets before a fragment that its encoder hears too. After as many its decisions are those of an
/// encoder that has heard everything.
const HEARD_BEFORE: u64 = 8;
/// Packets after a fragment that its encoder hears too: an encoder looks ahead.
const HEARD_AFTER: u64 = 2;

/// A chapter from some segment on: which of its segments have a place so far, and where.
#[derive(Clone, Debug)]
pub struct ChapterStream {
    segments: Vec<Part>,
    /// Index in the plan of the first one.
    first: usize,
    head: Duration,
    gain: Gain,
    sample_rate: Option<u32>,
    /// Where the segments that have a place are heard.
    sounds: Vec<Range<u64>>,
}

/// What a stream knows of a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Part {
    key: SegmentKey,
    pause_after: Duration,
}

/// What a fragment is made of.
#[derive(Clone, Debug)]
pub struct Window {
    /// Number of the fragment, from 0.
    number: usize,
    gain: Gain,
    sample_rate: u32,
    /// Packets of the stream that are kept.
    packets: Range<u64>,
    /// Packets that the encoder hears.
    heard: Range<u64>,
    /// Clips that are heard, and the sample of the stream at which each begins.
    clips: Vec<(SegmentKey, u64)>,
}

impl ChapterStream {
    /// The chapter `chapter` (index in the plan) from its segment `from` on, counted from 0. Nothing
    /// has a place yet.
    ///
    /// # Panics
    /// When the plan has no such chapter, or the chapter no such segment.
    #[must_use]
    pub fn new(plan: &Plan, chapter: usize, from: usize, gain: Gain) -> Self {
        let range = plan.chapters[chapter].segments.clone();
        let first = range.start + from;
        let segments = plan.segments[first..range.end].iter().map(|segment| Part {
            key: segment.key,
            pause_after: segment.pause_after,
        });
        Self {
            segments: segments.collect(),
            first,
            head: if from == 0 {
                plan.narration.pauses.chapter_head
            } else {
                Duration::ZERO
            },
            gain,
            sample_rate: None,
            sounds: Vec::new(),
        }
    }

    /// Whether the plan still has what this stream was made from.
    #[must_use]
    pub fn fits(&self, plan: &Plan, chapter: usize, from: usize) -> bool {
        let other = Self::new(plan, chapter, from, self.gain);
        (other.first, other.head) == (self.first, self.head) && other.segments == self.segments
    }

    /// The segment (index in the plan, and its key) that gets a place next; `None` when all have one.
    #[must_use]
    pub fn next(&self) -> Option<(usize, SegmentKey)> {
        let next = self.segments.get(self.sounds.len())?;
        Some((self.first + self.sounds.len(), next.key))
    }

    /// Gives the segment (index in the plan) its place, when it is the next: `samples` of it are heard.
    ///
    /// # Errors
    /// When its rate is not that of the segments before, or can't be encoded.
    pub fn place(
        &mut self,
        segment: usize,
        sample_rate: u32,
        samples: u64,
    ) -> Result<(), AudioError> {
        if segment != self.first + self.sounds.len() {
            return Ok(());
        }
        let expected = *self.sample_rate.get_or_insert(sample_rate);
        if sample_rate != expected {
            return Err(AudioError::MixedRates {
                expected,
                found: sample_rate,
                text: format!("segment {segment}"),
            });
        }
        let start = self.known();
        self.sounds.push(start..start + samples);
        Ok(())
    }

    /// Gives all segments the places that they have in the encoded chapter at `path`, where that is
    /// this chapter of the plan; `from` as for [`ChapterStream::new`].
    ///
    /// # Errors
    /// As [`ChapterStream::place`].
    pub fn place_as_encoded(
        &mut self,
        path: &Path,
        plan: &Plan,
        chapter: usize,
        from: usize,
    ) -> Result<(), AudioError> {
        let Some(encoded) = encoded_chapter(path, plan, chapter) else {
            return Ok(());
        };
        for (segment, sound) in (self.first..).zip(&encoded.sounds[from..]) {
            self.place(segment, encoded.sample_rate, sound.end - sound.start)?;
        }
        Ok(())
    }

    /// Where segments are heard, in samples from the start of the stream, with their indexes in the
    /// plan: those that have a place.
    pub fn sounds(&self) -> impl Iterator<Item = (usize, Range<u64>)> {
        (self.first..).zip(self.sounds.iter().cloned())
    }

    /// Segments that have a place.
    #[must_use]
    pub fn placed(&self) -> usize {
        self.sounds.len()
    }

    /// Samples per second, as soon as a segment has a place.
    #[must_use]
    pub fn sample_rate(&self) -> Option<u32> {
        self.sample_rate
    }

    /// Whether every segment has a place.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.sounds.len() == self.segments.len()
    }

    /// Samples of the stream that are known: sound and silence up to the next segment, or all.
    #[must_use]
    pub fn known(&self) -> u64 {
        let rate = self.sample_rate.unwrap_or(1);
        let Some(last) = self.sounds.last() else {
            return samples_of(self.head, rate).max(SILENCE_AT_ENDS);
        };
        let pause = samples_of(self.segments[self.sounds.len() - 1].pause_after, rate);
        if self.is_complete() {
            (last.end + pause.max(SILENCE_AT_ENDS)).next_multiple_of(PACKET as u64)
        } else {
            last.end + pause
        }
    }

    /// Packets of every fragment that can be made by now.
    pub fn fragments(&self) -> impl Iterator<Item = Range<u64>> {
        (0..).map_while(|number| self.fragment(number))
    }

    /// Packets of the fragment `number` (from 0); `None` as long as it can't be made.
    fn fragment(&self, number: u64) -> Option<Range<u64>> {
        let all = self.known() / PACKET as u64;
        let packets = packets_of(number, self.sample_rate?);
        if self.is_complete() {
            (packets.start < all).then(|| packets.start..packets.end.min(all))
        } else {
            (packets.end + HEARD_AFTER <= all).then_some(packets)
        }
    }

    /// What the fragment `number` (from 0) is made of; `None` as long as it can't be made.
    #[must_use]
    pub fn window(&self, number: usize) -> Option<Window> {
        let packets = self.fragment(number as u64)?;
        let all = self.known() / PACKET as u64;
        let heard = packets.start.saturating_sub(HEARD_BEFORE)
            ..packets.end.saturating_add(HEARD_AFTER).min(all);
        let samples = heard.start * PACKET as u64..heard.end * PACKET as u64;
        let begin = self.sounds.partition_point(|s| s.end <= samples.start);
        let end = self.sounds.partition_point(|s| s.start < samples.end);
        let clips = (begin..end).map(|i| (self.segments[i].key, self.sounds[i].start));
        Some(Window {
            number,
            gain: self.gain,
            sample_rate: self.sample_rate?,
            packets,
            heard,
            clips: clips.collect(),
        })
    }
}

/// Packets of the fragment `number` of an endless stream.
fn packets_of(number: u64, sample_rate: u32) -> Range<u64> {
    let packets = |seconds: u64| {
        let samples = seconds * u64::from(sample_rate);
        ((samples + PACKET as u64 / 2) / PACKET as u64).max(1)
    };
    let (first, each) = (packets(FIRST_FRAGMENT_SECONDS), packets(FRAGMENT_SECONDS));
    match number.checked_sub(1) {
        None => 0..first,
        Some(before) => first + before * each..first + (before + 1) * each,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fragments_follow_each_other_and_last_four_seconds() {
        for (rate, first, each) in [(24_000, 23, 94), (22_050, 22, 86), (16_000, 16, 63)] {
            assert_eq!(packets_of(0, rate), 0..first);
            assert_eq!(packets_of(1, rate), first..first + each);
            assert_eq!(packets_of(2, rate), first + each..first + 2 * each);
        }
    }
}
