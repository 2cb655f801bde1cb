//! Blocks put together from the pieces between tags.

use std::time::Duration;

use audiotome_core::{Block, BlockKind};

use super::tokens::Tag;

/// The blocks of a chapter in the making.
#[derive(Default)]
pub(super) struct Parts {
    pub(super) blocks: Vec<Block>,
    /// A pause stood where nothing comes before it.
    pub(super) lost_pause: bool,
    /// The block whose pieces come now.
    model: Option<Block>,
    /// How many blocks were there before it.
    before: usize,
    /// Text that is in no block yet.
    text: String,
    /// Who speaks, the innermost last.
    voices: Vec<String>,
    skipped: bool,
}

impl Parts {
    /// The pieces of `block` come now.
    pub(super) fn begin(&mut self, block: &Block) {
        self.before = self.blocks.len();
        self.model = Some(block.clone());
        if block.kind == BlockKind::SceneBreak && !self.skipped {
            self.blocks.push(block.clone());
        }
    }

    pub(super) fn text(&mut self, text: &str) {
        if self.skipped {
            return;
        }
        // A tag with spaces around it leaves one space.
        let glued = self.text.is_empty() || self.text.ends_with(char::is_whitespace);
        let text = if glued {
            text.trim_start_matches(' ')
        } else {
            text
        };
        self.text.push_str(text);
    }

    pub(super) fn tag(&mut self, tag: &Tag) {
        match tag {
            Tag::EndSkip => self.skipped = false,
            _ if self.skipped => {}
            Tag::Skip => self.skipped = true,
            Tag::Pause(pause) => {
                self.flush();
                self.pause(*pause);
            }
            Tag::Voice(name) => {
                self.flush();
                self.voices.push(name.clone());
            }
            Tag::EndVoice => {
                self.flush();
                self.voices.pop();
            }
        }
    }

    /// The block is over.
    pub(super) fn end(&mut self) {
        self.flush();
        let Some(model) = self.model.take() else {
            return;
        };
        let rest = std::mem::take(&mut self.text);
        if !rest.trim().is_empty() {
            // Nothing but signs, such as a line of stars.
            self.blocks.push(Block::new(model.kind, rest.trim()));
        }
        let own = self.before..self.blocks.len();
        if let Some((last, others)) = self.blocks[own].split_last_mut() {
            for block in others {
                block.continues = true;
            }
            last.continues = model.continues;
            last.pause = last.pause.or(model.pause);
        }
    }

    /// Makes a block of the text so far. What has neither letter nor digit is no block of its own: it
    /// joins its neighbour.
    fn flush(&mut self) {
        let Some(model) = &self.model else { return };
        let text = self.text.trim();
        let own = &mut self.blocks[self.before..];
        if text.chars().any(char::is_alphanumeric) {
            let voice = self.voices.last().cloned();
            let voice = voice.or_else(|| model.voice.clone());
            match own.last_mut() {
                // Nobody said anything in between, as in `one [voice:a][/voice] two`: still two sentences.
                Some(last) if last.voice.is_none() && voice.is_none() && last.pause.is_none() => {
                    last.text.push('\n');
                    last.text.push_str(text);
                }
                _ => self.blocks.push(Block {
                    voice,
                    language: model.language.clone(),
                    ..Block::new(model.kind, text)
                }),
            }
            self.text.clear();
        } else if !text.is_empty()
            && let Some(last) = own.last_mut()
        {
            last.text.push_str(text);
            self.text.clear();
        }
    }

    fn pause(&mut self, pause: Duration) {
        let says_something = |block: &&mut Block| super::says_something(block);
        match self.blocks.iter_mut().rev().find(says_something) {
            Some(last) => last.pause = Some(last.pause.unwrap_or_default() + pause),
            None => self.lost_pause = true,
        }
    }
}
