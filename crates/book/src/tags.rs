//! Narration tags: `[pause:1.5]`, `[break]`, `[voice:NAME]…[/voice]`, `[skip]…[/skip]`.
//!
//! They are looked for in texts that people write by hand (text, Markdown, an edited chapter). A
//! tag cuts its block in two, so that whoever plans sees nothing but blocks. What only looks like a tag,
//! and what opens without closing in its chapter, is text, and the book warns of it.

mod pairs;
mod parts;
mod tokens;

use audiotome_core::{Block, Book};

use parts::Parts;
use tokens::Token;

/// Warnings about tags of a book, at most.
const MOST_WARNINGS: usize = 20;

/// Carries out the tags in all chapters of a book. Chapters of which nothing is left go.
pub(crate) fn apply(book: &mut Book) {
    let mut warnings = Vec::new();
    for chapter in &mut book.chapters {
        let blocks = std::mem::take(&mut chapter.blocks);
        let (blocks, odd) = in_chapter(blocks);
        chapter.blocks = blocks;
        chapter.title = without_tags(&chapter.title);
        warnings.extend(
            odd.into_iter()
                .map(|odd| format!("in `{}`, {odd}", chapter.title)),
        );
    }
    if warnings.len() > MOST_WARNINGS {
        let more = warnings.len() - MOST_WARNINGS;
        warnings.truncate(MOST_WARNINGS);
        warnings.push(format!("{more} more narration tags are read as text"));
    }
    book.warnings.append(&mut warnings);
    book.chapters
        .retain(|chapter| chapter.blocks.iter().any(says_something));
}

fn says_something(block: &Block) -> bool {
    block.text.chars().any(char::is_alphanumeric)
}

/// The blocks of a chapter with its tags carried out, and what was odd about them.
pub(crate) fn in_chapter(blocks: Vec<Block>) -> (Vec<Block>, Vec<String>) {
    if !blocks.iter().any(|block| block.text.contains('[')) {
        return (blocks, Vec::new());
    }
    let tokens: Vec<_> = blocks.iter().map(|b| tokens::of(&b.text)).collect();
    let (tokens, mut warnings) = pairs::checked(tokens);
    let mut parts = Parts::default();
    for (block, tokens) in blocks.iter().zip(tokens) {
        parts.begin(block);
        for token in tokens {
            match token {
                Token::Text(text) | Token::Odd(text) => parts.text(text),
                Token::Tag(_, tag) => parts.tag(&tag),
            }
        }
        parts.end();
    }
    if parts.lost_pause {
        warnings.push("a pause before the first words is not heard".to_owned());
    }
    (parts.blocks, warnings)
}

/// Blocks whose texts hold the tags that give these blocks again.
#[must_use]
pub fn written(blocks: &[Block]) -> Vec<Block> {
    let mut written: Vec<Block> = Vec::new();
    let mut goes_on = false;
    for block in blocks {
        let mut text = tokens::escaped(&block.text);
        if let Some(voice) = &block.voice {
            // Not `\[/voice]`, which would be text.
            let space = if text.ends_with('\\') { " " } else { "" };
            text = format!("[voice:{voice}]{text}{space}[/voice]");
        }
        if let Some(pause) = block.pause {
            text = format!("{text} {}", tokens::pause(pause));
        }
        match written.last_mut().filter(|_| goes_on) {
            Some(before) => {
                before.text.push(' ');
                before.text.push_str(&text);
            }
            None => written.push(Block {
                language: block.language.clone(),
                ..Block::new(block.kind, text)
            }),
        }
        goes_on = block.continues;
    }
    written
}

fn without_tags(text: &str) -> String {
    if !text.contains('[') {
        return text.to_owned();
    }
    let texts = tokens::of(text)
        .into_iter()
        .filter_map(|token| match token {
            Token::Text(text) | Token::Odd(text) => Some(text),
            Token::Tag(..) => None,
        });
    let plain: String = texts.collect();
    let plain = plain.split_whitespace().collect::<Vec<_>>().join(" ");
    if plain.is_empty() {
        text.to_owned()
    } else {
        plain
    }
}

#[cfg(test)]
mod tests {
    use audiotome_core::BlockKind;
    use proptest::prelude::*;

    use super::*;

    fn paragraphs(texts: &[&str]) -> Vec<Block> {
        let paragraph = |text: &&str| Block::new(BlockKind::Paragraph, *text);
        texts.iter().map(paragraph).collect()
    }

    /// `voice|text|pause in milliseconds|continues` for each block.
    fn read(texts: &[&str]) -> (Vec<String>, Vec<String>) {
        let (blocks, warnings) = in_chapter(paragraphs(texts));
        let shown = blocks.iter().map(|block| {
            format!(
                "{}|{}|{}|{}",
                block.voice.as_deref().unwrap_or(""),
                block.text,
                block
                    .pause
                    .map_or(String::new(), |p| p.as_millis().to_string()),
                if block.continues { "+" } else { "" }
            )
        });
        (shown.collect(), warnings)
    }

    fn quietly(texts: &[&str]) -> Vec<String> {
        let (shown, warnings) = read(texts);
        assert_eq!(warnings, Vec::<String>::new(), "{texts:?}");
        shown
    }

    #[test]
    fn pauses_stand_between_and_inside_sentences() {
        assert_eq!(
            quietly(&["One. [pause:1.5] Two [break]three.[pause]", "Four."]),
            ["|One.|1500|+", "|Two|450|+", "|three.|1300|", "|Four.||"]
        );
        assert_eq!(
            quietly(&["One.", "[pause:3]", "[PAUSE: 2s]Two."]),
            ["|One.|5000|", "|Two.||"]
        );
    }

