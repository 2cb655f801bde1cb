//! How words are said, from the book to what an engine gets.

use audiotome_book::{Lexicon, Manner, RuleName, Rules, pieces};
use audiotome_core::pronunciation::{Run, runs};
use audiotome_core::{Block, BlockKind, Language};
use proptest::prelude::*;

use crate::fixture::{Epub, SENTENCE, heading, paragraphs};

const PLS: &str = "<lexicon version='1.0' alphabet='ipa' xml:lang='en'><lexeme><grapheme>Nguyen</grapheme><phoneme>wɪn</phoneme></lexeme></lexicon>";

fn spoken(text: &str, rules: &str) -> Vec<String> {
    let manner = Manner {
        lexicon: Lexicon::parse("test", rules).unwrap(),
        ..Manner::default()
    };
    let block = Block::new(BlockKind::Paragraph, text);
    let pieces = pieces(&block, &Language::new("en"), &manner);
    pieces.into_iter().map(|piece| piece.spoken).collect()
}

#[test]
fn an_epub_says_how_its_words_are_said() {
    let told = format!(
        "<p>Then <span xmlns:ssml='http://www.w3.org/2001/10/synthesis' ssml:ph='hɜːˈmaɪəni'>Hermione</span> met Nguyen. {SENTENCE}</p>"
    );
    let book = Epub::new()
        .manifest("<item id='pls' href='names.pls' media-type='application/pls+xml'/>")
        .manifest("<item id='odd' href='odd.pls' media-type='application/pls+xml'/>")
        .file("names.pls", PLS)
        .file("odd.pls", PLS.replace("'ipa'", "'x-arpabet'"))
        .document("a.xhtml", &(heading("One") + &told + &paragraphs(3)))
        .book();
    assert_eq!(
        spoken("Then Hermione met Nguyen.", &book.lexicon),
        ["Then [Hermione](/hɜːˈmaɪəni/) met [Nguyen](/wɪn/)."]
    );
    assert!(
        book.warnings
            .iter()
            .any(|warning| warning.contains("odd.pls") && warning.contains("`x-arpabet`")),
        "{:?}",
        book.warnings
    );
}

#[test]
fn what_is_said_instead_is_normalised_and_sounds_are_not() {
    let rules = "WHO -> the body of 1948 {case}\nkg -> [keɪ.dʒiː]";
    let spoken = spoken(
        "Yesterday the WHO met; he was 5 kg lighter, but who knew?",
        rules,
    )
    .concat();
    assert!(
        spoken.contains("the body of nineteen forty-eight met"),
        "{spoken}"
    );
    assert!(
        spoken.contains(" [kg](/keɪ.dʒiː/) lighter, but who knew?"),
        "{spoken}"
    );
}

#[test]
fn a_book_that_has_the_notation_in_it_tells_no_sound() {
    let all = Manner::default();
    let none = Manner {
        rules: Rules::without(RuleName::all()),
        ..Manner::default()
    };
    for manner in [all, none] {
        let block = Block::new(BlockKind::Paragraph, "See [word](/wɜːd/) there.");
        let said = pieces(&block, &Language::new("en"), &manner)
            .remove(0)
            .spoken;
        assert!(matches!(runs(&said)[..], [Run::Text(_)]), "{said}");
    }
}

proptest! {
    #[test]
    fn a_lexicon_loses_nothing_of_the_source(
        text in "([A-Za-z]{1,9}|New York|ab|\\. |, |[0-9]{1,3}| ){0,40}",
    ) {
        let manner = Manner {
            lexicon: Lexicon::parse("test", "ab -> [a]\nNew York -> the Big Apple\n/[0-9]/ -> number").unwrap(),
            ..Manner::default()
        };
        let block = Block::new(BlockKind::Paragraph, text.as_str());
        let language = Language::new("en");
        let sources = |manner: &Manner| -> Vec<String> {
            let pieces = pieces(&block, &language, manner);
            pieces.into_iter().map(|piece| piece.source).collect()
        };
        let letters = |sources: Vec<String>| sources.concat().chars().filter(|c| c.is_alphanumeric()).collect::<String>();
        prop_assert_eq!(letters(sources(&manner)), letters(sources(&Manner::default())));
    }
}
