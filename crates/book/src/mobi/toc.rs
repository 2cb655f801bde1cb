//! The table of contents of an index.

use super::header::Header;
use super::index::{Index, IndexEntry};
use crate::document::Entry;

/// Levels of a table; deeper entries hang on the last one.
const DEPTH: usize = 16;
/// Entries of a table.
const MOST: usize = 10_000;

/// What an entry's tags mean.
const LABEL: u8 = 3;
const LEVEL: u8 = 4;
const PARENT: u8 = 21;

/// The table with the targets that `target` finds for entries.
pub(super) fn entries(
    index: &Index,
    header: &Header,
    target: impl Fn(&IndexEntry) -> Option<(usize, Option<String>)>,
) -> Vec<Entry> {
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); index.entries.len().min(MOST)];
    let mut roots = Vec::new();
    // The way up of each entry: its parent, and its depth.
    let mut above: Vec<(usize, usize)> = Vec::new();
    for (at, entry) in index.entries.iter().take(MOST).enumerate() {
        let is_root = entry.value(LEVEL, 0).is_none_or(|level| level == 0);
        // The index stands level by level: parents come before.
        let parent = entry.value(PARENT, 0);
        let mut parent = parent.filter(|parent| !is_root && *parent < at);
        while let Some(deep) = parent.filter(|parent| above[*parent].1 >= DEPTH) {
            parent = Some(above[deep].0);
        }
        match parent {
            Some(parent) => children[parent].push(at),
            None => roots.push(at),
        }
        above.push(parent.map_or((at, 0), |parent| (parent, above[parent].1 + 1)));
    }
    let make = |at: usize| {
        let entry = &index.entries[at];
        let label = entry.value(LABEL, 0);
        let label = label.and_then(|offset| index.string(offset, header));
        let label = crate::html::plain(&label.unwrap_or_default());
        Entry {
            label: label.split_whitespace().collect::<Vec<_>>().join(" "),
            target: target(entry),
            ..Entry::default()
        }
    };
    roots
        .into_iter()
        .map(|root| grow(root, &children, &make))
        .collect()
}

fn grow(at: usize, children: &[Vec<usize>], make: &impl Fn(usize) -> Entry) -> Entry {
    let below = children[at].iter();
    Entry {
        children: below.map(|child| grow(*child, children, make)).collect(),
        ..make(at)
    }
}
