//! Whether a mark that may end a sentence does.

use super::after::{self, After, Start};
use super::before::Before;
use super::closing::Closing;
use super::languages::{Abbreviation, Words};
use super::marks;

/// Longer names of mail boxes are not looked for; in bytes.
const LONGEST_NAME: usize = 64;

/// Whether the sentence ends with the marks at `place`. `sentence` is what was said since the last
/// end, and `item` says whether an item of a list comes next.
pub(super) fn is_end(
    text: &str,
    place: &Closing,
    words: &Words,
    sentence: &str,
    item: bool,
) -> bool {
    let rest = &text[place.end..];
    if place.closed && is_japanese_tag(rest) {
        return false;
    }
    let after = After::of(rest);
    if !rest.starts_with(char::is_whitespace) {
        return touches(text, place, words, &after, sentence);
    }
    if !item && !after.begins(place.closed) {
        return false;
    }
    match &text[place.start..place.marks_end] {
        "." => place.closed || stop_ends(words, &after, sentence),
        // English always writes `I` so: nothing begins with it after an ellipsis.
        "…" => !after.is_pronoun(),
        marks if marks.starts_with("..") || marks.starts_with(". ") => !after.is_pronoun(),
        _ => true,
    }
}

/// `「はい」と言った`: who speaks is part of the sentence.
fn is_japanese_tag(rest: &str) -> bool {
    rest.trim_start().starts_with(['と', 'っ'])
}

/// Whether a sentence ends though no white space follows.
fn touches(text: &str, place: &Closing, words: &Words, after: &After, sentence: &str) -> bool {
    let marks_ = &text[place.start..place.marks_end];
    let before = &text[..place.start];
    if marks_.chars().all(marks::is_strong) {
        let in_number = before.ends_with(char::is_numeric) && after.start == Start::Number;
        return !in_number && after.start != Start::Mark && !(place.closed && after.bracketed);
    }
    !place.closed && is_missing_space(sentence, &text[place.end..], words)
}

/// `Hello world.Today`: two words, and neither an address nor an abbreviation.
fn is_missing_space(before: &str, rest: &str, words: &Words) -> bool {
    let rest = &rest[..rest.floor_char_boundary(LONGEST_NAME)];
    let word = rest.split_whitespace().next().unwrap_or_default();
    let mut next = word.chars();
    let capital =
        next.next().is_some_and(char::is_uppercase) && next.next().is_none_or(char::is_lowercase);
    let ends_word = before.ends_with(|c: char| c.is_lowercase() || c.is_ascii_digit());
    if !capital || !ends_word || word.contains('@') {
        return false;
    }
    let before = Before::of(before);
    before.word.chars().count() > 1 && !before.is_address() && before.abbreviation(words).is_none()
}

/// Whether a single full stop before white space ends the sentence.
fn stop_ends(words: &Words, after: &After, sentence: &str) -> bool {
    if sentence.ends_with(marks::closes) {
        return true;
    }
    let before = Before::of(sentence);
    let starter = || words.is_starter(&after.word.to_lowercase());
    match before.abbreviation(words) {
        Some(Abbreviation::Title) => return false,
        Some(Abbreviation::Number) if after.is_number() => return false,
        Some(Abbreviation::Name) => return starter(),
        Some(Abbreviation::Ending) => return !is_beginning(sentence, words),
        Some(Abbreviation::Number) | None => {}
    }
    if before.is_old_money() && after.is_number() {
        return false;
    }
    if before.is_digits() {
        return !is_ordinal(&before, words, after);
    }
    if before.is_initials() || words.has_ordinals() && after::is_roman(before.word) {
        return starter();
    }
    true
}

/// `At 5 a.m.`: not a whole sentence yet.
fn is_beginning(sentence: &str, words: &Words) -> bool {
    let mut said = sentence.split_whitespace();
    let first = said.next().unwrap_or_default().to_lowercase();
    words.counts(&first) && said.count() < 3
}

/// Whether the number before the full stop at byte `at` is an ordinal of its sentence and no item of a list.
pub(super) fn is_counted(text: &str, at: usize, words: &Words) -> bool {
    let before = Before::of(&text[..at]);
    before.is_digits() && is_ordinal(&before, words, &After::of(&text[at + 1..]))
}

/// `12. Juni`, `der 2. Weltkrieg`, `3. 4. 1999`.
fn is_ordinal(before: &Before, words: &Words, after: &After) -> bool {
    if !words.has_ordinals() || before.number().len() > 2 {
        return false;
    }
    words.is_month(&after.word.to_lowercase())
        || words.counts(&before.previous())
        || before.goes_on_counting()
        || before.rest.trim_end().ends_with('.')
            && before.previous().starts_with(|c: char| c.is_ascii_digit())
}

/// Whether a sentence ends at byte `end`, which is after the marks that may end one. What is in
/// quotation marks has sentences here, too.
pub(super) fn ends_before(text: &str, end: usize, words: &Words) -> bool {
    let marked = text[..end].trim_end_matches(|c| marks::closes(c) || marks::is_invisible(c));
    let unmarked = marked.trim_end_matches(|c| words.ends_with(c));
    let Some(first) = marked[unmarked.len()..].chars().next() else {
        return false;
    };
    let place = Closing::at(text, unmarked.len(), first, words);
    place.end == end && is_end(text, &place, words, &text[..unmarked.len()], false)
}
