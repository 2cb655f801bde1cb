//! Text as sentences, in every language, in one pass.
//!
//! `scan` goes from mark to mark; `ends` says which of them end a sentence, by what comes `before` and
//! `after` and by the words of the `languages`. What stands in quotation marks or brackets
//! (`enclosures`) is not cut, however many sentences it has.

mod after;
mod before;
mod closing;
mod cut;
mod enclosures;
mod ends;
mod languages;
mod lists;
mod marks;
mod measure;
mod scan;

use audiotome_core::Language;
use unicode_segmentation::UnicodeSegmentation as _;

pub(crate) use cut::cut;
use languages::Words;
pub(crate) use measure::{Measure, is_dense};
pub(crate) use scan::Lines;

/// Sentences of fewer words are said together with a neighbour.
const FEW_WORDS: usize = 3;

/// The sentences of `text`, without the white space around them. Those without a letter or digit are
/// left out.
///
/// ```
/// use audiotome_book::sentences;
/// use audiotome_core::Language;
///
/// let text = "Dr. Bell came at 5 p.m. He was late.";
/// assert_eq!(sentences(text, &Language::new("en")), ["Dr. Bell came at 5 p.m.", "He was late."]);
/// ```
#[must_use]
pub fn sentences<'a>(text: &'a str, language: &Language) -> Vec<&'a str> {
    sentences_of(text, language, Lines::End)
        .into_iter()
        .map(|(start, end)| text[start..end].trim())
        .collect()
}

/// Sentences as they are said: those under three words are joined to a neighbour where `measure`
/// allows it.
pub(crate) fn split<'a>(
    text: &'a str,
    language: &Language,
    lines: Lines,
    measure: Measure,
) -> Vec<&'a str> {
    join_short(text, &sentences_of(text, language, lines), measure)
        .into_iter()
        .map(|(start, end)| text[start..end].trim())
        .collect()
}

/// Start and end of each sentence that has something to say.
fn sentences_of(text: &str, language: &Language, lines: Lines) -> Vec<(usize, usize)> {
    let mut ends = scan::ends_of(text, Words::of(language), lines);
    ends.push(text.len());
    let mut sentences = Vec::new();
    let mut start = 0;
    for end in ends {
        if speakable(&text[start..end]) {
            sentences.push((start, end));
        }
        start = end;
    }
    sentences
}

/// Whether the piece ends as a sentence does, maybe inside quotation marks.
pub(crate) fn ends_sentence(piece: &str) -> bool {
    piece
        .trim_end_matches(|c: char| marks::closes(c) || c.is_whitespace())
        .ends_with(marks::is_terminator)
}

fn speakable(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

/// Joins short sentences to the one before them, or at the start to the one after.
fn join_short(text: &str, sentences: &[(usize, usize)], measure: Measure) -> Vec<(usize, usize)> {
    let mut joined: Vec<(usize, usize)> = Vec::new();
    for &(start, end) in sentences {
        let previous = joined.last().copied().filter(|&(from, to)| {
            let short = is_short(&text[from..to]) || is_short(&text[start..end]);
            // What was dropped in between (a row of stars) keeps them apart.
            short && to == start && measure.fits(text[from..end].trim())
        });
        match previous {
            Some((from, _)) => {
                joined.pop();
                joined.push((from, end));
            }
            None => joined.push((start, end)),
        }
    }
    joined
}

fn is_short(sentence: &str) -> bool {
    let dense = sentence.chars().filter(|c| is_dense(*c)).count();
    if dense > 0 {
        return dense < 2 * FEW_WORDS;
    }
    sentence.unicode_words().take(FEW_WORDS).count() < FEW_WORDS
}
