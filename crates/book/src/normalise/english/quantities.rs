//! Fractions, measures, ranges, ordinals and plain numbers.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::spell;
use crate::normalise::{Table, changed, goes_on, replace};

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a fixed pattern")
}

const FRACTIONS: [(char, &str, &str); 15] = [
    ('½', "one half", "a half"),
    ('⅓', "one third", "a third"),
    ('⅔', "two thirds", "two thirds"),
    ('¼', "one quarter", "a quarter"),
    ('¾', "three quarters", "three quarters"),
    ('⅕', "one fifth", "a fifth"),
    ('⅖', "two fifths", "two fifths"),
    ('⅗', "three fifths", "three fifths"),
    ('⅘', "four fifths", "four fifths"),
    ('⅙', "one sixth", "a sixth"),
    ('⅚', "five sixths", "five sixths"),
    ('⅛', "one eighth", "an eighth"),
    ('⅜', "three eighths", "three eighths"),
    ('⅝', "five eighths", "five eighths"),
    ('⅞', "seven eighths", "seven eighths"),
];

static SLASHED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?:\b(?P<whole>\d+)[ -])?\b(?P<over>\d{1,3})[/⁄](?P<under>\d{1,3})\b")
});
static MEASURE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?P<minus>[−–-])?\b(?P<number>\d+(?:,\d+)*(?:\.\d+)?)(?P<range>\s?[–—-]\s?\d+(?:,\d+)*(?:\.\d+)?)?\s?(?P<unit>[\p{L}]+[²³]?(?:/[\p{L}]+)?\.?|°(?:\s?[CF]\b\.?)?|%|¢)",
    )
});
/// Feet and inches: `5'10"`.
static HEIGHT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"\b(?P<feet>\d{1,2})['’′]\s?(?P<inches>\d{1,2})["”“″]"#));
static RANGE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\b(?P<from>\d+(?:,\d+)*(?:\.\d+)?)(?:\s?[–—]\s?|-)(?P<to>\d+(?:,\d+)*(?:\.\d+)?)\b")
});
static TELEPHONE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(?:\d{3}-)?\d{3}-\d{4}\b|\b\d{2,5}-\d{2,5}(?:-\d{2,5}){1,3}\b"));
static ORDINAL: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(\d+(?:,\d{3})*)(?:st|nd|rd|th)\b|\b(\d*[23])d\b"));
static VERSION: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b\d+(?:\.\d+){2,}\b"));
static PLAIN: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?P<lead>[\p{L}]|(?:^|[\s(])[−-]|#|[\s(]\.)?(?P<number>\d+(?:,\d{3})*(?:\.\d+)?)")
});

/// Replaces `555-1234` by its digits; dates (`1995-01-05`) are left.
pub(in crate::normalise) fn telephones(text: Cow<'_, str>) -> Cow<'_, str> {
    replace(text, &TELEPHONE, |found| {
        let parts: Vec<&str> = found[0].split('-').collect();
        if parts[0].len() == 4 && parts.len() == 3 && parts[1].len() == 2 {
            return found[0].to_owned();
        }
        let parts: Vec<String> = parts.into_iter().map(spell::digits).collect();
        parts.join(", ")
    })
}

/// Replaces `2½` by `two and a half`, `3/4` by `three quarters`.
pub(in crate::normalise) fn fractions(text: &str) -> Cow<'_, str> {
    if !text.contains(is_fraction) {
        return SLASHED.replace_all(text, slashed);
    }
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        let Some((_, alone, after)) = FRACTIONS.iter().find(|(sign, _, _)| *sign == c) else {
            out.push(c);
            continue;
        };
        let digits = out.trim_end().ends_with(|c: char| c.is_ascii_digit());
        if digits {
            out.truncate(out.trim_end().len());
            out.push_str(" and ");
            out.push_str(after);
        } else {
            out.push_str(alone);
        }
    }
    replace(out.into(), &SLASHED, slashed)
}

fn is_fraction(c: char) -> bool {
    FRACTIONS.iter().any(|(sign, _, _)| *sign == c)
}

fn slashed(found: &Captures<'_>) -> String {
    let (over, under) = (number(&found["over"]), number(&found["under"]));
    let whole = found
        .name("whole")
        .map(|whole| spell::written(whole.as_str()));
    let common =
        over < under && over > 0 && (under <= 10 || matches!(under, 12 | 16 | 32 | 64 | 100));
    if !common {
        let between = if under == 7 && over == 24 || (over, under) == (9, 11) {
            " "
        } else {
            " over "
        };
        let said = format!(
            "{}{between}{}",
            spell::cardinal(over),
            spell::cardinal(under)
        );
        return whole.map_or_else(|| said.clone(), |whole| format!("{whole} {said}"));
    }
    let name = match under {
        2 => "half".to_owned(),
        4 => "quarter".to_owned(),
        _ => spell::ordinal(under),
    };
    let name = if over > 1 { spell::plural(&name) } else { name };
    match whole {
        Some(whole) if over == 1 => {
            format!("{whole} and a{} {name}", if under == 8 { "n" } else { "" })
        }
        Some(whole) => format!("{whole} and {} {name}", spell::cardinal(over)),
        None => format!("{} {name}", spell::cardinal(over)),
    }
}

