//! Voices: which are installed, which can be, and which one reads a book.

pub mod catalogue;
mod choice;
mod folder;
mod install;

pub use choice::{Choice, choose, open};
pub use folder::{InstalledVoice, VoiceFolder};
pub use install::{InstallError, OnProgress, Source, install};
