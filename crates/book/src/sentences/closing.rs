//! The marks at the end of a sentence, and what closes after them.

use super::languages::Words;
use super::marks;

/// Longer numbers of notes are something else; in bytes.
const LONGEST_NOTE: usize = 12;

/// Marks that may end a sentence, with what belongs to them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Closing {
    /// Where the first mark is.
    pub(super) start: usize,
    /// Where the marks end (`?!`, `. . .`).
    pub(super) marks_end: usize,
    /// Where closing quotation marks, brackets and numbers of notes end.
    pub(super) end: usize,
    /// Whether there are closing marks.
    pub(super) closed: bool,
}

impl Closing {
    /// The marks from byte `start` on, of which the first is `first`.
    pub(super) fn at(text: &str, start: usize, first: char, words: &Words) -> Self {
        let after_word = text[..start].ends_with(|c: char| c.is_alphanumeric() || marks::closes(c));
        let marks_end = start + marks_length(&text[start..], first, after_word, words);
        let closers = closers_length(&text[marks_end..]);
        let touches_word = closers == 0
            && text[..start].ends_with(|c: char| c.is_alphabetic() || matches!(c, ')' | ']'));
        let notes = notes_length(&text[marks_end + closers..], touches_word);
        Self {
            start,
            marks_end,
            end: marks_end + closers + notes,
            closed: text[marks_end..marks_end + closers].contains(marks::closes),
        }
    }
}

/// The length of the marks that `text` begins with. White space may be between the full stops of an
/// ellipsis; before one, the full stop of a word stands alone (`The end. . . .`).
fn marks_length(text: &str, first: char, after_word: bool, words: &Words) -> usize {
    let mut end = first.len_utf8();
    loop {
        let spaced = text[end..].trim_start_matches([' ', '\u{A0}']);
        let space = text.len() - end - spaced.len();
        let Some(next) = spaced.chars().next().filter(|c| words.ends_with(*c)) else {
            return end;
        };
        let ellipsis = first == '.' && next == '.' && !after_word && space <= 2;
        if space > 0 && !ellipsis {
            return end;
        }
        end += space + next.len_utf8();
    }
}

/// The length of the closing marks that `text` begins with. French ones come after a space.
fn closers_length(text: &str) -> usize {
    let mut end = 0;
    loop {
        let rest = &text[end..];
        let spaced = rest.trim_start_matches([' ', '\u{A0}', '\u{202F}']);
        let space = rest.len() - spaced.len();
        let Some(c) = spaced.chars().next() else {
            return end;
        };
        let next = spaced[c.len_utf8()..].chars().next();
        let closes = if space > 0 {
            matches!(c, '»' | '›' | '"')
                && next.is_none_or(|c| c.is_whitespace() || ",;:.!?".contains(c))
        } else {
            let opens = matches!(c, '"' | '\'' | '“' | '«' | '»' | '‹' | '›')
                && next.is_some_and(char::is_alphanumeric);
            marks::is_invisible(c) || marks::closes(c) && !opens
        };
        if !closes {
            return end;
        }
        end += space + c.len_utf8();
    }
}

/// The length of numbers of notes: `[12]`, `¹²`, or digits that touch a word's full stop (`.11 12`).
fn notes_length(text: &str, touches_word: bool) -> usize {
    let mut end = 0;
    while let Some(note) = bracketed_note(&text[end..]) {
        end += note;
    }
    let superscript = |c: char| matches!(c, '¹' | '²' | '³' | '⁰' | '⁴'..='⁹');
    end += text.len() - end - text[end..].trim_start_matches(superscript).len();
    if end == 0 && touches_word && text.starts_with(|c: char| c.is_ascii_digit()) {
        end = digits_length(text);
    }
    end
}

fn bracketed_note(text: &str) -> Option<usize> {
    let text = &text[..text.floor_char_boundary(LONGEST_NOTE)];
    let inside = text.strip_prefix('[')?.split_once(']')?.0;
    let known = |c: char| c.is_alphanumeric() || matches!(c, ' ' | ',' | '–' | '-');
    inside.chars().all(known).then_some(inside.len() + 2)
}

fn digits_length(text: &str) -> usize {
    let window = &text[..text.floor_char_boundary(LONGEST_NOTE)];
    let rest =
        window.trim_start_matches(|c: char| c.is_ascii_digit() || matches!(c, ' ' | ',' | '–'));
    let numbers = window[..window.len() - rest.len()].trim_end();
    let apart = text[numbers.len()..].starts_with(char::is_whitespace);
    if apart { numbers.len() } else { 0 }
}
