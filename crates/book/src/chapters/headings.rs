//! Chapters without a table of contents: by headings, else by lines that look like them.

use audiotome_core::BlockKind;

use super::outline::{Outline, Place};
use super::words;

/// Letters of text below a heading that make it a chapter's.
const SECTION: usize = 100;
/// Characters of a line that can be a chapter's heading.
const LONGEST_LINE: usize = 80;

/// Places of the highest level of headings that is used at least twice, with lower headings below
/// them; else of lines like "Chapter 12".
pub(super) fn places(outline: &Outline) -> Option<Vec<Place>> {
    let headings: Vec<(usize, u8)> = outline
        .blocks
        .iter()
        .enumerate()
        .filter_map(|(position, block)| match block.kind {
            BlockKind::Heading(level) => Some((position, level)),
            _ => None,
        })
        .collect();
    let top = (1..=6).find(|level| sections(outline, &headings, *level) >= 2);
    match top {
        Some(top) => Some(tree(outline, &headings, top)),
        None => lines(outline),
    }
}

/// How many headings of a level have text below them.
fn sections(outline: &Outline, headings: &[(usize, u8)], level: u8) -> usize {
    let upper: Vec<_> = headings.iter().filter(|(_, own)| *own <= level).collect();
    let with_text = upper.iter().enumerate().filter(|(index, (position, own))| {
        let end = upper
            .get(index + 1)
            .map_or(outline.blocks.len(), |(next, _)| *next);
        *own == level && outline.letters(position + 1, end) >= SECTION
    });
    with_text.count()
}

fn tree(outline: &Outline, headings: &[(usize, u8)], top: u8) -> Vec<Place> {
    let mut roots: Vec<Place> = Vec::new();
    let mut open: Vec<(u8, Place)> = Vec::new();
    let close_to = |open: &mut Vec<(u8, Place)>, roots: &mut Vec<Place>, level: u8| {
        while open.last().is_some_and(|(own, _)| *own >= level) {
            if let Some((_, place)) = open.pop() {
                let list = open
                    .last_mut()
                    .map_or(&mut *roots, |(_, parent)| &mut parent.children);
                list.push(place);
            }
        }
    };
    for (position, level) in headings.iter().filter(|(_, level)| *level >= top) {
        close_to(&mut open, &mut roots, *level);
        // Lower headings before the first chapter are no chapters.
        if *level > top && open.is_empty() {
            continue;
        }
        let place = Place {
            label: outline.blocks[*position].text.replace('\n', ": "),
            position: *position,
            ..Place::default()
        };
        open.push((*level, place));
    }
    close_to(&mut open, &mut roots, 0);
    roots
}

fn lines(outline: &Outline) -> Option<Vec<Place>> {
    let places: Vec<Place> = outline
        .blocks
        .iter()
        .enumerate()
        .filter(|(_, block)| {
            block.text.chars().count() <= LONGEST_LINE && words::is_chapter_line(&block.text)
        })
        .map(|(position, block)| Place {
            label: block.text.replace('\n', ": "),
            position,
            ..Place::default()
        })
        .collect();
    (places.len() >= 2).then_some(places)
}
