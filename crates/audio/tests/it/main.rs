//! Audiobooks as real ffmpeg, ffprobe and decoders see them.

#![expect(
    clippy::unwrap_used,
    reason = "a test that can't go on fails where it stands"
)]

mod faults;
mod fixture;
mod formats;
mod loudness;
mod m4b;
mod probe;
mod reuse;
mod stores;
mod stream;
