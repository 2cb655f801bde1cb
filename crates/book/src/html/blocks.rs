//! Ends of blocks: what the text was.

use audiotome_core::{Block, BlockKind, Language, LeftOutKind};

use super::elements::is_page_number;
use super::reader::{Reader, State};
use crate::document::Located;

/// A longer "heading" is text in the wrong element.
const LONGEST_HEADING: usize = 300;
/// A longer row of signs is something else than a change of scene.
const LONGEST_BREAK: usize = 60;

impl Reader<'_, '_> {
    /// Ends the current block.
    pub(super) fn flush(&mut self) {
        let mut text = self.text.take();
        let state = self.state();
        if state.page_number && state.heading.is_none() && is_page_number(&text) {
            text.clear();
        } else if text.is_empty() && state.heading.is_some() {
            text.push_str(&self.alt_of_heading);
        }
        self.alt_of_heading.clear();
        let index = self.document.blocks.len();
        let read_to = text.len();
        for (id, at) in self.pending_anchors.drain(..) {
            let after = usize::from(read_to > 0 && at >= read_to);
            self.document.anchors.entry(id).or_insert(index + after);
        }
        for open in &mut self.stack {
            open.mark = 0;
        }
        let linked = std::mem::take(&mut self.linked);
        self.drop_bracket = false;
        self.settle_marks((!text.is_empty()).then_some(index), &text);
        if text.is_empty() {
            return;
        }
        self.begun.clear();
        if is_scene_break(&text) && self.tables.is_empty() {
            return self.scene_break_in(&state);
        }
        let characters = text.chars().count();
        let kind = kind(&state, characters);
        let linked = if state.link { characters } else { linked };
        // The number of a page or a paragraph, beside the text.
        let counts = linked == characters
            && text.chars().all(char::is_numeric)
            && !matches!(kind, BlockKind::Heading(_))
            && self.tables.is_empty();
        let block = Block {
            language: state.language.as_deref().map(Language::new),
            ..Block::new(kind, text)
        };
        self.document.blocks.push(Located {
            block,
            left_out: state.left_out.or(counts.then_some(LeftOutKind::Contents)),
            parts: state.parts,
            linked,
        });
    }

    /// A change of scene stands here.
    pub(super) fn scene_break(&mut self) {
        self.flush();
        let state = self.state();
        self.scene_break_in(&state);
    }

    fn scene_break_in(&mut self, state: &State) {
        let blocks = &mut self.document.blocks;
        if blocks
            .last()
            .is_some_and(|last| last.block.kind == BlockKind::SceneBreak)
        {
            return;
        }
        blocks.push(Located {
            left_out: state.left_out,
            parts: state.parts,
            ..Located::new(Block::new(BlockKind::SceneBreak, ""))
        });
    }
}

/// Whether a line is only an ornament.
pub(crate) fn is_scene_break(text: &str) -> bool {
    let ornament = |c: char| {
        matches!(
            c,
            '*' | '•'
                | '·'
                | '∙'
                | '⁂'
                | '#'
                | '~'
                | '_'
                | '='
                | '+'
                | '-'
                | '–'
                | '—'
                | '―'
                | '◦'
                | '●'
                | '○'
                | '◆'
                | '◇'
                | '■'
                | '□'
                | '▪'
                | '★'
                | '☆'
                | '✻'
                | '✽'
                | '✦'
                | '❦'
                | '❧'
                | '☙'
                | '✠'
                | '＊'
                | '※'
                | '†'
                | '‡'
                | '§'
                | '¤'
                | '⸻'
        )
    };
    let mut signs = text.chars().filter(|c| !c.is_whitespace());
    text.len() <= LONGEST_BREAK * 4
        && text.chars().count() <= LONGEST_BREAK
        && text.chars().any(ornament)
        && signs.all(ornament)
        // A lone dash is a cut-off word of dialogue.
        && !matches!(text, "-" | "–" | "—" | "―")
}

fn kind(state: &State, characters: usize) -> BlockKind {
    match state.heading {
        Some(level) if characters <= LONGEST_HEADING => BlockKind::Heading(level),
        _ if state.verse => BlockKind::Verse,
        _ if state.item => BlockKind::ListItem,
        _ => BlockKind::Paragraph,
    }
}
