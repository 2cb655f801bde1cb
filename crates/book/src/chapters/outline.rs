//! The text of a book in one line, and the places in it that its table of contents names.

use std::collections::{BTreeSet, HashMap};

use audiotome_core::{Block, LeftOutKind};

use super::words;
use crate::document::{Document, Entry, Matter};
use crate::sentences::is_dense;

/// Letters that an ideograph counts for.
const DENSE: usize = 3;

/// A book's text in reading order.
#[derive(Debug, Default)]
pub(crate) struct Outline {
    /// What is read.
    pub(crate) blocks: Vec<Block>,
    pub(super) files: Vec<FileStart>,
    pub(super) roots: Vec<Place>,
    /// Letters before each block, and in all.
    before: Vec<usize>,
}

/// Where a file begins.
#[derive(Debug)]
pub(super) struct FileStart {
    pub(super) start: usize,
    pub(super) matter: Option<Matter>,
}

/// An entry of a table of contents at its place in the text.
#[derive(Debug, Default)]
pub(super) struct Place {
    pub(super) label: String,
    /// Whether the label is the whole title.
    pub(super) is_title: bool,
    /// Index of a block.
    pub(super) position: usize,
    pub(super) children: Vec<Place>,
    /// Whether its entry has no link: it only heads those below it.
    pub(super) is_heading: bool,
    /// Letters up to the next place.
    pub(super) own: usize,
    /// Letters of its own and of all below it.
    pub(super) total: usize,
}

impl Outline {
    /// Lines up the blocks that are read, and places the entries of the table of contents among them.
    pub(crate) fn new(
        documents: Vec<Document>,
        toc: &[Entry],
        include: &BTreeSet<LeftOutKind>,
    ) -> Self {
        let map = Map::new(&documents, toc, include);
        let mut outline = Self {
            roots: map.places(toc),
            ..Self::default()
        };
        for document in documents {
            outline.files.push(FileStart {
                start: outline.blocks.len(),
                matter: document.matter,
            });
            let read = document
                .blocks
                .into_iter()
                .filter(|block| block.left_out.is_none_or(|kind| include.contains(&kind)));
            outline.blocks.extend(read.map(|located| located.block));
        }
        outline.measure();
        outline
    }

    /// Letters of the blocks `from..to`; an ideograph says as much as three.
    pub(super) fn letters(&self, from: usize, to: usize) -> usize {
        let at = |index: usize| self.before[index.min(self.before.len() - 1)];
        at(to).saturating_sub(at(from))
    }

    fn measure(&mut self) {
        let mut sum = 0;
        self.before = vec![0];
        for block in &self.blocks {
            let dense = block.text.chars().filter(|c| is_dense(*c)).count();
            sum += block.text.chars().count() + dense * (DENSE - 1);
            self.before.push(sum);
        }
    }
}

/// Where the blocks of the documents stand in the whole.
struct Map<'a> {
    documents: &'a [Document],
    /// Per document, per block: how many blocks that are read stand before it in the whole.
    positions: Vec<Vec<usize>>,
    /// Per document: the blocks that entries point at.
    targets: HashMap<usize, BTreeSet<usize>>,
}

impl<'a> Map<'a> {
    fn new(documents: &'a [Document], toc: &[Entry], include: &BTreeSet<LeftOutKind>) -> Self {
        let mut position = 0;
        let positions = documents.iter().map(|document| {
            let mut own = Vec::with_capacity(document.blocks.len() + 1);
            for block in &document.blocks {
                own.push(position);
                position += usize::from(block.left_out.is_none_or(|kind| include.contains(&kind)));
            }
            own.push(position);
            own
        });
        let mut map = Self {
            documents,
            positions: positions.collect(),
            targets: HashMap::new(),
        };
        map.collect_targets(toc);
        map
    }

    fn collect_targets(&mut self, entries: &[Entry]) {
        for entry in entries {
            if let Some((document, block)) = self.target(entry) {
                self.targets.entry(document).or_default().insert(block);
            }
            self.collect_targets(&entry.children);
        }
    }

    /// The document and block that an entry points at. A missing anchor means the document's start.
    fn target(&self, entry: &Entry) -> Option<(usize, usize)> {
        let (document, anchor) = entry.target.as_ref()?;
        let found = anchor
            .as_ref()
            .and_then(|id| self.documents.get(*document)?.anchors.get(id));
        let last = self.positions.get(*document)?.len() - 1;
        Some((*document, found.copied().unwrap_or(0).min(last)))
    }

    fn places(&self, entries: &[Entry]) -> Vec<Place> {
        entries.iter().flat_map(|entry| self.place(entry)).collect()
    }

    /// The place of an entry with those below it; only those where the entry itself has nothing that is read.
    fn place(&self, entry: &Entry) -> Vec<Place> {
        let children = self.places(&entry.children);
        let own = self.target(entry).and_then(|(document, block)| {
            let next = self
                .targets
                .get(&document)?
                .range(block + 1..)
                .next()
                .copied();
            let positions = &self.positions[document];
            let end = next.unwrap_or(positions.len() - 1);
            let read = positions[end] - positions[block];
            let left_out = read == 0 && end > block;
            let silent = read == 0 && children.is_empty() && !words::is_part(&entry.label);
            (!left_out && !silent).then_some(positions[block])
        });
        let first_child = children.iter().map(|child| child.position).min();
        // An entry without a link is the heading of those below it.
        let is_heading = entry.target.is_none() && !entry.label.is_empty();
        let Some(position) = own.or(first_child.filter(|_| is_heading)) else {
            return children;
        };
        vec![Place {
            label: entry.label.clone(),
            is_title: entry.is_title,
            position,
            children,
            is_heading,
            ..Place::default()
        }]
    }
}
