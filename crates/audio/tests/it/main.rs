//! Audiobooks as real ffmpeg, ffprobe and decoders see them.

mod faults;
mod fixture;
mod formats;
mod loudness;
mod m4b;
mod probe;
mod reuse;
mod stores;
