//! Marks of notes that nothing tells from other links but this: the note leads back to them.

use std::collections::HashMap;
use std::ops::Range;

use crate::document::Document;

/// A link that may be a note's mark, or the way back to one.
#[derive(Debug)]
pub(crate) struct NoteLink {
    /// Where it leads, as `path#id`.
    pub(crate) target: String,
    /// What leads to itself.
    pub(crate) own: Vec<String>,
    /// What leads to the passages that it stands in.
    pub(crate) around: Vec<String>,
    /// Its text in the block, where that may be a mark.
    pub(crate) mark: Option<Mark>,
}

/// The text of a link.
#[derive(Debug)]
pub(crate) struct Mark {
    /// Index of the block.
    pub(crate) block: usize,
    pub(crate) range: Range<usize>,
    pub(crate) text: String,
}

/// Takes the marks out of the text whose notes lead back to them.
pub(crate) fn take_out(documents: &mut [Document]) {
    for (document, link) in proven(documents).into_iter().rev() {
        let document = &mut documents[document];
        let Some(mark) = document.note_links[link].mark.take() else {
            continue;
        };
        let Some(located) = document.blocks.get_mut(mark.block) else {
            continue;
        };
        let text = &mut located.block.text;
        // The block may have become another one, such as the row of a table.
        if text.get(mark.range.clone()) == Some(&mark.text) {
            text.replace_range(mark.range, "");
            let characters = mark.text.chars().count();
            located.linked = located.linked.saturating_sub(characters);
        }
    }
}

/// The links that are marks for sure, in the order of the text: their documents and indexes.
fn proven(documents: &[Document]) -> Vec<(usize, usize)> {
    let mut marks = HashMap::new();
    let mut proven = Vec::new();
    for (index, document) in documents.iter().enumerate() {
        for (at, link) in document.note_links.iter().enumerate() {
            // The mark comes before its note.
            let mark: Option<&(usize, usize, &str)> = marks.get(link.target.as_str());
            if let Some((document, mark, note)) = mark
                && link.own.iter().chain(&link.around).any(|id| id == note)
            {
                proven.push((*document, *mark));
            }
            if link.mark.is_some() {
                let own = link.own.iter().map(String::as_str);
                marks.extend(own.map(|id| (id, (index, at, link.target.as_str()))));
            }
        }
    }
    proven.sort_unstable();
    proven
}
