//! Note references and note bodies.

use std::rc::Rc;

use audiotome_core::{Block, BlockKind, LeftOutKind};

use super::elements::{Words, heading_level};
use super::reader::{Open, Reader};
use crate::document::Located;
use crate::href;
use crate::markup::Tag;
use crate::note_marks::{Mark, NoteLink};

/// A longer text is no note, whatever points at it.
const LONGEST_NOTE: usize = 6_000;
/// Characters of a link that is certainly a reference, whatever it reads.
const LONGEST_MARK: usize = 12;
/// Ids that stand at one place, or around it, and the bytes of one.
const MOST_IDS: usize = 8;
const LONGEST_ID: usize = 100;
/// Bytes of a path with an id; those of real books stay below 150.
const LONGEST_TARGET: usize = 500;
/// Bytes of the links of a document that may be marks, or lead back to them; 10,000 links or so.
const MOST_LINK_BYTES: usize = 2 << 20;
/// Bytes of what may stand beside the way back in a note that is nothing but it.
const LONGEST_LABEL: usize = 40;
/// Notes of a book that are remembered by their references.
const MAX_TARGETS: usize = 50_000;

/// A link within the book.
pub(super) struct Link {
    /// `path#id`, or the path alone.
    target: String,
    has_fragment: bool,
    reference: bool,
    back: bool,
    /// All of its text is raised.
    pub(super) raised: bool,
}

impl Reader<'_, '_> {
    pub(super) fn link(&self, tag: &Tag, words: &Words) -> Option<Link> {
        let (path, fragment) = href::resolve(self.context.path, tag.attribute("href")?)?;
        Some(Link {
            has_fragment: fragment.is_some(),
            target: target(&path, fragment.as_deref().unwrap_or_default()),
            reference: words.is_reference(),
            back: words.is_back_link(),
            raised: false,
        })
    }

    /// A link ended: its text goes if it is a note's number.
    pub(super) fn end_link(&mut self, open: &Open, link: &Link) {
        if self.text.since(open.mark).is_empty() {
            return;
        }
        let is_back = link.back || is_arrow(self.text.since(open.mark));
        let noted = self.note_link(open, link, is_back);
        let text = self.text.since(open.mark);
        let bracket_before = self.text.before(open.mark).ends_with(['[', '(']);
        let bracketed = text.starts_with(['[', '(']) || bracket_before;
        let raised = link.raised || open.state.superscript;
        let named = has_note_name(&link.target);
        let mark = is_mark(text);
        let points_at_note = self.context.notes.contains(&link.target);
        let reference = link.has_fragment
            && (mark && (raised || bracketed || named || points_at_note || link.reference)
                || (link.reference || raised && named) && text.chars().count() <= LONGEST_MARK);
        if is_back {
            self.text.truncate(open.mark);
        } else if reference {
            self.drop_reference(
                open,
                bracket_before && !text_is_bracketed(self.text.since(open.mark)),
            );
            if open.state.left_out.is_none() && self.context.notes.len() < MAX_TARGETS {
                self.context.notes.insert(link.target.clone());
            }
        } else {
            self.linked += text.chars().count();
            if noted && mark {
                self.may_be_mark(open);
            }
        }
    }

    /// Keeps a link that may be a note's mark, or the way back to one; whether it does.
    fn note_link(&mut self, open: &Open, link: &Link, is_back: bool) -> bool {
        let may_be = (is_back || is_mark(self.text.since(open.mark)))
            && link.has_fragment
            && link.target.len() <= LONGEST_TARGET
            && open.state.heading.is_none()
            && self.link_bytes < MOST_LINK_BYTES;
        if !may_be {
            return false;
        }
        let latest = self.begun.iter().rev();
        let own = latest
            .skip_while(|(_, at)| *at > open.mark)
            .take_while(|(_, at)| *at == open.mark);
        let first = self.begun.iter().take_while(|(_, at)| *at == 0);
        let passages = self
            .stack
            .iter()
            .rev()
            .take_while(|open| !is_division(&open.name));
        let ids = passages.filter_map(|open| open.id.as_ref()).take(MOST_IDS);
        let noted = NoteLink {
            target: link.target.clone(),
            around: ids.chain(first.map(|(id, _)| id)).cloned().collect(),
            own: own.map(|(id, _)| Rc::clone(id)).collect(),
            leads_back: is_only_marks(self.text.before(open.mark)),
            mark: None,
        };
        let has_ids = !(noted.own.is_empty() && noted.around.is_empty());
        if has_ids {
            self.link_bytes += noted.bytes();
            if is_back && !noted.leads_back {
                let arrow = (self.document.note_links.len(), open.mark);
                self.open_arrows.push(arrow);
            }
            self.document.note_links.push(noted);
        }
        has_ids
    }

