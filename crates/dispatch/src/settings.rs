//! How a cluster is used for a book.

use std::time::Duration;

use crate::position::Position;
use crate::turns::Priority;

/// How a cluster is used for a book.
#[derive(Clone, Debug)]
pub struct Settings {
    /// The least time that a speaker is given for an answer. What is more than that is learnt.
    pub patience: Duration,
    /// Whether the book waits for speakers to be added where none is left that can take part. Those
    /// that can't are asked again from time to time: a voice may be installed meanwhile.
    pub wait_for_members: bool,
    /// How urgent the book is, against others that share the speakers.
    pub priority: Priority,
    /// Where somebody listens.
    pub position: Position,
}

impl Default for Settings {
    /// The slowest engine measured (Piper in pure Rust on an old core) needs about a second a line.
    fn default() -> Self {
        Self {
            patience: Duration::from_secs(60),
            wait_for_members: false,
            priority: Priority::default(),
            position: Position::default(),
        }
    }
}
