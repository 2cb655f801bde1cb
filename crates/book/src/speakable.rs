//! A block of text as the pieces that an engine is asked to say.

use audiotome_core::{Block, BlockKind, Language, Piece};

use crate::normalise::{Normaliser, Rules, Style};
use crate::sentences::{self, Lines, Measure};

/// The longest text that is given to an engine at once.
///
/// Neural voices need memory for the longest sentence and lose their breath over it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Characters of a script that spells sounds (Latin, Cyrillic, Devanagari).
    pub characters: usize,
    /// Characters of a script where one says as much as a syllable or a word (Chinese, Japanese, Korean).
    pub dense_characters: usize,
}

impl Default for Limits {
    /// What piper and hibari take with ease: about 400 phonemes.
    fn default() -> Self {
        Self {
            characters: 400,
            dense_characters: 100,
        }
    }
}

/// How a text becomes what an engine is asked to say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Manner {
    /// The longest text that is said at once.
    pub limits: Limits,
    /// The rules by which it is normalised.
    pub rules: Rules,
}

/// Cuts a block into what is said at once: sentences, very short ones together with a neighbour,
/// long ones cut at the best place. Each comes with its text as an engine can read it.
///
/// Nothing is lost: the sources of the pieces are the block's text, up to white space and
/// sentences of which nothing is heard (`* * *`, a mark of a note). Limits count for the source and, wherever
/// it can be cut further, for what is spoken.
#[must_use]
pub fn pieces(block: &Block, language: &Language, manner: &Manner) -> Vec<Piece> {
    if block.kind == BlockKind::SceneBreak {
        return Vec::new();
    }
    let style = match block.kind {
        BlockKind::Heading(_) => Style::Heading,
        _ => Style::Text,
    };
    let lines = match block.kind {
        BlockKind::Verse => Lines::Flow,
        _ => Lines::End,
    };
    let measure = Measure::new(manner.limits);
    let normaliser = Normaliser::new(&block.text, language, style, &manner.rules);
    let mut parts = Vec::new();
    for sentence in sentences::split(&block.text, language, lines, measure) {
        add_parts(&mut parts, sentence, language, measure, &normaliser);
    }
    let last = parts.len().saturating_sub(1);
    let piece = |(index, (source, spoken)): (usize, (&str, String))| Piece {
        source: source.to_owned(),
        spoken,
        continues: index < last && !sentences::ends_sentence(source),
    };
    parts.into_iter().enumerate().map(piece).collect()
}

/// Cuts a sentence until source and spoken text fit, and normalises the parts.
fn add_parts<'a>(
    parts: &mut Vec<(&'a str, String)>,
    source: &'a str,
    language: &Language,
    measure: Measure,
    normaliser: &Normaliser<'_>,
) {
    let mut waiting = vec![(source, measure)];
    while let Some((source, within)) = waiting.pop() {
        let cuts = sentences::cut(source, language, within);
        if cuts.len() > 1 {
            waiting.extend(cuts.into_iter().rev().map(|cut| (cut, within)));
            continue;
        }
        let spoken = normaliser.as_spoken(source);
        if measure.fits(&spoken) || source.chars().count() < 2 {
            if spoken.chars().any(char::is_alphanumeric) {
                parts.push((source, spoken));
            }
        } else {
            waiting.push((source, within.tighter(source, &spoken)));
        }
    }
}
