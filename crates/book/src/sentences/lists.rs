//! Items of a list that run on in one paragraph: `1) eggs 2) milk`.

use super::marks;

/// Numbers of items have at most so many characters (`xviii`).
const LONGEST: usize = 5;

/// How an item is numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Style {
    Digits,
    Letters,
    Capitals,
    Roman,
}

/// The number of an item, and where it begins and ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Item {
    pub(super) start: usize,
    /// The place of its full stop or bracket.
    pub(super) end: usize,
    style: Style,
    number: u32,
    bracketed: bool,
}

impl Item {
    /// The item whose number ends with the full stop or bracket at byte `at`: `1.`, `1.)`, `a)`, `(b)`.
    pub(super) fn ending_at(text: &str, at: usize) -> Option<Self> {
        let bracketed = text[at..].starts_with(')') || text[at..].starts_with(".)");
        let after = text[at..].trim_start_matches(['.', ')']);
        let marks = text.len() - at - after.len();
        if marks > 2 || !after.starts_with(char::is_whitespace) {
            return None;
        }
        let start = text[..at]
            .char_indices()
            .rev()
            .take(LONGEST + 1)
            .take_while(|(_, c)| c.is_ascii_alphanumeric())
            .last()?
            .0;
        let (style, number) = value(&text[start..at])?;
        let start = start - usize::from(text[..start].ends_with('('));
        let apart = text[..start]
            .chars()
            .next_back()
            .is_none_or(|c| c.is_whitespace() || marks::is_bullet(c));
        apart.then_some(Self {
            start,
            end: at,
            style,
            number,
            bracketed,
        })
    }

    /// The item whose number comes next after byte `at`.
    pub(super) fn starting_at(text: &str, at: usize) -> Option<Self> {
        let rest = text[at..].trim_start_matches(|c: char| c.is_whitespace() || c == '(');
        let number = rest
            .find(|c: char| !c.is_ascii_alphanumeric())
            .filter(|length| *length <= LONGEST)?;
        let mark = text.len() - rest.len() + number;
        let marked = text[mark..].starts_with(['.', ')']);
        marked.then(|| Self::ending_at(text, mark)).flatten()
    }

    /// Whether this is the item after `last`.
    pub(super) fn follows(self, last: Self) -> bool {
        self.style == last.style
            && self.bracketed == last.bracketed
            && self.number == last.number + 1
    }

    /// Whether a list begins with it.
    pub(super) fn is_first(self) -> bool {
        self.number == 1 && self.style != Style::Capitals
    }

    /// Whether a bracket ends the number.
    pub(super) fn is_bracketed(self) -> bool {
        self.bracketed
    }
}

/// Whether there is nothing yet but white space and bullets.
pub(super) fn only_marks(text: &str) -> bool {
    text.chars()
        .all(|c| c.is_whitespace() || marks::is_bullet(c))
}

fn value(number: &str) -> Option<(Style, u32)> {
    let letter = |first: u8| u32::from(number.as_bytes()[0] - first) + 1;
    match number.as_bytes() {
        [b'0'..=b'9', ..] if number.len() <= 3 => Some((Style::Digits, number.parse().ok()?)),
        [b'a'..=b'z'] => Some((Style::Letters, letter(b'a'))),
        [b'A'..=b'Z'] => Some((Style::Capitals, letter(b'A'))),
        [_, _, ..] if number.bytes().all(|c| b"ivx".contains(&c)) => Some((Style::Roman, 0)),
        _ => None,
    }
}
