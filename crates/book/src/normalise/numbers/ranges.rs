//! From one number to another.

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::normalise::Table;

static RANGE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(
        r"(?-u:\b)([0-9]+)\s?[–—~～]\s?([0-9]+)(?-u:\b)|(?-u:\b)([0-9]{1,4})-([0-9]{1,4})(?-u:\b)",
    )
    .expect("a fixed pattern")
});

/// Replaces `10–12` by `10 bis 12`.
pub(super) fn ranges<'t>(text: &'t str, table: &Table) -> Cow<'t, str> {
    let Some(form) = table.get("forms", "range") else {
        return text.into();
    };
    RANGE.replace_all(text, |found: &Captures<'_>| {
        let part = |at: usize, other: usize| {
            let part = found.get(at).or(found.get(other));
            part.map_or("", |part| part.as_str())
        };
        form.replace("{a}", part(1, 3)).replace("{b}", part(2, 4))
    })
}
