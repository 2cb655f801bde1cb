//! Lists of contents that nothing calls so: a run of lines that are all links within the book.

use audiotome_core::{BlockKind, LeftOutKind};

use super::labels;
use crate::document::{Document, Located};

/// Lines that make a list.
const SHORTEST_LIST: usize = 5;
/// Share of a line, in percent, that is a link; numbers and dots may stand beside it.
const LINKED: usize = 70;
/// Characters of a line of such a list.
const LONGEST_LINE: usize = 300;

/// Marks such lists, with the heading in front of them if it is a list's.
pub(super) fn leave_out(documents: &mut [Document]) {
    for document in documents {
        let blocks = &mut document.blocks;
        let mut at = 0;
        while at < blocks.len() {
            let length = blocks[at..]
                .iter()
                .take_while(|block| is_link_line(block))
                .count();
            if length >= SHORTEST_LIST {
                let from = at - usize::from(at > 0 && is_label(&blocks[at - 1].block.text));
                for block in &mut blocks[from..at + length] {
                    block.left_out.get_or_insert(LeftOutKind::Contents);
                }
            }
            at += length.max(1);
        }
    }
}

fn is_link_line(block: &Located) -> bool {
    let letters = block
        .block
        .text
        .chars()
        .filter(|c| c.is_alphabetic())
        .count();
    let characters = block.characters();
    !matches!(block.block.kind, BlockKind::Heading(_))
        && block.linked > 0
        && characters <= LONGEST_LINE
        && block.linked * 100 >= letters.min(characters) * LINKED
}

/// Whether a line says that a list of contents follows.
pub(crate) fn is_label(text: &str) -> bool {
    labels::kind(text) == Some(LeftOutKind::Contents)
}