    #[test]
    fn voices_reach_over_blocks_and_into_each_other() {
        assert_eq!(
            quietly(&[
                "He: [voice:Alice]“Hi.”[/voice] Oh.",
                "[voice:b]One.",
                "Two [voice:c]three[/voice]",
                "four.[/voice] Five."
            ]),
            [
                "|He:||+",
                "Alice|“Hi.”||+",
                "|Oh.||",
                "b|One.||",
                "b|Two||+",
                "c|three||",
                "b|four.||+",
                "|Five.||"
            ]
        );
        assert_eq!(
            quietly(&[
                "[voice:a]Yes[/voice] [voice:a]No[/voice]",
                "One [voice:a][/voice] two"
            ]),
            ["a|Yes||+", "a|No||", "|One\ntwo||"]
        );
        assert_eq!(
            quietly(&["[voice:/voices/eng/alice.wav]Hi[/voice]."]),
            ["/voices/eng/alice.wav|Hi.||"]
        );
    }

    #[test]
    fn what_is_skipped_is_gone() {
        assert_eq!(
            quietly(&[
                "One [skip]two[pause:9] [/skip]three.",
                "[skip]Four.",
                "Five.[/skip]",
                "Six."
            ]),
            ["|One three.||", "|Six.||"]
        );
    }

    #[test]
    fn what_is_no_tag_is_text_and_is_told() {
        for (text, warning) in [
            ("[pause:x] One.", "`[pause:x]`"),
            ("[pause:-1] One.", "`[pause:-1]`"),
            ("[pause:1000] One.", "`[pause:1000]`"),
            ("[voice] One.", "`[voice]`"),
            ("[voice:] One.", "`[voice:]`"),
            ("[voice:a] One.", "`[voice:a]`"),
            ("One.[/voice]", "`[/voice]`"),
            ("[skip]One.", "`[skip]`"),
            ("[break:2]One.", "`[break:2]`"),
        ] {
            let (shown, warnings) = read(&[text]);
            assert_eq!(shown, [format!("|{text}||")]);
            assert!(warnings[0].contains(warning), "{warnings:?}");
        }
        for text in ["[sic] [1] [pauses] [a:b] [", "[voice", "breaking [b]reak"] {
            assert_eq!(quietly(&[text]), [format!("|{text}||")]);
        }
        assert_eq!(
            quietly(&[r"\[pause:3] and \[voice:a]"]),
            ["|[pause:3] and [voice:a]||"]
        );
        assert!(read(&["[pause:3]One."]).1[0].contains("before the first words"));
    }

    #[test]
    fn what_is_written_is_read_again() {
        let texts = [
            "A [voice:b]c.[/voice] D [pause:1.5] e.",
            r"\[pause:3] f [pause:2]",
            "g",
            "[voice[pause]: h",
            r"[voice:b]i\ [/voice]",
            "[/[voice:b][/voice]voice]j",
            "…",
            "[pause] k",
        ];
        let (blocks, _) = in_chapter(paragraphs(&texts));
        assert_eq!(in_chapter(written(&blocks)).0, blocks);
    }

    #[test]
    fn chapters_lose_the_tags_in_their_titles_and_go_when_nothing_is_left() {
        let chapter = |title: &str, texts: &[&str]| audiotome_core::Chapter {
            title: title.to_owned(),
            blocks: paragraphs(texts),
        };
        let mut book = Book {
            chapters: vec![
                chapter("One [pause:2]", &["Text. [pause:x]"]),
                chapter("Two", &["[skip]Text.", "More.[/skip]"]),
            ],
            ..Book::default()
        };
        apply(&mut book);
        let titles: Vec<_> = book.chapters.iter().map(|c| &*c.title).collect();
        assert_eq!(titles, ["One"]);
        assert!(
            book.warnings[0].starts_with("in `One`"),
            "{:?}",
            book.warnings
        );
    }

    fn letters(text: &str) -> String {
        text.chars().filter(|c| !c.is_whitespace()).collect()
    }

    proptest! {
        #[test]
        fn nothing_is_lost_but_tags(texts in prop::collection::vec(
            prop::collection::vec(
                prop_oneof![
                    "[a-z .,“”é东]{0,8}".boxed(),
                    prop::sample::select(vec!["[pause:2]", "[pause:x]", "[voice:a]", "[/voice]", "[break]", "[", "]", "\\"]).prop_map(str::to_owned).boxed(),
                ], 0..8).prop_map(|parts| parts.concat()), 0..5)
        ) {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let (blocks, _) = in_chapter(paragraphs(&texts));
            let mut left: String = blocks.iter().map(|block| letters(&block.text)).collect();
            let mut all: String = texts.iter().map(|text| letters(text)).collect();
            // Only well-formed tags, and the backslash before one, may be gone.
            for tag in ["[pause:2]", "[break]", "[voice:a]", "[/voice]", "\\"] {
                left = left.replace(tag, "");
                all = all.replace(tag, "");
            }
            prop_assert_eq!(left, all);
        }

        #[test]
        fn no_text_panics(text in r"(\[|\]|/|:|\\| |voice|skip|pause|break|[0-9.]|\PC){0,40}") {
            let (blocks, _) = in_chapter(paragraphs(&[&text, "after"]));
            prop_assert_eq!(in_chapter(written(&blocks)).0, blocks);
        }

        /// Halves of tags, with whole tags between them.
        #[test]
        fn whatever_is_written_is_read_again(
            texts in prop::collection::vec(
                r"(\[voice:a\]|\[/voice\]|\[pause\]|\[skip\]|\[/skip\]|\[voice|\[/|\[|\]|:|\\| |x|…){0,12}", 1..4)
        ) {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let (blocks, _) = in_chapter(paragraphs(&texts));
            prop_assert_eq!(in_chapter(written(&blocks)).0, blocks);
        }
    }
}
