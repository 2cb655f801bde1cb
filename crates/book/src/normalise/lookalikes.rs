//! Roman numerals that were typed with Cyrillic letters, which look the same, or with signs of their own.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::{Context, replace, roman};

static CANDIDATE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b[IVXLCDMІХСМ]{2,}\b").expect("a fixed pattern"));

/// Makes such numerals Latin where they surely are numerals: some of their letters are Latin
/// (`ХVIII`), or all of them are `Х` and `І`.
pub(super) fn numerals<'t>(text: &'t str, _: Context<'_>) -> Cow<'t, str> {
    let text = spelled(text);
    if !text.contains(['Х', 'І', 'С', 'М']) {
        return text;
    }
    replace(text, &CANDIDATE, |found: &Captures<'_>| {
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

/// `Ⅷ` in letters.
fn spelled(text: &str) -> Cow<'_, str> {
    const SIGNS: [&str; 16] = [
        "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII", "L", "C", "D",
        "M",
    ];
    let sign = |c: char| {
        SIGNS
            .get(u32::from(c).checked_sub(u32::from('Ⅰ'))? as usize)
            .copied()
    };
    if !text.contains(|c| sign(c).is_some()) {
        return text.into();
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match sign(c) {
            Some(letters) => out.push_str(letters),
            None => out.push(c),
        }
    }
    out.into()
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
