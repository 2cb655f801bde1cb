//! Numbers of languages other than English: what stands around the digits becomes words, the
//! digits stay, for engines read plain numbers in their own language.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::Table;

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a fixed pattern")
}

const NUMBER: &str = r"\d+(?:[.\u{A0}\u{202F} ]\d{3})*(?:[.,]\d+)?";

static MONEY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?P<before>R?[$€£¥₽])?\s?(?P<number>{NUMBER})(?:\s?(?P<after>[$€£¥₽]))?"
    ))
});
static MEASURE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(&format!(
        r"(?P<minus>[−])?\b(?P<number>{NUMBER})\s?(?P<unit>[\p{{L}}]+[²³]?(?:/[\p{{L}}]+)?\.?|°C?|%)"
    ))
});
static CLOCK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?P<hour>[01]?\d|2[0-4])\s?(?P<mark>[:.hH])\s?(?P<minute>[0-5]\d)\b(?:\s(?P<word>\p{L}+))?",
    )
});
static RANGE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(\d+)\s?[–—]\s?(\d+)\b|\b(\d{1,4})-(\d{1,4})\b"));
static ORDINAL: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\b(?P<number>\d{1,2}|[IVX]+)(?P<end>er|ère|re|e|ème|ième|nde|nd|º|ª|\.º|\.ª)\b?")
});
static DOTTED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?:(?P<before>\p{L}+)\s)?\b(?P<number>\d{1,2}|[IVX]+)\.\s(?P<noun>\p{Lu}\p{L}+)")
});
static CENTURY: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(?P<numeral>[IVX]+)(?P<space>[\s-]+)(?P<noun>\p{Ll}+)"));

/// Replaces currency, units, times, ranges and ordinals by the table's words.
pub(super) fn numbers(text: &str, table: &Table) -> String {
    if table.is_empty() {
        return text.to_owned();
    }
    let text = ordinals(text, table);
    if !text.contains(|c: char| c.is_ascii_digit()) {
        return text;
    }
    let text = CLOCK.replace_all(&text, |found: &Captures<'_>| clock(found, table));
    let text = MONEY.replace_all(&text, |found: &Captures<'_>| money(found, table));
    let text = MEASURE.replace_all(&text, |found: &Captures<'_>| measure(found, table));
    let Some(form) = table.get("forms", "range") else {
        return text.into_owned();
    };
    RANGE
        .replace_all(&text, |found: &Captures<'_>| {
            let part = |at: usize, other: usize| {
                found
                    .get(at)
                    .or(found.get(other))
                    .map_or("", |m| m.as_str())
            };
            form.replace("{a}", part(1, 3)).replace("{b}", part(2, 4))
        })
        .into_owned()
}

fn clock(found: &Captures<'_>, table: &Table) -> String {
    let marks = table.forms("forms", "clock").unwrap_or_default();
    let word = found.name("word").map_or("", |word| word.as_str());
    let clock_word = table.get("forms", "clock-word").unwrap_or_default();
    let named = !clock_word.is_empty() && word == clock_word;
    let known = marks.contains(&&found["mark"]) && (named || &found["mark"] != ".");
    let minute = found["minute"].trim_start_matches('0');
    let form = table.get("forms", if minute.is_empty() { "hour" } else { "time" });
    let (true, Some(form)) = (known, form) else {
        return found[0].to_owned();
    };
    let said = form
        .replace("{h}", found["hour"].trim_start_matches('0'))
        .replace("{m}", minute);
    let said = said.trim_start().to_owned();
    if named || word.is_empty() {
        said
    } else {
        format!("{said} {word}")
    }
}

fn money(found: &Captures<'_>, table: &Table) -> String {
    let sign = found.name("before").or(found.name("after"));
    let Some(names) = sign.and_then(|sign| table.forms("currency", sign.as_str())) else {
        return found[0].to_owned();
    };
    let (whole, part) = parts(&found["number"], table);
    let unit = plural(&names, &whole, !part.is_empty() && part.len() != 2);
    let space = if found[0].starts_with(' ') { " " } else { "" };
    let form = table
        .get("forms", "money")
        .filter(|_| part.len() == 2 && part != "00");
    match form {
        Some(form) => format!(
            "{space}{}",
            form.replace("{n}", &whole)
                .replace("{unit}", unit)
                .replace("{c}", part.trim_start_matches('0'))
        ),
        None if part.is_empty() || part == "00" => format!("{space}{whole} {unit}"),
        None => format!("{space}{} {unit}", &found["number"]),
    }
}

fn measure(found: &Captures<'_>, table: &Table) -> String {
    let unit = &found["unit"];
    let (names, dot) = match table.forms("units", unit) {
        Some(names) => (names, ""),
        None => match unit
            .strip_suffix('.')
            .and_then(|unit| table.forms("units", unit))
        {
            Some(names) => (names, "."),
            None => return found[0].to_owned(),
        },
    };
    let (whole, part) = parts(&found["number"], table);
    let minus = found
        .name("minus")
        .and_then(|_| table.get("symbols", "-"))
        .unwrap_or_default();
    format!(
        "{minus}{} {}{dot}",
        &found["number"],
        plural(&names, &whole, !part.is_empty())
    )
}

/// Whole part and decimals of a number as the language writes it.
fn parts(number: &str, table: &Table) -> (String, String) {
    let decimal = table.get("forms", "decimal").unwrap_or(",");
    let (whole, part) = match number.rsplit_once(decimal) {
        Some((whole, part)) => (whole, part),
        // `$3.50` in a language that writes commas.
        None => match number.rsplit_once('.') {
            Some((whole, part)) if part.len() == 2 => (whole, part),
            _ => (number, ""),
        },
    };
    let whole = whole.chars().filter(char::is_ascii_digit).collect();
    (whole, part.to_owned())
}

/// The form of a unit for a number: one | many, or one | few | many as in Slavic languages.
fn plural<'a>(names: &[&'a str], whole: &str, broken: bool) -> &'a str {
    let value: u64 = whole.parse().unwrap_or(u64::MAX);
    let at = match names.len() {
        3 if broken => 1,
        3 => match (value % 10, value % 100) {
            (1, tens) if tens != 11 => 0,
            (2..=4, tens) if !(12..=14).contains(&tens) => 1,
            _ => 2,
        },
        _ => usize::from(value != 1 || broken),
    };
    names[at.min(names.len() - 1)]
}

