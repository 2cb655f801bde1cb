//! Lines that run on from page to page: the same words at the same place, or a number that counts
//! the pages. That a line comes again is no proof by itself: headings do, once in each chapter.

use crate::chapters::is_chapter_line;
use crate::normalise::roman_value;

/// Pages before and after a line on which it is looked for.
const REACH: usize = 12;
/// Pages on which a line must stand, and how many of a hundred steps from page to page lead from one
/// of them to the next: heads may be on every other page, and missing where a chapter begins.
const LEAST: usize = 3;
const SHARE: usize = 35;
/// Large type is a heading's unless it is on nearly all pages.
const LARGE_SHARE: usize = 75;
/// Pages on which a bare number must count them, in the type of the text and in a larger one.
const NUMBERS: usize = 2;
const LARGE_NUMBERS: usize = 5;
/// Share of a page's height by which places may differ that are one.
const PLACE: f32 = 0.008;
/// Share by which sizes of type may differ that are one.
const SIZE: f32 = 0.1;

/// A line near the upper or lower edge of a page.
#[derive(Debug)]
pub(crate) struct Edge {
    pub(crate) page: usize,
    /// How low it stands, as a share of the page's height.
    pub(crate) place: f32,
    size: f32,
    /// Whether its type is larger than the text's.
    pub(crate) is_large: bool,
    /// Whether it is nothing but a number: `12`, `- 12 -`, `xii`, `12 / 300`.
    is_number: bool,
    /// Whether it may be a chapter's heading.
    is_chapter: bool,
    /// Whether it greets: "Dear John,". No head ends so.
    is_greeting: bool,
    words: Vec<Word>,
}

/// Letters or digits without anything between them, and what they count.
#[derive(Debug, PartialEq, Eq)]
struct Word {
    text: String,
    value: Option<u32>,
}

/// How a line is like another.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Likeness {
    Same,
    /// But for a number that is larger by the pages between them.
    Counts,
}

impl Edge {
    pub(crate) fn new(page: usize, place: f32, size: f32, is_large: bool, text: &str) -> Self {
        Self {
            page,
            place,
            size,
            is_large,
            is_number: is_number(text),
            is_chapter: is_chapter_line(text),
            is_greeting: text.trim_end().ends_with(',') && text.contains(char::is_lowercase),
            words: words(text, place),
        }
    }

    /// Whether both stand as high, up to a share of the page, in type of one size.
    pub(crate) fn is_at_place_of(&self, other: &Self, share: f32) -> bool {
        (self.place - other.place).abs() <= share
            && (self.size - other.size).abs() <= self.size * SIZE
    }

    fn likeness(&self, other: &Self) -> Option<Likeness> {
        if self.is_greeting && !self.is_number
            || self.words.is_empty()
            || self.words.len() != other.words.len()
        {
            return None;
        }
        if self.words == other.words {
            return Some(Likeness::Same);
        }
        // Chapters of a page each count like pages do.
        let may_count = self.is_number || !self.is_large && !self.is_chapter;
        let mut pairs = self.words.iter().zip(&other.words);
        let counts = may_count
            && pairs
                .all(|(own, theirs)| own == theirs || own.counts(theirs, self.page, other.page));
        counts.then_some(Likeness::Counts)
    }

    /// Whether it stands on enough of the pages around it.
    fn runs(&self, near: &[Edge]) -> bool {
        let pages = |wanted: &[Likeness]| -> Vec<usize> {
            let like = near.iter().filter(|other| {
                let is_it = |likeness| wanted.contains(&likeness);
                self.is_at_place_of(other, PLACE) && self.likeness(other).is_some_and(is_it)
            });
            let mut pages: Vec<usize> = like.map(|other| other.page).chain([self.page]).collect();
            pages.sort_unstable();
            pages.dedup();
            pages
        };
        let (numbers, share) = match self.is_large {
            true => (LARGE_NUMBERS, LARGE_SHARE),
            false => (NUMBERS, SHARE),
        };
        let is_dense =
            |likeness: &[Likeness], least| is_dense(&pages(likeness), self.page, least, share);
        if !self.is_number {
            return is_dense(&[Likeness::Same, Likeness::Counts], LEAST);
        }
        is_dense(&[Likeness::Counts], numbers) || is_dense(&[Likeness::Same], LEAST)
    }
}

impl Word {
    /// Whether the numbers of two pages differ as the pages do.
    fn counts(&self, other: &Self, page: usize, other_page: usize) -> bool {
        let is_digits = |word: &Self| word.text.starts_with(|c: char| c.is_ascii_digit());
        match (self.value, other.value) {
            (Some(own), Some(theirs)) => {
                is_digits(self) == is_digits(other)
                    && u64::from(own) + other_page as u64 == u64::from(theirs) + page as u64
            }
            _ => false,
        }
    }
}

/// Which of the lines run on; they are in the order of their pages.
pub(crate) fn find(edges: &[Edge]) -> Vec<bool> {
    let proven: Vec<bool> = edges
        .iter()
        .map(|edge| edge.runs(&edges[near(edges, edge.page)]))
        .collect();
    // Where a chapter begins, the number often stands elsewhere.
    let goes_with = |(edge, proven_itself): (&Edge, &bool)| {
        let mut near = near(edges, edge.page).filter(|at| proven[*at] && edges[*at].is_number);
        *proven_itself
            || edge.is_number
                && !edge.is_large
                && near.any(|at| edge.likeness(&edges[at]) == Some(Likeness::Counts))
    };
    edges.iter().zip(&proven).map(goes_with).collect()
}

