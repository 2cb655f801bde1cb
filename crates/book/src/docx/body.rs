//! Paragraphs, tables and text boxes of a part, as HTML.

use super::styles::{Styles, role_of_outline};
use crate::markup::{self, Tag, Visitor};
use crate::pages::{push_attribute, push_raised, push_text};
use crate::role::{Role, tags};

/// Paragraphs that stand in one another, by text boxes.
const DEPTH: usize = 16;
/// Bytes of a title that is taken from the text.
const LONGEST_TITLE: usize = 1_000;

/// A part in the making as HTML.
pub(super) struct Body<'s> {
    styles: &'s Styles,
    html: String,
    /// Open paragraphs: the innermost is that of a text box.
    paragraphs: Vec<Paragraph>,
    /// Text boxes, which are read after the paragraph that they stand in.
    boxes: String,
    run: Run,
    /// Whether the characters that come are text.
    is_text: bool,
    /// Open elements whose content is not read.
    skipped: usize,
    /// Whether the row of a table is its head.
    head_row: bool,
    cell: Option<String>,
    title: String,
}

#[derive(Default)]
struct Paragraph {
    html: String,
    role: Option<Role>,
    item: bool,
}

/// Properties of a piece of text.
#[derive(Default)]
struct Run {
    hidden: bool,
    raised: bool,
}

impl<'s> Body<'s> {
    pub(super) fn new(styles: &'s Styles) -> Self {
        Self {
            styles,
            html: String::new(),
            paragraphs: Vec::new(),
            boxes: String::new(),
            run: Run::default(),
            is_text: false,
            skipped: 0,
            head_row: false,
            cell: None,
            title: String::new(),
        }
    }

    /// The HTML, and the document's title as it stands in the text.
    pub(super) fn finish(mut self) -> (String, String) {
        while !self.paragraphs.is_empty() {
            self.end_paragraph();
        }
        let title = self.title.split_whitespace().collect::<Vec<_>>().join(" ");
        (self.html, title)
    }

    /// Where text goes now.
    fn out(&mut self) -> &mut String {
        match self.paragraphs.last_mut() {
            Some(paragraph) => &mut paragraph.html,
            None => &mut self.html,
        }
    }

    fn push(&mut self, text: &str) {
        if self.run.hidden {
            return;
        }
        if let Some(paragraph) = self.paragraphs.last()
            && paragraph.role == Some(Role::Title)
            && self.title.len() + text.len() < LONGEST_TITLE
        {
            self.title.push_str(text);
        }
        let push = if self.run.raised {
            push_raised
        } else {
            push_text
        };
        push(self.out(), text);
    }

    fn end_paragraph(&mut self) {
        let Some(paragraph) = self.paragraphs.pop() else {
            return;
        };
        let (open, close) = tags(paragraph.role, paragraph.item);
        let outermost = self.paragraphs.is_empty();
        let out = if outermost {
            &mut self.html
        } else {
            &mut self.boxes
        };
        out.push_str(open);
        out.push_str(&paragraph.html);
        out.push_str(close);
        if outermost {
            self.html.push_str(&std::mem::take(&mut self.boxes));
        }
    }

    /// Properties of the open paragraph.
    fn style_paragraph(&mut self, name: &str, value: Option<&str>) {
        let styles = self.styles;
        let Some(paragraph) = self.paragraphs.last_mut() else {
            return;
        };
        match name {
            "pstyle" => paragraph.role = value.and_then(|id| styles.role(id)),
            "outlinelvl" => {
                let role = value.and_then(role_of_outline);
                if role.is_some() && paragraph.role != Some(Role::Title) {
                    paragraph.role = role;
                }
            }
            _ => paragraph.item = true,
        }
    }

    fn start_cell(&mut self) {
        let name = if self.head_row { "th" } else { "td" };
        self.html.push_str(&format!("<{name}>"));
        self.cell = Some(name.to_owned());
    }

    fn reference(&mut self, tag: &Tag, prefix: &str) {
        // A reference with a sign of its own shows no number.
        let id = tag.local_attribute("id").unwrap_or_default();
        let target = format!("#{prefix}{id}");
        let out = self.out();
        out.push_str("<a epub:type=\"noteref\"");
        push_attribute(out, "href", Some(&target));
        out.push('>');
        push_text(out, id);
        out.push_str("</a>");
    }

    fn start_link(&mut self, tag: &Tag) {
        let target = tag.local_attribute("anchor").map(|name| format!("#{name}"));
        let out = self.out();
        out.push_str("<a");
        push_attribute(out, "href", target.as_deref());
        out.push('>');
    }

