//! Dates and years, in the words of a table where its language has them in another form.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::following;
use crate::normalise::{Table, inflect, replace};

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a fixed pattern")
}

static ISO: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?-u:\b)(?P<y>[12]\d{3})-(?P<m>0\d|1[0-2])-(?P<d>[0-3]\d)(?-u:\b)"));
static DAY_FIRST: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(?P<d>[0-3]?\d)[./-]\s?(?P<m>[01]?\d)[./-]\s?(?P<y>[12]\d{3})\b"));
/// `1° maggio`
static FIRST: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b1\s?[°º]\s(?P<month>\p{L}+)"));
static DAY: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"\b(?P<day>[0-3]?\d)\s(?P<month>\p{L}+)(?P<year>\s[12]\d{3})?\b"));
static YEAR: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?:(?P<before>\p{L}+)\s)?\b(?P<year>[12]\d{3})(?:-\p{Ll}{1,3})?\s(?P<noun>\p{Ll}+\.?)",
    )
});
static HUNDREDS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?P<before>[\d.,]?)\b(?P<high>1[1-9])(?P<low>\d\d)(?:(?P<decade>ern?)|(?P<range>\s?–\s?1[1-9]\d\d))?\b(?P<after>[.,]\d|\s\d{3}\b)?",
    )
});

/// Replaces dates in figures (`5.1.1995`) by the table's form; then, where days and years are ordinals
/// (Russian, Polish), `5 мая 1985 года` by words.
pub(super) fn dates<'t>(text: &'t str, table: &Table) -> Cow<'t, str> {
    let mut text = Cow::Borrowed(text);
    if table.get("forms", "date").is_some() {
        text = replace(text, &ISO, |found| figures(found, table));
        text = replace(text, &DAY_FIRST, |found| figures(found, table));
    }
    if let Some(first) = table.get("forms", "first-day") {
        text = replace(text, &FIRST, |found| {
            let month = &found["month"];
            if table.is_month(month) {
                format!("{first} {month}")
            } else {
                found[0].to_owned()
            }
        });
    }
    if let Some(ending) = table.get("day", "ending") {
        text = replace(text, &YEAR, |found| year(found, table));
        text = replace(text, &DAY, |found| day(found, ending, table));
    }
    text
}

/// Replaces years from 1100 to 1999 by hundreds, where the language counts them so (German).
pub(super) fn years<'t>(text: &'t str, table: &Table) -> Cow<'t, str> {
    let Some(word) = table.get("forms", "hundreds") else {
        return text.into();
    };
    HUNDREDS.replace_all(text, |found: &Captures<'_>| {
        // `1.985` and `1985,5` are no years.
        if !found["before"].is_empty() || found.name("after").is_some() {
            return found[0].to_owned();
        }
        let said = |high: &str, low: &str| format!("{high}{word}{}", low.trim_start_matches('0'));
        let first = said(&found["high"], &found["low"]);
        let decade = found.name("decade").map_or("", |decade| decade.as_str());
        let Some(range) = found.name("range") else {
            return format!("{first}{decade}");
        };
        let last = range.as_str();
        let (high, low) = last[last.len() - 4..].split_at(2);
        let form = table.get("forms", "range").unwrap_or("{a}–{b}");
        form.replace("{a}", &first).replace("{b}", &said(high, low))
    })
}

fn figures(found: &Captures<'_>, table: &Table) -> String {
    let number = |name: &str| found[name].parse::<u32>().unwrap_or(0);
    let (day, month) = (number("d"), number("m"));
    let (Some(form), true) = (table.get("forms", "date"), (1..=31).contains(&day)) else {
        return found[0].to_owned();
    };
    let name = table.month(month);
    if !(1..=12).contains(&month) || (name.is_none() && form.contains("{month}")) {
        return found[0].to_owned();
    }
    let first = table.get("forms", "first-day").filter(|_| day == 1);
    form.replace("{month}", name.unwrap_or_default())
        .replace("{d}", first.unwrap_or(&day.to_string()))
        .replace("{m}", &month.to_string())
        .replace("{y}", &found["y"])
}

fn day(found: &Captures<'_>, ending: &str, table: &Table) -> String {
    let word = |digits: &str| inflect::ordinal(digits.trim().parse().ok()?, ending, table);
    let day = word(&found["day"]).filter(|_| table.is_month(&found["month"]));
    let Some(day) = day else {
        return found[0].to_owned();
    };
    let year = found.name("year").and_then(|year| word(year.as_str()));
    let year = year.map(|year| format!(" {year}")).unwrap_or_default();
    format!("{day} {}{year}", &found["month"])
}

fn year(found: &Captures<'_>, table: &Table) -> String {
    let before = found.name("before").map_or("", |before| before.as_str());
    let said = following("years", before, &found["noun"], table).and_then(|(ending, noun)| {
        let word = inflect::ordinal(found["year"].parse().ok()?, ending, table)?;
        Some(format!("{word} {noun}"))
    });
    let Some(said) = said else {
        return found[0].to_owned();
    };
    let space = if before.is_empty() { "" } else { " " };
    format!("{before}{space}{said}")
}
