//! How long a text is for an engine.

use crate::speakable::Limits;

/// Length in units of which a dense character takes more than a letter, and the most of them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Measure {
    letter: usize,
    dense: usize,
    most: usize,
}

impl Measure {
    /// Fills with `limits.characters` letters or `limits.dense_characters` dense ones, or a mixture.
    pub(crate) fn new(limits: Limits) -> Self {
        let (characters, dense) = (limits.characters.max(1), limits.dense_characters.max(1));
        Self {
            letter: dense,
            dense: characters,
            most: characters * dense,
        }
    }

    /// Whether all of `text` may be said at once.
    pub(crate) fn fits(self, text: &str) -> bool {
        // Stops where it is full, so that a huge text costs no more than a long one.
        self.reach(text) == text.len() && self.of(text) <= self.most
    }

    /// The end of the longest beginning of `text` that fits; at least one character.
    pub(crate) fn reach(self, text: &str) -> usize {
        let mut units = 0;
        for (at, c) in text.char_indices() {
            units += self.of_char(c);
            if units > self.most && at > 0 {
                return at;
            }
        }
        text.len()
    }

    /// What `source` must fit into so that it is cut once more, in even parts, and its spoken
    /// form is likely to fit.
    pub(crate) fn tighter(self, source: &str, spoken: &str) -> Self {
        let (source, spoken) = (self.of(source), self.of(spoken));
        let parts = (spoken / self.most.max(1) + 1).max(2);
        Self {
            most: (source / parts + 1).min(source.saturating_sub(1)).max(1),
            ..self
        }
    }

    pub(crate) fn of(self, text: &str) -> usize {
        text.chars().map(|c| self.of_char(c)).sum()
    }

    fn of_char(self, c: char) -> usize {
        if is_dense(c) { self.dense } else { self.letter }
    }
}

/// Characters that say a syllable or a word: Han, kana, hangul.
pub(crate) fn is_dense(c: char) -> bool {
    matches!(c,
        '\u{1100}'..='\u{11FF}'
        | '\u{2E80}'..='\u{2FDF}'
        | '\u{3040}'..='\u{A4CF}'
        | '\u{AC00}'..='\u{D7FF}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{3FFFF}')
}
