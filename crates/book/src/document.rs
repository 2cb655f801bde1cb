//! What a format makes of a file before chapters are cut: blocks in reading order, with the places
//! that a table of contents can point at.

use std::collections::HashMap;

use audiotome_core::{Block, LeftOutKind};

use crate::note_marks::NoteLink;

/// A file of a book, or a whole book where it is one file.
#[derive(Debug, Default)]
pub(crate) struct Document {
    /// How a person finds it: its name in the book.
    pub(crate) name: String,
    /// Its text in reading order.
    pub(crate) blocks: Vec<Located>,
    /// Ids and the block that each of them stands in or before (may be one past the last).
    pub(crate) anchors: HashMap<String, usize>,
    /// What the file is for, as it says itself (`epub:type`, the guide).
    pub(crate) matter: Option<Matter>,
    /// Its first pictures, as they are referred to.
    pub(crate) images: Vec<String>,
    /// Its links that may be marks of notes, or lead back to them.
    pub(crate) note_links: Vec<NoteLink>,
    /// What its head says: `<title>` and the values of `<meta name>`.
    pub(crate) head: Head,
}

/// A block and where it comes from.
#[derive(Debug)]
pub(crate) struct Located {
    /// The text.
    pub(crate) block: Block,
    /// Set when it is not to be read aloud.
    pub(crate) left_out: Option<LeftOutKind>,
    /// The parts that it is in, of those that are usually read.
    pub(crate) parts: Parts,
    /// How many of its characters are links within the book.
    pub(crate) linked: usize,
}

/// Parts in front of and behind the text that deserve a chapter of their own however short they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Matter {
    /// `To my mother`.
    Dedication,
    /// A quotation in front of the text.
    Epigraph,
    /// Preface, by the author.
    Preface,
    /// Foreword, by another.
    Foreword,
    /// Introduction.
    Introduction,
    /// Prologue.
    Prologue,
}

/// The head of an HTML file.
#[derive(Debug, Default)]
pub(crate) struct Head {
    /// `<title>`: good for a whole book in one file, never for a chapter.
    pub(crate) title: String,
    /// `lang` of the root or the body.
    pub(crate) language: Option<String>,
    /// `<meta name content>` and `<meta property content>`, names in lower case.
    pub(crate) meta: Vec<(String, String)>,
}

/// An entry of a table of contents.
#[derive(Debug, Default, Clone)]
pub(crate) struct Entry {
    /// The label, with single spaces.
    pub(crate) label: String,
    /// Whether the label is the whole title, without a heading of the text.
    pub(crate) is_title: bool,
    /// Where it points: index of a document, and an anchor in it.
    pub(crate) target: Option<(usize, Option<String>)>,
    /// Entries below it.
    pub(crate) children: Vec<Entry>,
}

/// A few kinds of part at once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Parts(u32);

impl Parts {
    /// Adds a kind.
    pub(crate) fn add(&mut self, kind: LeftOutKind) {
        self.0 |= 1 << kind as u32;
    }

    /// Adds all of `others`.
    pub(crate) fn add_all(&mut self, others: Self) {
        self.0 |= others.0;
    }

    /// Whether the kind is among them.
    pub(crate) fn contain(self, kind: LeftOutKind) -> bool {
        self.0 & (1 << kind as u32) != 0
    }
}

impl Located {
    /// A block that is read.
    pub(crate) fn new(block: Block) -> Self {
        Self {
            block,
            left_out: None,
            parts: Parts::default(),
            linked: 0,
        }
    }
}

impl Document {
    /// Characters of all its text, read or not.
    pub(crate) fn characters(&self) -> usize {
        self.blocks.iter().map(Located::characters).sum()
    }
}

impl Located {
    /// Characters of its text.
    pub(crate) fn characters(&self) -> usize {
        self.block.text.chars().count()
    }
}