    /// The last link that was kept stands right behind a word, as marks do.
    fn may_be_mark(&mut self, open: &Open) {
        let before = self.text.before(open.mark);
        let Some(link) = self.document.note_links.last_mut() else {
            return;
        };
        if adjoins_word(before, self.text.added(open.mark)) {
            let range = open.mark..self.text.mark();
            link.mark = Some(Mark {
                block: self.document.blocks.len(),
                text: self.text.added(open.mark).to_owned(),
                range,
            });
            self.open_marks.push(self.document.note_links.len() - 1);
        }
    }

    /// An element with this id begins, or stands here.
    pub(super) fn begin_id(&mut self, name: &str, id: &str) {
        let at = self.text.mark();
        let here = self
            .begun
            .iter()
            .rev()
            .take_while(|(_, begun)| *begun == at);
        if !is_division(name) && id.len() <= LONGEST_ID && here.count() < MOST_IDS {
            self.begun.push((id.into(), at));
        }
    }

    /// The block that is being read is the one with this index and text, or none.
    pub(super) fn settle_marks(&mut self, block: Option<usize>, text: &str) {
        for (link, at) in self.open_arrows.drain(..) {
            let after = text.get(at..).unwrap_or_default();
            self.document.note_links[link].leads_back = is_only_marks(after);
        }
        for link in self.open_marks.drain(..) {
            let link = &mut self.document.note_links[link];
            link.mark = link
                .mark
                .take()
                .zip(block)
                .map(|(mark, block)| Mark { block, ..mark });
        }
    }

    fn drop_reference(&mut self, open: &Open, with_bracket: bool) {
        self.text.truncate(open.mark);
        if with_bracket {
            self.text.truncate(open.mark - 1);
            self.drop_bracket = true;
        }
    }

    /// `text` without the bracket that belonged to a reference before it.
    pub(super) fn after_reference<'t>(&mut self, text: &'t str) -> &'t str {
        if std::mem::take(&mut self.drop_bracket) {
            return text.strip_prefix([']', ')']).unwrap_or(text);
        }
        text
    }

    /// A note in the middle of a block ended.
    pub(super) fn end_inline_note(&mut self, open: &Open) {
        let text = self.text.since(open.mark).to_owned();
        self.text.truncate(open.mark);
        if !text.is_empty() {
            self.document.blocks.push(Located {
                left_out: Some(LeftOutKind::Notes),
                ..Located::new(Block::new(BlockKind::Paragraph, text))
            });
        }
    }

    /// Whether a reference pointed at this id.
    pub(super) fn is_noted(&self, id: &str) -> bool {
        let notes = &self.context.notes;
        !notes.is_empty() && notes.contains(&target(self.context.path, id))
    }

    /// An element with this id began: a reference may have pointed at it.
    pub(super) fn guess_note(&mut self, id: &str) {
        if !self.is_noted(id) {
            return;
        }
        let Some(block) = self.stack.iter().rposition(|open| open.block) else {
            return;
        };
        let mut at = block;
        // An anchor in a paragraph of a list item or a cell stands for the item or the row.
        while let Some(outer) = at.checked_sub(1).map(|outer| &self.stack[outer]) {
            let whole = matches!(
                (&*outer.name, &*self.stack[at].name),
                ("li" | "dd" | "aside", "p") | ("tr", "td" | "th") | ("td" | "th", "p")
            );
            if !whole || outer.first_block != self.stack[at].first_block {
                break;
            }
            at -= 1;
        }
        let open = &mut self.stack[at];
        if heading_level(&open.name).is_none() && !matches!(&*open.name, "body" | "html") {
            open.note = true;
        }
    }

    /// An element ended that a reference points at: it is a note if it looks like one.
    pub(super) fn end_guessed_note(&mut self, open: &Open) {
        self.note_goes_on |= &*open.name == "dt";
        let first = open.first_block.min(self.document.blocks.len());
        let blocks = &mut self.document.blocks[first..];
        let characters: usize = blocks.iter().map(Located::characters).sum();
        if characters > LONGEST_NOTE || blocks.iter().any(Located::is_heading) {
            return;
        }
        for block in blocks {
            block.left_out.get_or_insert(LeftOutKind::Notes);
        }
    }
}

