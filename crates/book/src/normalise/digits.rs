//! Digits of other scripts, so that every rule and every engine knows them.

use std::borrow::Cow;

use super::Context;

/// The zeros of Arabic, Persian, Devanagari, Bengali, Tamil and Thai digits, which ten follow in order;
/// and of the lowered ones of formulas (`H₂O`).
const ZEROS: [char; 7] = ['٠', '۰', '०', '০', '௦', '๐', '₀'];

/// Replaces them by `0` to `9`.
pub(super) fn plain<'t>(text: &'t str, _: Context<'_>) -> Cow<'t, str> {
    if text.is_ascii() || !text.contains(|c: char| digit(c).is_some()) {
        return text.into();
    }
    text.chars()
        .map(|c| digit(c).unwrap_or(c))
        .collect::<String>()
        .into()
}

fn digit(c: char) -> Option<char> {
    ZEROS.into_iter().find_map(|zero| {
        let value = u32::from(c).checked_sub(u32::from(zero))?;
        char::from_digit(value, 10)
    })
}
