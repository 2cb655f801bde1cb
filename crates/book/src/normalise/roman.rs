//! Roman numerals, only where they surely are numbers.

use std::sync::LazyLock;

use regex::Regex;

use super::{Style, Table};

/// Larger numbers in a heading are rather words or names (`MIX`, `CD`).
const LARGEST_HEADING: u32 = 200;

static CANDIDATE: LazyLock<Regex> =
    LazyLock::new(|| Regex::new(r"\b[IVXLCDM]+\b").expect("a fixed pattern"));

/// Replaces roman numerals by digits: after words that are numbered (`Chapter IV`), as an ordinal
/// after names of rulers (`Henry VIII`), as a whole heading or its start, and long years.
pub(super) fn numerals(text: &str, table: &Table, style: Style) -> String {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for found in CANDIDATE.find_iter(text) {
        let Some(value) = value(found.as_str()) else {
            continue;
        };
        let (before, after) = (&text[..found.start()], &text[found.end()..]);
        let numeral = found.as_str();
        let heading = style == Style::Heading && value <= LARGEST_HEADING && heads(before, after);
        let year = numeral.len() >= 5 && (1_000..=2_100).contains(&value);
        let said = if heading || year || numbered(before, numeral, after, table) {
            value.to_string()
        } else if ruler(before, numeral, after, table) {
            ordinal(value, table)
        } else {
            continue;
        };
        out.push_str(&text[done..found.start()]);
        out.push_str(&said);
        done = found.end();
        // `Louis XIV. was`: the dot belongs to the numeral.
        if after.starts_with(". ") && after[2..].starts_with(char::is_lowercase) {
            done += 1;
        }
    }
    out.push_str(&text[done..]);
    out
}

/// Whether text starts with a roman numeral as a word of its own.
pub(super) fn starts_with_numeral(text: &str) -> bool {
    let word = text
        .split(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or(text);
    value(word).is_some()
}

/// The value of a numeral that is written as it should be; `IIII` and `VX` have none.
pub(crate) fn value(numeral: &str) -> Option<u32> {
    const PARTS: [(&str, u32); 13] = [
        ("M", 1_000),
        ("CM", 900),
        ("D", 500),
        ("CD", 400),
        ("C", 100),
        ("XC", 90),
        ("L", 50),
        ("XL", 40),
        ("X", 10),
        ("IX", 9),
        ("V", 5),
        ("IV", 4),
        ("I", 1),
    ];
    let mut rest = numeral;
    let mut value = 0;
    for (part, worth) in PARTS {
        let most = if part.len() == 2 || matches!(part, "D" | "L" | "V") {
            1
        } else {
            4
        };
        for _ in 0..most {
            let Some(others) = rest.strip_prefix(part) else {
                break;
            };
            rest = others;
            value += worth;
        }
    }
    (rest.is_empty() && value > 0 && !numeral.contains("CCCC") && !numeral.contains("XXXX"))
        .then_some(value)
}

/// Whether nothing but marks comes before, and nothing or a title after.
fn heads(before: &str, after: &str) -> bool {
    let alone = !after.contains(char::is_alphanumeric);
    let titled = after.starts_with(['.', ':', '\n', ')'])
        || after.starts_with(" —")
        || after.starts_with(" –")
        || after.starts_with(" - ");
    !before.contains(char::is_alphanumeric) && (alone || titled)
}

fn numbered(before: &str, numeral: &str, after: &str, table: &Table) -> bool {
    let before_space = before.trim_end();
    if before_space.len() == before.len() {
        // `IV–VI`: the second of a range.
        return before.ends_with(['–', '-'])
            && before
                .trim_end_matches(['–', '-'])
                .ends_with(|c: char| "IVXLCDM".contains(c));
    }
    let word = last_word(before_space);
    if table.get("numbered", &word.to_lowercase()).is_none() {
        return false;
    }
    // English `I` is a word too: "in this chapter I will".
    numeral != "I" || is_plainly_numeral(word, after)
}

fn is_plainly_numeral(word: &str, after: &str) -> bool {
    let next = after.trim_start();
    word.starts_with(char::is_uppercase)
        && (after.is_empty()
            || after
                .starts_with(|c: char| !c.is_alphanumeric() && c != ' ' && c != '\'' && c != '’')
            || next.starts_with(char::is_uppercase)
            || next.starts_with("of ")
            || next.starts_with("is "))
}

fn ruler(before: &str, numeral: &str, after: &str, table: &Table) -> bool {
    let before_space = before.trim_end();
    if before_space.len() == before.len() {
        return false;
    }
    let known = table.get("rulers", last_word(before_space)).is_some();
    let single = matches!(numeral, "I" | "C" | "D" | "L" | "M");
    let sure = after.is_empty()
        || after.starts_with([',', ';', '.', ')', '\'', '’', ':'])
        || after.starts_with(" of ");
    known && (!single || (sure && numeral == "I")) && value(numeral).is_some_and(|value| value < 40)
}

fn last_word(text: &str) -> &str {
    let word = text.strip_suffix('.').unwrap_or(text);
    word.rsplit(|c: char| !c.is_alphabetic())
        .next()
        .unwrap_or(word)
}

/// `Henry VIII` as the language says it: `Henry the 8th`, `Henri 4`, `Carlos quinto`.
fn ordinal(value: u32, table: &Table) -> String {
    let words = table.forms("forms", "ordinals").unwrap_or_default();
    let word = usize::try_from(value).ok().and_then(|at| words.get(at - 1));
    match (word, table.get("forms", "ordinal")) {
        (Some(word), _) => (*word).to_owned(),
        (None, Some(form)) => form.replace("{n}", &value.to_string()),
        (None, None) => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numerals_have_values_and_words_have_none() {
        for (numeral, expected) in [
            ("I", 1),
            ("IV", 4),
            ("XIV", 14),
            ("XLIX", 49),
            ("MDCCCXXIX", 1829),
            ("IIII", 4),
        ] {
            assert_eq!(value(numeral), Some(expected), "{numeral}");
        }
        for word in ["", "VX", "IIV", "DIM", "CIVIL", "XXXX", "LIVID"] {
            assert_eq!(value(word), None, "{word}");
        }
    }
}
