//! Follows a document and keeps what is read aloud.

use std::collections::HashMap;
use std::rc::Rc;

use audiotome_core::{BlockKind, LeftOutKind};

use super::elements::{self, Words};
use super::raised::Raised;
use super::tables::{Extent, Table};
use super::text::TextBuffer;
use super::{Context, MAX_BLOCKS, Sheet, links};
use crate::document::{Document, Located, Parts};
use crate::markup::{Tag, Visitor};

/// Elements inside one another that are told apart; real books stay below 60.
const MAX_DEPTH: usize = 512;

/// A document in the making.
pub(super) struct Reader<'a, 'c> {
    pub(super) context: &'a mut Context<'c>,
    pub(super) document: Document,
    pub(super) stack: Vec<Open>,
    pub(super) text: TextBuffer,
    /// Characters of the current block that are links within the book.
    pub(super) linked: usize,
    /// Anchors in the current block, with the length of the text before them.
    pub(super) pending_anchors: Vec<(String, usize)>,
    /// Ids that began in the current block or right before it, with the length of the text before.
    pub(super) begun: Vec<(Rc<str>, usize)>,
    /// Links in the current block that may be marks of notes.
    pub(super) open_marks: Vec<usize>,
    /// Arrows in the current block that may lead back from a note, and where they stood.
    pub(super) open_arrows: Vec<(usize, usize)>,
    /// Bytes that the kept links take.
    pub(super) link_bytes: usize,
    /// Alternative text of the pictures in the current block, if it is a heading.
    pub(super) alt_of_heading: String,
    /// A raised number that was just read.
    pub(super) raised: Option<Raised>,
    pub(super) tables: Vec<Table>,
    /// The element after a note's label (`dt`) is the note.
    pub(super) note_goes_on: bool,
    /// A bracket in front of a reference was taken back: its partner goes, too.
    pub(super) drop_bracket: bool,
    pub(super) overflowed: bool,
    /// What the style sheets hide, and the one that is being read.
    pub(super) sheet: Sheet,
    pub(super) sheet_links: usize,
    css: String,
    open_names: HashMap<Rc<str>, usize>,
    /// Open elements beyond the depth that is kept.
    too_deep: usize,
}

/// An open element.
pub(super) struct Open {
    pub(super) name: Rc<str>,
    pub(super) id: Option<Rc<str>>,
    pub(super) block: bool,
    pub(super) state: State,
    pub(super) purpose: Purpose,
    /// Where its text begins in the buffer.
    pub(super) mark: usize,
    /// The first block that can be its own.
    pub(super) first_block: usize,
    /// A reference points here, so that this is a note if it looks like one.
    pub(super) note: bool,
}

/// What holds for all text in an element.
#[derive(Clone, Default)]
pub(super) struct State {
    pub(super) hidden: bool,
    /// Nothing hides it but a style sheet.
    pub(super) by_sheet: bool,
    pub(super) left_out: Option<LeftOutKind>,
    pub(super) parts: Parts,
    pub(super) heading: Option<u8>,
    pub(super) item: bool,
    pub(super) verse: bool,
    pub(super) preformatted: bool,
    pub(super) superscript: bool,
    pub(super) link: bool,
    /// Set for numbers of pages.
    pub(super) page_number: bool,
    pub(super) language: Option<Rc<str>>,
}

/// What is to be done at the end of an element.
pub(super) enum Purpose {
    Nothing,
    Title,
    Link(super::links::Link),
    Superscript,
    InlineNote,
    /// A style sheet that is meant for the screen.
    Sheet,
    Cell {
        header: bool,
        extent: Extent,
    },
}

impl<'a, 'c> Reader<'a, 'c> {
    pub(super) fn new(context: &'a mut Context<'c>) -> Self {
        let document = Document {
            name: context.path.to_owned(),
            ..Document::default()
        };
        Self {
            context,
            document,
            stack: Vec::new(),
            text: TextBuffer::default(),
            linked: 0,
            pending_anchors: Vec::new(),
            begun: Vec::new(),
            open_marks: Vec::new(),
            open_arrows: Vec::new(),
            link_bytes: 0,
            alt_of_heading: String::new(),
            raised: None,
            tables: Vec::new(),
            note_goes_on: false,
            drop_bracket: false,
            overflowed: false,
            sheet: Sheet::default(),
            sheet_links: 0,
            css: String::new(),
            open_names: HashMap::new(),
            too_deep: 0,
        }
    }

    /// The document, and whether it has more blocks than any book.
    pub(super) fn finish(mut self) -> (Document, bool) {
        while !self.stack.is_empty() {
            self.close_top();
        }
        self.flush();
        (self.document, self.overflowed)
    }

    /// Whether there are more blocks than in any book: nothing is added then.
    fn is_full(&mut self) -> bool {
        self.overflowed |= self.document.blocks.len() > MAX_BLOCKS;
        self.overflowed
    }

    pub(super) fn state(&self) -> State {
        self.stack
            .last()
            .map(|open| open.state.clone())
            .unwrap_or_default()
    }