/// `18e siècle`, `XVIIIe`, `am 3. Januar`, `XVIII век`.
fn ordinals(text: &str, table: &Table) -> String {
    if !table.has("ordinals") {
        return text.to_owned();
    }
    let word = |number: &str| {
        let value = super::roman::value(number)
            .map_or_else(|| number.to_owned(), |value| value.to_string());
        table.get("ordinals", &value)
    };
    let text = if table.has("ordinal-ends") {
        ORDINAL.replace_all(text, |found: &Captures<'_>| {
            let known = table.get("ordinal-ends", &found["end"]);
            match (known, word(&found["number"])) {
                (Some(first), _) if !first.is_empty() => first.to_owned(),
                (Some(_), Some(word)) => word.to_owned(),
                _ => found[0].to_owned(),
            }
        })
    } else {
        text.into()
    };
    let text = if table.has("ordinal-nouns") {
        DOTTED.replace_all(&text, |found: &Captures<'_>| {
            let noun = &found["noun"];
            let before = found.name("before").map_or("", |before| before.as_str());
            let known = table.is_month(noun) || table.get("ordinal-nouns", noun).is_some();
            match word(&found["number"]).filter(|_| known) {
                Some(word) => {
                    let ending = table
                        .get("ordinal-datives", &before.to_lowercase())
                        .unwrap_or_default();
                    let space = if before.is_empty() { "" } else { " " };
                    format!("{before}{space}{word}{ending} {noun}")
                }
                None => found[0].to_owned(),
            }
        })
    } else {
        text
    };
    CENTURY
        .replace_all(&text, |found: &Captures<'_>| {
            match (
                table.get("centuries", &found["noun"]),
                word(&found["numeral"]),
            ) {
                (Some(ending), Some(word)) => {
                    format!("{word}{ending}{}{}", &found["space"], &found["noun"])
                }
                _ => found[0].to_owned(),
            }
        })
        .into_owned()
}
