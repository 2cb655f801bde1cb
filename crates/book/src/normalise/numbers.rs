//! Numbers. English ones become words; elsewhere what stands around the digits does, and the digits
//! stay, for engines read plain numbers in their own language.

mod angles;
mod dates;
mod fractions;
mod money;
mod ordinals;
mod phones;
mod plain;
mod ranges;
mod times;
mod units;

use std::borrow::Cow;

use super::{Context, Table, changed, english};

/// A number as languages other than English write it.
const NUMBER: &str = r"(?:[0-9]{1,2}(?:,[0-9]{2})+,[0-9]{3}|[0-9]+(?:[.,\u{A0}\u{202F}\u{2009} ][0-9]{3})*(?:[.,٫][0-9]+)?)";

fn has_digits(text: &str) -> bool {
    text.contains(|c: char| c.is_ascii_digit())
}

/// Telephone numbers.
pub(super) fn phones<'t>(text: &'t str, context: Context<'_>) -> Cow<'t, str> {
    if !has_digits(text) {
        return text.into();
    }
    let text = phones::phones(text, context.table);
    if context.is_english() {
        return english::quantities::telephones(text);
    }
    text
}

/// Amounts of money.
pub(super) fn money<'t>(text: &'t str, context: Context<'_>) -> Cow<'t, str> {
    if !has_digits(text) {
        return text.into();
    }
    if context.is_english() {
        return english::money::amounts(text, context.table);
    }
    money::amounts(text, context.table)
}

/// Dates with a month.
pub(super) fn dates<'t>(text: &'t str, context: Context<'_>) -> Cow<'t, str> {
    if !has_digits(text) {
        return text.into();
    }
    if context.is_english() {
        return english::dates::dates(text, context);
    }
    dates::dates(text, context.table)
}

/// Years and decades, after the measures that they may look like.
pub(super) fn years<'t>(text: &'t str, context: Context<'_>) -> Cow<'t, str> {
    if !has_digits(text) {
        return text.into();
    }
    if context.is_english() {
        return english::dates::years(text);
    }
    dates::years(text, context.table)
}

/// Times of day.
pub(super) fn times<'t>(text: &'t str, context: Context<'_>) -> Cow<'t, str> {
    if !has_digits(text) {
        return text.into();
    }
    if context.is_english() {
        return english::times::times(text);
    }
    times::times(text, context.table)
}

/// Fractions.
pub(super) fn fractions<'t>(text: &'t str, context: Context<'_>) -> Cow<'t, str> {
    if context.is_english() {
        return english::quantities::fractions(text);
    }
    fractions::fractions(text, context.table)
}

/// Measures.
pub(super) fn units<'t>(text: &'t str, context: Context<'_>) -> Cow<'t, str> {
    if !has_digits(text) {
        return text.into();
    }
    if context.is_english() {
        let text = angles::angles(text, context.table, english::spell::written);
        return changed(text, |text| {
            english::quantities::measures(text, context.table)
        });
    }
    let text = angles::angles(text, context.table, str::to_owned);
    changed(text, |text| units::measures(text, context.table))
}

/// Ordinal numbers, roman ones as well.
pub(super) fn ordinals<'t>(text: &'t str, context: Context<'_>) -> Cow<'t, str> {
    if context.is_english() {
        return english::quantities::ordinals(text);
    }
    ordinals::ordinals(text, context.table)
}

/// From one number to another.
pub(super) fn ranges<'t>(text: &'t str, context: Context<'_>) -> Cow<'t, str> {
    if !has_digits(text) {
        return text.into();
    }
    if context.is_english() {
        return english::quantities::ranges(text);
    }
    ranges::ranges(text, context.table)
}

/// What is left of numbers.
pub(super) fn plain<'t>(text: &'t str, context: Context<'_>) -> Cow<'t, str> {
    if !has_digits(text) {
        return text.into();
    }
    if context.is_english() {
        return english::quantities::plain(text);
    }
    plain::plain(text, context.table)
}

/// What a noun after an ordinal number asks for: the ending, and the noun itself, in full where it
/// was short. The table may give three forms of both: usual | after prepositions of place | after
/// those that ask for a dative.
fn following(
    section: &str,
    before: &str,
    noun: &str,
    table: &Table,
) -> Option<(&'static str, String)> {
    let bare = noun.strip_suffix('.').unwrap_or(noun);
    let (known, noun, stop) = match table.forms(section, noun) {
        Some(known) => (known, noun, ""),
        None => (table.forms(section, bare)?, bare, &noun[bare.len()..]),
    };
    let before = before.to_lowercase();
    let after_one_of = |prepositions: &str| {
        let words = table.forms("forms", prepositions);
        words.is_some_and(|words| words.contains(&before.as_str()))
    };
    let place = match (after_one_of("locative"), after_one_of("dative")) {
        (true, _) => 1,
        (false, true) => 2,
        (false, false) => 0,
    };
    let form = |forms: &[&'static str]| forms.get(place).or(forms.first()).copied();
    let full = table.forms("written-out", noun);
    let full = full.as_deref().and_then(form).unwrap_or(noun);
    Some((form(&known)?, format!("{full}{stop}")))
}

/// Whole part and decimals of a number as the language writes it.
fn parts(number: &str, table: &Table) -> (String, String) {
    let decimal = table.get("forms", "decimal").unwrap_or(",");
    let (whole, part) = match number.rsplit_once(decimal) {
        Some((whole, part)) => (whole, part),
        // `$3.50` in a language that writes commas.
        None => match number.rsplit_once('.') {
            Some((whole, part)) if part.len() == 2 => (whole, part),
            _ => (number, ""),
        },
    };
    let whole = whole.chars().filter(char::is_ascii_digit).collect();
    (whole, part.to_owned())
}

/// The form of a unit for a number: one | many, or one | few | many as in Slavic languages.
fn plural<'a>(names: &[&'a str], whole: &str, broken: bool) -> &'a str {
    let value: u64 = whole.parse().unwrap_or(u64::MAX);
    let at = match names.len() {
        3 if broken => 1,
        3 => match (value % 10, value % 100) {
            (1, tens) if tens != 11 => 0,
            (2..=4, tens) if !(12..=14).contains(&tens) => 1,
            _ => 2,
        },
        _ => usize::from(value != 1 || broken),
    };
    names[at.min(names.len() - 1)]
}
