//! Blocks as pieces: nothing is lost, nothing is too long.

use audiotome_book::{Limits, Manner, pieces};
use audiotome_core::{Block, BlockKind, Language};
use proptest::prelude::*;

const SMALL: Limits = Limits {
    characters: 40,
    dense_characters: 10,
};

fn sources(text: &str, language: &str, limits: Limits) -> Vec<String> {
    pieces(
        &Block::new(BlockKind::Paragraph, text),
        &Language::new(language),
        &Manner {
            limits,
            ..Manner::default()
        },
    )
    .into_iter()
    .map(|piece| piece.source)
    .collect()
}

fn letters(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).collect()
}

fn units(text: &str, limits: Limits) -> usize {
    let dense = |c: char| matches!(c, '\u{3040}'..='\u{A4CF}' | '\u{AC00}'..='\u{D7FF}' | '\u{20000}'..='\u{3FFFF}');
    text.chars()
        .map(|c| {
            if dense(c) {
                limits.characters
            } else {
                limits.dense_characters
            }
        })
        .sum()
}

proptest! {
    #[test]
    fn nothing_is_lost_and_nothing_too_long(
        text in "([a-zA-Zéß]{1,12}|[0-9]{1,9}|Dr\\.|M\\.|z\\. B\\.|\\$3\\.50|[.!?…,;:—\"“”«»()\n ]{1,4}|[一-龠]{1,12}。?|[а-я]{1,9}|\u{301}|https://a\\.b/c| ){0,60}",
        language in "(en|fr|de|ru|zh|ja|th|und)",
        small in any::<bool>(),
    ) {
        let limits = if small { SMALL } else { Limits::default() };
        let sources = sources(&text, &language, limits);
        prop_assert_eq!(letters(&sources.concat()), letters(&text));
        for source in &sources {
            prop_assert!(units(source, limits) <= limits.characters * limits.dense_characters, "{}", source);
            prop_assert!(text.contains(source.as_str()));
        }
    }

    #[test]
    fn any_text_at_all_survives(text in "\\PC{0,300}") {
        let sources = sources(&text, "en", SMALL);
        prop_assert!(sources.iter().all(|source| text.contains(source.as_str())));
    }
}

#[test]
fn sentences_are_pieces() {
    assert_eq!(
        sources(
            "It was late in May. The rain had not stopped. Nobody came.",
            "en",
            Limits::default()
        ),
        [
            "It was late in May.",
            "The rain had not stopped. Nobody came."
        ]
    );
}
