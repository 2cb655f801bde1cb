//! Words in capitals, which engines spell letter by letter.

use std::borrow::Cow;

use audiotome_core::Language;

use super::{Context, Style};

/// Gives words in capitals their usual case: all of a heading in capitals, and in text the runs of at
/// least two such words at its start or three anywhere (small capitals that open a chapter,
/// shouting). Single ones stay: they may be abbreviations.
pub(super) fn calm<'t>(text: &'t str, context: Context<'_>) -> Cow<'t, str> {
    match context.style {
        Style::Heading if shouts(text) => map_words(text, context.language, |_| true).into(),
        Style::Heading => text.into(),
        Style::Text => {
            let runs = runs(text);
            if runs.is_empty() {
                return text.into();
            }
            let mut runs = runs.into_iter().peekable();
            let chosen = |at| {
                while runs.next_if(|(_, end)| *end <= at).is_some() {}
                runs.peek().is_some_and(|(start, _)| *start <= at)
            };
            map_words(text, context.language, chosen).into()
        }
    }
}

/// Whether a heading is set in capitals: no small letter, and a word too long for an abbreviation.
fn shouts(text: &str) -> bool {
    !text.contains(char::is_lowercase)
        && words(text).any(|(_, word)| {
            word.chars().filter(|c| c.is_uppercase()).count() >= 4 && has_vowel(word)
        })
}

/// Whether a word can be said at all; in scripts other than Latin, that is not known.
fn has_vowel(word: &str) -> bool {
    word.contains(|c: char| !c.is_ascii() || "AEIOUY".contains(c))
}

/// Byte ranges of runs of words in capitals.
fn runs(text: &str) -> Vec<(usize, usize)> {
    let mut runs = Vec::new();
    let mut run: Option<(usize, usize, usize, usize)> = None;
    for (index, (at, word)) in words(text).enumerate() {
        if is_capital(word) {
            let (start, first, count, long) = run.unwrap_or((at, index, 0, 0));
            let long = long + usize::from(word.chars().count() >= 2);
            run = Some((start, first, count + 1, long));
            // A list of abbreviations, unless the text opens so.
            if word.ends_with(',') && first > 0 {
                run = None;
            }
        } else if let Some(ended) = run.take() {
            add_run(&mut runs, ended, at);
        }
    }
    if let Some(ended) = run {
        add_run(&mut runs, ended, text.len());
    }
    runs
}

fn add_run(runs: &mut Vec<(usize, usize)>, run: (usize, usize, usize, usize), end: usize) {
    let (start, first, count, long) = run;
    if long >= 2 && (count >= 3 || first == 0) {
        runs.push((start, end));
    }
}

/// A word in capitals, or one like `I` and `A` between such; with a dot inside it is an abbreviation.
fn is_capital(word: &str) -> bool {
    let letters = word.trim_matches(|c: char| !c.is_alphanumeric());
    !letters.is_empty()
        && !letters.contains('.')
        && letters
            .chars()
            .all(|c| c.is_uppercase() || matches!(c, '\'' | '’' | '-'))
}

fn words(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split_whitespace()
        .map(move |word| (word.as_ptr() as usize - text.as_ptr() as usize, word))
}

/// Gives the words at the chosen places small letters after the first.
fn map_words(text: &str, language: &Language, mut chosen: impl FnMut(usize) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for (at, word) in words(text) {
        if !chosen(at) || !word.contains(char::is_uppercase) {
            continue;
        }
        out.push_str(&text[done..at]);
        // An abbreviation with dots inside is read letter by letter, a numeral as a number.
        let dotted = word.trim_end_matches('.').contains('.');
        let keep = dotted || super::roman::starts_with_numeral(word);
        if keep {
            out.push_str(word);
        } else {
            add_calm(&mut out, word, language);
        }
        done = at + word.len();
    }
    out.push_str(&text[done..]);
    out
}

fn add_calm(out: &mut String, word: &str, language: &Language) {
    let first = word.char_indices().find(|(_, c)| c.is_alphabetic());
    let (head, rest) = word.split_at(first.map_or(word.len(), |(at, c)| at + c.len_utf8()));
    out.push_str(head);
    if matches!(language.primary(), "tr" | "az") {
        out.push_str(&rest.replace('I', "ı").replace('İ', "i").to_lowercase());
    } else {
        // As a whole, for the sigma at its end.
        out.push_str(&rest.to_lowercase());
    }
}
