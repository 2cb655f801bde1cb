//! Where a sentence ends, and where it only seems to.

use audiotome_core::Language;

use crate::normalise::{Rule, Table};

/// Adds the ends of the sentences inside `passage`, which starts at byte `start` of the text.
/// The passage's own end is among them.
pub(super) fn add_ends(passage: &str, start: usize, language: &Language, ends: &mut Vec<usize>) {
    let found = sentencex::get_sentence_boundaries(language.primary(), passage);
    for boundary in found {
        let end = start + boundary.end_byte;
        if ends.last().is_none_or(|last| *last < end) {
            ends.push(end);
        }
    }
}

/// Whether the sentence before an end goes on in the text after it.
pub(super) fn goes_on(before: &str, after: &str, language: &Language) -> bool {
    if inside_word(ending(before), beginning(after)) {
        return true;
    }
    let before = ending(before.trim_end());
    let after = beginning(after.trim_start());
    let Some(next) = after.chars().next() else {
        return false;
    };
    // A closing mark that was left behind belongs to what it closes.
    if closes(next) && !opens(next) {
        return true;
    }
    if before.ends_with('.') && after_abbreviation(before, after, language) {
        return true;
    }
    speech_tag(before, after, language)
}

/// `http://example.|Org`, `a.b@c.|Example`, `!|Kung`: no white space, and not two sentences either.
fn inside_word(before: &str, after: &str) -> bool {
    if !after.starts_with(char::is_alphanumeric) || !before.ends_with(['.', '!', '?']) {
        return false;
    }
    let word = last_word(before);
    word.contains("://")
        || word.contains('@')
        || word.starts_with("www.")
        || word.chars().count() == 1
}

/// `“What?” she said`, `«Что?» — сказал он`, `「はい」と`: who speaks is part of the sentence.
fn speech_tag(before: &str, after: &str, language: &Language) -> bool {
    if language.primary() == "ja" && before.ends_with(['」', '』']) {
        return after.starts_with(['と', 'っ']);
    }
    let tag = after.trim_start_matches(|c: char| is_dash(c) || c.is_whitespace() || c == ',');
    let dashed = tag.len() < after.len();
    let quoted = before.ends_with(closes);
    let cried = before.ends_with(['?', '!', '…']);
    (quoted || cried || dashed) && tag.starts_with(char::is_lowercase)
}

/// `M. | Dupont`, `vol. | II`, `3. | Januar`, `Louis XIV. | was`.
fn after_abbreviation(before: &str, after: &str, language: &Language) -> bool {
    let table = Table::of(language);
    let next = after.chars().next().unwrap_or(' ');
    if let Some(rule) = table.abbreviation_at_end(before) {
        return match rule {
            Rule::Title | Rule::Word => true,
            Rule::BeforeNumber => next.is_numeric() || starts_with_roman(after),
            Rule::Ending | Rule::AfterName => next.is_lowercase() || next.is_numeric(),
        };
    }
    let word = last_word(before);
    let number = word.trim_end_matches('.');
    if number.is_empty() {
        return false;
    }
    if number.chars().all(|c| c.is_ascii_digit()) {
        // An ordinal: the month or a noun of the sentence follows.
        let counted = &before[..before.len() - word.len()];
        return next.is_lowercase()
            || table.is_month(first_word(after))
            || language.primary() == "de" && number.len() <= 2 && ends_in_article(counted);
    }
    next.is_lowercase() && (is_roman(number) || number.chars().count() == 1)
}

/// Whether a number that follows counts a German noun: `der 2. Weltkrieg`.
fn ends_in_article(before: &str) -> bool {
    const ARTICLES: [&str; 14] = [
        "der", "die", "das", "dem", "den", "des", "im", "am", "vom", "zum", "zur", "beim", "ins",
        "seit",
    ];
    let word = last_word(before.trim_end()).to_lowercase();
    ARTICLES.contains(&word.as_str())
}

/// What of the text around an end is looked at, in bytes.
const CONTEXT: usize = 80;

fn ending(text: &str) -> &str {
    &text[text.ceil_char_boundary(text.len().saturating_sub(CONTEXT))..]
}

fn beginning(text: &str) -> &str {
    &text[..text.floor_char_boundary(CONTEXT)]
}

fn last_word(text: &str) -> &str {
    text.rsplit(|c: char| c.is_whitespace() || opens(c))
        .next()
        .unwrap_or(text)
}

fn first_word(text: &str) -> &str {
    text.split(|c: char| !c.is_alphanumeric())
        .next()
        .unwrap_or(text)
}

fn starts_with_roman(text: &str) -> bool {
    is_roman(first_word(text))
}

fn is_roman(word: &str) -> bool {
    !word.is_empty()
        && word
            .chars()
            .all(|c| matches!(c, 'I' | 'V' | 'X' | 'L' | 'C' | 'D' | 'M'))
}

pub(super) fn is_terminator(c: char) -> bool {
    matches!(
        c,
        '.' | '!' | '?' | '…' | '。' | '！' | '？' | '．' | '।' | '؟' | '۔' | '።' | '։' | '‽'
    )
}

/// Closing quotation marks and brackets of all languages, and those that do both.
pub(super) fn closes(c: char) -> bool {
    matches!(
        c,
        '”' | '’'
            | '»'
            | '«'
            | '"'
            | '\''
            | ')'
            | ']'
            | '}'
            | '」'
            | '』'
            | '）'
            | '】'
            | '》'
            | '〉'
            | '›'
            | '“'
    )
}

/// Opening ones: German closes with “ and », so these may be both.
pub(super) fn opens(c: char) -> bool {
    matches!(
        c,
        '“' | '‘'
            | '«'
            | '»'
            | '"'
            | '\''
            | '('
            | '['
            | '{'
            | '「'
            | '『'
            | '（'
            | '【'
            | '《'
            | '〈'
            | '‹'
            | '„'
            | '‚'
            | '¿'
            | '¡'
            | '’'
    )
}

pub(super) fn is_dash(c: char) -> bool {
    matches!(c, '-' | '–' | '—' | '―' | '‒')
}
