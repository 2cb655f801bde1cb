//! Text as sentences: `sentencex` with our own rules on top.

mod boundaries;
mod cut;
mod measure;

use audiotome_core::Language;
use unicode_segmentation::UnicodeSegmentation as _;

pub(crate) use cut::cut;
pub(crate) use measure::{Measure, is_dense};

/// `sentencex` takes quadratic time over open quotation marks; it never gets more bytes at once.
const AT_ONCE: usize = 4_000;

/// Sentences of fewer words are said together with a neighbour.
const FEW_WORDS: usize = 3;

/// The sentences of `text`, without the white space around them. Those under three words are
/// joined to a neighbour where `measure` allows it; those without a letter or digit are left out.
pub(crate) fn split<'a>(text: &'a str, language: &Language, measure: Measure) -> Vec<&'a str> {
    join_short(text, &sentences_of(text, language), measure)
        .into_iter()
        .map(|(start, end)| text[start..end].trim())
        .collect()
}

/// Start and end of each sentence that has something to say.
fn sentences_of(text: &str, language: &Language) -> Vec<(usize, usize)> {
    let mut ends = Vec::new();
    let mut start = 0;
    for passage in passages(text) {
        boundaries::add_ends(passage, start, language, &mut ends);
        start += passage.len();
    }
    ends.retain(|end| !boundaries::goes_on(&text[..*end], &text[*end..], language));
    ends.push(text.len());
    let mut sentences = Vec::new();
    let mut start = 0;
    for end in ends {
        if end > start && speakable(&text[start..end]) {
            sentences.push((start, end));
        }
        start = end;
    }
    sentences
}

/// Whether the piece ends as a sentence does, maybe inside quotation marks.
pub(crate) fn ends_sentence(piece: &str) -> bool {
    piece
        .trim_end_matches(|c: char| boundaries::closes(c) || c.is_whitespace())
        .ends_with(boundaries::is_terminator)
}

fn speakable(text: &str) -> bool {
    text.chars().any(char::is_alphanumeric)
}

/// `text` in passages short enough for `sentencex`, cut after a sentence if there is one.
fn passages(text: &str) -> Vec<&str> {
    let mut passages = Vec::new();
    let mut rest = text;
    while rest.len() > AT_ONCE {
        let window = &rest[..rest.floor_char_boundary(AT_ONCE)];
        let at = after_last(window, boundaries::is_terminator)
            .or_else(|| after_last(window, |c| matches!(c, ';' | '；' | ':' | '：')))
            .or_else(|| window.rfind(char::is_whitespace).filter(|at| *at > 0))
            .unwrap_or(window.len());
        let (passage, others) = rest.split_at(at);
        passages.push(passage);
        rest = others;
    }
    passages.push(rest);
    passages
}

/// The place after the last mark that white space (or another ideograph) follows.
fn after_last(window: &str, mark: impl Fn(char) -> bool) -> Option<usize> {
    window
        .char_indices()
        .rev()
        .filter(|(_, c)| mark(*c))
        .map(|(at, c)| (at + c.len_utf8(), c))
        .find(|(after, c)| !c.is_ascii() || window[*after..].starts_with(char::is_whitespace))
        .map(|(after, _)| after)
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
