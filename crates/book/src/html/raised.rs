//! Raised text: marks of notes, powers, upper halves of fractions.

use super::reader::{Open, Purpose, Reader};

/// Characters of a raised number; longer ones are something else.
const LONGEST: usize = 12;
/// Digits of a note's number.
const LONGEST_NOTE: usize = 3;

/// A raised number that was just read: what follows tells whether it was one.
pub(super) struct Raised {
    /// Where it stands in the text; both are the same if it was taken back.
    at: usize,
    end: usize,
    /// How it was written.
    plain: String,
    /// Whether it begins a word, or would.
    begins_word: bool,
}

impl Reader<'_, '_> {
    /// Raised text ended. A number after a full stop is a note's, even without a link; all others
    /// become raised digits, of which the words around them tell what they are.
    pub(super) fn end_superscript(&mut self, open: &Open) {
        let text = self.text.since(open.mark).to_owned();
        if text.is_empty() {
            return;
        }
        let number = raised_number(&text);
        let mut in_link = false;
        if let Some(parent) = self.stack.last_mut()
            && let Purpose::Link(link) = &mut parent.purpose
        {
            link.raised |= self.text.since(parent.mark) == text;
            in_link = true;
        }
        let before = self.text.before(open.mark);
        let after_sentence =
            before.ends_with(['.', ',', ';', ':', '!', '?', '”', '’', '"', '»', ')', '…']);
        let of_note = text.len() <= LONGEST_NOTE && text.chars().all(|c| c.is_ascii_digit());
        let sign = text.chars().all(|c| matches!(c, '*' | '†' | '‡'));
        let begins_word = before.is_empty() || self.text.is_apart(open.mark);
        if !in_link && (sign || of_note && after_sentence) {
            self.text.truncate(open.mark);
        } else if let Some(number) = &number {
            self.text.replace(open.mark, number);
        }
        let end = self.text.mark();
        self.raised = number.filter(|_| !in_link).map(|_| Raised {
            at: end - self.text.since(open.mark).len(),
            end,
            plain: text,
            begins_word,
        });
    }

    /// Text follows: in front of a slash a raised number is the upper half of a fraction (`¹/₂`), and
    /// in front of a letter it is part of a word (`¹⁴C`, or a verse's number). Both stay plain.
    pub(super) fn settle_raised(&mut self, next: &str) {
        let Some(first) = next.chars().next() else {
            return;
        };
        let Some(raised) = self.raised.take() else {
            return;
        };
        let is_shown = raised.end > raised.at;
        let after_digit = self
            .text
            .before(raised.at)
            .ends_with(|c: char| c.is_ascii_digit());
        // `10³/2` and `m²/s` are none.
        let lower_half = raised.begins_word || after_digit && next.chars().nth(1).is_none();
        let fraction = matches!(first, '/' | '⁄' | '∕') && lower_half;
        let word = is_shown && raised.begins_word && first.is_alphanumeric();
        let adjoins = self.text.mark() == raised.end && !(is_shown && self.text.is_spaced());
        if !adjoins || !(fraction || word) {
            return;
        }
        self.text.truncate(raised.at);
        if after_digit {
            self.text.push(" ");
        }
        self.text.push(&raised.plain);
    }
}

/// A number in raised digits: perhaps with a minus, or several with commas and dashes between them.
fn raised_number(text: &str) -> Option<String> {
    const DIGITS: [char; 10] = ['⁰', '¹', '²', '³', '⁴', '⁵', '⁶', '⁷', '⁸', '⁹'];
    let raised = |c: char| match c {
        '-' | '−' | '–' => Some('⁻'),
        ',' => Some(','),
        _ => DIGITS.get(c.to_digit(10)? as usize).copied(),
    };
    let is_number = text.len() <= LONGEST
        && !text.starts_with(',')
        && text.ends_with(|c: char| c.is_ascii_digit());
    let signs = text.chars().filter(|c| !c.is_whitespace());
    is_number.then(|| signs.map(raised).collect())?
}
