//! `OpenDocument` text: `content.xml` of a package, or a single ("flat") file.

mod body;
mod styles;

use audiotome_core::{Book, Language};

use crate::docx::properties;
use crate::epub::archive::Archive;
use crate::markup::{self, Syntax};
use crate::pages::Pages;
use crate::{BookError, ReadOptions, encoding};
use body::Body;
use styles::Styles;

/// Whether the archive holds a text of `OpenDocument`.
pub(crate) fn is_odt(archive: &Archive, mimetype: &[u8]) -> bool {
    let has = |path: &str| archive.paths().iter().any(|found| found == path);
    mimetype.starts_with(b"application/vnd.oasis.opendocument")
        || has("content.xml") && has("META-INF/manifest.xml")
}

/// Reads the document in `archive`; `name` is the file's name.
///
/// # Errors
/// [`BookError::Damaged`], [`BookError::Drm`], [`BookError::NoText`], [`BookError::TooLarge`].
pub(crate) fn read(
    mut archive: Archive,
    name: &str,
    options: &ReadOptions,
) -> Result<Book, BookError> {
    let manifest = part(&mut archive, "META-INF/manifest.xml")?.unwrap_or_default();
    if manifest.contains("encryption-data") {
        return Err(BookError::Drm {
            name: name.to_owned(),
            scheme: "an OpenDocument password",
        });
    }
    let Some(content) = part(&mut archive, "content.xml")? else {
        return Err(BookError::Damaged {
            name: name.to_owned(),
            what: "`content.xml` inside it can't be read".to_owned(),
        });
    };
    let shared = part(&mut archive, "styles.xml")?.unwrap_or_default();
    let meta = part(&mut archive, "meta.xml")?.unwrap_or_default();
    let has_images = archive
        .paths()
        .iter()
        .any(|path| path.starts_with("Pictures/"));
    document(&content, &shared, &meta, has_images).book(name, options)
}

/// Reads a flat file; `name` is the file's name.
///
/// # Errors
/// [`BookError::NoText`], [`BookError::TooLarge`].
pub(crate) fn read_flat(
    bytes: &[u8],
    name: &str,
    options: &ReadOptions,
) -> Result<Book, BookError> {
    let text = encoding::decode(bytes, None);
    let meta = text.split("</office:meta>").next().unwrap_or_default();
    document(&text, "", meta, false).book(name, options)
}

fn document(content: &str, shared: &str, meta: &str, has_images: bool) -> Pages {
    let mut styles = Styles::default();
    markup::visit(shared, Syntax::Xml, &mut styles);
    markup::visit(content, Syntax::Xml, &mut styles);
    let mut body = Body::new(&styles);
    markup::visit(content, Syntax::Xml, &mut body);
    let (html, title) = body.finish();
    let mut metadata = properties::metadata(meta);
    if metadata.title.is_empty() {
        metadata.title = title;
    }
    if metadata.language.is_none() {
        metadata.language = styles
            .language()
            .map(|tag| Language::new(&tag))
            .filter(|language| !language.is_undetermined());
    }
    Pages {
        has_images,
        ..Pages::single(metadata, html)
    }
}

fn part(archive: &mut Archive, path: &str) -> Result<Option<String>, BookError> {
    let bytes = archive.read(path)?;
    Ok(bytes.map(|bytes| encoding::decode(&bytes, None)))
}
