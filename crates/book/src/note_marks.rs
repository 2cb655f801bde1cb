//! Marks of notes that nothing tells from other links but this: the note leads back to them, by its
//! label or an arrow at an end. References such as `See figure 1` are led back to from words.

use std::collections::HashMap;
use std::ops::Range;
use std::rc::Rc;

use crate::document::Document;

/// A link that may be a note's mark, or the way back to one.
#[derive(Debug)]
pub(crate) struct NoteLink {
    /// Where it leads, as `path#id`.
    pub(crate) target: String,
    /// Ids that lead to itself.
    pub(crate) own: Vec<Rc<str>>,
    /// Ids that lead to the passages that it stands in.
    pub(crate) around: Vec<Rc<str>>,
    /// Whether it stands where the way back from a note does.
    pub(crate) leads_back: bool,
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

impl NoteLink {
    /// Bytes that it takes; the ids are shared.
    pub(crate) fn bytes(&self) -> usize {
        let ids = self.own.len() + self.around.len();
        size_of::<Self>() + self.target.len() + ids * size_of::<Rc<str>>()
    }

    /// Whether another link leads here, to a place in `document`.
    fn is_target_of(&self, other: &Self, document: &Document) -> bool {
        let path = other.target.strip_prefix(&document.name);
        let id = path.and_then(|rest| rest.strip_prefix('#'));
        id.is_some_and(|id| self.own.iter().chain(&self.around).any(|own| **own == *id))
    }
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
    let mut marks: HashMap<String, (usize, usize)> = HashMap::new();
    let mut proven = Vec::new();
    for (index, document) in documents.iter().enumerate() {
        for (at, link) in document.note_links.iter().enumerate() {
            // The mark comes before its note.
            if link.leads_back
                && let Some((of, mark)) = marks.get(&link.target)
                && link.is_target_of(&documents[*of].note_links[*mark], document)
            {
                proven.push((*of, *mark));
            }
            if link.mark.is_some() {
                let own = link.own.iter();
                marks.extend(own.map(|id| (format!("{}#{id}", document.name), (index, at))));
            }
        }
    }
    proven.sort_unstable();
    proven
}
