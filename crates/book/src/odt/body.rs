//! Paragraphs, lists, tables and notes, as HTML.

use super::styles::Styles;
use crate::markup::{Tag, Visitor};
use crate::pages::{push_attribute, push_text};
use crate::role::{Role, tags};

/// Bytes of a title that is taken from the text.
const LONGEST_TITLE: usize = 1_000;
/// Elements inside one another that are followed.
const DEPTH: usize = 2_000;
/// Notes and frames inside one another.
const ASIDES: usize = 16;

/// A document in the making as HTML.
pub(super) struct Body<'s> {
    styles: &'s Styles,
    html: String,
    /// What stands beside the text (notes, frames), the innermost last. Each is read after the
    /// paragraph that it stands in.
    asides: Vec<String>,
    after: String,
    open: Vec<Open>,
    /// Paragraphs that are open outside of asides.
    paragraphs: usize,
    in_text: bool,
    skipped: usize,
    in_head: bool,
    notes: usize,
    in_title: bool,
    title: String,
}

/// An open element: what ends it.
struct Open {
    name: String,
    close: &'static str,
}

impl<'s> Body<'s> {
    pub(super) fn new(styles: &'s Styles) -> Self {
        Self {
            styles,
            html: String::new(),
            asides: Vec::new(),
            after: String::new(),
            open: Vec::new(),
            paragraphs: 0,
            in_text: false,
            skipped: 0,
            in_head: false,
            notes: 0,
            in_title: false,
            title: String::new(),
        }
    }

    /// The HTML, and the document's title as it stands in the text.
    pub(super) fn finish(mut self) -> (String, String) {
        while let Some(open) = self.open.pop() {
            self.close(&open);
        }
        self.html.push_str(&self.after);
        let title = self.title.split_whitespace().collect::<Vec<_>>().join(" ");
        (self.html, title)
    }

    fn out(&mut self) -> &mut String {
        self.asides.last_mut().unwrap_or(&mut self.html)
    }

    /// Begins an element of HTML; returns what ends it.
    fn element(&mut self, start: &str, close: &'static str) -> &'static str {
        self.out().push_str(start);
        close
    }

    fn start_paragraph(&mut self, tag: &Tag) -> &'static str {
        let style = tag.attribute("text:style-name").unwrap_or_default();
        if self.styles.is_hidden(style) {
            return self.element("<p hidden=\"\">", "</p>");
        }
        if self.asides.is_empty() {
            self.paragraphs += 1;
        }
        if self.styles.is_based_on(style, "Title") {
            self.in_title = true;
            return self.element("<h1>", "</h1>");
        }
        self.element("<p>", "</p>")
    }

