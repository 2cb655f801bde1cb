//! Integration tests of the book crate.

#![expect(
    clippy::unwrap_used,
    reason = "a test that can't go on fails where it stands"
)]

mod chapters;
mod epub;
mod fixture;
mod formats;
mod hostile;
mod normalise;
mod sentences;
