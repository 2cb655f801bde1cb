//! What `docProps/core.xml` says about a document.

use audiotome_core::{Language, Metadata};

use crate::markup::{self, Syntax, Tag, Visitor};

/// Bytes of a fact.
const LONGEST: usize = 64 << 10;
/// Facts of a document.
const MOST: usize = 100;

/// Dublin Core and its like in any XML: elements with nothing but text.
#[derive(Default)]
struct Facts {
    found: Vec<(String, String)>,
    text: String,
}

impl Visitor for Facts {
    fn start(&mut self, _: &Tag) {
        self.text.clear();
    }

    fn end(&mut self, name: &str) {
        let text = self.text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.text.clear();
        if !text.is_empty() && self.found.len() < MOST {
            self.found.push((markup::local(name).to_owned(), text));
        }
    }

    fn text(&mut self, text: &str) {
        if self.text.len() + text.len() <= LONGEST {
            self.text.push_str(text);
        }
    }
}

/// The metadata in a file of document properties, of Office or of `OpenDocument`.
pub(crate) fn metadata(text: &str) -> Metadata {
    let mut facts = Facts::default();
    markup::visit(text, Syntax::Xml, &mut facts);
    let all = |name: &'static str| {
        let found = facts.found.iter().filter(move |(known, _)| known == name);
        found.map(|(_, value)| value.clone())
    };
    let author = all("creator")
        .next()
        .or_else(|| all("initial-creator").next());
    let authors = author.as_deref().unwrap_or_default().split(';');
    Metadata {
        title: all("title").next().unwrap_or_default(),
        authors: authors
            .map(|name| name.trim().to_owned())
            .filter(|name| !name.is_empty())
            .collect(),
        language: all("language")
            .next()
            .map(|tag| Language::new(&tag))
            .filter(|language| !language.is_undetermined()),
        description: all("description").next(),
        subjects: all("subject").chain(all("keyword")).collect(),
        ..Metadata::default()
    }
}
