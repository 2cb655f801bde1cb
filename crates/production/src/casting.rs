//! Who speaks what, as a person wrote it down.
//!
//! ```text
//! # A comment.
//! narrator = hibari
//! 3-5 = en-gb                  chapters by their numbers
//! Chapter 3 = espeak:en-us     a chapter by its title; else by that number
//! Alice = en-us+f3             a speaker, for `[voice:Alice]` in the text
//! ```

use std::fmt;
use std::str::FromStr;

use audiotome_core::Chapter;
use audiotome_speech::EngineKind;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::Chapters;

/// Bytes of a mapping.
const MOST_BYTES: usize = 1 << 20;
/// Lines of a mapping.
const MOST_LINES: usize = 2_000;

/// Who speaks what.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Casting {
    text: String,
    lines: Vec<(Role, VoiceName)>,
}

/// What a line is about.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Role {
    Narrator,
    Chapters(Chapters),
    /// A speaker, or the title of a chapter.
    Named(String),
}

/// A voice as a line names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct VoiceName {
    pub(crate) engine: Option<EngineKind>,
    pub(crate) voice: String,
}

/// Not a mapping.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("line {line}: {reason}")]
pub struct CastingError {
    line: usize,
    reason: String,
}

impl Casting {
    /// Whether it says nothing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The voice for whatever nobody else reads.
    pub(crate) fn narrator(&self) -> Option<&VoiceName> {
        self.last(|role| *role == Role::Narrator)
    }

    /// The voice for the chapter of that number, of `chapters` in all.
    pub(crate) fn chapter(&self, number: usize, chapters: &[Chapter]) -> Option<&VoiceName> {
        let titled = |name: &str| {
            let mut titles = chapters.iter().map(|chapter| &chapter.title);
            titles.any(|title| same(title, name))
        };
        let title = &chapters.get(number.checked_sub(1)?)?.title;
        self.last(|role| match role {
            Role::Narrator => false,
            Role::Chapters(numbers) => numbers.contains(number),
            Role::Named(name) => {
                same(name, title) || numbered(name) == Some(number) && !titled(name)
            }
        })
    }

    /// The voice for a speaker.
    pub(crate) fn speaker(&self, name: &str) -> Option<&VoiceName> {
        self.last(|role| matches!(role, Role::Named(named) if same(named, name)))
    }

    /// Speakers and titles that are named.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        self.lines.iter().filter_map(|(role, _)| match role {
            Role::Named(name) => Some(name.as_str()),
            _ => None,
        })
    }

    /// Whether a name is the title of one of these chapters, or `Chapter N` of one of them.
    pub(crate) fn is_chapter(name: &str, chapters: &[Chapter]) -> bool {
        let number = numbered(name).filter(|number| (1..=chapters.len()).contains(number));
        number.is_some() || chapters.iter().any(|chapter| same(&chapter.title, name))
    }

    fn last(&self, meant: impl Fn(&Role) -> bool) -> Option<&VoiceName> {
        let found = self.lines.iter().rev().find(|(role, _)| meant(role));
        found.map(|(_, voice)| voice)
    }
}

fn same(name: &str, other: &str) -> bool {
    name.trim().to_lowercase() == other.trim().to_lowercase()
}

/// The number in `Chapter 3`.
fn numbered(name: &str) -> Option<usize> {
    let (word, number) = name.trim().split_once(' ')?;
    let number = number.trim().parse().ok()?;
    word.eq_ignore_ascii_case("chapter").then_some(number)
}

impl VoiceName {
    /// `VOICE`, or `ENGINE:VOICE`.
    pub(crate) fn new(text: &str) -> Self {
        let engine = text.split_once(':');
        let engine = engine.and_then(|(engine, voice)| Some((engine.parse().ok()?, voice)));
        match engine {
            Some((engine, voice)) => Self {
                engine: Some(engine),
                voice: voice.trim().to_owned(),
            },
            None => Self {
                engine: None,
                voice: text.trim().to_owned(),
            },
        }
    }
}

impl fmt::Display for VoiceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(engine) = self.engine {
            write!(f, "{engine}:")?;
        }
        f.write_str(&self.voice)
    }
}

impl FromStr for Casting {
    type Err = CastingError;

    fn from_str(text: &str) -> Result<Self, CastingError> {
        let wrong = |line, reason: &str| CastingError {
            line,
            reason: reason.to_owned(),
        };
        if text.len() > MOST_BYTES || text.lines().count() > MOST_LINES {
            return Err(wrong(MOST_LINES, "the mapping is too long"));
        }
        let mut lines = Vec::new();
        for (index, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let sides = line.split_once('=');
            let sides = sides.map(|(role, voice)| (role.trim(), voice.trim()));
            let sides = sides.filter(|(role, voice)| !role.is_empty() && !voice.is_empty());
            let (role, voice) =
                sides.ok_or_else(|| wrong(index + 1, "it is not `NAME = VOICE`"))?;
            lines.push((Role::new(role), VoiceName::new(voice)));
        }
        Ok(Self {
            text: text.to_owned(),
            lines,
        })
    }
}

impl Role {
    fn new(text: &str) -> Self {
        if same(text, "narrator") {
            return Self::Narrator;
        }
        match text.parse() {
            Ok(chapters) => Self::Chapters(chapters),
            Err(_) => Self::Named(text.to_owned()),
        }
    }
}

impl TryFrom<String> for Casting {
    type Error = CastingError;

    fn try_from(text: String) -> Result<Self, CastingError> {
        text.parse()
    }
}

impl From<Casting> for String {
    fn from(casting: Casting) -> Self {
        casting.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_say_who_speaks_what() {
        let casting: Casting = "# Voices\nnarrator = hibari\n2-3 = en-gb\nchapter 3 = espeak:en-us\nAlice = en-us+f3\nCHAPTER 1 = tone:tone"
            .parse()
            .unwrap();
        let titles = ["Preface", "Chapter 1", "Chapter 2"];
        let chapters = titles.map(|title| Chapter {
            title: title.to_owned(),
            blocks: Vec::new(),
        });
        let voice = |name: &VoiceName| name.to_string();
        assert_eq!(casting.narrator().map(voice).as_deref(), Some("hibari"));
        let of: Vec<_> = (0..5)
            .map(|n| casting.chapter(n, &chapters).map(voice))
            .collect();
        // Chapter 3 is none's title, so it is the third; Chapter 1 is the second one's.
        let expected = [None, None, Some("tone:tone"), Some("espeak:en-us"), None];
        assert_eq!(of, expected.map(|name| name.map(str::to_owned)));
        assert_eq!(
            casting.speaker("alice").map(voice).as_deref(),
            Some("en-us+f3")
        );
        assert_eq!(casting.speaker("bob"), None);
        assert!(
            Casting::is_chapter("Preface", &chapters) && !Casting::is_chapter("Alice", &chapters)
        );
    }

    #[test]
    fn what_says_nothing_is_named_with_its_line() {
        for bad in ["a = b\nc", "= b", "a ="] {
            let error = bad.parse::<Casting>().unwrap_err().to_string();
            assert!(error.contains("it is not `NAME = VOICE`"), "{error}");
        }
        let casting: Casting = "a = b".parse().unwrap();
        let text = serde_json::to_string(&casting).unwrap();
        assert_eq!(serde_json::from_str::<Casting>(&text).unwrap(), casting);
    }
}
