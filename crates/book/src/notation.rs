//! A chapter as text that a person can change, and back.
//!
//! Blocks are set apart by empty lines. A few signs at the start of a block, known from Markdown, say
//! what is no paragraph: `# ` a heading (as many as its level), `- ` an item of a list, `| ` each line
//! of a verse; `* * *` alone is a change of scene. A paragraph that begins with one of them has a `\`
//! in front. Narration tags are as in any text ([`crate::tags`]). Nothing else is markup.

use std::collections::HashMap;

use audiotome_core::{Block, BlockKind};

use crate::tags;

/// How a change of scene is written.
const SCENE: &str = "* * *";

/// Blocks as text.
#[must_use]
pub fn to_text(blocks: &[Block]) -> String {
    let texts: Vec<String> = tags::written(blocks).iter().map(written).collect();
    texts.join("\n\n")
}

/// Text as blocks, and what is odd about its narration tags. Blocks that are in `original`, too, keep the
/// language that they have there.
#[must_use]
pub fn from_text(text: &str, original: &[Block]) -> (Vec<Block>, Vec<String>) {
    let mut blocks = Vec::new();
    let mut lines: Vec<&str> = Vec::new();
    for line in text.lines().map(str::trim_end).chain([""]) {
        if !line.trim_start().is_empty() {
            lines.push(line);
        } else if !lines.is_empty() {
            blocks.push(read(&lines));
            lines.clear();
        }
    }
    keep_languages(&mut blocks, &tags::written(original));
    tags::in_chapter(blocks)
}

fn written(block: &Block) -> String {
    match block.kind {
        BlockKind::SceneBreak => SCENE.to_owned(),
        BlockKind::Heading(level) => {
            // A heading is one line.
            let line = block.text.replace('\n', " ");
            format!("{} {line}", "#".repeat(level.clamp(1, 6).into()))
        }
        BlockKind::ListItem => format!("- {}", block.text),
        BlockKind::Verse => format!("| {}", block.text.replace('\n', "\n| ")),
        BlockKind::Paragraph if is_plain(&block.text) => block.text.clone(),
        BlockKind::Paragraph => format!("\\{}", block.text),
    }
}

/// Whether a text is read as a paragraph.
fn is_plain(text: &str) -> bool {
    let lines: Vec<&str> = text.lines().collect();
    !text.starts_with('\\') && read(&lines).kind == BlockKind::Paragraph
}

fn read(lines: &[&str]) -> Block {
    let all = lines.join("\n");
    if let Some(plain) = all.strip_prefix('\\') {
        return Block::new(BlockKind::Paragraph, plain);
    }
    if all == SCENE {
        return Block::new(BlockKind::SceneBreak, "");
    }
    let verse: Option<Vec<&str>> = lines.iter().map(|line| line.strip_prefix('|')).collect();
    if let Some(verse) = verse.filter(|verse| !verse.is_empty()) {
        let lines: Vec<&str> = verse.into_iter().map(str::trim).collect();
        return Block::new(BlockKind::Verse, lines.join("\n"));
    }
    if let Some(item) = all.strip_prefix("- ") {
        return Block::new(BlockKind::ListItem, item.trim_start());
    }
    match heading(&all) {
        Some((level, title)) => Block::new(BlockKind::Heading(level), title),
        None => Block::new(BlockKind::Paragraph, all),
    }
}

fn heading(text: &str) -> Option<(u8, String)> {
    let title = text.trim_start_matches('#');
    let level = u8::try_from(text.len() - title.len()).ok()?;
    let title = title.strip_prefix(' ')?.trim().replace('\n', " ");
    ((1..=6).contains(&level) && !title.is_empty()).then_some((level, title))
}

/// A block's own language is not written: where no block came or went it stays with its place, else
/// with its words.
fn keep_languages(blocks: &mut [Block], original: &[Block]) {
    if blocks.len() == original.len() {
        for (block, before) in blocks.iter_mut().zip(original) {
            block.language.clone_from(&before.language);
        }
        return;
    }
    let foreign = original.iter().filter(|block| block.language.is_some());
    let foreign: HashMap<&str, &Block> = foreign.map(|block| (&*block.text, block)).collect();
    for block in blocks {
        let before = foreign.get(&*block.text);
        block.language = before.and_then(|before| before.language.clone());
    }
}

#[cfg(test)]
mod tests {
    use audiotome_core::Language;

    use super::*;

    fn blocks() -> Vec<Block> {
        let of = |kind, text: &str| Block::new(kind, text);
        vec![
            of(BlockKind::Heading(1), "I. The Start"),
            of(BlockKind::Paragraph, "A paragraph. It has two sentences."),
            of(BlockKind::Paragraph, "# is a sign, and - too."),
            of(BlockKind::Paragraph, "\\ in front."),
            of(BlockKind::Paragraph, "* * *"),
            of(BlockKind::Paragraph, "|x| is a number."),
            of(BlockKind::Paragraph, "#5 is alive.\nOn a line of its own."),
            of(BlockKind::SceneBreak, ""),
            of(BlockKind::Verse, "First line\nSecond line"),
            of(BlockKind::ListItem, "An item"),
            of(BlockKind::Heading(3), "Deep"),
            Block {
                pause: Some(std::time::Duration::from_millis(1_500)),
                continues: true,
                ..of(BlockKind::Paragraph, "She said:")
            },
            Block {
                voice: Some("Alice".to_owned()),
                ..of(BlockKind::Paragraph, "“[pause:3] is no pause.”")
            },
            Block {
                language: Some(Language::new("fr")),
                ..of(BlockKind::Paragraph, "Une phrase.")
            },
        ]
    }

    #[test]
    fn what_is_not_changed_stays_as_it_is() {
        let blocks = blocks();
        assert_eq!(from_text(&to_text(&blocks), &blocks).0, blocks);
    }

    #[test]
    fn a_new_paragraph_moves_no_language() {
        let blocks = blocks();
        let text = format!("New in front.\r\n\r\n\r\n{}", to_text(&blocks));
        assert_eq!(from_text(&text, &blocks).0[1..], blocks);
    }

    #[test]
    fn only_the_signs_are_markup() {
        let (read, _) = from_text("*Not* <b>markup</b> & [no](link)", &[]);
        assert_eq!(
            read,
            [Block::new(
                BlockKind::Paragraph,
                "*Not* <b>markup</b> & [no](link)"
            )]
        );
        assert_eq!(from_text(" \n\n \n", &[]).0, []);
    }
}
