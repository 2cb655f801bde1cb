//! English numbers as words: every engine reads words right, and each reads digits in its own way.

mod dates;
mod money;
mod quantities;
mod spell;
mod times;

use super::Table;

/// Replaces all numbers and what belongs to them, from the most telling shape to the plain number.
pub(super) fn numbers(text: &str, region: Option<&str>, table: &Table) -> String {
    if !text.contains(|c: char| c.is_ascii_digit() || "½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞¢".contains(c))
    {
        return text.to_owned();
    }
    let text = quantities::telephones(text);
    let text = money::amounts(&text, table);
    let text = dates::dates(&text, region, table);
    let text = times::times(&text);
    let text = quantities::fractions(&text);
    let text = quantities::measures(&text, table);
    let text = dates::years(&text);
    quantities::plain(&text)
}
