//! The words of audiotome and the rules between them.
//!
//! A [`Book`] is read, a [`Narration`] is chosen, [`Plan::new`] turns both into [`Segment`]s, engines
//! turn each segment's [`Utterance`] into a [`Clip`], and the clips become an audiobook. Everything
//! here is plain data and pure functions: no files, no sockets, no clocks.

mod book;
mod cast;
mod check;
mod clip;
mod engine;
mod event;
mod key;
mod language;
mod narration;
mod plan;
pub mod pronunciation;
mod scheduler;
mod store;
mod timeline;

pub use book::{Block, BlockKind, Book, Chapter, Cover, LeftOut, LeftOutKind, Metadata, Series};
pub use cast::Cast;
pub use check::{ClipCheck, Suspect};
pub use clip::{Clip, ClipError};
pub use engine::{EngineId, SpeechEngine, SpeechError, Utterance, Voice};
pub use event::Event;
pub use key::{KEY_VERSION, SegmentKey};
pub use language::Language;
pub use narration::{Narration, PauseLength, PauseLengthError, Pauses, Speed, SpeedError};
pub use plan::{Piece, Plan, PlannedChapter, Segment};
pub use scheduler::{DeadLetter, Lease, RetryPolicy, Scheduler, Verdict, WorkerId};
pub use store::{AudioStore, StoreError};
pub use timeline::{ChapterMark, Timeline, TimelineEntry};
