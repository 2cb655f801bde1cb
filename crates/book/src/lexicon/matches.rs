//! Where the rules of a lexicon match.

use std::ops::Range;

use aho_corasick::AhoCorasick;
use audiotome_core::Language;
use regex::Captures;
use unicode_normalization::char::is_combining_mark;

use super::file::{LookedFor, Rule, Spoken};

/// Rules, ready to be looked for.
#[derive(Debug, Default)]
pub(super) struct Matcher {
    rules: Vec<Rule>,
    /// Finds all words at once, folded; none where there is no word.
    words: Option<AhoCorasick>,
    /// The rule of each word.
    of_words: Vec<usize>,
    patterns: Vec<usize>,
}

/// A match: where, and what is said there.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) range: Range<usize>,
    pub(super) spoken: Spoken,
}

/// A place at which a rule could be applied.
struct Candidate {
    range: Range<usize>,
    rule: usize,
}

impl Matcher {
    pub(super) fn new(rules: Vec<Rule>) -> Result<Self, String> {
        let (mut words, mut of_words, mut patterns) = (Vec::new(), Vec::new(), Vec::new());
        for (index, rule) in rules.iter().enumerate() {
            match &rule.looked_for {
                LookedFor::Word(word) => {
                    words.push(Folded::new(word).text);
                    of_words.push(index);
                }
                LookedFor::Pattern(_) => patterns.push(index),
            }
        }
        let words = match words.is_empty() {
            true => None,
            false => Some(AhoCorasick::new(&words).map_err(|error| error.to_string())?),
        };
        Ok(Self {
            rules,
            words,
            of_words,
            patterns,
        })
    }

    pub(super) fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The matches in `text`, in order and apart.
    pub(super) fn find(&self, text: &str, language: &Language) -> Vec<Found> {
        let mut candidates = Vec::new();
        self.find_words(text, language, &mut candidates);
        for &rule in &self.patterns {
            let Rule {
                looked_for,
                options,
                ..
            } = &self.rules[rule];
            if let LookedFor::Pattern(pattern) = looked_for
                && options.mean(language)
            {
                let found = pattern.find_iter(text).map(|found| found.range());
                let found = found.filter(|range| !range.is_empty());
                candidates.extend(found.map(|range| Candidate { range, rule }));
            }
        }
        // The longest at each place, and of those the one that was written down last.
        candidates.sort_by(|a, b| {
            let place = |c: &Candidate| (c.range.start, usize::MAX - c.range.end);
            (place(a), b.rule).cmp(&(place(b), a.rule))
        });
        let mut end = 0;
        candidates.retain(|candidate| {
            let fits = candidate.range.start >= end;
            if fits {
                end = candidate.range.end;
            }
            fits
        });
        let found = candidates
            .into_iter()
            .map(|Candidate { range, rule }| Found {
                spoken: said(&self.rules[rule], text, &range),
                range,
            });
        found.collect()
    }

    fn find_words(&self, text: &str, language: &Language, candidates: &mut Vec<Candidate>) {
        let Some(words) = &self.words else { return };
        let folded = Folded::new(text);
        for found in words.find_overlapping_iter(&folded.text) {
            let rule = self.of_words[found.pattern().as_usize()];
            let range = folded.place(found.start())..folded.place(found.end());
            let Rule {
                looked_for,
                options,
                ..
            } = &self.rules[rule];
            let LookedFor::Word(word) = looked_for else {
                continue;
            };
            let case_fits = || !options.case || straight(word).eq(straight(&text[range.clone()]));
            if !range.is_empty() && options.mean(language) && is_whole(text, &range) && case_fits()
            {
                candidates.push(Candidate { range, rule });
            }
        }
    }
}

fn said(rule: &Rule, text: &str, range: &Range<usize>) -> Spoken {
    let (LookedFor::Pattern(pattern), Spoken::Words(template)) = (&rule.looked_for, &rule.spoken)
    else {
        return rule.spoken.clone();
    };
    let mut said = String::new();
    let found = pattern.captures_at(text, range.start);
    let expand = |captures: Captures<'_>| captures.expand(template, &mut said);
    found.map(expand);
    Spoken::Words(said)
}

/// A text without case, with one kind of apostrophe, without what is only there for layout, and where
/// each of its bytes comes from.
struct Folded {
    text: String,
    places: Vec<usize>,
}

impl Folded {
    fn new(text: &str) -> Self {
        let mut folded = Self {
            text: String::with_capacity(text.len()),
            places: Vec::with_capacity(text.len() + 1),
        };
        for (at, c) in text.char_indices() {
            if matches!(c, '\u{AD}' | '\u{200B}' | '\u{2060}') {
                continue;
            }
            match straight_apostrophe(c) {
                c if c.is_whitespace() => folded.text.push(' '),
                c => folded.text.extend(c.to_lowercase()),
            }
            folded.places.resize(folded.text.len(), at);
        }
        folded.places.push(text.len());
        folded
    }

    /// Where the byte of the folded text, or its end, comes from.
    fn place(&self, at: usize) -> usize {
        self.places[at]
    }
}

fn straight(text: &str) -> impl Iterator<Item = char> + '_ {
    text.chars().map(straight_apostrophe)
}

fn straight_apostrophe(c: char) -> char {
    match c {
        '’' | 'ʼ' => '\'',
        c => c,
    }
}

/// Whether no word goes on at the ends of the range: neither a letter nor, behind it, an apostrophe
/// with more than an `s` (`can` is no word of `can't`).
fn is_whole(text: &str, range: &Range<usize>) -> bool {
    let inside = &text[range.clone()];
    let (before, after) = (&text[..range.start], &text[range.end..]);
    if joined(before.chars().next_back(), inside.chars().next())
        || joined(inside.chars().next_back(), after.chars().next())
    {
        return false;
    }
    let mut behind = after.chars();
    let ends_word = inside.ends_with(char::is_alphanumeric);
    if ends_word && behind.next().map(straight_apostrophe) == Some('\'') {
        let mut letters = behind.take_while(|c| is_of_word(*c));
        return match letters.next() {
            None => true,
            Some('s' | 'S') => letters.next().is_none(),
            Some(_) => false,
        };
    }
    true
}

/// Whether one word stands on both sides.
fn joined(before: Option<char>, after: Option<char>) -> bool {
    let (Some(before), Some(after)) = (before, after) else {
        return false;
    };
    is_of_word(before) && is_of_word(after) && !is_unspaced(before) && !is_unspaced(after)
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || is_combining_mark(c)
}

/// Whether words of its script are written without spaces, so that one may begin anywhere.
fn is_unspaced(c: char) -> bool {
    matches!(c,
        '\u{E00}'..='\u{EFF}' | '\u{1000}'..='\u{109F}' | '\u{1780}'..='\u{17FF}'
        | '\u{3040}'..='\u{30FF}' | '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{3FFFF}')
}
