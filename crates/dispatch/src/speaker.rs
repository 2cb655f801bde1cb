//! The seam to whoever can speak a segment: this machine, or another.

use std::time::Duration;

use async_trait::async_trait;
use audiotome_core::{Clip, EngineId, Narration, Segment};

/// What a speaker is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The segment.
    pub segment: &'a Segment,
    /// Who must speak it, exactly.
    pub engine: &'a EngineId,
    /// Names this segment in the logs of all machines.
    pub trace: &'a str,
}

/// Why a try gave no clip.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The segment is hard to say; `again` tells whether another try can help.
    Segment {
        /// Whether another try can help.
        again: bool,
        /// What went wrong.
        reason: String,
    },
    /// The speaker is broken, gone, or answers nonsense: the segment is better off elsewhere.
    Speaker(String),
    /// The speaker turns everybody away until a person changes something: it is no failure of the
    /// segment.
    Unfit(String),
    /// The speaker has its hands full; it is no failure.
    Busy(Duration),
}

/// Whether a speaker can take part in a book.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fitness {
    /// It can, with so many requests at once.
    Fit {
        /// Requests that it may have at once, so that it never waits for the network.
        requests: usize,
    },
    /// It does not answer, or says that it is not ready: perhaps later.
    Away(String),
    /// It speaks with another engine, version or voice: never in this book.
    Unfit(String),
}

/// Someone who can speak.
#[async_trait]
pub trait Speaker: Send + Sync {
    /// What people call it: `this machine`, `gpu1:8000`.
    fn name(&self) -> &str;

    /// Asks whether it is there and speaks with exactly the engine and voice of a narration.
    async fn fitness(&self, narration: &Narration) -> Fitness;

    /// Asks whether it is there, whatever is to be spoken.
    async fn presence(&self) -> Fitness;

    /// Speaks a segment. A dropped future gives the request up.
    ///
    /// # Errors
    /// See [`Failure`]; nothing is tried again in here.
    async fn speak(&self, request: Request<'_>) -> Result<Clip, Failure>;
}
