//! What is left of numbers: their signs, groups and decimals, where engines read them wrongly.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::normalise::{Table, replace};

fn pattern(text: &str) -> Regex {
    Regex::new(text).expect("a fixed pattern")
}

/// `1 250`, with the spaces that the language puts between thousands.
static GROUPED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(r"(?P<before>^|[^\d\p{L}.,/:-])(?P<number>[1-9]\d{0,2}(?:[\u{A0} ]\d{3}){1,4})\b")
});
static MINUS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?P<before>^|[\s(])[−–-](?P<digit>[0-9])"));
static POINT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?P<a>[0-9]+)(?P<mark>[.,٫])(?P<b>[0-9]+)(?P<more>[.,٫][0-9])?"));

/// Joins the groups of a number, says its minus, and its decimals where the table has words for them.
pub(super) fn plain<'t>(text: &'t str, table: &Table) -> Cow<'t, str> {
    let mut text = Cow::Borrowed(text);
    if table.get("forms", "group") == Some("space") {
        text = replace(text, &GROUPED, |found| {
            let digits: String = found["number"]
                .chars()
                .filter(char::is_ascii_digit)
                .collect();
            format!("{}{digits}", &found["before"])
        });
    }
    if let Some(minus) = table.get("forms", "minus") {
        text = replace(text, &MINUS, |found| {
            format!("{}{minus} {}", &found["before"], &found["digit"])
        });
    }
    if let Some(form) = table.get("forms", "point") {
        let decimal = table.get("forms", "decimal").unwrap_or(".");
        text = replace(text, &POINT, |found| point(found, form, decimal));
    }
    text
}

/// Decimals as the table says them; with the other mark, groups of three are joined.
fn point(found: &Captures<'_>, form: &str, decimal: &str) -> String {
    if found.name("more").is_some() {
        return found[0].to_owned();
    }
    if &found["mark"] == decimal || (&found["mark"] == "." && found["b"].len() != 3) {
        return form.replace("{a}", &found["a"]).replace("{b}", &found["b"]);
    }
    if found["b"].len() == 3 {
        return format!("{}{}", &found["a"], &found["b"]);
    }
    found[0].to_owned()
}
