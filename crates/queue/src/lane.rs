//! One book of one master, and its segments, as the queue knows them.

use std::fmt;

use audiotome_core::{Language, Narration, SegmentKey};
use serde::{Deserialize, Serialize};

/// What a worker must be able to speak for a lane: engine id, voice and language, as 16 digits.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Skill(String);

/// Names a lane: its skill, its master, and its book.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LaneId(String);

/// A lane: what all its segments have in common.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Lane {
    /// Who must speak, and how.
    pub narration: Narration,
    /// Name of the engine, for limits.
    pub engine: String,
    /// Name of the master.
    pub master: String,
    /// What people call the book.
    pub title: String,
    /// The store in which the master looks for the clips, see `audiotome_audio::Storage::id`.
    pub store: String,
}

/// One segment to speak.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queued {
    /// Exactly what the engine gets.
    pub text: String,
    /// Language of the text.
    pub language: Language,
    /// Tries before it is dead.
    pub most: u32,
}

impl Skill {
    /// The skill for a narration.
    #[must_use]
    pub fn of(narration: &Narration) -> Self {
        let mut hasher = blake3::Hasher::new();
        for field in [
            narration.engine.to_string().as_str(),
            &narration.voice,
            narration.language.as_str(),
        ] {
            hasher.update(&(field.len() as u64).to_le_bytes());
            hasher.update(field.as_bytes());
        }
        Self(hasher.finalize().to_hex()[..16].to_owned())
    }
}

impl LaneId {
    /// The lane of a book: `master` and `book` are names without spaces.
    #[must_use]
    pub fn new(skill: &Skill, master: &str, book: &str) -> Self {
        Self(format!("{}.{master}.{book}", skill.0))
    }

    /// A lane as it was printed.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// As Redis has it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What a worker must be able to speak for it.
    #[must_use]
    pub fn skill(&self) -> Skill {
        Skill(self.0.get(..16).unwrap_or_default().to_owned())
    }
}

impl fmt::Display for LaneId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A key as the queue has it.
pub(crate) fn key(text: &str) -> Option<SegmentKey> {
    text.parse().ok()
}
