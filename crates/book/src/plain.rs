//! Plain text: lines of any width and encoding as paragraphs, verse and headings.
//!
//! A text file has no markup, so everything is read from its layout. Paragraphs, headings and
//! notes found here go the same way to chapters as those of every other format.

mod contents;
mod headings;
mod inline;
mod layout;
mod metadata;
mod pages;

use audiotome_core::{Block, BlockKind, Book, LeftOutKind, Metadata};

use crate::compose::{Draft, compose};
use crate::document::{Document, Located};
use crate::html::{MAX_BLOCKS, is_scene_break};
use crate::{BookError, ReadOptions, encoding};
use headings::Headings;
use layout::Paragraph;

/// No book has a longer line, in bytes; a file that has one is data.
const LONGEST_LINE: usize = 8 << 20;
/// Lines of a text; long books have 50,000.
const MOST_LINES: usize = 1_000_000;

/// Reads a book that is plain text; `name` is the file's name.
///
/// # Errors
/// [`BookError::NoText`], [`BookError::TooLarge`].
pub(crate) fn read(bytes: &[u8], name: &str, options: &ReadOptions) -> Result<Book, BookError> {
    let too_large = |what: String| BookError::TooLarge {
        name: name.to_owned(),
        what,
    };
    if bytes
        .split(|byte| matches!(byte, b'\n' | b'\r'))
        .any(|line| line.len() > LONGEST_LINE)
    {
        return Err(too_large(format!(
            "it has a line of over {} MiB",
            LONGEST_LINE >> 20
        )));
    }
    let count = |end: u8| bytes.iter().filter(|byte| **byte == end).count();
    if count(b'\n').max(count(b'\r')) > MOST_LINES {
        return Err(too_large(format!("it has over {MOST_LINES} lines")));
    }
    let text = encoding::decode(bytes, None);
    let lines = pages::lines(&text);
    let metadata = metadata::read(&lines);
    let paragraphs = layout::paragraphs(&lines);
    if paragraphs.len() > MAX_BLOCKS {
        return Err(too_large(format!("it has over {MAX_BLOCKS} paragraphs")));
    }
    let document = Document {
        name: name.to_owned(),
        blocks: blocks(&paragraphs, &text),
        ..Document::default()
    };
    let draft = Draft {
        metadata,
        documents: vec![document],
        ..Draft::default()
    };
    compose(name, draft, options)
}

/// What a text says about itself in its first lines (`Title: …`), as Project Gutenberg's do.
pub(crate) fn said_in_head(text: &str) -> Metadata {
    metadata::read(&layout::lines(text))
}

/// What each paragraph is. A section of notes lasts to the next heading, a note's further
/// paragraphs are as far from the margin as it is.
fn blocks(paragraphs: &[Paragraph<'_>], text: &str) -> Vec<Located> {
    let marks = inline::Marks::of(text);
    let contents = contents::find(paragraphs);
    let headings = Headings::find(paragraphs, &marks, &contents);
    let mut blocks = Vec::with_capacity(paragraphs.len());
    let mut notes_section = false;
    let mut note_indent = None;
    for (index, paragraph) in paragraphs.iter().enumerate() {
        if headings.is_joined(index) {
            continue;
        }
        let joined = marks.join(paragraph);
        let block = if let Some((level, title)) = headings.of(index) {
            notes_section = false;
            Block::new(BlockKind::Heading(level), title)
        } else if is_scene_break(&joined) {
            Block::new(BlockKind::SceneBreak, "")
        } else if paragraph.verse {
            Block::new(BlockKind::Verse, marks.verse(paragraph))
        } else {
            Block::new(BlockKind::Paragraph, marks.spoken(&joined))
        };
        notes_section |= inline::is_notes_label(&joined);
        let starts_note = inline::is_note(&joined);
        let note_goes_on =
            note_indent.is_some_and(|indent| indent >= 2 && paragraph.indent >= indent);
        note_indent = (starts_note || note_goes_on).then_some(paragraph.indent);
        let is_note = notes_section || note_indent.is_some();
        let left_out = if contents.list.contains(&index) {
            Some(LeftOutKind::Contents)
        } else {
            is_note.then_some(LeftOutKind::Notes)
        };
        blocks.push(Located {
            left_out,
            ..Located::new(block)
        });
    }
    blocks
}
