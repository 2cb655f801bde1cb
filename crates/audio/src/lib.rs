//! From clips to audiobooks.
//!
//! Clips rest in a store ([`FolderStore`], [`MemoryStore`]) as FLAC. [`measure_gain`] listens to the
//! first minute of a book and fixes one gain for all of it; [`encode_chapter`] turns the clips of a
//! chapter into one encoded file of a work folder, sample-exact; [`publish`] joins those files,
//! without encoding again, into an audiobook with chapter marks, cover and tags.

mod aac;
mod assembly;
mod bucket_store;
mod chapter;
mod episode;
mod error;
pub mod ffmpeg;
mod folder_store;
mod format;
mod library;
mod limiter;
mod loudness;
mod memory_store;
mod metadata_file;
mod mux;
mod one_rate;
mod publish;
mod resample;
mod shape;
mod storage;
pub mod stream;
mod target;

pub use aac::AacEncoder;
pub use assembly::Assembly;
pub use bucket_store::BucketStore;
pub use chapter::{EncodedChapter, encode_chapter, timeline};
pub use episode::wrap_chapter;
pub use error::AudioError;
pub use folder_store::FolderStore;
pub use format::{OutputFormat, OutputFormatError};
pub use loudness::{Gain, Loudness, LoudnessError, measure_gain, provisional_gain};
pub use memory_store::MemoryStore;
pub use metadata_file::Tags;
pub use one_rate::one_rate;
pub use publish::{Audiobook, Published, publish};
pub use storage::{Shared, StoreAddress, StoreAddressError};
pub use target::{Target, file_name as safe_file_name};
