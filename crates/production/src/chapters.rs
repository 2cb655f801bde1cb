//! Which chapters a person wants.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Chapter numbers (from 1) as `--chapters` takes them: `3`, `3-7`, `1,4-6`, `10-`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Chapters(Vec<RangeInclusive<usize>>);

/// Not a list of chapters.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{0}` is no list of chapters such as `3`, `3-7` or `1,4-6,10-`")]
pub struct ChaptersError(String);

impl Chapters {
    /// Whether the list holds `number`.
    #[must_use]
    pub fn contains(&self, number: usize) -> bool {
        self.0.iter().any(|range| range.contains(&number))
    }
}

impl FromStr for Chapters {
    type Err = ChaptersError;

    fn from_str(text: &str) -> Result<Self, ChaptersError> {
        let ranges: Option<Vec<_>> = text.split(',').map(|part| range(part.trim())).collect();
        ranges
            .map(Self)
            .ok_or_else(|| ChaptersError(text.to_owned()))
    }
}

fn range(text: &str) -> Option<RangeInclusive<usize>> {
    let number = |text: &str| text.trim().parse().ok().filter(|number| *number > 0);
    let range = match text.split_once(['-', '–']) {
        None => number(text)?..=number(text)?,
        Some((first, last)) if last.trim().is_empty() => number(first)?..=usize::MAX,
        Some((first, last)) => number(first)?..=number(last)?,
    };
    (!range.is_empty()).then_some(range)
}

impl TryFrom<String> for Chapters {
    type Error = ChaptersError;

    fn try_from(text: String) -> Result<Self, ChaptersError> {
        text.parse()
    }
}

impl From<Chapters> for String {
    fn from(chapters: Chapters) -> Self {
        chapters.to_string()
    }
}

impl fmt::Display for Chapters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, range) in self.0.iter().enumerate() {
            let comma = if index > 0 { "," } else { "" };
            match (*range.start(), *range.end()) {
                (first, usize::MAX) => write!(f, "{comma}{first}-")?,
                (first, last) if first == last => write!(f, "{comma}{first}")?,
                (first, last) => write!(f, "{comma}{first}-{last}")?,
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_and_ranges_are_understood() {
        let chapters: Chapters = "1, 4-6,10-".parse().unwrap();
        let wanted: Vec<_> = (0..13)
            .filter(|number| chapters.contains(*number))
            .collect();
        assert_eq!(wanted, [1, 4, 5, 6, 10, 11, 12]);
    }

    #[test]
    fn lists_are_written_as_they_are_read() {
        for list in ["3", "3-7", "1,4-6,10-"] {
            assert_eq!(list.parse::<Chapters>().unwrap().to_string(), list);
        }
    }

    #[test]
    fn nonsense_is_refused() {
        for bad in ["", "0", "7-3", "a", "1,,2", "-3", "1-2-3"] {
            assert!(bad.parse::<Chapters>().is_err(), "{bad}");
        }
    }
}
