//! What can go wrong with audio.

use std::io;
use std::path::{Path, PathBuf};

use audiotome_core::{SegmentKey, StoreError};
use thiserror::Error;

/// Why an audiobook could not be made.
#[derive(Debug, Error)]
pub enum AudioError {
    /// The clip store failed, or holds a damaged clip.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A clip that the chapter needs is not there.
    #[error("the clip `{key}` of `{text}` is missing")]
    MissingClip {
        /// Its key.
        key: SegmentKey,
        /// The passage.
        text: String,
    },
    /// One audiobook has one sample rate.
    #[error("the clip of `{text}` has {found} Hz, but the book has {expected} Hz")]
    MixedRates {
        /// Rate of the clips before, Hz.
        expected: u32,
        /// Rate of this clip, Hz.
        found: u32,
        /// The passage.
        text: String,
    },
    /// AAC knows only some rates.
    #[error("a sample rate of {0} Hz can't be encoded as AAC")]
    SampleRate(u32),
    /// The encoder refuses.
    #[error("the {encoder} encoder failed: {reason}")]
    Encoder {
        /// Which encoder.
        encoder: &'static str,
        /// What it said.
        reason: String,
    },
    /// A file or folder can't be read or written.
    #[error("can't {action} `{path}`")]
    File {
        /// What was tried: `read`, `write`.
        action: &'static str,
        /// On what.
        path: PathBuf,
        /// What came of it.
        #[source]
        source: io::Error,
    },
    /// ffmpeg is not installed.
    #[error("can't find the program `{program}`")]
    NoFfmpeg {
        /// Name or path that was tried.
        program: String,
    },
    /// ffmpeg ran and failed.
    #[error("`{command}` failed ({status}): {stderr}")]
    Ffmpeg {
        /// The command line.
        command: String,
        /// Its exit status.
        status: String,
        /// The last lines of what it said.
        stderr: String,
    },
    /// A book of nothing.
    #[error("there are no chapters to publish")]
    NoChapters,
    /// Chapter files need a folder.
    #[error("`{0}` is one file, but one file per chapter is asked for")]
    OneFileForChapters(PathBuf),
}

impl AudioError {
    /// The way out, where there is one.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NoFfmpeg { .. } => {
                "install ffmpeg (Debian, Ubuntu: `sudo apt install ffmpeg`; Fedora: `sudo dnf install ffmpeg-free`; macOS: `brew install ffmpeg`; Windows: `winget install ffmpeg`) or name it in AUDIOTOME_FFMPEG"
            }
            Self::File { source, .. } => file_hint(source)?,
            Self::Store(error) => error.hint()?,
            Self::MissingClip { .. } => {
                "run the same command again: what is missing is spoken anew"
            }
            Self::SampleRate(_) => "choose another format (`--format flac`) or another voice",
            Self::OneFileForChapters(_) => "name a folder as output, or leave `--per-chapter` out",
            _ => return None,
        };
        Some(hint.to_owned())
    }

    /// For `map_err` on I/O with a path.
    pub(crate) fn file(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File {
            action,
            path,
            source,
        }
    }
}

fn file_hint(source: &io::Error) -> Option<&'static str> {
    Some(match source.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => {
            "free some space and run the same command again: finished work is kept"
        }
        io::ErrorKind::PermissionDenied
        | io::ErrorKind::ReadOnlyFilesystem
        | io::ErrorKind::AlreadyExists
        | io::ErrorKind::NotADirectory => "name a folder that you may write to with `--output`",
        _ => return None,
    })
}
