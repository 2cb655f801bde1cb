//! Paragraphs in another language than their book.

use audiotome_core::{Block, BlockKind, Book};

use crate::detect;

/// Gives paragraphs in another language than the book's that language, where they have none of their
/// own and it is sure: they have 60 letters (15 in Chinese, Japanese and Korean), and are in another
/// script or detected with 90 % confidence. Shorter ones need the book to say so.
pub fn mark_foreign(book: &mut Book) {
    let Some(own) = book.metadata.language.clone() else {
        return;
    };
    let unknown = |block: &&mut Block| {
        block.language.is_none() && !matches!(block.kind, BlockKind::Heading(_))
    };
    let chapters = book.chapters.iter_mut();
    for block in chapters
        .flat_map(|chapter| &mut chapter.blocks)
        .filter(unknown)
    {
        block.language = detect::other_language(&block.text, &own);
    }
}

#[cfg(test)]
mod tests {
    use audiotome_core::{Chapter, Language, Metadata};

    use super::*;

    #[test]
    fn only_what_is_surely_foreign_is_marked() {
        let texts = [
            "It is a truth universally acknowledged, that a single man in possession of a good fortune must be in want of a wife.",
            "Longtemps, je me suis couché de bonne heure. Parfois, à peine ma bougie éteinte, mes yeux se fermaient si vite.",
            "C'est la vie, mon ami.",
            "Все счастливые семьи похожи друг на друга, каждая несчастливая семья несчастлива по-своему. Жена узнала, что муж был в связи с бывшею в их доме гувернанткой, и объявила мужу, что не может жить с ним в одном доме.",
            "我和你一起去北京看长城，然后我们回家吃饭。",
        ];
        let blocks = texts.map(|text| Block::new(BlockKind::Paragraph, text));
        let mut book = Book {
            metadata: Metadata {
                language: Some(Language::new("en-GB")),
                ..Metadata::default()
            },
            chapters: vec![Chapter {
                title: String::new(),
                blocks: blocks.to_vec(),
            }],
            ..Book::default()
        };
        mark_foreign(&mut book);
        let blocks = &book.chapters[0].blocks;
        let languages = blocks
            .iter()
            .map(|b| b.language.as_ref().map(Language::as_str));
        let expected = [None, Some("fr"), None, Some("ru"), Some("zh")];
        assert_eq!(languages.collect::<Vec<_>>(), expected);
    }
}
