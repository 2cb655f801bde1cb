//! Why an audiobook could not be made.

use std::io;
use std::path::{Path, PathBuf};

use audiotome_audio::AudioError;
use audiotome_book::{BookError, LexiconError};
use audiotome_core::{SegmentKey, StoreError};
use audiotome_dispatch::DispatchError;
use audiotome_speech::OpenError;
use thiserror::Error;

/// What helps when no worker fits.
const NOBODY: &str = "a worker of ours needs the same version and voices: `audiotome voices install` there, or `--voice` here; a speech server of others needs the right address and key";

/// What helps when whatever is asked for is refused.
const REFUSED: &str = "`audiotome say` tries a voice of this machine; of a speech server of others, check the model and the voice in its address; or choose another voice";

/// A segment that could not be spoken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dead {
    /// Index in the plan.
    pub segment: usize,
    /// Its key.
    pub key: SegmentKey,
    /// Number of its chapter.
    pub chapter: usize,
    /// Title of its chapter.
    pub title: String,
    /// The passage as the book prints it.
    pub source: String,
    /// What the engine was asked to say.
    pub text: String,
    /// What went wrong, try by try.
    pub history: Vec<String>,
}

/// Why an audiobook could not be made. Whatever was done is kept.
#[derive(Debug, Error)]
pub enum MakeError {
    /// The book can't be read.
    #[error(transparent)]
    Book(#[from] BookError),
    /// There is no such voice, or it can't be used.
    #[error(transparent)]
    Voice(#[from] OpenError),
    /// A voice that the text or the mapping names is not there.
    #[error("no voice `{voice}` is installed for {of}")]
    NoSuchVoice {
        /// Its name.
        voice: String,
        /// What it is to speak.
        of: String,
        /// Names that are like it.
        near: Vec<String>,
    },
    /// Rules of how words are said are wrong.
    #[error(transparent)]
    Lexicon(#[from] LexiconError),
    /// Encoding or writing failed.
    #[error(transparent)]
    Audio(#[from] AudioError),
    /// Speaking can't go on.
    #[error(transparent)]
    Dispatch(#[from] DispatchError),
    /// The clips can't be kept.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No chapter is left of what was asked for.
    #[error("there is nothing to read: the book has {chapters} chapter{}", if *chapters == 1 { "" } else { "s" })]
    NothingToRead {
        /// Chapters of the book.
        chapters: usize,
    },
    /// Segments failed for good: the audiobook needs a decision.
    #[error("{}", dead_line(dead))]
    Dead {
        /// All of them.
        dead: Vec<Dead>,
    },
    /// All segments failed.
    #[error("not one sentence could be spoken")]
    NothingSpoken,
    /// Clips are damaged, or gone, as soon as they are written.
    #[error("clips in `{place}` get damaged or lost again and again")]
    Damaged {
        /// Where they are kept.
        place: String,
        /// The flag that names another place.
        flag: &'static str,
    },
    /// It was stopped.
    #[error("stopped: {spoken} of {segments} sentences are spoken and kept")]
    Stopped {
        /// Segments whose clips are there.
        spoken: usize,
        /// Segments in all.
        segments: usize,
    },
    /// A file beside the audiobook can't be read or written.
    #[error("can't {action} `{}`", path.display())]
    File {
        /// What was tried.
        action: &'static str,
        /// The file.
        path: PathBuf,
        /// What came of it.
        #[source]
        source: io::Error,
    },
}

impl MakeError {
    pub(crate) fn file(action: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::File {
            action,
            path,
            source,
        }
    }

    /// The way out, where there is one.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Book(error) => error.hint(),
            Self::Voice(error) => error.hint(),
            Self::NoSuchVoice { near, .. } => Some(near_voices(near)),
            Self::Lexicon(error) => Some(error.hint().to_owned()),
            Self::Audio(error) => error.hint(),
            Self::Dispatch(DispatchError::Store(error)) | Self::Store(error) => {
                error.hint().map(str::to_owned)
            }
            Self::Dispatch(DispatchError::Nobody { .. }) => Some(NOBODY.to_owned()),
            Self::Dispatch(DispatchError::Refused { .. }) => Some(REFUSED.to_owned()),
            Self::NothingToRead { .. } => Some("`audiotome inspect` lists the chapters".to_owned()),
            Self::Dead { .. } => Some("everything else is kept: run again to try once more, choose another voice, or leave them out with `--skip-failed`".to_owned()),
            Self::NothingSpoken => Some("`audiotome say` tries the voice; `audiotome doctor` looks at this machine".to_owned()),
            Self::Damaged { flag, .. } => Some(format!("check the disk, or name another place with `{flag}`")),
            Self::Stopped { .. } => Some("run the same command again to go on".to_owned()),
            Self::File { .. } => None,
        }
    }

    /// Whether a clip turned out damaged, and has been put aside, or is gone: it is spoken again.
    pub(crate) fn is_lost_clip(&self) -> bool {
        matches!(
            self,
            Self::Store(StoreError::Damaged { .. })
                | Self::Audio(
                    AudioError::Store(StoreError::Damaged { .. }) | AudioError::MissingClip { .. }
                )
        )
    }
}

fn near_voices(near: &[String]) -> String {
    let lists = "`audiotome voices` lists what is installed; `--voices FILE` says who speaks, a line for each: `Alice = en-us`";
    if near.is_empty() {
        return lists.to_owned();
    }
    let near: Vec<_> = near.iter().map(|name| format!("`{name}`")).collect();
    format!("near names are {}; {lists}", near.join(", "))
}

fn dead_line(dead: &[Dead]) -> String {
    let Some(first) = dead.first() else {
        return "sentences could not be spoken".to_owned();
    };
    let reason = first
        .history
        .last()
        .map_or("no reason given", String::as_str);
    format!(
        "{} sentence{} could not be spoken; the first, in chapter {} (`{}`): `{}` ({reason})",
        dead.len(),
        if dead.len() == 1 { "" } else { "s" },
        first.chapter,
        first.title,
        first.source,
    )
}
