//! Follows the groups of a file and keeps what is read.

use std::collections::HashMap;

use audiotome_core::Metadata;
use encoding_rs::Encoding;

use super::charset;
use super::destination::{self, Destination};
use super::styles::{Styles, of_outline};
use crate::pages::{push_raised, push_text};
use crate::role::{Role, tags};

/// Groups inside one another that are told apart.
const DEPTH: usize = 1_000;
/// Bytes of a fact.
const LONGEST_FACT: usize = 10_000;
/// Fonts of a document.
const MOST_FONTS: usize = 10_000;
/// What Calibre leaves in the place of a picture that it can't write.
const LOST_IMAGE: &str = "SPECIAL_IMAGE-";

/// What holds within a group.
#[derive(Clone, Debug, Default)]
struct Group {
    destination: Destination,
    hidden: bool,
    raised: bool,
    item: bool,
    role: Option<Role>,
    font: Option<i32>,
    /// Bytes that follow a `\u` for those who don't know it.
    substitutes: usize,
    /// `\*` was the first in it: what follows may be unknown.
    starred: bool,
    /// Whether anything was in it yet.
    begun: bool,
}

/// A file in the making as HTML.
pub(super) struct Reader {
    html: String,
    paragraph: String,
    note: String,
    notes: String,
    group: Group,
    groups: Vec<Group>,
    too_deep: usize,
    styles: Styles,
    fonts: HashMap<i32, &'static Encoding>,
    encoding: &'static Encoding,
    /// Bytes beyond ASCII that belong together.
    bytes: Vec<u8>,
    /// The first half of a character beyond the first plane.
    surrogate: Option<u16>,
    /// Substitutes that still follow.
    skip: usize,
    in_table: bool,
    in_row: bool,
    metadata: Metadata,
    comment: String,
    author: String,
    has_images: bool,
}

impl Reader {
    pub(super) fn new() -> Self {
        Self {
            html: String::new(),
            paragraph: String::new(),
            note: String::new(),
            notes: String::new(),
            group: Group {
                substitutes: 1,
                ..Group::default()
            },
            groups: Vec::new(),
            too_deep: 0,
            styles: Styles::default(),
            fonts: HashMap::new(),
            encoding: encoding_rs::WINDOWS_1252,
            bytes: Vec::new(),
            surrogate: None,
            skip: 0,
            in_table: false,
            in_row: false,
            metadata: Metadata::default(),
            comment: String::new(),
            author: String::new(),
            has_images: false,
        }
    }

    /// Whether every group that was opened is closed.
    pub(super) fn is_closed(&self) -> bool {
        self.groups.is_empty()
    }

    pub(super) fn finish(mut self) -> (Metadata, String, bool) {
        self.flush_bytes();
        self.end_paragraph();
        self.end_table();
        let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.metadata.title = line(&self.metadata.title);
        let author = line(&self.author);
        self.metadata
            .authors
            .extend((!author.is_empty()).then_some(author));
        let comment = line(&self.comment);
        self.metadata.description = (!comment.is_empty()).then_some(comment);
        self.metadata
            .subjects
            .retain(|subject| !subject.trim().is_empty());
        (self.metadata, self.html, self.has_images)
    }

    pub(super) fn open(&mut self) {
        self.flush_bytes();
        self.skip = 0;
        if self.groups.len() >= DEPTH {
            self.too_deep += 1;
            return;
        }
        self.groups.push(self.group.clone());
        self.group.starred = false;
        self.group.begun = false;
    }

    pub(super) fn close(&mut self) {
        self.flush_bytes();
        self.skip = 0;
        if self.too_deep > 0 {
            self.too_deep -= 1;
            return;
        }
        let Some(outer) = self.groups.pop() else {
            return;
        };
        let was_note = self.group.destination == Destination::Note;
        self.group = outer;
        if was_note && self.group.destination != Destination::Note {
            self.end_note();
        }
    }

    pub(super) fn symbol(&mut self, symbol: u8) {
        match symbol {
            b'*' if !self.group.begun => self.group.starred = true,
            b'~' => self.text('\u{A0}'),
            b'_' => self.text('\u{2011}'),
            _ => {}
        }
    }

