//! Fractions in the words of a table.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::normalise::Table;

static FRACTION: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?P<whole>[0-9]+)?(?P<space>\s?)(?P<sign>[½⅓⅔¼¾⅕⅛])|(?P<before>^|[\s(])(?:(?P<number>[0-9]+)\s)?(?P<pair>1[/⁄][23458]|2[/⁄]3|3[/⁄]4)(?P<after>[0-9/⁄.,]*)",
    )
    .expect("a fixed pattern")
});

/// Replaces `½` by `un demi`, `2½` by `2 et demi`, `3/4` by `trois quarts`.
pub(super) fn fractions<'t>(text: &'t str, table: &Table) -> Cow<'t, str> {
    if !table.has("fractions") || !text.contains(|c: char| "/⁄½⅓⅔¼¾⅕⅛".contains(c)) {
        return text.into();
    }
    FRACTION.replace_all(text, |found: &Captures<'_>| {
        said(found, table).unwrap_or_else(|| found[0].to_owned())
    })
}

fn said(found: &Captures<'_>, table: &Table) -> Option<String> {
    let part = |name: &str| found.name(name).map_or("", |part| part.as_str());
    let after = part("after");
    if after.starts_with(|c: char| c.is_ascii_digit() || matches!(c, '/' | '⁄'))
        || after.contains(|c: char| c.is_ascii_digit())
    {
        return None;
    }
    let sign = match part("sign") {
        "" => sign(part("pair"))?,
        sign => sign,
    };
    let forms = table.forms("fractions", sign)?;
    let whole = if part("sign").is_empty() {
        part("number")
    } else {
        part("whole")
    };
    let gap = if table.get("forms", "space").is_some() {
        ""
    } else {
        " "
    };
    let before = part("before");
    Some(if whole.is_empty() {
        format!("{before}{}{}{after}", part("space"), forms.first()?)
    } else {
        format!("{before}{whole}{gap}{}{after}", forms.get(1)?)
    })
}

fn sign(pair: &str) -> Option<&'static str> {
    Some(match pair.replace('⁄', "/").as_str() {
        "1/2" => "½",
        "1/3" => "⅓",
        "2/3" => "⅔",
        "1/4" => "¼",
        "3/4" => "¾",
        "1/5" => "⅕",
        "1/8" => "⅛",
        _ => return None,
    })
}