/// The lines on the pages around one.
pub(crate) fn near(edges: &[Edge], page: usize) -> std::ops::Range<usize> {
    let first = edges.partition_point(|edge| edge.page + REACH < page);
    let end = edges.partition_point(|edge| edge.page <= page + REACH);
    first..end
}

/// Whether `page` is among `least` of the pages or more, which follow each other closely enough.
fn is_dense(pages: &[usize], page: usize, least: usize, share: usize) -> bool {
    let Ok(own) = pages.binary_search(&page) else {
        return false;
    };
    let is_run = |first: usize, last: usize| {
        let steps = last - first;
        steps + 1 >= least && steps * 100 >= (pages[last] - pages[first]) * share
    };
    (0..=own).any(|first| (own..pages.len()).any(|last| is_run(first, last)))
}

/// Runs of letters and of digits, in small letters. Large Roman numbers in the upper half of a page
/// do not count pages: "Sonnet IV" is a heading.
fn words(text: &str, place: f32) -> Vec<Word> {
    let mut words: Vec<String> = Vec::new();
    let mut before = ' ';
    for c in text.chars() {
        let goes_on = before.is_alphanumeric() && before.is_ascii_digit() == c.is_ascii_digit();
        match words.last_mut().filter(|_| goes_on) {
            _ if !c.is_alphanumeric() => {}
            Some(word) => word.push(c),
            None => words.push(c.to_string()),
        }
        before = c;
    }
    let is_page = place >= 0.5
        || words
            .first()
            .is_some_and(|first| first.eq_ignore_ascii_case("page"));
    let value = |word: &str, text: &str| {
        let may_count = is_page || !word.contains(char::is_uppercase);
        text.parse()
            .ok()
            .or_else(|| roman(text).filter(|_| may_count))
    };
    let word = |word: String| {
        let text = word.to_lowercase();
        let value = value(&word, &text);
        Word { text, value }
    };
    words.into_iter().map(word).collect()
}

/// The value of a small roman number: larger ones are words, such as "mild".
fn roman(word: &str) -> Option<u32> {
    let is_small = word.len() <= 7 && word.chars().all(|c| "ivxlc".contains(c));
    is_small
        .then(|| roman_value(&word.to_uppercase()))
        .flatten()
}

fn is_number(text: &str) -> bool {
    let inner = text.trim_matches(|c: char| !c.is_alphanumeric());
    let lower = inner.to_lowercase();
    let inner = lower.strip_prefix("page ").unwrap_or(&lower);
    let digits = inner.len() <= 12
        && inner.contains(|c: char| c.is_ascii_digit())
        && inner
            .chars()
            .all(|c| c.is_ascii_digit() || " /-–of".contains(c));
    digits || roman(inner).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Which lines run on, of those at one place of pages; an empty one is none.
    fn running(texts: &[&str], is_large: bool) -> Vec<bool> {
        let lines = texts
            .iter()
            .enumerate()
            .filter(|(_, text)| !text.is_empty());
        let edges: Vec<Edge> = lines
            .map(|(page, text)| Edge::new(page, 0.05, 12.0, is_large, text))
            .collect();
        find(&edges)
    }

    #[test]
    fn heads_run_on_from_page_to_page_and_headings_do_not() {
        let all = |texts: &[&str]| running(texts, false).into_iter().all(|runs| runs);
        let any = |texts: &[&str]| running(texts, false).into_iter().any(|runs| runs);
        assert!(all(&["A Book", "A Book", "A Book"]));
        assert!(all(&[
            "A Book", "", "A Book", "", "", "", "A Book", "", "A Book"
        ]));
        assert!(all(&[
            "1 A Book", "A Book 2", "3 A Book", "A Book 4", "5 A Book", "A Book 6"
        ]));
        assert!(all(&["Page 7 of 90", "Page 8 of 90", "Page 9 of 90"]));
        assert!(all(&["xi", "xii", "xiii"]));
        assert!(!any(&["Chapter 1", "Chapter 2", "Chapter 3", "Chapter 4"]));
        assert!(!any(&["Chapter 1", "", "Chapter 2", "", "Chapter 3"]));
        assert!(!any(&["I", "", "II", "", "III"]));
        assert!(!any(&["I", "II", "III", "IV"]));
        assert!(!any(&["Sonnet I", "Sonnet II", "Sonnet III", "Sonnet IV"]));
        assert!(!any(&["Dear John,", "Dear John,", "Dear John,"]));
        assert!(all(&["Page II", "Page III", "Page IV"]));
        assert!(!any(&["The end.", "", "", "The end.", "", "", "The end."]));
    }

    #[test]
    fn numbers_that_count_pages_run_on_in_any_type() {
        assert_eq!(running(&["1", "2", "3", "4", "5"], true), [true; 5]);
        assert_eq!(running(&["1", "2", "", "3"], true), [false; 3]);
        assert_eq!(running(&["The 1", "The 2", "The 3"], true), [false; 3]);
    }

    #[test]
    fn a_number_goes_wherever_it_stands_if_it_counts_on() {
        let edge = |page, place, text| Edge::new(page, place, 12.0, false, text);
        let edges = [
            edge(0, 0.05, "11"),
            edge(1, 0.05, "12"),
            edge(2, 0.95, "13"),
            edge(3, 0.95, "1984"),
        ];
        assert_eq!(find(&edges), [true, true, true, false]);
    }
}
