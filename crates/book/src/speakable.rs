//! A block of text as the pieces that an engine is asked to say.

use audiotome_core::pronunciation::{with_stand_ins, written};
use audiotome_core::{Block, BlockKind, Language, Piece};

use crate::Lexicon;
use crate::lexicon::Respelt;
use crate::normalise::{self, Normaliser, Rules, Style};
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
    /// How words are said, before the text is normalised.
    pub lexicon: Lexicon,
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
    let spoken = |source: &str| spoken(source, language, manner, &normaliser);
    let mut parts = Vec::new();
    for sentence in sentences::split(&block.text, language, lines, measure) {
        add_parts(&mut parts, sentence, language, measure, &spoken);
    }
    let last = parts.len().saturating_sub(1);
    let piece = |(index, (source, spoken)): (usize, (&str, String))| Piece {
        source: source.to_owned(),
        spoken,
        continues: (index < last || block.continues) && !sentences::ends_sentence(source),
    };
    parts.into_iter().enumerate().map(piece).collect()
}

/// What a person wants to be said instead of a sentence, as an engine can read it. Words may tell their
/// sound: `[Hermione](/hɜːˈmaɪəni/)`.
#[must_use]
pub fn as_told(text: &str, language: &Language, manner: &Manner) -> String {
    let (text, words) = with_stand_ins(text);
    written(&normalise::normalise(&text, language, manner), &words)
}

/// A sentence after the lexicon and the rules.
fn spoken(
    source: &str,
    language: &Language,
    manner: &Manner,
    normaliser: &Normaliser<'_>,
) -> String {
    let Respelt { text, words } = manner.lexicon.apply(source, language);
    written(&normaliser.as_spoken(&text), &words)
}

/// Cuts a sentence until source and spoken text fit, and normalises the parts.
fn add_parts<'a>(
    parts: &mut Vec<(&'a str, String)>,
    source: &'a str,
    language: &Language,
    measure: Measure,
    spoken: &impl Fn(&str) -> String,
) {
    let mut waiting = vec![(source, measure)];
    while let Some((source, within)) = waiting.pop() {
        let cuts = sentences::cut(source, language, within);
        if cuts.len() > 1 {
            waiting.extend(cuts.into_iter().rev().map(|cut| (cut, within)));
            continue;
        }
        let spoken = spoken(source);
        if measure.fits(&spoken) || source.chars().count() < 2 {
            if spoken.chars().any(char::is_alphanumeric) {
                parts.push((source, spoken));
            }
        } else {
            waiting.push((source, within.tighter(source, &spoken)));
        }
    }
}
