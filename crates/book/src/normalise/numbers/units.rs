//! Measures, with the digits left.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use super::{NUMBER, parts, plural};
use crate::normalise::{Table, goes_on};

static MEASURE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(
        r"(?P<minus>[−])?(?-u:\b)(?P<number>{NUMBER})\s?(?P<unit>[\p{{L}}\p{{M}}]+(?:\.[\p{{L}}\p{{M}}]+)*[²³]?(?:/\p{{L}}+)?\.?|°(?:\s?C(?-u:\b)\.?)?|℃|%|٪)"
    ))
    .expect("a fixed pattern")
});

/// Replaces `5 km` by `5 Kilometer`, `50 %` by `50 Prozent`.
pub(super) fn measures<'t>(text: &'t str, table: &Table) -> Cow<'t, str> {
    MEASURE.replace_all(text, |found: &Captures<'_>| {
        let end = found.get(0).map_or(0, |found| found.end());
        measure(found, &text[end..], table).unwrap_or_else(|| found[0].to_owned())
    })
}

fn measure(found: &Captures<'_>, after: &str, table: &Table) -> Option<String> {
    let number = &found["number"];
    let minus = match (found.name("minus"), table.get("forms", "minus")) {
        (Some(_), Some(minus)) => format!("{minus} "),
        (Some(minus), None) => minus.as_str().to_owned(),
        (None, _) => String::new(),
    };
    if let ("%", Some(form)) = (&found["unit"], table.get("forms", "percent")) {
        return Some(format!("{minus}{}", form.replace("{n}", number)));
    }
    let dense = table.get("forms", "space").is_some();
    // `20° C`
    let unit = found["unit"].replace("° ", "°");
    let (unit, rest) = split(&unit, dense);
    let (names, dot) = match table.forms("units", unit) {
        Some(names) => (names, ""),
        None => (table.forms("units", unit.strip_suffix('.')?)?, "."),
    };
    let (whole, part) = parts(number, table);
    let space = if dense { "" } else { " " };
    // `45°N`
    let glued = !dense && unit.ends_with('°') && after.starts_with(char::is_alphanumeric);
    let rest = if glued { " " } else { rest };
    let name = plural(&names, &whole, !part.is_empty());
    let dot = if goes_on(after) { "" } else { dot };
    Some(format!("{minus}{number}{space}{name}{dot}{rest}"))
}

/// A unit and the words that follow without a space, in scripts that need none (`5km的路`).
fn split(unit: &str, dense: bool) -> (&str, &str) {
    let ours = |c: char| c.is_ascii() || matches!(c, '²' | '³' | '°' | '℃' | 'µ');
    let end = unit.find(|c: char| dense && !ours(c)).unwrap_or(unit.len());
    unit.split_at(end)
}
