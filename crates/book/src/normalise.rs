//! What an engine is asked to say: text without anything that engines read wrongly.
//!
//! The steps and their order are the same for all languages; what differs lies in one table
//! per language (`normalise/tables`), and for English numbers in `normalise/english`.

mod abbreviations;
mod capitals;
mod clean;
mod english;
mod numbers;
mod pauses;
mod roman;
mod symbols;
mod table;
mod web;

use audiotome_core::Language;

pub(crate) use roman::value as roman_value;
pub(crate) use table::{Rule, Table};

/// What kind of text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// Running text.
    Text,
    /// A heading: it may be all capitals, or nothing but a roman numeral.
    Heading,
}

/// `text` as an engine can read it: abbreviations, numbers with symbols, dates, times, units,
/// addresses and roman numerals as the words that a narrator would say, dashes and ellipses as
/// pauses, nothing unspeakable.
#[must_use]
pub fn normalise(text: &str, language: &Language) -> String {
    as_spoken(text, language, Style::Text)
}

/// As [`normalise`], for a kind of text.
pub(crate) fn as_spoken(text: &str, language: &Language, style: Style) -> String {
    let table = Table::of(language);
    let text = clean::clean(text);
    let text = web::addresses(&text, table);
    let text = capitals::calm(&text, style);
    let text = abbreviations::expand(&text, table);
    let text = roman::numerals(&text, table, style);
    let text = if language.primary() == "en" {
        let region = language.as_str().split_once('-').map(|(_, region)| region);
        english::numbers(&text, region, table)
    } else {
        numbers::numbers(&text, table)
    };
    let text = symbols::symbols(&text, table);
    let text = lines(&text, style);
    pauses::pauses(&text)
}

/// The end of a line of verse is a short pause, of a heading's a long one.
fn lines(text: &str, style: Style) -> String {
    let mark = if style == Style::Heading { '.' } else { ',' };
    let mut joined = String::with_capacity(text.len());
    for line in text.lines() {
        if !joined.is_empty() {
            if joined.ends_with(char::is_alphanumeric) {
                joined.push(mark);
            }
            joined.push(' ');
        }
        joined.push_str(line);
    }
    joined
}