    fn start_heading(&mut self, tag: &Tag) -> &'static str {
        if self.asides.is_empty() {
            self.paragraphs += 1;
        }
        let level = tag
            .attribute("text:outline-level")
            .map_or(Ok(1), str::parse);
        let (open, close) = tags(Some(Role::Heading(level.unwrap_or(6))), false);
        self.element(open, close)
    }

    fn start_span(&mut self, tag: &Tag) -> &'static str {
        let style = tag.attribute("text:style-name").unwrap_or_default();
        if self.styles.is_hidden(style) {
            self.element("<span hidden=\"\">", "</span>")
        } else if self.styles.is_raised(style) {
            self.element("<sup>", "</sup>")
        } else {
            ""
        }
    }

    fn start_link(&mut self, tag: &Tag) -> &'static str {
        let target = tag.attribute("xlink:href").map(|href| {
            // `#Chapter 1|outline` names a heading.
            href.split('|').next().unwrap_or_default().to_owned()
        });
        let out = self.out();
        out.push_str("<a");
        push_attribute(out, "href", target.as_deref());
        out.push('>');
        "</a>"
    }

    /// A note: a reference here, the note itself after the paragraph.
    fn start_note(&mut self) -> &'static str {
        self.notes += 1;
        let number = self.notes;
        let reference = format!("<a epub:type=\"noteref\" href=\"#note{number}\">{number}</a>");
        self.out().push_str(&reference);
        self.start_aside(
            format!("<aside epub:type=\"footnote\" id=\"note{number}\">"),
            "</aside>",
        )
    }

    fn start_aside(&mut self, start: String, close: &'static str) -> &'static str {
        if self.asides.len() < ASIDES {
            self.asides.push(start);
            return close;
        }
        ""
    }

    fn anchor(&mut self, tag: &Tag) {
        let out = self.out();
        out.push_str("<a");
        push_attribute(out, "id", tag.attribute("text:name"));
        out.push_str("></a>");
    }

    fn spaces(&mut self) -> &'static str {
        self.out().push(' ');
        ""
    }

    fn start_cell(&mut self, tag: &Tag) -> &'static str {
        let columns = tag.attribute("table:number-columns-spanned");
        let rows = tag.attribute("table:number-rows-spanned");
        let (name, close) = if self.in_head {
            ("<th", "</th>")
        } else {
            ("<td", "</td>")
        };
        let out = self.out();
        out.push_str(name);
        push_attribute(out, "colspan", columns);
        push_attribute(out, "rowspan", rows);
        out.push('>');
        close
    }

    /// Begins an element; returns what ends it in HTML.
    fn start_in_text(&mut self, tag: &Tag) -> &'static str {
        match tag.name() {
            "text:p" => self.start_paragraph(tag),
            "text:h" => self.start_heading(tag),
            "text:span" => self.start_span(tag),
            "text:a" => self.start_link(tag),
            "text:s" | "text:tab" => self.spaces(),
            "text:line-break" => self.element("<br/>", ""),
            "text:list" => self.element("<ul>", "</ul>"),
            "text:list-item" | "text:list-header" => self.element("<li>", "</li>"),
            "text:note" => self.start_note(),
            "text:bookmark" | "text:bookmark-start" | "text:reference-mark" => {
                self.anchor(tag);
                ""
            }
            "text:table-of-content"
            | "text:illustration-index"
            | "text:table-index"
            | "text:object-index" => self.element("<nav>", "</nav>"),
            "text:alphabetical-index" => self.element("<div epub:type=\"index\">", "</div>"),
            "text:bibliography" => self.element("<div epub:type=\"bibliography\">", "</div>"),
            "draw:text-box" => self.start_aside("<div>".to_owned(), "</div>"),
            "svg:desc" => self.element("<img alt=\"", "\"/>"),
            "table:table" => self.element("<table>", "</table>"),
            "table:table-header-rows" => {
                self.in_head = true;
                ""
            }
            "table:table-row" => self.element("<tr>", "</tr>"),
            "table:table-cell" => self.start_cell(tag),
            _ => "",
        }
    }

    fn close(&mut self, open: &Open) {
        match open.name.as_str() {
            "table:table-header-rows" => self.in_head = false,
            "text:note" | "draw:text-box" if !open.close.is_empty() => {
                let mut aside = self.asides.pop().unwrap_or_default();
                aside.push_str(open.close);
                self.after.push_str(&aside);
            }
            _ => self.out().push_str(open.close),
        }
        if matches!(open.name.as_str(), "text:p" | "text:h") {
            self.in_title = false;
            if self.asides.is_empty() {
                self.paragraphs = self.paragraphs.saturating_sub(1);
            }
        }
        if self.paragraphs == 0 && self.asides.is_empty() {
            let after = std::mem::take(&mut self.after);
            self.html.push_str(&after);
        }
    }
}

impl Visitor for Body<'_> {
    fn start(&mut self, tag: &Tag) {
        if tag.name() == "office:text" {
            self.in_text = true;
        }
        if !self.in_text || tag.name() == "office:text" {
            return;
        }
        let skipped = is_skipped(tag.name()) || is_hidden_section(tag);
        if self.skipped > 0 || skipped || self.open.len() >= DEPTH {
            self.skipped += usize::from(!tag.is_empty());
            return;
        }
        let open = Open {
            close: self.start_in_text(tag),
            name: tag.name().to_owned(),
        };
        if tag.is_empty() {
            self.close(&open);
        } else {
            self.open.push(open);
        }
    }

    fn end(&mut self, name: &str) {
        if name == "office:text" {
            self.in_text = false;
        }
        if self.skipped > 0 {
            self.skipped -= 1;
            return;
        }
        let Some(at) = self.open.iter().rposition(|open| open.name == name) else {
            return;
        };
        while self.open.len() > at {
            if let Some(open) = self.open.pop() {
                self.close(&open);
            }
        }
    }

    fn text(&mut self, text: &str) {
        if !self.in_text || self.skipped > 0 {
            return;
        }
        if self.in_title && self.title.len() + text.len() < LONGEST_TITLE {
            self.title.push_str(text);
        }
        push_text(self.out(), text);
    }
}

fn is_hidden_section(tag: &Tag) -> bool {
    tag.name() == "text:section" && tag.attribute("text:display") == Some("none")
}

/// What was deleted, remarks, numbers of pages and notes, readings, hidden text.
fn is_skipped(name: &str) -> bool {
    matches!(
        name,
        "text:tracked-changes"
            | "office:annotation"
            | "office:annotation-end"
            | "text:note-citation"
            | "text:page-number"
            | "text:ruby-text"
            | "text:hidden-text"
            | "text:hidden-paragraph"
            | "text:script"
            | "text:sequence-decls"
            | "text:variable-decls"
            | "text:user-field-decls"
            | "text:index-title-template"
            | "text:table-of-content-source"
            | "text:alphabetical-index-source"
            | "text:bibliography-source"
            | "svg:title"
            | "office:forms"
            | "office:binary-data"
    )
}
