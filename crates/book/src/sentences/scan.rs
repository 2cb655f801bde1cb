//! Finding the ends of sentences in one pass over the text.

use super::closing::Closing;
use super::enclosures::{Enclosure, Enclosures};
use super::ends;
use super::languages::Words;
use super::lists::{self, Item};
use super::marks;

/// What is looked at on both sides of a line break, in bytes.
const NEAR: usize = 80;

/// What a line break means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lines {
    /// The line is over, and the sentence with it.
    End,
    /// A sentence goes over lines, as it does in verse.
    Flow,
}

/// The ends of the sentences of `text` in bytes, without that of the text itself.
pub(super) fn ends_of(text: &str, words: &Words, lines: Lines) -> Vec<usize> {
    let enclosures = Enclosures::of(text, |at| line_ends(text, at, lines));
    let mut scan = Scan {
        text,
        words,
        enclosures,
        passed: 0,
        ends: Vec::new(),
        item: None,
        begun: false,
        looked_to: 0,
    };
    let mut next = 0;
    for (at, c) in text.char_indices() {
        if at >= next && marks::may_be_mark(c) {
            next = scan.see(at, c, lines);
        }
    }
    scan.ends
}

struct Scan<'a> {
    text: &'a str,
    words: &'a Words,
    enclosures: Vec<Enclosure>,
    /// How many enclosures lie before the place that is looked at.
    passed: usize,
    ends: Vec<usize>,
    /// The last item of the list that the text is in.
    item: Option<Item>,
    /// Whether there was a letter or digit since the last end, up to `looked_to`.
    begun: bool,
    looked_to: usize,
}

impl Scan<'_> {
    /// Looks at the mark `c` at byte `at`; from the answer on there is more to see.
    fn see(&mut self, at: usize, c: char, lines: Lines) -> usize {
        let after = at + c.len_utf8();
        match c {
            '\n' | '\r' if line_ends(self.text, at, lines) => self.end(after),
            '.' | ')' if self.is_item(at) => {}
            _ if marks::is_bullet(c) && self.text[..at].ends_with(char::is_whitespace) => {
                self.end(at);
            }
            _ if self.words.ends_with(c) || marks::breaks_off(c, &self.text[after..]) => {
                return self.see_terminator(at, c);
            }
            _ => {}
        }
        after
    }

    fn see_terminator(&mut self, at: usize, c: char) -> usize {
        let place = Closing::at(self.text, at, c, self.words);
        let around = self.enclosure_of(at);
        let begun = self.has_begun(at);
        let sentence = self.sentence(at);
        if around.is_none_or(|around| place.end >= around.end)
            && begun
            && ends::is_end(
                self.text,
                &place,
                self.words,
                sentence,
                self.item_follows(place.end),
            )
        {
            self.end(place.end);
        }
        place.marks_end
    }

    /// What has been said since the last end.
    fn sentence(&self, at: usize) -> &str {
        &self.text[self.ends.last().copied().unwrap_or(0).min(at)..at]
    }

    fn end(&mut self, at: usize) {
        if self.ends.last().is_none_or(|last| *last < at) {
            self.ends.push(at);
            self.begun = false;
            self.looked_to = at;
        }
    }

    /// Whether there is something to say since the last end. Each character is looked at once.
    fn has_begun(&mut self, at: usize) -> bool {
        let from = self.looked_to.min(at);
        self.begun |= self.text[from..at].contains(char::is_alphanumeric);
        self.looked_to = at;
        self.begun
    }

    /// Whether the mark belongs to the number of a list's item. Where one follows that before it,
    /// the sentence ends in front of it.
    fn is_item(&mut self, at: usize) -> bool {
        let Some(item) = Item::ending_at(self.text, at) else {
            return false;
        };
        let first = lists::only_marks(self.sentence(item.start));
        if !first && !self.goes_on(item) {
            return false;
        }
        if !first {
            self.end(item.start);
        }
        self.item = Some(item);
        true
    }

    /// Whether the item is the next one of the list, or the first one of another.
    fn goes_on(&self, item: Item) -> bool {
        let next = |last: Item| item.follows(last) || item.is_first();
        self.item.is_some_and(next) && !ends::is_counted(self.text, item.end, self.words)
    }

    /// Whether a new item begins after byte `end`.
    fn item_follows(&self, end: usize) -> bool {
        let item = Item::starting_at(self.text, end);
        item.is_some_and(|item| item.is_bracketed() || item.is_first() || self.goes_on(item))
    }

    /// The enclosure that the place is in. Places are asked for in order.
    fn enclosure_of(&mut self, at: usize) -> Option<Enclosure> {
        while self.enclosures.get(self.passed)?.end <= at {
            self.passed += 1;
        }
        let enclosure = self.enclosures[self.passed];
        (enclosure.start < at).then_some(enclosure)
    }
}

/// Whether the line break at byte `at` ends a sentence: not where a space was left before it and
/// small letters go on, or where a comma waits for more.
fn line_ends(text: &str, at: usize, lines: Lines) -> bool {
    if lines == Lines::Flow {
        return false;
    }
    let before = &text[text.ceil_char_boundary(at.saturating_sub(NEAR))..at];
    let after = &text[at..text.floor_char_boundary(at + NEAR)];
    let small = |c: char| c.is_lowercase() || c == '(';
    let wrapped = before.ends_with([' ', '\t'])
        && after.trim_start().starts_with(small)
        && Item::starting_at(text, at).is_none();
    let waits = before.trim_end().ends_with([',', '،', '、', '，'])
        && !after[1..].starts_with(['\n', '\r']);
    !wrapped && !waits
}