    fn start_in_text(&mut self, tag: &Tag) {
        let value = tag.local_attribute("val");
        match tag.local_name() {
            "p" if self.is_of_text(tag) && self.paragraphs.len() < DEPTH => {
                self.paragraphs.push(Paragraph::default());
            }
            name @ ("pstyle" | "outlinelvl" | "numpr") => self.style_paragraph(name, value),
            "r" => self.run = Run::default(),
            "vanish" | "webhidden" => self.run.hidden |= is_on(value),
            "rstyle" => {
                self.run.hidden |= value.is_some_and(|id| self.styles.is_hidden(id));
                self.run.raised |= value.is_some_and(|id| self.styles.is_raised(id));
            }
            "vertalign" => self.run.raised = value == Some("superscript"),
            "t" => self.is_text = true,
            "tab" | "ptab" if self.paragraphs.last().is_some_and(|p| !p.html.is_empty()) => {
                self.push(" ");
            }
            "br" | "cr" => self.line_break(tag),
            "nobreakhyphen" => self.push("\u{2011}"),
            "sym" => self.symbol(tag),
            "footnotereference" => self.reference(tag, "fn"),
            "endnotereference" => self.reference(tag, "en"),
            "hyperlink" => self.start_link(tag),
            "docpr" => self.image(tag),
            "tbl" => self.html.push_str("<table>"),
            "tr" => {
                self.head_row = false;
                self.html.push_str("<tr>");
            }
            "tblheader" => self.head_row = is_on(value),
            "tc" => self.start_cell(),
            _ => {}
        }
    }

    /// A line ends; a page or a column may end between two words.
    fn line_break(&mut self, tag: &Tag) {
        let kind = tag.local_attribute("type");
        let ends_line = kind.is_none_or(|kind| kind.eq_ignore_ascii_case("textwrapping"));
        self.out().push_str(if ends_line { "<br/>" } else { " " });
    }

    /// Drawings have paragraphs of their own (`a:p`); their text is part of the picture.
    fn is_of_text(&self, tag: &Tag) -> bool {
        !tag.name().starts_with("a:")
    }

    fn symbol(&mut self, tag: &Tag) {
        let code = tag
            .local_attribute("char")
            .and_then(|code| u32::from_str_radix(code, 16).ok());
        // Codes of symbol fonts lie in the private area and say nothing.
        let symbol = code
            .filter(|code| !(0xE000..=0xF8FF).contains(code))
            .and_then(char::from_u32);
        if let Some(symbol) = symbol {
            self.push(symbol.encode_utf8(&mut [0; 4]));
        }
    }

    fn image(&mut self, tag: &Tag) {
        if let Some(alt) = tag.attribute("descr").filter(|alt| !alt.trim().is_empty()) {
            let out = self.out();
            out.push_str("<img");
            push_attribute(out, "alt", Some(alt));
            out.push_str("/>");
        }
    }
}

impl Visitor for Body<'_> {
    fn start(&mut self, tag: &Tag) {
        if self.skipped > 0 || is_skipped(tag.local_name()) {
            self.skipped += usize::from(!tag.is_empty());
            return;
        }
        self.start_in_text(tag);
        if tag.is_empty() {
            self.end(tag.name());
        }
    }

    fn end(&mut self, name: &str) {
        if self.skipped > 0 {
            self.skipped -= 1;
            return;
        }
        match markup::local(name) {
            "p" if !name.starts_with("a:") => self.end_paragraph(),
            "r" => self.run = Run::default(),
            "t" => self.is_text = false,
            "hyperlink" => self.out().push_str("</a>"),
            "tbl" => self.html.push_str("</table>"),
            "tr" => self.html.push_str("</tr>"),
            "tc" => {
                let name = self.cell.take().unwrap_or_else(|| "td".to_owned());
                self.html.push_str(&format!("</{name}>"));
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.skipped == 0 && self.is_text {
            self.push(text);
        }
    }
}

/// What was deleted, instructions of fields, what a second form of a drawing shows, readings.
fn is_skipped(name: &str) -> bool {
    matches!(
        name,
        "del"
            | "movefrom"
            | "instrtext"
            | "deltext"
            | "fallback"
            | "rt"
            | "pprchange"
            | "rprchange"
            | "sectpr"
            | "sdtpr"
    )
}

fn is_on(value: Option<&str>) -> bool {
    !matches!(value, Some("0" | "false" | "off"))
}
