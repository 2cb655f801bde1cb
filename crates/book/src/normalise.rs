//! What an engine is asked to say: text without anything that engines read wrongly.
//!
//! The rules and their order are the same for all languages; what differs lies in one table
//! per language (`normalise/tables`), and for English numbers in `normalise/english`.

mod abbreviations;
mod capitals;
mod clean;
mod digits;
mod english;
mod inflect;
mod lookalikes;
mod notes;
mod numbers;
mod pauses;
mod quotes;
mod roman;
mod rules;
mod symbols;
mod table;
mod web;

use std::borrow::Cow;

use audiotome_core::Language;
use regex::{Captures, Regex};

use crate::Manner;

pub(crate) use lookalikes::latin;
pub(crate) use roman::value as roman_value;
pub use rules::{RuleName, RuleNameError, Rules};
pub(crate) use table::{Rule, Table};

/// What kind of text is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// Running text.
    Text,
    /// A heading: it may be all capitals, or nothing but a roman numeral.
    Heading,
}

/// What a rule knows of the text besides the text.
#[derive(Clone, Copy)]
struct Context<'a> {
    language: &'a Language,
    table: &'static Table,
    style: Style,
    /// The first and last number that are marks of notes where a word carries them.
    marks: Option<(u32, u32)>,
}

impl Context<'_> {
    fn is_english(self) -> bool {
        self.language.primary() == "en"
    }
}

/// What a rule makes of a text; borrowed where there is nothing to change.
type Step = for<'t> fn(&'t str, Context<'_>) -> Cow<'t, str>;

/// From the most telling shape to the plain number: each takes what the next would misread.
const STEPS: [(RuleName, Step); 21] = [
    (RuleName::Quotes, quotes::quotes),
    (RuleName::Notes, notes::remove),
    (RuleName::Numbers, digits::plain),
    (RuleName::Addresses, web::addresses),
    (RuleName::Roman, lookalikes::numerals),
    (RuleName::Capitals, capitals::calm),
    (RuleName::Abbreviations, abbreviations::expand),
    (RuleName::Roman, roman::numerals),
    (RuleName::Phones, numbers::phones),
    (RuleName::Money, numbers::money),
    (RuleName::Dates, numbers::dates),
    (RuleName::Times, numbers::times),
    (RuleName::Fractions, numbers::fractions),
    (RuleName::Units, numbers::units),
    (RuleName::Symbols, symbols::powers),
    (RuleName::Dates, numbers::years),
    (RuleName::Ordinals, numbers::ordinals),
    (RuleName::Ranges, numbers::ranges),
    (RuleName::Numbers, numbers::plain),
    (RuleName::Symbols, symbols::symbols),
    (RuleName::Pauses, pauses::pauses),
];

/// `text` as an engine can read it: abbreviations, numbers with symbols, dates, times, units,
/// addresses and roman numerals as the words that a narrator would say, dashes and ellipses as
/// pauses, nothing unspeakable. Without any rule, it is only composed (NFC), in one line, and free
/// of what has no sound (control characters, soft hyphens).
#[must_use]
pub fn normalise(text: &str, language: &Language, manner: &Manner) -> String {
    Normaliser::new(text, language, Style::Text, &manner.rules).as_spoken(text)
}

/// Makes the sentences of one block what is heard.
pub(crate) struct Normaliser<'a> {
    context: Context<'a>,
    rules: &'a Rules,
}

impl<'a> Normaliser<'a> {
    /// For the sentences of `block`.
    pub(crate) fn new(block: &str, language: &'a Language, style: Style, rules: &'a Rules) -> Self {
        let context = Context {
            language,
            table: Table::of(language),
            style,
            marks: notes::series(block),
        };
        Self { context, rules }
    }

    /// A sentence of the block, as [`normalise`] has it.
    pub(crate) fn as_spoken(&self, sentence: &str) -> String {
        let mut text = clean::clean(sentence);
        for (rule, step) in STEPS {
            if self.rules.apply(rule)
                && let Cow::Owned(changed) = step(&text, self.context)
            {
                text = changed;
            }
        }
        // Where no rule made a pause of it.
        if text.contains('\n') {
            text = text.replace('\n', " ");
        }
        text
    }
}

/// What of the text before and after a place is looked at, in bytes: enough for a word and its marks.
const NEAR: usize = 80;

/// The end of what comes before a place.
fn ending(text: &str) -> &str {
    &text[text.ceil_char_boundary(text.len().saturating_sub(NEAR))..]
}

/// The beginning of what comes after a place.
fn beginning(text: &str) -> &str {
    &text[..text.floor_char_boundary(NEAR)]
}

/// The word that a text begins with, perhaps none.
fn first_word(text: &str) -> &str {
    &text[..text
        .find(|c: char| !c.is_alphabetic())
        .unwrap_or(text.len())]
}

/// Whether the sentence goes on, so that the dot of a unit before it is no full stop.
fn goes_on(after: &str) -> bool {
    after.trim_start().starts_with(char::is_lowercase)
}

/// Replaces what `pattern` finds in a text that another pattern may have changed already.
fn replace<'t>(
    text: Cow<'t, str>,
    pattern: &Regex,
    by: impl FnMut(&Captures<'_>) -> String,
) -> Cow<'t, str> {
    changed(text, |text| pattern.replace_all(text, by))
}

/// What `step` makes of a text that another step may have changed already.
fn changed<'t>(text: Cow<'t, str>, step: impl FnOnce(&str) -> Cow<'_, str>) -> Cow<'t, str> {
    let changed = match step(&text) {
        Cow::Owned(changed) => Some(changed),
        Cow::Borrowed(_) => None,
    };
    changed.map_or(text, Cow::Owned)
}
