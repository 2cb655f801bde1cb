//! Roman numerals that were typed with Cyrillic letters, which look the same.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::{Context, roman};

static CANDIDATE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b[IVXLCDMІХСМ]{2,}\b").expect("a fixed pattern"));

/// Makes such numerals Latin where they surely are numerals: some of their letters are Latin
/// (`ХVIII`), or all of them are `Х` and `І`.
pub(super) fn numerals<'t>(text: &'t str, _: Context<'_>) -> Cow<'t, str> {
    if !text.contains(['Х', 'І', 'С', 'М']) {
        return text.into();
    }
    CANDIDATE.replace_all(text, |found: &Captures<'_>| {
        let word = &found[0];
        let numeral = latin(word);
        let is_mixed = word.contains(|c: char| c.is_ascii());
        let is_sure = is_mixed || word.chars().all(|c| matches!(c, 'Х' | 'І'));
        if is_sure && roman::value(&numeral).is_some() {
            numeral
        } else {
            word.to_owned()
        }
    })
}

/// A numeral in Latin letters.
pub(crate) fn latin(numeral: &str) -> String {
    let letter = |c| match c {
        'І' => 'I',
        'Х' => 'X',
        'С' => 'C',
        'М' => 'M',
        c => c,
    };
    numeral.chars().map(letter).collect()
}