    pub(super) fn byte(&mut self, byte: u8) {
        self.group.begun = true;
        if self.skip > 0 {
            self.skip -= 1;
        } else if byte.is_ascii() && self.bytes.is_empty() {
            self.text(char::from(byte));
        } else {
            // In some encodings the second byte of a character is an ASCII letter.
            self.bytes.push(byte);
            if byte.is_ascii() {
                self.flush_bytes();
            }
        }
    }

    pub(super) fn word(&mut self, word: &str, number: Option<i32>) {
        self.flush_bytes();
        if !matches!(word, "u" | "bin") && self.skip > 0 {
            self.skip -= 1;
            return;
        }
        if !std::mem::replace(&mut self.group.begun, true) {
            self.direct(word);
        }
        match self.group.destination {
            Destination::Styles => self.styles.word(word, number),
            Destination::Fonts => self.font(word, number),
            _ => {}
        }
        self.format(word, number);
        self.speak(word, number);
    }

    /// The first word of a group may say where it goes.
    fn direct(&mut self, word: &str) {
        if word == "pict" {
            self.has_images = true;
        }
        if self.group.destination == Destination::Nothing && !is_fact(word) {
            return;
        }
        // `\*` says: skip this group, if the word is unknown.
        let known = matches!(
            word,
            "shppict" | "fldrslt" | "shptxt" | "cs" | "s" | "nesttableprops"
        );
        match destination::of_word(word) {
            Some(destination) => self.group.destination = destination,
            None if self.group.starred && !known => self.group.destination = Destination::Nothing,
            None => {}
        }
        if self.group.destination == Destination::Note {
            self.begin_note();
        }
    }

    fn font(&mut self, word: &str, number: Option<i32>) {
        match (word, number) {
            ("f", number) => self.group.font = number,
            ("fcharset", Some(charset)) => {
                if let (Some(font), Some(encoding)) = (self.group.font, charset::of_font(charset))
                    && self.fonts.len() < MOST_FONTS
                {
                    self.fonts.insert(font, encoding);
                }
            }
            _ => {}
        }
    }

    /// Words that change how text looks.
    fn format(&mut self, word: &str, number: Option<i32>) {
        let on = number != Some(0);
        match word {
            "ansicpg" => self.encoding = charset::of_code_page(number.unwrap_or(1252)),
            "mac" => self.encoding = charset::of_code_page(10_000),
            "uc" => {
                self.group.substitutes = usize::try_from(number.unwrap_or(1)).unwrap_or(1).min(20)
            }
            "f" if self.group.destination == Destination::Text => self.group.font = number,
            "v" | "deleted" => self.group.hidden = on,
            "super" => self.group.raised = on,
            "nosupersub" | "sub" => self.group.raised = false,
            "plain" => {
                self.group.hidden = false;
                self.group.raised = false;
                self.group.font = None;
            }
            "pard" => {
                self.group.role = None;
                self.group.item = false;
            }
            "ls" | "pnlvlblt" | "pnlvlbody" => self.group.item = true,
            "s" => self.group.role = number.and_then(|number| self.styles.of(number)),
            "outlinelevel" => {
                self.group.role = number.and_then(of_outline).or(self.group.role);
            }
            _ => {}
        }
    }

    /// Words that stand for text.
    fn speak(&mut self, word: &str, number: Option<i32>) {
        match word {
            "u" => self.unicode(number.unwrap_or(0)),
            "tab" => self.text(' '),
            "emdash" => self.text('—'),
            "endash" => self.text('–'),
            "lquote" => self.text('‘'),
            "rquote" => self.text('’'),
            "ldblquote" => self.text('“'),
            "rdblquote" => self.text('”'),
            "bullet" => self.text('•'),
            "emspace" | "enspace" | "qmspace" => self.text(' '),
            "line" if self.group.destination == Destination::Text => {
                self.paragraph.push_str("<br/>")
            }
            "par" | "sect" | "page" if self.group.destination == Destination::Text => {
                self.end_paragraph()
            }
            "par" => self.text(' '),
            "cell" | "nestcell" => self.end_cell(),
            "row" | "nestrow" => self.end_row(),
            _ => {}
        }
    }

