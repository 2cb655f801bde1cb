//! What happens while a book is made, for progress displays and logs.

use std::time::Duration;

use serde::{Serialize, Serializer};

/// Something that happened to a book in the making.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
pub enum Event {
    /// The book is planned.
    Planned {
        /// Chapters to make.
        chapters: usize,
        /// Segments in all.
        segments: usize,
        /// Segments whose clips are already in the store.
        reused: usize,
        /// Characters in all.
        characters: usize,
        /// Characters whose clips are already in the store.
        reused_characters: usize,
    },
    /// A segment begins to be spoken.
    Speaking {
        /// Index in the plan.
        segment: usize,
        /// Who speaks it.
        worker: String,
    },
    /// A segment is spoken a second time beside the first, which is late; the first clip counts.
    Hedged {
        /// Index in the plan.
        segment: usize,
        /// Who speaks it too.
        worker: String,
    },
    /// A segment was spoken and its clip is durable.
    Spoken {
        /// Index in the plan.
        segment: usize,
        /// Its key.
        key: String,
        /// Characters of its text.
        characters: usize,
        /// Length of its clip; written in seconds.
        #[serde(serialize_with = "seconds")]
        audio: Duration,
        /// Who spoke it.
        worker: String,
        /// How long that took, where whoever spoke it has told.
        #[serde(skip)]
        took: Option<Duration>,
    },
    /// A try failed; the segment will be tried again.
    Retried {
        /// Index in the plan.
        segment: usize,
        /// Tries so far.
        attempt: u32,
        /// What went wrong.
        reason: String,
        /// Who failed.
        worker: String,
    },
    /// A segment failed for good.
    Died {
        /// Index in the plan.
        segment: usize,
        /// What went wrong at last.
        reason: String,
    },
    /// A worker can't be reached or answers nonsense; it is asked again from time to time.
    WorkerAway {
        /// Its name.
        worker: String,
        /// What went wrong.
        reason: String,
    },
    /// A worker can't go on for now: the store is full or away, say. It goes on by itself when it can.
    WorkerHeldUp {
        /// Its name.
        worker: String,
        /// What holds it up.
        reason: String,
    },
    /// A worker can't take part in this book.
    WorkerUnfit {
        /// Its name.
        worker: String,
        /// Why not.
        reason: String,
    },
    /// Nobody is at work: there are no workers, or none fits, or all are away. It ends with the next
    /// segment that begins to be spoken.
    Waiting {
        /// Why nobody is.
        reason: String,
    },
    /// Every clip of a chapter is durable.
    ChapterSpoken {
        /// Index in the plan.
        chapter: usize,
    },
    /// A chapter is encoded.
    ChapterEncoded {
        /// Index in the plan.
        chapter: usize,
        /// Its length with all pauses; written in seconds.
        #[serde(serialize_with = "seconds")]
        audio: Duration,
    },
}

fn seconds<S: Serializer>(duration: &Duration, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_f64(duration.as_secs_f64())
}
