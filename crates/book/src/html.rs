//! HTML and XHTML: what is read of a document, block by block.

mod blocks;
mod elements;
mod images;
mod links;
mod raised;
mod reader;
mod sheets;
mod tables;
mod text;

use std::collections::{HashMap, HashSet};

use audiotome_core::{Book, Language, Metadata};

use crate::compose::{Draft, compose};
use crate::document::{Document, Entry};
use crate::markup::{self, Syntax};
use crate::pages::cut_off;
use crate::{BookError, ReadOptions, encoding, plain};

pub(crate) use blocks::is_scene_break;
pub(crate) use elements::part;
pub(crate) use sheets::Sheet;
pub(crate) use text::is_ideographic;

/// Blocks of a book; the longest real ones have about 50,000.
pub(crate) const MAX_BLOCKS: usize = 400_000;

/// Blocks of a document among which a header stands.
const HEAD_BLOCKS: usize = 40;

/// What the reading of a document depends on.
pub(crate) struct Context<'a> {
    /// The document's path in the book.
    pub(crate) path: &'a str,
    /// Whether pictures are read by their alternative text.
    pub(crate) alt_text: bool,
    /// The ids whose places are to be kept; all of them where this is `None`.
    pub(crate) wanted: Option<&'a HashSet<String>>,
    /// The style sheets of the book by their paths.
    pub(crate) sheets: &'a HashMap<String, Sheet>,
    /// Notes that were referred to so far, as `path#id`.
    pub(crate) notes: &'a mut HashSet<String>,
}

/// Reads a book that is one HTML file; `name` is the file's name.
///
/// # Errors
/// [`BookError::NoText`], [`BookError::TooLarge`].
pub(crate) fn read(bytes: &[u8], name: &str, options: &ReadOptions) -> Result<Book, BookError> {
    let text = encoding::decode(bytes, declared_charset(bytes));
    let mut book = book(&text, Vec::new(), name, options)?;
    book.warnings.extend(cut_off(is_cut_off(&text)));
    Ok(book)
}

/// Whether a body begins and nothing ends. Either end may be left out, but programs write both.
fn is_cut_off(text: &str) -> bool {
    let has = |tag: &[u8]| {
        let mut windows = text.as_bytes().windows(tag.len());
        windows.any(|window| window.eq_ignore_ascii_case(tag))
    };
    has(b"<body") && !has(b"</body") && !has(b"</html")
}

/// A book of one document of HTML, from a file or converted from another format; `toc` is its table
/// of contents, where something else than its headings says what its chapters are.
///
/// # Errors
/// [`BookError::NoText`], [`BookError::TooLarge`].
pub(crate) fn book(
    text: &str,
    toc: Vec<Entry>,
    name: &str,
    options: &ReadOptions,
) -> Result<Book, BookError> {
    let mut notes = HashSet::new();
    let targets = toc.iter().filter_map(|entry| entry.target.clone()?.1);
    let wanted = targets.collect();
    let mut context = Context {
        path: name,
        alt_text: options.alt_text,
        wanted: Some(&wanted),
        sheets: &HashMap::new(),
        notes: &mut notes,
    };
    let document = document(text, &mut context).ok_or_else(|| BookError::TooLarge {
        name: name.to_owned(),
        what: format!("it has over {MAX_BLOCKS} paragraphs"),
    })?;
    let draft = Draft {
        metadata: with_gutenberg(metadata(&document), &document),
        has_images: !document.images.is_empty(),
        documents: vec![document],
        toc,
        ..Draft::default()
    };
    compose(name, draft, options)
}

/// What the head says about the book.
fn metadata(document: &Document) -> Metadata {
    let head = &document.head;
    let values = |names: &'static [&'static str]| {
        let named = head
            .meta
            .iter()
            .filter(|(name, _)| names.contains(&name.as_str()));
        named
            .map(|(_, value)| value.split_whitespace().collect::<Vec<_>>().join(" "))
            .filter(|value| !value.is_empty())
    };
    let language = head
        .language
        .clone()
        .or_else(|| values(&["dc.language", "language"]).next());
    let title = values(&["dc.title", "og:title"]).next();
    Metadata {
        title: title.unwrap_or_else(|| head.title.split_whitespace().collect::<Vec<_>>().join(" ")),
        authors: values(&["author", "dc.creator", "dcterms.creator"]).collect(),
        language: language
            .map(|tag| Language::new(&tag))
            .filter(|language| !language.is_undetermined()),
        publisher: values(&["dc.publisher"]).next(),
        date: values(&["date", "dc.date", "dcterms.date"]).next(),
        description: values(&["description", "dc.description"]).next(),
        subjects: values(&["dc.subject"]).collect(),
        ..Metadata::default()
    }
}

/// Project Gutenberg's own header is better than its `<title>` ("…, by …—A Project Gutenberg eBook").
pub(crate) fn with_gutenberg(metadata: Metadata, document: &Document) -> Metadata {
    if !metadata.title.contains("Project Gutenberg") {
        return metadata;
    }
    let head = document.blocks.iter().take(HEAD_BLOCKS);
    let lines: Vec<&str> = head.map(|block| block.block.text.as_str()).collect();
    let said = plain::said_in_head(&lines.join("\n"));
    let or = |ours: Vec<String>, other: Vec<String>| if ours.is_empty() { other } else { ours };
    Metadata {
        title: match said.title {
            title if title.is_empty() => metadata.title,
            title => title,
        },
        authors: or(metadata.authors, said.authors),
        language: metadata.language.or(said.language),
        date: metadata.date.or(said.date),
        ..metadata
    }
}

/// The charset that the first bytes of an HTML or XML file declare.
pub(crate) fn declared_charset(bytes: &[u8]) -> Option<&str> {
    let head = &bytes[..bytes.len().min(2_048)];
    let find = |needle: &[u8]| {
        let at = head
            .windows(needle.len())
            .position(|window| window.eq_ignore_ascii_case(needle))?;
        let rest = head[at + needle.len()..].trim_ascii_start();
        let rest = rest
            .strip_prefix(b"\"")
            .or_else(|| rest.strip_prefix(b"'"))
            .unwrap_or(rest);
        let end = rest
            .iter()
            .position(|b| !(b.is_ascii_alphanumeric() || b"-_.:".contains(b)))?;
        std::str::from_utf8(&rest[..end])
            .ok()
            .filter(|label| !label.is_empty())
    };
    find(b"encoding=").or_else(|| find(b"charset="))
}

/// Reads a document. `None` when it has more blocks than any book.
pub(crate) fn document(text: &str, context: &mut Context<'_>) -> Option<Document> {
    let mut reader = reader::Reader::new(context);
    markup::visit(text, Syntax::Html, &mut reader);
    let (document, overflowed) = reader.finish();
    (!overflowed).then_some(document)
}

/// The text of a piece of HTML without its markup, paragraphs on lines of their own.
pub(crate) fn plain(text: &str) -> String {
    let mut notes = HashSet::new();
    let mut context = Context {
        path: "",
        alt_text: false,
        wanted: None,
        sheets: &HashMap::new(),
        notes: &mut notes,
    };
    let document = document(text, &mut context).unwrap_or_default();
    let lines: Vec<_> = document
        .blocks
        .iter()
        .map(|block| block.block.text.as_str())
        .filter(|text| !text.is_empty())
        .collect();
    lines.join("\n")
}
