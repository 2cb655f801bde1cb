//! Lists of contents: lines that come again as the headings of the text, in their order.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::layout::Paragraph;
use crate::chapters::{is_chapter_line, is_contents_label};
use crate::normalise::roman_value;

/// Entries of a list, and lines that one of them may take.
const SHORTEST: usize = 3;
const ENTRY_LINES: usize = 3;
/// Letters of a heading.
const LONGEST: usize = 300;
/// Letters of text, on average, from one of its headings to the next: what people say comes again
/// sooner.
const TEXT: usize = 100;
/// Places of a heading that comes again in other parts; who speaks in a play does so more often.
const MOST_PLACES: usize = 12;
/// Share of the text, in percent, in which such a list begins.
const BEGINNING: usize = 25;
/// Paragraphs between "Contents" and the list: "Chapter … Page".
const HEADER: usize = 2;

/// The number of a page at the end of an entry, apart from it or after dots.
static PAGE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?:\s{2,}|\t|\s*(?:[.…·_]\s*){2,})(?:\d{1,4}|[ivxlc]{1,7})\.?$")
        .expect("a fixed pattern")
});

/// A list of contents.
#[derive(Debug, Default)]
pub(super) struct Contents {
    /// Its paragraphs, with the line that calls it so.
    pub(super) list: Range<usize>,
    /// The headings that it names.
    pub(super) headings: Vec<usize>,
}

/// The first list of a text.
pub(super) fn find(paragraphs: &[Paragraph<'_>]) -> Contents {
    let headings = Headings::of(paragraphs);
    let all: usize = paragraphs.iter().map(letters).sum();
    let (mut at, mut before) = (0, 0);
    while at < paragraphs.len() && before * 100 <= all * BEGINNING {
        let (end, targets) = entries(paragraphs, &headings, at);
        if is_list(paragraphs, end, &targets) {
            return Contents {
                list: label(paragraphs, at)..end,
                headings: targets,
            };
        }
        let next = end.max(at + 1);
        before += paragraphs[at..next].iter().map(letters).sum::<usize>();
        at = next;
    }
    Contents::default()
}

/// The end of the entries that begin with a paragraph, and the headings that they name.
fn entries(paragraphs: &[Paragraph<'_>], headings: &Headings, start: usize) -> (usize, Vec<usize>) {
    let mut targets = Vec::new();
    let mut end = start;
    while let Some(paragraph) = paragraphs.get(end) {
        let after = targets.last().copied().unwrap_or(end + 1);
        let Some(found) = headings.entries(paragraph, after) else {
            break;
        };
        targets.extend(found);
        end += 1;
    }
    (end, targets)
}

fn is_list(paragraphs: &[Paragraph<'_>], end: usize, targets: &[usize]) -> bool {
    let (Some(first), Some(last)) = (targets.first(), targets.last()) else {
        return false;
    };
    let between: usize = paragraphs[*first..*last].iter().map(letters).sum();
    targets.len() >= SHORTEST && *first >= end && between >= targets.len() * TEXT
}

/// The line in front of a list that calls it so, else its beginning.
fn label(paragraphs: &[Paragraph<'_>], start: usize) -> usize {
    let is_label = |at: &usize| is_contents_label(&paragraphs[*at].lines.join(" "));
    let before = (start.saturating_sub(HEADER)..start).rev();
    before
        .take_while(|at| letters(&paragraphs[*at]) <= LONGEST)
        .find(is_label)
        .unwrap_or(start)
}

/// Paragraphs that may be headings, by what they say.
struct Headings(HashMap<String, Vec<usize>>);

impl Headings {
    fn of(paragraphs: &[Paragraph<'_>]) -> Self {
        let mut places: HashMap<String, Vec<usize>> = HashMap::new();
        let is_short = |at: usize| {
            paragraphs.get(at).is_some_and(|paragraph| {
                paragraph.lines.len() <= 4 && letters(paragraph) <= LONGEST
            })
        };
        for at in (0..paragraphs.len()).filter(|at| is_short(*at)) {
            let lines = &paragraphs[at].lines;
            let mut keys = vec![keys(&lines.join(" "))];
            if is_chapter_line(lines[0]) {
                keys.push(self::keys(lines[0]));
            }
            if is_short(at + 1) {
                let next = paragraphs[at + 1].lines.join(" ");
                keys.push(self::keys(&format!("{} {next}", lines.join(" "))));
            }
            for key in keys.into_iter().flatten() {
                let places = places.entry(key).or_default();
                if places.last() != Some(&at) {
                    places.push(at);
                }
            }
        }
        Self(places)
    }

    /// The headings that the lines of a paragraph name, each not before `after` and the one before it;
    /// nothing if too many of them name none and have no page.
    fn entries(&self, paragraph: &Paragraph<'_>, mut after: usize) -> Option<Vec<usize>> {
        let lines = &paragraph.lines;
        let mut found = Vec::new();
        let (mut at, mut others) = (0, 0);
        while at < lines.len() {
            let most = (lines.len() - at).min(ENTRY_LINES);
            let named = (1..=most).find_map(|count| {
                let target = self.target(&lines[at..at + count].join(" "), after)?;
                Some((count, target))
            });
            if let Some((count, target)) = named {
                found.push(target);
                after = target;
                at += count;
            } else {
                others += usize::from(!PAGE.is_match(lines[at]));
                at += 1;
            }
        }
        (others * 3 <= lines.len()).then_some(found)
    }

    fn target(&self, entry: &str, after: usize) -> Option<usize> {
        let entry = PAGE.replace(entry.trim(), "");
        let targets = keys(&entry).into_iter().filter_map(|key| {
            let places = self
                .0
                .get(&key)
                .filter(|places| places.len() <= MOST_PLACES)?;
            places.get(places.partition_point(|place| *place < after))
        });
        targets.min().copied()
    }
}

/// What a heading says, and that without its number.
fn keys(text: &str) -> Vec<String> {
    let key = |words: &[&str]| -> String {
        let letters = words
            .iter()
            .flat_map(|word| word.chars())
            .filter(|c| c.is_alphanumeric());
        letters.flat_map(char::to_lowercase).collect()
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    let number = match words.first() {
        _ if is_chapter_line(text) => 2,
        Some(first) => usize::from(is_numeral(first)),
        None => 0,
    };
    let title = key(words.get(number..).unwrap_or_default());
    let title = (title.chars().count() >= 3).then_some(title);
    let mut keys: Vec<String> = title.into_iter().chain([key(&words)]).collect();
    keys.dedup();
    keys.retain(|key| !key.is_empty());
    keys
}

fn is_numeral(word: &str) -> bool {
    let word = word.trim_end_matches(['.', ':', ')', '—', '–']);
    word.parse::<u16>().is_ok() || roman_value(word).is_some()
}

fn letters(paragraph: &Paragraph<'_>) -> usize {
    paragraph
        .lines
        .iter()
        .map(|line| line.chars().count())
        .sum()
}
