//! Cutting a sentence that is too long to say at once.

use audiotome_core::Language;
use unicode_segmentation::UnicodeSegmentation as _;

use super::ends;
use super::languages::Words;
use super::marks::{closes, is_dash, is_terminator};
use super::measure::{Measure, is_dense};
use crate::normalise::Table;

/// How good a place to cut is, the best first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Sentence,
    Line,
    Semicolon,
    Comma,
    Conjunction,
    Space,
}

/// `text` in parts that fit `measure`, without the white space between them. The cut is at the best place
/// of the second half of what fits, so that parts aren't too unequal; never inside a number or an
/// address, unless nothing else is left.
pub(crate) fn cut<'a>(text: &'a str, language: &Language, measure: Measure) -> Vec<&'a str> {
    let mut parts = Vec::new();
    let mut rest = text.trim();
    while !measure.fits(rest) {
        let reach = measure.reach(rest);
        let at = best_place(rest, reach, language).unwrap_or_else(|| last_grapheme(rest, reach));
        let (part, others) = rest.split_at(at);
        if !part.trim().is_empty() {
            parts.push(part.trim());
        }
        rest = others.trim_start();
    }
    if !rest.is_empty() {
        parts.push(rest);
    }
    parts
}

fn best_place(text: &str, reach: usize, language: &Language) -> Option<usize> {
    let mut best: Option<(Place, usize)> = None;
    let mut before = ' ';
    for (at, c) in text.char_indices() {
        let after = at + c.len_utf8();
        if after > reach {
            break;
        }
        if let Some(place) = place_after(text, before, c, after, language) {
            // An early comma is worse than a late space would be: the first third counts little.
            let early = after * 3 < reach;
            let better = best.is_none_or(|(known, known_at)| {
                let known_early = known_at * 3 < reach;
                (known_early, known) >= (early, place)
            });
            if better {
                best = Some((place, after));
            }
        }
        before = c;
    }
    best.map(|(_, at)| at)
}

/// What kind of place is after `c`, which ends at byte `after` and has `before` on its left.
fn place_after(
    text: &str,
    before: char,
    c: char,
    after: usize,
    language: &Language,
) -> Option<Place> {
    let rest = &text[after..];
    let next = rest.chars().next()?;
    if closes(next) && !next.is_whitespace() && next != '“' && next != '«' {
        return None;
    }
    let mark = if closes(c) { before } else { c };
    let spaced = next.is_whitespace() || is_dense(c) || is_wide(c) || is_dense(next);
    if c == '\n' {
        return Some(Place::Line);
    }
    if spaced && is_terminator(mark) && ends::ends_before(text, after, Words::of(language)) {
        return Some(Place::Sentence);
    }
    if spaced && matches!(mark, ';' | ':' | '；' | '：' | '·') {
        return Some(Place::Semicolon);
    }
    let before_dash = c.is_whitespace()
        && rest.starts_with(is_dash)
        && !rest.chars().nth(1).is_some_and(char::is_numeric);
    if before_dash || (matches!(c, '—' | '―') && next.is_alphabetic()) {
        return Some(Place::Semicolon);
    }
    if spaced && matches!(mark, ',' | '，' | '、' | '،' | ')' | '）') {
        return Some(Place::Comma);
    }
    if c.is_whitespace() {
        let word = rest.split(char::is_whitespace).next().unwrap_or(rest);
        let conjunction = Table::of(language).is_conjunction(word);
        return Some(if conjunction {
            Place::Conjunction
        } else {
            Place::Space
        });
    }
    None
}

/// Marks that take a whole column, with no space after them.
fn is_wide(c: char) -> bool {
    matches!(c, '\u{3000}'..='\u{303F}' | '\u{FF00}'..='\u{FF60}')
}

/// The last end of a grapheme up to `reach`, not inside digits where possible.
fn last_grapheme(text: &str, reach: usize) -> usize {
    let window = &text[..reach];
    let ends: Vec<usize> = text
        .grapheme_indices(true)
        .map(|(at, grapheme)| at + grapheme.len())
        .take_while(|end| *end <= reach)
        .collect();
    let inside_number = |end: usize| {
        window[..end].ends_with(|c: char| c.is_ascii_digit())
            && text[end..].starts_with(|c: char| c.is_ascii_digit() || c == '.' || c == ',')
    };
    ends.iter()
        .rev()
        .copied()
        .find(|end| !inside_number(*end))
        .or(ends.last().copied())
        // One grapheme of more characters than fit: cut inside it, for nothing may be lost.
        .unwrap_or(reach)
}
