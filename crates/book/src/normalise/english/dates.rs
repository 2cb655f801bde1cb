//! Dates, years, decades.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::spell;
use crate::normalise::Context;
use crate::normalise::replace;

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

fn pattern(text: &str) -> Regex {
    let months = MONTHS.join("|");
    Regex::new(&text.replace("MONTH", &months)).expect("a fixed pattern")
}

static ISO: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?P<year>[12]\d{3})(?:-(?P<month>0\d|1[0-2])-(?P<day>[0-3]\d)|/(?P<month2>0\d|1[0-2])/(?P<day2>[0-3]\d))\b",
    )
});
static SLASHED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\b(?P<first>\d{1,2})/(?P<second>\d{1,2})/(?P<year>[12]\d{3}|\d{2})\b")
});
static MONTH_DAY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?P<month>MONTH) (?P<day>[0-3]?\d)(?:st|nd|rd|th)?(?:(?P<range>\s?[–-]\s?)(?P<last>[0-3]?\d))?\b(?P<year>,? [12]\d{3}\b)?",
    )
});
static DAY_MONTH: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?P<the>\b[Tt]he )?\b(?P<range>(?P<from>[0-3]?\d)(?:st|nd|rd|th)?[–-])?(?P<day>[0-3]?\d)(?:st|nd|rd|th)? (?:of )?(?P<month>MONTH)\b(?P<year>,? [12]\d{3}\b)?",
    )
});
static DECADE: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?P<short>['’‘])?\b(?P<number>\d{4}|\d0)['’]?s\b"));
static YEAR_RANGE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"\b(?P<from>1[0-9]\d{2}|20\d{2})\s?[–—/-]\s?(?P<to>1[0-9]\d{2}|20\d{2}|\d{2})\b")
});
static YEAR: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?P<before>[\p{L}.,(]+\s)?\b(?P<year>1[0-9]\d{2}|20\d{2})\b(?P<after>\s?[\p{L}$%°]+)?",
    )
});

/// Words before a four-digit number that make it a year.
const BEFORE_YEAR: [&str; 43] = [
    "the",
    "in",
    "since",
    "by",
    "of",
    "until",
    "till",
    "from",
    "to",
    "before",
    "after",
    "during",
    "around",
    "circa",
    "about",
    "year",
    "years",
    "spring",
    "summer",
    "autumn",
    "fall",
    "winter",
    "early",
    "late",
    "mid",
    "ad",
    "bc",
    "christmas",
    "easter",
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "copyright",
    "between",
];
/// Words that may follow a year; a noun after it says that it counts something.
const AFTER_YEAR: [&str; 60] = [
    "a", "about", "after", "all", "also", "an", "and", "as", "at", "bc", "be", "because", "before",
    "but", "by", "can", "could", "did", "do", "for", "from", "had", "has", "have", "he", "her",
    "his", "i", "in", "is", "it", "its", "my", "no", "not", "of", "on", "one", "or", "our", "she",
    "so", "that", "the", "their", "there", "they", "this", "through", "to", "until", "was", "we",
    "were", "when", "which", "while", "who", "with", "would",
];

