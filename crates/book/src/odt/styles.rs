//! The styles of a document, as far as they say what a text is.

use std::collections::HashMap;

use crate::markup::{self, Tag, Visitor};

/// Styles of a document.
const MOST: usize = 20_000;
/// Styles that one can be based on, one on another.
const DEPTH: usize = 12;

#[derive(Debug, Default)]
struct Style {
    parent: Option<String>,
    hidden: bool,
    raised: bool,
}

/// All styles by their names.
#[derive(Debug, Default)]
pub(super) struct Styles {
    styles: HashMap<String, Style>,
    open: Option<String>,
    is_default: bool,
    language: Option<String>,
}

impl Styles {
    /// Whether a style is the one with this name, or based on it.
    pub(super) fn is_based_on(&self, name: &str, base: &str) -> bool {
        let mut name = name;
        for _ in 0..DEPTH {
            if name == base {
                return true;
            }
            let parent = self
                .styles
                .get(name)
                .and_then(|style| style.parent.as_ref());
            let Some(parent) = parent else { return false };
            name = parent;
        }
        false
    }

    pub(super) fn is_hidden(&self, name: &str) -> bool {
        self.styles.get(name).is_some_and(|style| style.hidden)
    }

    pub(super) fn is_raised(&self, name: &str) -> bool {
        self.styles.get(name).is_some_and(|style| style.raised)
    }

    /// The language that text is in where it says nothing else.
    pub(super) fn language(&self) -> Option<String> {
        self.language.clone()
    }

    fn properties(&mut self, tag: &Tag) {
        if self.is_default
            && let Some(language) = tag.attribute("fo:language")
        {
            let country = tag.attribute("fo:country").filter(|c| *c != "none");
            let country = country.map(|country| format!("-{country}"));
            self.language = Some(format!("{language}{}", country.unwrap_or_default()));
        }
        if let Some(style) = self
            .open
            .as_ref()
            .and_then(|name| self.styles.get_mut(name))
        {
            style.hidden |= matches!(tag.attribute("text:display"), Some("none" | "true"));
            style.raised |= tag
                .attribute("style:text-position")
                .is_some_and(|position| {
                    let rise = position.split_whitespace().next().unwrap_or_default();
                    let percent = rise.trim_end_matches('%').parse::<f32>();
                    rise == "super" || percent.is_ok_and(|percent| percent > 0.0)
                });
        }
    }
}

impl Visitor for Styles {
    fn start(&mut self, tag: &Tag) {
        match tag.name() {
            "style:style" if self.styles.len() < MOST => {
                let style = Style {
                    parent: tag.attribute("style:parent-style-name").map(str::to_owned),
                    ..Style::default()
                };
                self.open = tag.attribute("style:name").map(str::to_owned);
                if let Some(name) = &self.open {
                    self.styles.insert(name.clone(), style);
                }
            }
            "style:default-style" => {
                self.is_default = tag.attribute("style:family") == Some("paragraph");
            }
            "style:text-properties" => self.properties(tag),
            _ => {}
        }
        if tag.is_empty() {
            self.end(tag.name());
        }
    }

    fn end(&mut self, name: &str) {
        match markup::local(name) {
            "style" => self.open = None,
            "default-style" => self.is_default = false,
            _ => {}
        }
    }

    fn text(&mut self, _: &str) {}
}