    /// Ends the innermost element.
    pub(super) fn close_top(&mut self) {
        let Some(top) = self.stack.last() else { return };
        if top.block {
            self.flush();
        }
        let Some(open) = self.stack.pop() else { return };
        if let Some(count) = self.open_names.get_mut(&open.name) {
            *count -= 1;
        }
        self.finish_element(&open);
    }

    fn finish_element(&mut self, open: &Open) {
        match &open.purpose {
            Purpose::Nothing => {}
            Purpose::Title => self.document.head.title = self.document.head.title.trim().to_owned(),
            Purpose::Link(link) => self.end_link(open, link),
            Purpose::Superscript => self.end_superscript(open),
            Purpose::InlineNote => self.end_inline_note(open),
            Purpose::Sheet => self.sheet.add(&std::mem::take(&mut self.css)),
            Purpose::Cell { header, extent } => self.end_cell(open, *header, *extent),
        }
        match &*open.name {
            "tr" => self.end_row(),
            "thead" | "tbody" | "tfoot" => self.end_rows(),
            "table" => self.end_table(),
            _ => {}
        }
        if open.note {
            self.end_guessed_note(open);
        }
    }

    fn is_open(&self, name: &str) -> bool {
        self.open_names.get(name).is_some_and(|count| *count > 0)
    }

    /// Ends the elements that HTML lets end without a tag.
    fn close_implied(&mut self, name: &str) {
        let (ended, shields) = elements::ends_on_start(name);
        if !ended.iter().any(|name| self.is_open(name)) {
            return;
        }
        // A paragraph ends only where it is the innermost block.
        let innermost = ended == ["p"];
        for at in (0..self.stack.len()).rev() {
            let open = &self.stack[at];
            if ended.contains(&&*open.name) {
                while self.stack.len() > at {
                    self.close_top();
                }
                return;
            }
            if shields.contains(&&*open.name) || (innermost && open.block) {
                return;
            }
        }
    }

    fn push(&mut self, tag: &Tag, words: &Words) {
        let name: Rc<str> = match self.open_names.get_key_value(tag.name()) {
            Some((name, _)) => Rc::clone(name),
            None => tag.name().into(),
        };
        *self.open_names.entry(Rc::clone(&name)).or_default() += 1;
        let block = elements::is_block(&name);
        let mut open = Open {
            state: self.inner_state(tag, words, block),
            purpose: self.purpose(tag, words),
            mark: self.text.mark(),
            first_block: self.document.blocks.len(),
            note: false,
            id: links::id_of(tag),
            name,
            block,
        };
        if matches!(open.purpose, Purpose::Link(_)) {
            open.state.link = true;
        }
        if !block && open.state.left_out != self.state().left_out {
            open.purpose = Purpose::InlineNote;
        }
        self.stack.push(open);
    }

    fn inner_state(&mut self, tag: &Tag, words: &Words, block: bool) -> State {
        let mut state = self.state();
        let name = tag.name();
        let kind = words
            .left_out()
            .or((name == "nav").then_some(LeftOutKind::Contents));
        let is_note = kind == Some(LeftOutKind::Notes) && !matches!(name, "a" | "sup");
        let kind = kind.filter(|_| block || is_note);
        self.hide(&mut state, tag, words, kind.is_some());
        state.hidden |= words.is_page_break(block);
        state.page_number |= words.is_page_number();
        if block {
            state.parts.add_all(words.parts(name));
        }
        state.left_out = state.left_out.or(kind);
        if self.document.blocks.is_empty() && block {
            self.document.matter = self.document.matter.or(words.matter());
        }
        state.heading = self.heading(tag, words).or(state.heading);
        state.item = match name {
            "li" | "dd" | "dt" => true,
            "td" | "th" | "aside" | "figure" => false,
            _ => state.item,
        };
        state.verse |= words.is_verse();
        state.preformatted |= matches!(name, "pre" | "listing" | "xmp");
        state.superscript |= is_superscript(tag);
        if let Some(language) = language(tag) {
            if matches!(name, "html" | "body") {
                self.document.head.language = Some(language);
            } else if block {
                state.language = Some(language.into());
            }
        }
        state
    }

    fn heading(&self, tag: &Tag, words: &Words) -> Option<u8> {
        if let Some(level) = elements::heading_level(tag.name()) {
            return Some(level);
        }
        if words.is_heading() {
            let level = tag
                .attribute("aria-level")
                .and_then(|level| level.parse().ok());
            return Some(level.unwrap_or(2).clamp(1, 6));
        }
        // The lines beside the heading of a group are part of it.
        let group = self
            .stack
            .last()
            .filter(|open| matches!(&*open.name, "hgroup" | "header"))?;
        let belongs = tag.name() == "p" && (&*group.name == "hgroup" || words.is_title());
        let first = self
            .document
            .blocks
            .get(group.first_block)
            .filter(|_| belongs);
        match first.map(|block| block.block.kind) {
            Some(BlockKind::Heading(level)) => Some(level),
            _ => (belongs && &*group.name == "hgroup").then_some(2),
        }
    }

