//! The styles of a document: which of them are headings.

use std::collections::HashMap;

use audiotome_core::Language;

use crate::markup::{self, Syntax, Tag, Visitor};
use crate::role::Role;

/// Styles of a document.
const MOST: usize = 10_000;
/// Styles that one can be based on, one on another.
const DEPTH: usize = 12;

#[derive(Debug, Default)]
struct Style {
    role: Option<Role>,
    based_on: Option<String>,
    hidden: bool,
    /// Whether it says that text is raised, or that it isn't.
    raised: Option<bool>,
}

/// All styles by their ids.
#[derive(Debug, Default)]
pub(super) struct Styles {
    styles: HashMap<String, Style>,
    open: Option<String>,
    language: Option<String>,
}

impl Styles {
    pub(super) fn parse(text: &str) -> Self {
        let mut styles = Self::default();
        markup::visit(text, Syntax::Xml, &mut styles);
        styles
    }

    /// What a paragraph with this style is, if more than text.
    pub(super) fn role(&self, id: &str) -> Option<Role> {
        let mut id = id;
        for _ in 0..DEPTH {
            let Some(style) = self.styles.get(id) else {
                return role_of_name(id);
            };
            if style.role.is_some() {
                return style.role;
            }
            id = style.based_on.as_deref()?;
        }
        None
    }

    /// Whether text in this style is not shown.
    pub(super) fn is_hidden(&self, id: &str) -> bool {
        self.styles.get(id).is_some_and(|style| style.hidden)
    }

    /// Whether text in this style is raised.
    pub(super) fn is_raised(&self, id: &str) -> bool {
        let mut style = self.styles.get(id);
        for _ in 0..DEPTH {
            let Some(own) = style else { return false };
            if let Some(raised) = own.raised {
                return raised;
            }
            style = own.based_on.as_ref().and_then(|id| self.styles.get(id));
        }
        false
    }

    /// The language that text is in where it says nothing else.
    pub(super) fn language(&self) -> Option<Language> {
        let language = Language::new(self.language.as_deref()?);
        (!language.is_undetermined()).then_some(language)
    }
}

impl Visitor for Styles {
    fn start(&mut self, tag: &Tag) {
        let value = tag.local_attribute("val");
        if tag.local_name() == "style" && self.styles.len() < MOST {
            self.open = tag.local_attribute("styleid").map(str::to_owned);
            if let Some(id) = &self.open {
                self.styles.insert(id.clone(), Style::default());
            }
        }
        let Some(style) = self.open.as_ref().and_then(|id| self.styles.get_mut(id)) else {
            if tag.local_name() == "lang" && self.language.is_none() {
                self.language = value.map(str::to_owned);
            }
            return;
        };
        match tag.local_name() {
            "name" => style.role = value.and_then(role_of_name),
            "basedon" => style.based_on = value.map(str::to_owned),
            "outlinelvl" => style.role = style.role.or(value.and_then(role_of_outline)),
            "vertalign" => style.raised = Some(value == Some("superscript")),
            "vanish" => style.hidden = !matches!(value, Some("0" | "false")),
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        if markup::local(name) == "style" {
            self.open = None;
        }
    }

    fn text(&mut self, _: &str) {}
}

/// Word keeps the English names of its own styles in every language.
fn role_of_name(name: &str) -> Option<Role> {
    let name = name.to_ascii_lowercase();
    let numbered = |prefix: &str| {
        let number = name.strip_prefix(prefix)?.trim();
        number.parse::<u8>().ok().filter(|level| *level >= 1)
    };
    if name == "title" {
        return Some(Role::Title);
    }
    if let Some(level) = numbered("heading") {
        return Some(Role::Heading(level));
    }
    (numbered("toc").is_some() || name == "toc heading").then_some(Role::Contents)
}

/// The level as the file writes it.
pub(super) fn role_of_outline(value: &str) -> Option<Role> {
    value.parse().ok().and_then(Role::of_outline)
}
