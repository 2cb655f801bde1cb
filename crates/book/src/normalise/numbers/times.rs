//! Times of day, with the digits left.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::normalise::{Table, replace};

static CLOCK: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?-u:\b)(?P<hour>[01]?[0-9]|2[0-4])\s?(?P<mark>[:：.hH])\s?(?P<minute>[0-5][0-9])(?-u:\b)(?P<more>[:：.][0-9])?(?:\s(?P<word>\p{L}+))?",
    )
    .expect("a fixed pattern")
});

/// `10:30–11:45`
static RANGE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?-u:\b)(?P<from>[0-2]?[0-9][:hH][0-5][0-9])\s?[–-]\s?(?P<to>[0-2]?[0-9][:hH][0-5][0-9])(?-u:\b)")
        .expect("a fixed pattern")
});

/// Replaces `17:30 Uhr` by `17 Uhr 30`.
pub(super) fn times<'t>(text: &'t str, table: &Table) -> Cow<'t, str> {
    let form = table.get("forms", "range").unwrap_or("{a}–{b}");
    let text = RANGE.replace_all(text, |found: &Captures<'_>| {
        form.replace("{a}", &found["from"])
            .replace("{b}", &found["to"])
    });
    replace(text, &CLOCK, |found| {
        clock(found, table).unwrap_or_else(|| found[0].to_owned())
    })
}

fn clock(found: &Captures<'_>, table: &Table) -> Option<String> {
    let marks = table.forms("forms", "clock").unwrap_or_default();
    let word = found.name("word").map_or("", |word| word.as_str());
    let clock_word = table.get("forms", "clock-word").unwrap_or_default();
    let named = !clock_word.is_empty() && word == clock_word;
    let known = marks.contains(&&found["mark"]) && (named || &found["mark"] != ".");
    if !known || found.name("more").is_some() {
        return None;
    }
    let minute = found["minute"].trim_start_matches('0');
    let hour = match found["hour"].trim_start_matches('0') {
        "" => "0",
        hour => hour,
    };
    let form = if minute.is_empty() { "hour" } else { "time" };
    let said = table
        .get("forms", form)?
        .replace("{h}", hour)
        .replace("{m}", minute);
    Some(if named || word.is_empty() {
        said
    } else {
        format!("{said} {word}")
    })
}
