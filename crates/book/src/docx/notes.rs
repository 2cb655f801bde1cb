//! Footnotes and endnotes: parts of their own.

use super::body::Body;
use super::styles::Styles;
use crate::markup::{self, Syntax, Tag, Visitor};
use crate::pages::push_attribute;

/// Adds the notes in a part to `html`; `prefix` tells footnotes from endnotes.
pub(super) fn write(text: &str, prefix: &'static str, styles: &Styles, html: &mut String) {
    let mut notes = Notes {
        prefix,
        styles,
        html,
        note: None,
    };
    markup::visit(text, Syntax::Xml, &mut notes);
}

struct Notes<'s, 'h> {
    prefix: &'static str,
    styles: &'s Styles,
    html: &'h mut String,
    /// The open note with its id.
    note: Option<(String, Body<'s>)>,
}

impl Visitor for Notes<'_, '_> {
    fn start(&mut self, tag: &Tag) {
        if let Some((_, body)) = &mut self.note {
            return body.start(tag);
        }
        let is_note = matches!(tag.local_name(), "footnote" | "endnote");
        // The lines between text and notes are kept like notes.
        let is_line = tag
            .local_attribute("type")
            .is_some_and(|kind| kind != "normal");
        if is_note && !is_line && !tag.is_empty() {
            let id = tag.local_attribute("id").unwrap_or_default();
            self.note = Some((format!("{}{id}", self.prefix), Body::new(self.styles)));
        }
    }

    fn end(&mut self, name: &str) {
        if !matches!(markup::local(name), "footnote" | "endnote") {
            if let Some((_, body)) = &mut self.note {
                body.end(name);
            }
            return;
        }
        if let Some((id, body)) = self.note.take() {
            self.html.push_str("<aside epub:type=\"footnote\"");
            push_attribute(self.html, "id", Some(&id));
            self.html.push('>');
            self.html.push_str(&body.finish().0);
            self.html.push_str("</aside>");
        }
    }

    fn text(&mut self, text: &str) {
        if let Some((_, body)) = &mut self.note {
            body.text(text);
        }
    }
}
