//! The word that a full stop comes after.

use super::languages::{Abbreviation, Words};
use super::marks;

/// Longer words are no abbreviations; in bytes.
const REACH: usize = 60;

/// The word before a full stop.
#[derive(Debug)]
pub(super) struct Before<'a> {
    /// As it is written, from white space or an opening mark on.
    pub(super) word: &'a str,
    /// What comes before it, from a little before.
    pub(super) rest: &'a str,
    small: String,
}

impl<'a> Before<'a> {
    pub(super) fn of(text: &'a str) -> Self {
        let text = &text[text.ceil_char_boundary(text.len().saturating_sub(REACH))..];
        let text = text.trim_end_matches(marks::is_invisible);
        let start = text
            .rfind(|c: char| c.is_whitespace() || is_apart(c))
            .map_or(0, |at| text.ceil_char_boundary(at + 1));
        let word = &text[start..];
        Self {
            word,
            rest: &text[..start],
            small: word.to_lowercase(),
        }
    }

    /// What the word is short for: alone, with the one before it (`z. B.`), or after an article
    /// without its vowel (`l'Ing.`).
    pub(super) fn abbreviation(&self, words: &Words) -> Option<Abbreviation> {
        let pair = || {
            let previous = self.rest.trim_end().strip_suffix('.')?;
            let previous = last_word(previous).to_lowercase();
            words.abbreviation(&format!("{previous}.{}", self.small))
        };
        let unelided = || {
            let (_, word) = self.small.rsplit_once(['\'', '’'])?;
            words.abbreviation(word)
        };
        let numero = matches!(self.small.as_str(), "n°" | "nº");
        numero
            .then_some(Abbreviation::Number)
            .or_else(pair)
            .or_else(|| words.abbreviation(&self.small))
            .or_else(unelided)
    }

    /// Whether there are one or two letters between full stops: `J`, `U.S`, `LL.AA`.
    pub(super) fn is_initials(&self) -> bool {
        let mut parts = self.word.split('.');
        let short = |part: &str, most: usize| {
            (1..=most).contains(&part.chars().count()) && part.chars().all(char::is_alphabetic)
        };
        let most = if self.word.contains('.') { 2 } else { 1 };
        parts.all(|part| short(part, most))
    }

    /// Whether the word is a number in digits, or the last of some: `1./2`.
    pub(super) fn is_digits(&self) -> bool {
        is_digits(self.number())
    }

    /// The word, or what comes after the last of `1./2`.
    pub(super) fn number(&self) -> &'a str {
        self.word
            .rsplit_once("./")
            .map_or(self.word, |(_, number)| number)
    }

    /// Whether it is a sum in old money, of which pence may follow: `5s`. A pound has twenty.
    pub(super) fn is_old_money(&self) -> bool {
        let shillings = self.word.strip_suffix('s').filter(|sum| is_digits(sum));
        shillings.is_some_and(|sum| sum.parse().is_ok_and(|sum: u32| sum < 20))
    }

    /// Whether another number with a full stop comes before it: `1. und 2`, `3.–5`, `1./2`.
    pub(super) fn goes_on_counting(&self) -> bool {
        let rest = self.rest.trim_end();
        let previous = last_word(rest);
        let joins = (2..=4).contains(&previous.len()) && previous.chars().all(char::is_lowercase);
        let rest = match joins {
            true => rest[..rest.len() - previous.len()].trim_end(),
            false => rest.trim_end_matches(marks::is_dash),
        };
        let counted = rest.strip_suffix('.').map(last_word).is_some_and(is_digits);
        counted || self.number().len() < self.word.len()
    }

    /// Whether the word is part of an address, in which full stops mean nothing.
    pub(super) fn is_address(&self) -> bool {
        self.word.contains("://")
            || self.word.contains(['@', '/', '\\', '_'])
            || self.small.starts_with("www.")
    }

    /// The word before this one, in small letters.
    pub(super) fn previous(&self) -> String {
        last_word(self.rest.trim_end()).to_lowercase()
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_digit())
}

fn last_word(text: &str) -> &str {
    text.rsplit(|c: char| c.is_whitespace() || is_apart(c))
        .next()
        .unwrap_or(text)
}

/// Marks that a word does not go over. Apostrophes may be inside it.
fn is_apart(c: char) -> bool {
    !matches!(c, '\'' | '’' | ')' | '-')
        && (marks::opens(c) || marks::closes(c) || marks::is_dash(c))
}
