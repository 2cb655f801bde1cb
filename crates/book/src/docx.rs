//! Word documents (Office Open XML): the text of `word/document.xml` with its notes.

mod body;
mod notes;
pub(crate) mod properties;
mod styles;

use audiotome_core::Book;

use crate::epub::archive::Archive;
use crate::markup::{self, Syntax};
use crate::pages::Pages;
use crate::{BookError, ReadOptions, encoding, html};
use body::Body;
use styles::Styles;

/// The main part of a document.
const DOCUMENT: &str = "word/document.xml";

/// Whether the archive holds a Word document.
pub(crate) fn is_docx(archive: &Archive) -> bool {
    main_part(archive).is_some()
}

fn main_part(archive: &Archive) -> Option<&str> {
    let exact = archive.paths().iter().find(|path| *path == DOCUMENT);
    // Some programs number the part.
    let numbered = || {
        archive
            .paths()
            .iter()
            .find(|path| path.starts_with("word/document") && path.ends_with(".xml"))
    };
    exact.or_else(numbered).map(String::as_str)
}

/// Reads the document in `archive`; `name` is the file's name.
///
/// # Errors
/// [`BookError::Damaged`], [`BookError::NoText`], [`BookError::TooLarge`].
pub(crate) fn read(
    mut archive: Archive,
    name: &str,
    options: &ReadOptions,
) -> Result<Book, BookError> {
    let path = main_part(&archive).unwrap_or(DOCUMENT).to_owned();
    let styles = match part(&mut archive, "word/styles.xml")? {
        Some(text) => Styles::parse(&text),
        None => Styles::default(),
    };
    let Some(text) = part(&mut archive, &path)? else {
        return Err(BookError::Damaged {
            name: name.to_owned(),
            what: format!("`{path}` inside it can't be read"),
        });
    };
    let mut body = Body::new(&styles);
    markup::visit(&text, Syntax::Xml, &mut body);
    drop(text);
    let (mut html, title) = body.finish();
    for (path, prefix) in [("word/footnotes.xml", "fn"), ("word/endnotes.xml", "en")] {
        if let Some(text) = part(&mut archive, path)? {
            notes::write(&text, prefix, &styles, &mut html);
        }
    }
    let properties = part(&mut archive, "docProps/core.xml")?.unwrap_or_default();
    let mut metadata = properties::metadata(&properties);
    if metadata.title.is_empty() {
        metadata.title = title;
    }
    if metadata.language.is_none() {
        metadata.language = styles.language();
    }
    let pages = Pages {
        has_images: archive
            .paths()
            .iter()
            .any(|path| path.starts_with("word/media/")),
        ..Pages::single(metadata, html)
    };
    pages.book(name, options)
}

fn part(archive: &mut Archive, path: &str) -> Result<Option<String>, BookError> {
    let bytes = archive.read(path)?;
    Ok(bytes.map(|bytes| encoding::decode(&bytes, html::declared_charset(&bytes))))
}