/// Replaces `5 km` by `five kilometers`, `50%` by `fifty percent`.
pub(in crate::normalise) fn measures<'t>(text: &'t str, table: &Table) -> Cow<'t, str> {
    let text = HEIGHT.replace_all(text, |found: &Captures<'_>| {
        let count = |number: &str, one: &str, many: &str| {
            let name = if spell::value(number) == Some(1) {
                one
            } else {
                many
            };
            format!("{} {name}", spell::written(number))
        };
        let feet = count(&found["feet"], "foot", "feet");
        format!("{feet} {}", count(&found["inches"], "inch", "inches"))
    });
    changed(text, |text| {
        let mut end = 0;
        MEASURE.replace_all(text, |found: &Captures<'_>| {
            let (before, all) = (&text[..start(found)], &found[0]);
            let follows = !before.is_empty() && before.len() == end;
            let inside = goes_on(&text[start(found) + all.len()..]);
            let Some(said) = measure(found, before, (follows, inside), table) else {
                return all.to_owned();
            };
            end = before.len() + all.len();
            // `20°Celsius`, `50%of`.
            let glued = !all.ends_with('.') && text[end..].starts_with(char::is_alphanumeric);
            said + if glued { " " } else { "" }
        })
    })
}

fn start(found: &Captures<'_>) -> usize {
    found.get(0).map_or(0, |found| found.start())
}

/// A measure in words; `follows` says that another one stands right `before` it, `inside` that its sentence goes on.
fn measure(
    found: &Captures<'_>,
    before: &str,
    (follows, inside): (bool, bool),
    table: &Table,
) -> Option<String> {
    // `20° C`
    let unit = &*found["unit"].replace(' ', "");
    let (names, dot) = match table.forms("units", unit) {
        Some(names) => (names, ""),
        None => (table.forms("units", unit.strip_suffix('.')?)?, "."),
    };
    let dot = if inside { "" } else { dot };
    let range = found.name("range").map(|range| range.as_str());
    let one = range.is_none() && spell::value(&found["number"]) == Some(1);
    let joined = before.ends_with(char::is_alphanumeric);
    let minus = match found.name("minus").map(|minus| minus.as_str()) {
        None => "",
        // `5 km–6 km`, and `45°30′–46°`, of which the minutes are words by now.
        Some("–" | "-") if follows => " to ",
        Some("–") if joined && unit.starts_with('°') => " to ",
        Some("−") if joined => " minus ",
        Some(sign) if joined => sign,
        Some(_) => "minus ",
    };
    let to = range.map(|range| {
        let to = range.trim_matches(|c: char| !c.is_ascii_digit());
        format!(" to {}", spell::written(to))
    });
    let name = if one {
        names[0]
    } else {
        names[names.len() - 1]
    };
    Some(format!(
        "{minus}{}{} {name}{dot}",
        spell::written(&found["number"]),
        to.unwrap_or_default()
    ))
}

/// Replaces `21st` by `twenty-first`.
pub(in crate::normalise) fn ordinals(text: &str) -> Cow<'_, str> {
    ORDINAL.replace_all(text, |found: &Captures<'_>| {
        let number = found.get(1).or(found.get(2));
        let value = number.and_then(|number| spell::value(number.as_str()));
        value.map_or_else(|| found[0].to_owned(), spell::ordinal)
    })
}

/// Replaces `10–12` by `ten to twelve`.
pub(in crate::normalise) fn ranges(text: &str) -> Cow<'_, str> {
    RANGE.replace_all(text, |found: &Captures<'_>| {
        // `pages 12,13-15`, but `1,5–2`
        let row: Vec<Option<u64>> = found["from"].split(',').map(spell::value).collect();
        let from = if !spell::is_grouped(&found["from"])
            && row.len() > 1
            && row.last() < Some(&spell::value(&found["to"]))
            && row.is_sorted()
        {
            let numbers: Vec<String> = found["from"].split(',').map(spell::written).collect();
            numbers.join(", ")
        } else {
            spell::written(&found["from"])
        };
        format!("{from} to {}", spell::written(&found["to"]))
    })
}

/// Replaces what is left: versions, negative and plain numbers, digits inside of words.
pub(in crate::normalise) fn plain(text: &str) -> Cow<'_, str> {
    let text = VERSION.replace_all(text, |found: &Captures<'_>| {
        let parts: Vec<String> = found[0].split('.').map(spell::written).collect();
        parts.join(" point ")
    });
    changed(text, |text| {
        PLAIN.replace_all(text, |found: &Captures<'_>| {
            let end = found.get(0).map_or(0, |found| found.end());
            plain_number(found, &text[end..])
        })
    })
}

fn plain_number(found: &Captures<'_>, after: &str) -> String {
    let lead = found.name("lead").map_or("", |lead| lead.as_str());
    let said = spell::written(&found["number"]);
    let before = match lead.chars().last() {
        None => String::new(),
        Some('−' | '-') => format!(
            "{}minus ",
            &lead[..lead.len() - lead.chars().last().map_or(0, char::len_utf8)]
        ),
        Some('#') => "number ".to_owned(),
        Some('.') => format!("{}point ", &lead[..lead.len() - 1]),
        Some(_) => format!("{lead} "),
    };
    let said = if lead.ends_with('.') {
        spell::digits(&found["number"])
    } else {
        said
    };
    let joined = after.starts_with(char::is_alphabetic);
    let space = if joined { " " } else { "" };
    format!("{before}{said}{space}")
}

/// A number of at most three digits, as the patterns ensure.
fn number(digits: &str) -> u64 {
    digits.parse().unwrap_or(0)
}
