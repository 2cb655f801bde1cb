//! Lists of contents: lines that come again as the headings of the text, in their order.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::headings::is_capitals;
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
    // Letters in front of each paragraph.
    let mut before = vec![0];
    for (at, paragraph) in paragraphs.iter().enumerate() {
        before.push(before[at] + paragraph.characters());
    }
    let mut at = 0;
    while at < paragraphs.len() && before[at] * 100 <= before[paragraphs.len()] * BEGINNING {
        let (end, targets) = entries(paragraphs, &headings, at);
        if is_list(&before, end, &targets) {
            let label = label(paragraphs, at);
            if label.is_some() || is_proven(paragraphs, at..end, &targets) {
                return Contents {
                    list: label.unwrap_or(at)..end,
                    headings: targets,
                };
            }
        }
        at = end.max(at + 1);
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

/// Whether enough text is between the headings; `before` has the letters in front of paragraphs.
fn is_list(before: &[usize], end: usize, targets: &[usize]) -> bool {
    let [first, .., last] = targets else {
        return false;
    };
    let between = before[*last] - before[*first];
    targets.len() >= SHORTEST && *first >= end && between >= targets.len() * TEXT
}

/// The line in front of a list that calls it so, or its own first one.
fn label(paragraphs: &[Paragraph<'_>], start: usize) -> Option<usize> {
    let is_label = |at: &usize| is_contents_label(&paragraphs[*at].lines.join(" "));
    let before = (start.saturating_sub(HEADER)..start).rev();
    before
        .take_while(|at| paragraphs[*at].characters() <= LONGEST)
        .find(is_label)
        .or_else(|| is_contents_label(paragraphs[start].lines[0]).then_some(start))
}

/// Whether lines that nothing calls a list are one: what people say comes again, too. They have
/// pages, are chapters or count, or their headings are in capitals.
fn is_proven(paragraphs: &[Paragraph<'_>], list: Range<usize>, targets: &[usize]) -> bool {
    let lines = paragraphs[list].iter().flat_map(|one| &one.lines);
    let lines: Vec<&str> = lines.copied().collect();
    if lines.iter().any(|line| is_speech(line)) {
        return false;
    }
    let most = |is: &dyn Fn(&str) -> bool| {
        let found = lines.iter().filter(|line| is(line)).count();
        found >= SHORTEST && found * 2 >= lines.len()
    };
    if most(&|line| PAGE.is_match(line)) || most(&is_chapter_line) || are_numbered(&lines) {
        return true;
    }
    let is_title = |at: &usize| {
        let heading = &paragraphs[*at];
        heading.blank_before > 0 && heading.lines.len() <= 2 && is_capitals(&heading.lines)
    };
    !lines.iter().any(|line| is_sentence(line)) && targets.iter().all(is_title)
}

/// Whether a line begins or ends with a quotation mark, or begins with the dash of a dialogue.
fn is_speech(line: &str) -> bool {
    let is_mark = |c: char| {
        matches!(
            c,
            '"' | '“' | '”' | '„' | '«' | '»' | '‘' | '’' | '\'' | '「' | '」' | '『' | '』'
        )
    };
    let is_dash = |c: char| matches!(c, '—' | '–' | '―' | '-');
    line.starts_with(is_mark) || line.ends_with(is_mark) || line.starts_with(is_dash)
}

fn is_sentence(line: &str) -> bool {
    line.ends_with(['.', '?', '!', '…', ',', ';', '。', '？', '！'])
}

/// Whether most lines begin with a number, each with the next one, or the first of a new part.
fn are_numbered(lines: &[&str]) -> bool {
    let numbers = lines
        .iter()
        .filter_map(|line| numeral(line.split_whitespace().next()?));
    let numbers: Vec<u32> = numbers.collect();
    let in_order = numbers
        .windows(2)
        .all(|two| two[1] == two[0] + 1 || two[1] == 1);
    let first = numbers.first().is_some_and(|first| *first <= 1);
    numbers.len() >= SHORTEST && numbers.len() * 2 >= lines.len() && first && in_order
}

/// Paragraphs that may be headings, by what they say.
struct Headings(HashMap<String, Vec<usize>>);

impl Headings {
    fn of(paragraphs: &[Paragraph<'_>]) -> Self {
        let mut places: HashMap<String, Vec<usize>> = HashMap::new();
        let is_short = |at: usize| {
            paragraphs.get(at).is_some_and(|paragraph| {
                paragraph.lines.len() <= 4 && paragraph.characters() <= LONGEST
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
        Some(first) => usize::from(numeral(first).is_some()),
        None => 0,
    };
    let title = key(words.get(number..).unwrap_or_default());
    let title = (title.chars().count() >= 3).then_some(title);
    let mut keys: Vec<String> = title.into_iter().chain([key(&words)]).collect();
    keys.dedup();
    keys.retain(|key| !key.is_empty());
    keys
}

fn numeral(word: &str) -> Option<u32> {
    let word = word.trim_end_matches(['.', ':', ')', '—', '–']);
    let value = word.parse::<u16>().ok().map(u32::from);
    value.or_else(|| roman_value(word))
}

#[cfg(test)]
mod tests {
    use super::super::layout;
    use super::*;

    const TEXT: &str = "The old clock struck again, and nobody in the quiet house on the hill was \
        awake at this hour of the night.\n\n";

    /// The paragraphs of the list of a text that begins with these lines and has them again.
    fn list(first: &str, lines: [&str; 3]) -> Range<usize> {
        let again = lines.map(|line| format!("{line}\n\n{}", TEXT.repeat(4)));
        let text = format!("{first}\n\n{}", again.concat());
        let lines = layout::lines(&text);
        find(&layout::paragraphs(&lines)).list
    }

    #[test]
    fn what_comes_again_needs_proof_to_be_a_list() {
        for lines in [
            ["“Never.”", "“Why not?”", "“Because.”"],
            ["Never.", "Why not?", "Because."],
            ["— Never", "— Why not", "— Because"],
            ["‘Chapter 1’", "‘Chapter 2’", "‘Chapter 3’"],
            ["O wind", "O rain", "O snow"],
        ] {
            assert!(list(&lines.join("\n\n"), lines).is_empty(), "{lines:?}");
        }
        for lines in [
            ["Chapter 1. Rain.", "Chapter 2. Sun.", "Chapter 3. Snow."],
            ["I. The Rain.", "II. The Sun.", "III. The Snow."],
            ["THE RAIN", "THE SUN", "THE SNOW"],
        ] {
            assert_eq!(list(&lines.join("\n\n"), lines), 0..3, "{lines:?}");
        }
        let titles = ["The Rain", "The Sun", "Why not?"];
        assert_eq!(list(&titles.join("  3\n"), titles).len(), 0);
        assert_eq!(list(&(titles.join(" .... 3\n") + " ... 7"), titles), 0..1);
        let labelled = format!("Contents\n\n{}", titles.join("\n\n"));
        assert_eq!(list(&labelled, titles), 0..4);
    }
}
