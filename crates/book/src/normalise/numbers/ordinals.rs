//! Ordinal numbers: `18e siècle`, `XVIIIe`, `am 3. Januar`, `XVIII век`.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::following;
use crate::normalise::{Table, inflect, replace, roman};

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a fixed pattern")
}

static MARKED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?P<number>\d{1,2}|[IVX]+)(?P<end>er|ère|re|e|ème|ième|nde|nd|de|ste|\.?º|\.?ª|\.er|[οόηή]ς?|[οό]υ|ού)\b",
    )
});
static DOTTED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:(?P<before>\p{L}+)\s)?\b(?:(?P<first>\d{1,2})\.(?P<join>\s\p{Ll}{2,4}\s|\s?[–/-]\s?))?(?P<number>\d{1,2}|[IVX]+)\.\s(?P<noun>\p{Lu}\p{L}+)",
    )
});
static CENTURY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?:(?P<before>\p{L}+)\s)?\b(?P<numeral>[IVX]+)(?P<space>[\s-]+)(?P<noun>\p{Ll}+\.?)")
});

/// Replaces ordinal numbers by the table's words.
pub(super) fn ordinals<'t>(text: &'t str, table: &Table) -> Cow<'t, str> {
    if !table.has("ordinals") {
        return text.into();
    }
    let mut text = Cow::Borrowed(text);
    if table.has("ordinal-ends") {
        text = replace(text, &MARKED, |found| marked(found, table));
    }
    if table.has("ordinal-nouns") {
        text = replace(text, &DOTTED, |found| dotted(found, table));
    }
    if table.has("centuries") {
        text = replace(text, &CENTURY, |found| century(found, table));
    }
    text
}

fn value(number: &str) -> Option<u32> {
    roman::value(number).or_else(|| number.parse().ok())
}

/// A number with the mark of an ordinal. The table says of a mark which word the first has (`1er`),
/// or with `+` the ending.
fn marked(found: &Captures<'_>, table: &Table) -> String {
    let unchanged = || found[0].to_owned();
    let Some(known) = table.get("ordinal-ends", &found["end"]) else {
        return unchanged();
    };
    // Spanish `Ver`, Dutch `Ide`: words, in which a numeral would be a letter.
    if matches!(
        (&found["number"], &found["end"]),
        ("V" | "X", "er") | ("I", "de" | "ste")
    ) {
        return unchanged();
    }
    let ending = known.strip_prefix('+');
    let value = value(&found["number"]);
    if ending.is_none() && !known.is_empty() {
        // `1er`, `2nd`; but `22nd` is not the language's own.
        let first = value.is_some_and(|value| value <= 2);
        return if first { known.to_owned() } else { unchanged() };
    }
    let word = value.and_then(|value| inflect::ordinal(value, ending.unwrap_or_default(), table));
    // Engines know `21º`, but stop at the dot of `21.º`.
    word.unwrap_or_else(|| {
        format!(
            "{}{}",
            &found["number"],
            found["end"].trim_start_matches('.')
        )
    })
}

/// `am 3. Tag`, `die 3. Klasse`, `3. Akt`: what stands before says which ending there is, for each
/// gender.
fn dotted(found: &Captures<'_>, table: &Table) -> String {
    let noun = &found["noun"];
    let before = found.name("before").map_or("", |before| before.as_str());
    let month = table.is_month(noun).then_some("m");
    let said = table
        .get("ordinal-nouns", noun)
        .or(month)
        .and_then(|gender| {
            let endings = match before.starts_with(char::is_lowercase) {
                true => table.forms("ordinal-articles", before).unwrap_or_default(),
                false => table
                    .forms("ordinal-articles", &before.to_lowercase())
                    .or_else(|| table.forms("forms", "ordinal-alone"))?,
            };
            let at = "mfn".find(gender)?;
            let ending = endings.get(at).or(endings.first()).copied();
            let word = |number| inflect::ordinal(value(number)?, ending.unwrap_or_default(), table);
            let last = word(&found["number"])?;
            let Some(first) = found.name("first") else {
                return Some(last);
            };
            let first = word(first.as_str())?;
            let range = table.get("forms", "range").unwrap_or("{a}, {b}");
            Some(match found["join"].trim() {
                "–" | "-" => range.replace("{a}", &first).replace("{b}", &last),
                "/" => format!("{first}, {last}"),
                join => format!("{first} {join} {last}"),
            })
        });
    let Some(word) = said else {
        return found[0].to_owned();
    };
    let space = if before.is_empty() { "" } else { " " };
    format!("{before}{space}{word} {noun}")
}

fn century(found: &Captures<'_>, table: &Table) -> String {
    let before = found.name("before").map_or("", |before| before.as_str());
    let said = following("centuries", before, &found["noun"], table).and_then(|(ending, noun)| {
        let word = inflect::ordinal(value(&found["numeral"])?, ending, table)?;
        Some(format!("{word}{}{noun}", &found["space"]))
    });
    let Some(said) = said else {
        return found[0].to_owned();
    };
    let space = if before.is_empty() { "" } else { " " };
    format!("{before}{space}{said}")
}
