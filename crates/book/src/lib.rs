//! Ebooks as narration text: formats to [`Book`](audiotome_core::Book), blocks to sentences that
//! an engine can read.

mod detect;
mod encoding;
mod normalise;
mod sentences;
mod speakable;

pub use normalise::normalise;
pub use speakable::{Limits, pieces};
