//! From one number to another.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::normalise::Table;

static RANGE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?-u:\b)([0-9]+)\s?[–—~～]\s?([0-9]+)(?-u:\b)|(?-u:\b)([0-9]{1,4})-([0-9]{1,4})(?-u:\b)|\b([12][0-9]{3}) - ([12][0-9]{3})\b",
    )
    .expect("a fixed pattern")
});

/// Replaces `10–12` by `10 bis 12`.
pub(super) fn ranges<'t>(text: &'t str, table: &Table) -> Cow<'t, str> {
    let Some(form) = table.get("forms", "range") else {
        return text.into();
    };
    RANGE.replace_all(text, |found: &Captures<'_>| {
        let mut ends = found.iter().skip(1).flatten().map(|end| end.as_str());
        let mut end = || ends.next().unwrap_or_default();
        form.replace("{a}", end()).replace("{b}", end())
    })
}