    fn unicode(&mut self, number: i32) {
        self.skip = self.group.substitutes;
        let Ok(unit) = u16::try_from(number.rem_euclid(65_536)) else {
            return;
        };
        let first = self.surrogate.take();
        let units: Vec<u16> = first.into_iter().chain([unit]).collect();
        match String::from_utf16(&units) {
            Ok(text) => text.chars().for_each(|c| self.text(c)),
            Err(_) if (0xD800..0xDC00).contains(&unit) => self.surrogate = Some(unit),
            Err(_) => {}
        }
    }

    fn flush_bytes(&mut self) {
        if self.bytes.is_empty() {
            return;
        }
        let bytes = std::mem::take(&mut self.bytes);
        let font = self.group.font.and_then(|font| self.fonts.get(&font));
        let encoding = font.copied().unwrap_or(self.encoding);
        let text = encoding.decode_without_bom_handling(&bytes).0;
        text.chars().for_each(|c| self.text(c));
    }

    fn text(&mut self, c: char) {
        let mut buffer = [0; 4];
        let text = c.encode_utf8(&mut buffer);
        match self.group.destination {
            Destination::Text | Destination::Note if self.group.hidden => {}
            Destination::Text if self.group.raised => push_raised(&mut self.paragraph, text),
            Destination::Text => push_text(&mut self.paragraph, text),
            Destination::Note => push_text(&mut self.note, text),
            Destination::Styles => self.styles.text(c),
            Destination::Title => push_fact(&mut self.metadata.title, c),
            Destination::Author => push_fact(&mut self.author, c),
            Destination::Comment => push_fact(&mut self.comment, c),
            Destination::Subject => {
                if self.metadata.subjects.is_empty() {
                    self.metadata.subjects.push(String::new());
                }
                push_fact(&mut self.metadata.subjects[0], c);
            }
            Destination::Fonts | Destination::Nothing => {}
        }
    }

    /// A note's number stands raised in front of it: it goes with the note.
    fn begin_note(&mut self) {
        if let Some(rest) = self.paragraph.strip_suffix("</sup>")
            && let Some(at) = rest.rfind("<sup>")
            && rest.len() - at < 12
        {
            self.paragraph.truncate(at);
        }
    }

    fn end_note(&mut self) {
        let note = std::mem::take(&mut self.note);
        self.notes.push_str("<aside epub:type=\"footnote\"><p>");
        self.notes.push_str(&note);
        self.notes.push_str("</p></aside>");
    }

    fn end_paragraph(&mut self) {
        if self.group.destination != Destination::Text {
            return;
        }
        let mut paragraph = std::mem::take(&mut self.paragraph);
        drop_lost_images(&mut paragraph);
        if !paragraph.trim().is_empty() {
            let (open, close) = tags(self.group.role, self.group.item);
            if !self.in_row {
                self.end_table();
            }
            self.html.push_str(open);
            self.html.push_str(&paragraph);
            self.html.push_str(close);
        }
        if !self.in_row {
            self.html.push_str(&std::mem::take(&mut self.notes));
        }
    }

    fn end_cell(&mut self) {
        if self.group.destination != Destination::Text {
            return;
        }
        if !std::mem::replace(&mut self.in_table, true) {
            self.html.push_str("<table>");
        }
        if !std::mem::replace(&mut self.in_row, true) {
            self.html.push_str("<tr>");
        }
        let cell = std::mem::take(&mut self.paragraph);
        self.html.push_str("<td>");
        self.html.push_str(&cell);
        self.html.push_str("</td>");
    }

    fn end_row(&mut self) {
        if std::mem::take(&mut self.in_row) {
            self.html.push_str("</tr>");
        }
    }

    fn end_table(&mut self) {
        self.end_row();
        if std::mem::take(&mut self.in_table) {
            self.html.push_str("</table>");
        }
    }
}

fn is_fact(word: &str) -> bool {
    matches!(word, "title" | "author" | "subject" | "doccomm")
}

fn push_fact(fact: &mut String, c: char) {
    if fact.len() < LONGEST_FACT {
        fact.push(c);
    }
}

fn drop_lost_images(text: &mut String) {
    while let Some(start) = text.find(LOST_IMAGE) {
        let Some(length) = text[start..].find("-REPLACE_ME") else {
            return;
        };
        text.replace_range(start..start + length + "-REPLACE_ME".len(), "");
    }
}
