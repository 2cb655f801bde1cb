//! A book of another format, rewritten as pages of HTML. What is read of them and where chapters
//! begin is decided in the same way for all formats.

use std::collections::{HashMap, HashSet};

use audiotome_core::{Book, Cover, Metadata};

use crate::compose::{Draft, compose};
use crate::document::{Document, Entry};
use crate::html::{self, MAX_BLOCKS};
use crate::{BookError, ReadOptions};

/// Said of a file of which the end is missing.
const CUT_OFF: &str =
    "the file ends too soon, as after a broken download: what should follow is not read";

/// The warnings of a file that is whole, or not.
pub(crate) fn cut_off(is_cut_off: bool) -> Vec<String> {
    is_cut_off.then(|| CUT_OFF.to_owned()).into_iter().collect()
}

/// What a reader knows of a book.
#[derive(Debug, Default)]
pub(crate) struct Pages {
    /// Facts; the title may be empty.
    pub(crate) metadata: Metadata,
    pub(crate) cover: Option<Cover>,
    /// The text in reading order.
    pub(crate) pages: Vec<Page>,
    /// The table of contents, or nothing: headings make the chapters then.
    pub(crate) toc: Vec<Entry>,
    pub(crate) warnings: Vec<String>,
    pub(crate) has_images: bool,
}

/// A page: its name, which links lead to, and its HTML.
#[derive(Debug, Default)]
pub(crate) struct Page {
    pub(crate) name: String,
    pub(crate) html: String,
}

impl Pages {
    /// A book of a single page.
    pub(crate) fn single(metadata: Metadata, html: String) -> Self {
        let page = Page {
            name: "book".to_owned(),
            html,
        };
        Self {
            metadata,
            pages: vec![page],
            ..Self::default()
        }
    }

    /// Makes the book; `name` is the file's name.
    ///
    /// # Errors
    /// [`BookError::NoText`], [`BookError::TooLarge`].
    pub(crate) fn book(self, name: &str, options: &ReadOptions) -> Result<Book, BookError> {
        let mut notes = HashSet::new();
        let mut documents: Vec<Document> = Vec::with_capacity(self.pages.len());
        let mut blocks = 0;
        for page in self.pages {
            let mut context = html::Context {
                path: &page.name,
                alt_text: options.alt_text,
                wanted: None,
                sheets: &HashMap::new(),
                notes: &mut notes,
            };
            let document = html::document(&page.html, &mut context)
                .filter(|document| blocks + document.blocks.len() <= MAX_BLOCKS)
                .ok_or_else(|| BookError::TooLarge {
                    name: name.to_owned(),
                    what: format!("it has over {MAX_BLOCKS} paragraphs"),
                })?;
            blocks += document.blocks.len();
            documents.push(document);
        }
        let has_images = self.has_images || documents.iter().any(|page| !page.images.is_empty());
        let metadata = match documents.first() {
            Some(first) => html::with_gutenberg(self.metadata, first),
            None => self.metadata,
        };
        let draft = Draft {
            metadata,
            cover: self.cover,
            documents,
            toc: self.toc,
            warnings: self.warnings,
            has_images,
        };
        compose(name, draft, options)
    }
}

/// Adds `text` to a piece of HTML, as text or as the value of an attribute.
pub(crate) fn push_text(html: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            '&' => html.push_str("&amp;"),
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '"' => html.push_str("&quot;"),
            c => html.push(c),
        }
    }
}

/// Adds raised text to a piece of HTML; what is raised right before it is one with it.
pub(crate) fn push_raised(html: &mut String, text: &str) {
    const END: &str = "</sup>";
    if html.ends_with(END) {
        html.truncate(html.len() - END.len());
    } else {
        html.push_str("<sup>");
    }
    push_text(html, text);
    html.push_str(END);
}

/// Adds ` name="value"`, if there is a value.
pub(crate) fn push_attribute(html: &mut String, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        html.push(' ');
        html.push_str(name);
        html.push_str("=\"");
        push_text(html, value);
        html.push('"');
    }
}