    fn purpose(&mut self, tag: &Tag, words: &Words) -> Purpose {
        match tag.name() {
            "title" if !self.is_open("svg") => Purpose::Title,
            "a" => self
                .link(tag, words)
                .map_or(Purpose::Nothing, Purpose::Link),
            "style" if elements::is_for_screens(tag) => Purpose::Sheet,
            "td" | "th" => Purpose::Cell {
                header: tag.name() == "th",
                extent: Extent::of(tag),
            },
            _ if is_superscript(tag) => Purpose::Superscript,
            _ => Purpose::Nothing,
        }
    }

    /// What an element does by itself, without regard to its content.
    fn act(&mut self, tag: &Tag, state: &State) {
        match tag.name() {
            "meta" => self.keep_meta(tag),
            "link" => self.link_sheet(tag),
            "img" | "image" => self.image(tag, state),
            "table" => self.start_table(),
            "tr" => self.start_row(),
            _ if state.hidden => {}
            "br" => self.end_line(),
            "hr" => self.scene_break(),
            "math" => self.text.push(tag.attribute("alttext").unwrap_or_default()),
            _ => {}
        }
    }

    fn end_line(&mut self) {
        if self.text.line_break() {
            self.flush();
        }
    }

    fn keep_meta(&mut self, tag: &Tag) {
        let name = tag.attribute("name").or_else(|| tag.attribute("property"));
        if let (Some(name), Some(content)) = (name, tag.attribute("content"))
            && self.document.head.meta.len() < 100
        {
            let meta = (name.to_ascii_lowercase(), content.trim().to_owned());
            self.document.head.meta.push(meta);
        }
    }

    fn anchor(&mut self, tag: &Tag) {
        for name in ["id", "name"] {
            let Some(id) = tag.attribute(name).filter(|id| !id.is_empty()) else {
                continue;
            };
            if name == "name" && tag.name() != "a" {
                continue;
            }
            if self.context.wanted.is_none_or(|wanted| wanted.contains(id)) {
                self.pending_anchors.push((id.to_owned(), self.text.mark()));
            }
            self.begin_id(tag.name(), id);
            self.guess_note(id);
        }
    }
}

impl Visitor for Reader<'_, '_> {
    fn start(&mut self, tag: &Tag) {
        let name = tag.name();
        if self.is_full() {
            return;
        }
        self.close_implied(name);
        if elements::is_block(name) {
            self.flush();
        }
        let words = Words::of(tag);
        if elements::is_void(name) || tag.is_empty() {
            self.anchor(tag);
            let mut state = self.state();
            state.hidden |= elements::is_hidden(tag);
            return self.act(tag, &state);
        }
        if self.stack.len() >= MAX_DEPTH {
            self.too_deep += 1;
            return;
        }
        let outer = self.state();
        self.push(tag, &words);
        self.anchor(tag);
        if self.note_goes_on && name == "dd" {
            self.note_goes_on = false;
            if let Some(open) = self.stack.last_mut() {
                open.note = true;
            }
        }
        self.act(tag, &outer);
    }

    fn end(&mut self, name: &str) {
        // End tags without a start make paragraphs, too.
        if self.is_full() {
            return;
        }
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return;
        }
        let heading = elements::heading_level(name).is_some();
        if !self.is_open(name) && !heading {
            if name == "p" || name == "br" {
                self.flush();
            }
            return;
        }
        let fits = |open: &Open| {
            *open.name == *name || heading && elements::heading_level(&open.name).is_some()
        };
        // An end tag of an inline element never ends a block around it.
        let inline = !elements::is_block(name);
        let found = (0..self.stack.len())
            .rev()
            .find(|at| fits(&self.stack[*at]));
        let Some(at) = found else { return };
        if inline && !self.stack[at].state.hidden && self.stack[at..].iter().any(|open| open.block)
        {
            return;
        }
        while self.stack.len() > at {
            self.close_top();
        }
    }

    fn text(&mut self, text: &str) {
        if self.is_full() {
            return;
        }
        let Some(open) = self.stack.last() else {
            return self.text.push(text);
        };
        if matches!(open.purpose, Purpose::Title) && self.document.head.title.len() < 1_000 {
            return self.document.head.title.push_str(text);
        }
        if matches!(open.purpose, Purpose::Sheet) {
            self.css.push_str(text);
        }
        if open.state.hidden {
            return;
        }
        let preformatted = open.state.preformatted;
        self.settle_raised(text);
        let text = self.after_reference(text);
        if !preformatted {
            return self.text.push(text);
        }
        for (index, line) in text.split('\n').enumerate() {
            if index > 0 {
                self.end_line();
            }
            self.text.push(line);
        }
    }
}

impl Located {
    pub(super) fn is_heading(&self) -> bool {
        matches!(self.block.kind, BlockKind::Heading(_))
    }
}

fn is_superscript(tag: &Tag) -> bool {
    tag.name() == "sup"
        || tag.name() == "span"
            && tag
                .attribute("style")
                .is_some_and(|style| style.contains("super"))
}

fn language(tag: &Tag) -> Option<String> {
    let language = tag
        .attribute("xml:lang")
        .or_else(|| tag.attribute("lang"))?;
    (!language.trim().is_empty()).then(|| language.trim().to_owned())
}