fn target(path: &str, fragment: &str) -> String {
    format!("{path}#{fragment}")
}

/// The id of an element, if others may lead to it.
pub(super) fn id_of(tag: &Tag) -> Option<Rc<str>> {
    let id = tag.attribute("id").filter(|id| id.len() <= LONGEST_ID);
    id.map(Rc::from)
}

/// Whether an element divides the text, so that a link to it means no note.
fn is_division(name: &str) -> bool {
    matches!(name, "body" | "section" | "article" | "main")
}

/// Whether a text is a note's mark: a number, a letter or a sign, perhaps in brackets.
fn is_mark(text: &str) -> bool {
    let inner = text
        .trim_matches(|c: char| "[](){} .".contains(c))
        .trim_start_matches("Note ")
        .trim_start_matches("note ");
    let length = inner.chars().count();
    let all = |accept: fn(char) -> bool| inner.chars().all(accept);
    length > 0
        && (length <= 4 && all(char::is_numeric)
            || length <= 6 && all(|c| "ivxlcdm".contains(c))
            || length == 1 && all(|c| c.is_ascii_alphabetic())
            || length <= 4 && all(|c| "*†‡§¶‖#^".contains(c)))
}

/// Whether a text has no words, only marks of notes and signs.
fn is_only_marks(text: &str) -> bool {
    let mut words = text.split(|c: char| !c.is_alphanumeric());
    text.len() <= LONGEST_LABEL && words.all(|word| word.is_empty() || is_mark(word))
}

/// Whether a link reads on from a word, not beside it, and not as a part of a number (`3.1`, `A-1`).
fn adjoins_word(before: &str, link: &str) -> bool {
    let mut last = before.chars().rev();
    let joined = match last.next() {
        None | Some('\n' | '-' | '–' | '—' | '/') => true,
        Some('.' | ':') => last.next().is_some_and(char::is_numeric),
        Some(_) => false,
    };
    !joined && !link.starts_with(char::is_whitespace)
}

fn text_is_bracketed(text: &str) -> bool {
    text.starts_with(['[', '('])
}

/// Whether a target's id is one that programs give to notes (`fn3`, `_ftn3`, `footnote-3`).
fn has_note_name(target: &str) -> bool {
    let id = target
        .rsplit('#')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let name = id
        .trim_start_matches('_')
        .trim_end_matches(|c: char| !c.is_ascii_alphabetic());
    matches!(
        name,
        "fn" | "ftn" | "edn" | "en" | "footnote" | "footnotes" | "endnote" | "note" | "fn-" | "fn:"
    )
}

/// Whether a text is only the way back from a note.
fn is_arrow(text: &str) -> bool {
    text.chars().all(|c| {
        matches!(
            c,
            '↩' | '↑' | '⏎' | '↵' | '⬆' | '⇑' | '^' | '¶' | '\u{FE0E}' | '\u{FE0F}'
        )
    })
}

#[cfg(test)]
mod tests {
    use std::collections::{HashMap, HashSet};

    use super::MOST_LINK_BYTES;
    use crate::html::{Context, document};
    use crate::note_marks::NoteLink;

    #[test]
    fn links_of_a_document_take_a_few_megabytes() {
        let ids = |c: char| format!("<div id='{}'>", c.to_string().repeat(100));
        let outer: String = ('a'..='h').map(ids).collect();
        let text = format!("{outer}<p>A word{}", "<a href='#q'>1</a>".repeat(50_000));
        let mut notes = HashSet::new();
        let mut context = Context {
            path: "a.xhtml",
            alt_text: false,
            wanted: None,
            sheets: &HashMap::new(),
            notes: &mut notes,
        };
        let links = document(&text, &mut context).unwrap().note_links;
        let bytes: usize = links.iter().map(NoteLink::bytes).sum();
        assert!(bytes < MOST_LINK_BYTES + 1_000, "{bytes}");
        assert!(links.len() > 5_000, "{}", links.len());
    }
}
