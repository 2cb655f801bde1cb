//! What comes after a mark that may end a sentence.

use super::marks;

/// How far ahead is looked for a word, in bytes.
const REACH: usize = 60;

/// What a text begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Start {
    /// A letter in capitals.
    Capital,
    /// A small letter.
    Small,
    /// A letter of a script that has no capitals.
    Uncased,
    /// A digit.
    Number,
    /// A sign that may begin a sentence (`$`, `*`).
    Sign,
    /// A mark that goes on with one (`,`, `/`), or nothing.
    Mark,
}

/// The beginning of what comes after a mark.
#[derive(Clone, Copy, Debug)]
pub(super) struct After<'a> {
    pub(super) start: Start,
    /// The first word.
    pub(super) word: &'a str,
    /// Whether a bracket opens before the word.
    pub(super) bracketed: bool,
    /// Whether it begins in the middle of something: `...and then`.
    pub(super) elided: bool,
}

impl<'a> After<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let text = &text[..text.floor_char_boundary(REACH)];
        let leading = |c: char| {
            c.is_whitespace() || marks::is_dash(c) || marks::opens(c) || marks::is_invisible(c)
        };
        let unled = text.trim_start_matches(leading);
        let bracketed = text.trim_start().starts_with(['(', '（', '[']);
        let undotted = unled.trim_start_matches(['.', '…']);
        let elided = undotted.len() < unled.len() && undotted.starts_with(char::is_alphabetic);
        let begun = undotted.trim_start_matches([' ', '.', '\u{A0}']);
        let word_end = begun
            .find(|c: char| !(c.is_alphanumeric() || c == '’' || c == '\''))
            .unwrap_or(begun.len());
        Self {
            start: start_of(begun),
            word: &begun[..word_end],
            bracketed,
            elided,
        }
    }

    /// Whether a sentence may begin here, after closing marks if `closed`.
    pub(super) fn begins(&self, closed: bool) -> bool {
        match self.start {
            Start::Mark => false,
            Start::Small => self.elided,
            // What is in brackets after a quotation says where it is from.
            _ => !(closed && self.bracketed),
        }
    }

    /// Whether the word is `I`, which English always writes in capitals.
    pub(super) fn is_pronoun(&self) -> bool {
        self.word == "I" || self.word.starts_with("I'") || self.word.starts_with("I’")
    }

    /// Whether a number follows, in digits or roman ones.
    pub(super) fn is_number(&self) -> bool {
        self.start == Start::Number || is_roman(self.word)
    }
}

fn start_of(text: &str) -> Start {
    match text.chars().next() {
        None => Start::Mark,
        Some(c) if c.is_lowercase() => Start::Small,
        Some(c) if c.is_uppercase() => Start::Capital,
        Some(c) if c.is_numeric() => Start::Number,
        Some(c) if c.is_alphabetic() => Start::Uncased,
        Some(c) if is_continuing(c) => Start::Mark,
        Some(_) => Start::Sign,
    }
}

/// Marks that no sentence begins with.
fn is_continuing(c: char) -> bool {
    matches!(
        c,
        ',' | ';' | ':' | '!' | '?' | '/' | '\\' | '%' | '&' | '+' | '=' | '|' | '<' | '>'
    ) || matches!(c, '、' | '，' | '；' | '：' | '،' | '؛' | '·')
        || marks::closes(c)
}

/// Whether the word is a roman numeral in capitals.
pub(super) fn is_roman(word: &str) -> bool {
    !word.is_empty()
        && word
            .chars()
            .all(|c| matches!(c, 'I' | 'V' | 'X' | 'L' | 'C' | 'D' | 'M'))
}