/// Replaces dates with a month; where it comes first as a number, the region says.
pub(in crate::normalise) fn dates<'t>(text: &'t str, context: Context<'_>) -> Cow<'t, str> {
    let region = context
        .language
        .as_str()
        .split_once('-')
        .map(|(_, region)| region);
    let text = ISO.replace_all(text, |found: &Captures<'_>| {
        let part = |dashed, slashed| found.name(dashed).or(found.name(slashed));
        let part = |dashed, slashed| part(dashed, slashed).map_or(0, |part| number(part.as_str()));
        let (month, day) = (part("month", "month2"), part("day", "day2"));
        named(month, day, &found["year"]).unwrap_or_else(|| found[0].to_owned())
    });
    let month_first = matches!(region, None | Some("US"));
    let text = replace(text, &SLASHED, |found: &Captures<'_>| {
        let (first, second) = (number(&found["first"]), number(&found["second"]));
        let (month, day) = if month_first && first <= 12 || second > 12 {
            (first, second)
        } else {
            (second, first)
        };
        named(month, day, &found["year"]).unwrap_or_else(|| found[0].to_owned())
    });
    if !context.table.months_in(&text) {
        return text;
    }
    let text = replace(text, &DAY_MONTH, |found: &Captures<'_>| {
        let day = number(&found["day"]);
        if !(1..=31).contains(&day) {
            return found[0].to_owned();
        }
        let the = found.name("the").map_or("the ", |the| the.as_str());
        let from = found.name("from").map(|from| number(from.as_str()));
        let from = match (from, found.name("range")) {
            (Some(from), _) if from < day => format!("{} to the ", spell::ordinal(from)),
            (_, Some(other)) => return format!("{}{}", other.as_str(), &found[0][other.len()..]),
            _ => String::new(),
        };
        format!(
            "{the}{from}{} of {}{}",
            spell::ordinal(day),
            &found["month"],
            year_after(found)
        )
    });
    replace(text, &MONTH_DAY, |found: &Captures<'_>| {
        let day = number(&found["day"]);
        if !(1..=31).contains(&day) {
            return found[0].to_owned();
        }
        let last = found
            .name("last")
            .map(|last| format!(" to {}", spell::ordinal(number(last.as_str()))));
        format!(
            "{} {}{}{}",
            &found["month"],
            spell::ordinal(day),
            last.unwrap_or_default(),
            year_after(found)
        )
    })
}

/// Replaces years and decades by what they are called; numbers of things are left.
pub(in crate::normalise) fn years(text: &str) -> Cow<'_, str> {
    let text = DECADE.replace_all(text, |found: &Captures<'_>| decade(&found["number"]));
    let text = replace(text, &YEAR_RANGE, |found: &Captures<'_>| {
        let to = number(&found["to"]);
        let to = if to < 100 {
            spell::cardinal(to)
        } else {
            spell::year(to)
        };
        format!("{} to {to}", spell::year(number(&found["from"])))
    });
    replace(text, &YEAR, |found: &Captures<'_>| {
        let before = found.name("before").map_or("", |m| m.as_str());
        let after = found.name("after").map_or("", |m| m.as_str());
        if is_year(before, after) {
            format!("{before}{}{after}", spell::year(number(&found["year"])))
        } else {
            found[0].to_owned()
        }
    })
}

fn is_year(before: &str, after: &str) -> bool {
    let before = before
        .trim_matches(|c: char| !c.is_alphabetic())
        .to_lowercase();
    let word = after.trim_start();
    if after.is_empty() || word.starts_with(char::is_uppercase) {
        return true;
    }
    if word.len() == after.len() {
        return false;
    }
    AFTER_YEAR.contains(&word) || (BEFORE_YEAR.contains(&before.as_str()) && !is_plural(word))
}

fn is_plural(word: &str) -> bool {
    word.ends_with('s')
        || matches!(
            word,
            "men" | "women" | "people" | "children" | "feet" | "sheep" | "oxen"
        )
}

fn decade(number_text: &str) -> String {
    let value = number(number_text);
    let words = if value < 100 {
        spell::cardinal(value)
    } else {
        spell::year(value)
    };
    spell::plural(&words)
}

fn named(month: u64, day: u64, year: &str) -> Option<String> {
    let name = usize::try_from(month)
        .ok()?
        .checked_sub(1)
        .and_then(|at| MONTHS.get(at))?;
    (1..=31).contains(&day).then(|| {
        format!(
            "{name} {}, {}",
            spell::ordinal(day),
            // `4/5/99`
            match number(year) {
                short @ 10..100 => spell::cardinal(short),
                short @ 0..10 => format!("oh {}", spell::cardinal(short)),
                year => spell::year(year),
            }
        )
    })
}

fn year_after(found: &Captures<'_>) -> String {
    found.name("year").map_or_else(String::new, |year| {
        let (mark, digits) = year.as_str().split_at(year.as_str().len() - 4);
        format!("{mark}{}", spell::year(number(digits)))
    })
}

/// A number of at most four digits, as the patterns ensure.
fn number(digits: &str) -> u64 {
    digits.parse().unwrap_or(0)
}
