//! When what is said.

use serde::{Deserialize, Serialize};

use crate::SegmentKey;

/// Start and end of every segment of an audiobook, exact to the sample.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timeline {
    /// Samples per second of all positions.
    pub sample_rate: u32,
    /// Length of the whole, in samples.
    pub samples: u64,
    /// Chapters in order.
    pub chapters: Vec<ChapterMark>,
    /// Segments in order.
    pub segments: Vec<TimelineEntry>,
}

/// Where a chapter starts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChapterMark {
    /// Title for players.
    pub title: String,
    /// First sample.
    pub start: u64,
    /// One past the last sample.
    pub end: u64,
}

/// When a segment is heard.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimelineEntry {
    /// Its key, in hexadecimal.
    pub key: SegmentKey,
    /// First sample of its sound.
    pub start: u64,
    /// One past the last sample of its sound.
    pub end: u64,
    /// The passage as the book prints it.
    pub text: String,
}
