//! A book of equally long sentences, all of them different.

use std::sync::Arc;

use audiotome_core::{
    Block, BlockKind, Book, Chapter, EngineId, Language, Narration, Pauses, Piece, Plan, Speed,
};

/// Characters of a sentence.
const CHARACTERS: usize = 150;
const WORDS: &str = "It was the best of times, it was the worst of times, it was the age of wisdom, \
    it was the age of foolishness, it was the epoch of belief, it was so. ";

/// A plan of `count` segments, numbered from `first`.
pub(crate) fn plan(first: usize, count: usize) -> Arc<Plan> {
    let sentence = |number: usize| {
        let text = format!("{number:08} {WORDS}");
        Block::new(BlockKind::Paragraph, &text[..CHARACTERS])
    };
    let chapter = Chapter {
        title: "Chapter".to_owned(),
        blocks: (first..first + count).map(sentence).collect(),
    };
    let book = Book {
        chapters: vec![chapter],
        ..Book::default()
    };
    let whole = |block: &Block, _: &Language| {
        vec![Piece {
            source: block.text.clone(),
            spoken: block.text.clone(),
            continues: false,
        }]
    };
    Arc::new(Plan::new(&book, narration(), |_| true, whole))
}

pub(crate) fn engine() -> EngineId {
    EngineId {
        engine: "ready".to_owned(),
        version: "1".to_owned(),
        weights: String::new(),
    }
}

fn narration() -> Narration {
    Narration {
        engine: engine(),
        voice: "v".to_owned(),
        language: Language::new("en"),
        speed: Speed::NORMAL,
        pauses: Pauses::default(),
    }
}
