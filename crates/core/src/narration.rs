//! How a book is to be read.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{EngineId, Language};

/// Engine, voice, speed and pauses chosen for a book.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Narration {
    /// Who speaks.
    pub engine: EngineId,
    /// Name of the voice.
    pub voice: String,
    /// Language of the book.
    pub language: Language,
    /// How fast.
    pub speed: Speed,
    /// Silence between segments. It is no part of a segment's key: changing it speaks nothing again.
    pub pauses: Pauses,
}

/// Speaking rate relative to the voice's own, in percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Speed(u16);

/// Not a speed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("speed `{0}` is not a number from 0.5 to 2.0")]
pub struct SpeedError(String);

impl Speed {
    /// The voice's own rate.
    pub const NORMAL: Self = Self(100);

    /// The factor: 1.0 is the voice's own rate, 2.0 twice as fast.
    #[must_use]
    pub fn factor(self) -> f32 {
        f32::from(self.0) / 100.0
    }

    /// The factor in percent.
    #[must_use]
    pub fn percent(self) -> u16 {
        self.0
    }
}

impl FromStr for Speed {
    type Err = SpeedError;

    fn from_str(text: &str) -> Result<Self, SpeedError> {
        let factor: f32 = text
            .trim()
            .parse()
            .map_err(|_| SpeedError(text.to_owned()))?;
        if !(0.5..=2.0).contains(&factor) {
            return Err(SpeedError(text.to_owned()));
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "50 to 200"
        )]
        Ok(Self((factor * 100.0).round() as u16))
    }
}

impl fmt::Display for Speed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.factor())
    }
}

/// Length of pauses relative to the usual, in percent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PauseLength(u16);

/// Not a length of pauses.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("pauses of `{0}` are not a number from 0.5 to 3.0")]
pub struct PauseLengthError(String);

impl PauseLength {
    /// The factor: 1.0 is the usual.
    #[must_use]
    pub fn factor(self) -> f32 {
        f32::from(self.0) / 100.0
    }
}

impl Default for PauseLength {
    fn default() -> Self {
        Self(100)
    }
}

impl FromStr for PauseLength {
    type Err = PauseLengthError;

    fn from_str(text: &str) -> Result<Self, PauseLengthError> {
        let factor = text.trim().parse().unwrap_or(f32::NAN);
        if !(0.5..=3.0).contains(&factor) {
            return Err(PauseLengthError(text.to_owned()));
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "50 to 300"
        )]
        Ok(Self((factor * 100.0).round() as u16))
    }
}

/// Silence around segments. Where two meet, the longer one counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pauses {
    /// Inside a sentence that was too long to say at once.
    pub clause: Duration,
    /// Between sentences of a block.
    pub sentence: Duration,
    /// Between paragraphs, list items and stanzas.
    pub paragraph: Duration,
    /// Before a heading inside a chapter.
    pub before_heading: Duration,
    /// After a heading.
    pub after_heading: Duration,
    /// At a change of scene.
    pub scene: Duration,
    /// At the start of a chapter.
    pub chapter_head: Duration,
    /// At the end of a chapter.
    pub chapter_tail: Duration,
}

impl Default for Pauses {
    fn default() -> Self {
        let ms = Duration::from_millis;
        Self {
            clause: ms(120),
            sentence: ms(350),
            paragraph: ms(700),
            before_heading: ms(900),
            after_heading: ms(1_200),
            scene: ms(1_500),
            chapter_head: ms(600),
            chapter_tail: ms(2_000),
        }
    }
}

impl Pauses {
    /// All of them so much longer or shorter.
    #[must_use]
    pub fn times(self, PauseLength(percent): PauseLength) -> Self {
        let scaled = |pause: Duration| pause * percent.into() / 100;
        let Self {
            clause,
            sentence,
            paragraph,
            before_heading,
            after_heading,
            scene,
            chapter_head,
            chapter_tail,
        } = self;
        Self {
            clause: scaled(clause),
            sentence: scaled(sentence),
            paragraph: scaled(paragraph),
            before_heading: scaled(before_heading),
            after_heading: scaled(after_heading),
            scene: scaled(scene),
            chapter_head: scaled(chapter_head),
            chapter_tail: scaled(chapter_tail),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speeds_parse_within_bounds() {
        assert_eq!("1.25".parse::<Speed>().unwrap().percent(), 125);
        for bad in ["0.4", "2.1", "fast", "NaN", ""] {
            assert!(bad.parse::<Speed>().is_err(), "{bad}");
        }
    }

    #[test]
    fn pauses_are_scaled_within_bounds() {
        let longer = Pauses::default().times("1.5".parse().unwrap());
        assert_eq!(longer.sentence, Duration::from_millis(525));
        let usual = Pauses::default();
        assert_eq!(usual.times(PauseLength::default()), usual);
        for bad in ["0.4", "3.1", "long", "NaN", ""] {
            assert!(bad.parse::<PauseLength>().is_err(), "{bad}");
        }
    }
}
