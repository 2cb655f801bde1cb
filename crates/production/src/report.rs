//! What is told while an audiobook is made.

use audiotome_audio::EncodedChapter;
use audiotome_core::Event;

use crate::Look;

/// News about an audiobook in the making, for displays and logs.
#[derive(Clone, Copy, Debug)]
pub enum Report<'a> {
    /// The book is read, a voice chosen and all segments known.
    Planned(&'a Look),
    /// Something happened to a segment, a chapter or a worker.
    Event(&'a Event),
    /// A chapter is encoded and can be heard.
    Encoded(&'a EncodedChapter),
    /// All chapters are there; the files are being written.
    Publishing,
}

/// Whoever wants to know.
pub(crate) type Reporter<'a> = &'a mut (dyn FnMut(Report<'_>) + Send);
