//! Which chapters a person wants.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

/// Chapter numbers (from 1) as `--chapters` takes them: `3`, `3-7`, `1,4-6`, `10-`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chapters(Vec<RangeInclusive<usize>>);

/// Not a list of chapters.
#[derive(Debug)]
pub(crate) struct ChaptersError(String);

impl Chapters {
    /// Whether the list holds `number`.
    pub(crate) fn contains(&self, number: usize) -> bool {
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

impl fmt::Display for ChaptersError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "`{}` is no list of chapters such as `3`, `3-7` or `1,4-6,10-`",
            self.0
        )
    }
}

impl std::error::Error for ChaptersError {}

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
    fn nonsense_is_refused() {
        for bad in ["", "0", "7-3", "a", "1,,2", "-3", "1-2-3"] {
            assert!(bad.parse::<Chapters>().is_err(), "{bad}");
        }
    }
}
