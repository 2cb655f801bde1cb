//! EPUB 2 and 3.

pub(crate) mod archive;
pub(crate) mod cover;
mod documents;
mod encryption;
mod metadata;
mod package;
mod pronunciation;
mod toc;

use audiotome_core::Book;

use crate::compose::{Draft, compose};
use crate::document::Entry;
use crate::markup::{self, Syntax, Tag, Visitor};
use crate::{BookError, ReadOptions, encoding, href, html};
use archive::Archive;
use package::{Item, Package};
use pronunciation::Pronunciations;
use toc::RawEntry;

/// Reads the book in `archive`; `name` is the file's name.
pub(crate) fn read(
    mut archive: Archive,
    name: &str,
    options: &ReadOptions,
) -> Result<Book, BookError> {
    let mut warnings = Vec::new();
    check_mimetype(&mut archive, &mut warnings)?;
    let package = find_package(&mut archive, name, &mut warnings)?;
    let table = table_of_contents(&mut archive, &package)?;
    let mut told = Pronunciations::default();
    let documents = documents::read(
        &mut archive,
        &package,
        &table,
        name,
        options,
        (&mut told, &mut warnings),
    )?;
    let lexicon = told.rules(&mut archive, &package, &mut warnings)?;
    let toc = table
        .into_iter()
        .map(|entry| entry_of(entry, &archive, &documents))
        .collect();
    let cover = cover::cover(&mut archive, &package, &documents);
    let has_images = package.items.iter().any(Item::is_image);
    let draft = Draft {
        metadata: metadata::metadata(&package),
        cover,
        documents,
        toc,
        warnings,
        has_images,
    };
    let book = compose(name, draft, options);
    let book = book.map_err(|error| locked_instead(error, &archive))?;
    Ok(Book { lexicon, ..book })
}

/// Whether the archive says how its files make a book.
pub(crate) fn has_package(archive: &Archive) -> bool {
    archive.paths().iter().any(|path| {
        let path = path.to_ascii_lowercase();
        path == "meta-inf/container.xml" || path.ends_with(".opf")
    })
}

/// Whether the archive can be taken for an EPUB at all.
pub(crate) fn is_epub(archive: &Archive) -> bool {
    archive.paths().iter().any(|path| {
        let path = path.to_ascii_lowercase();
        path == "meta-inf/container.xml" || path.ends_with(".opf") || package::is_text_name(&path)
    })
}

/// No text at all and the traces of a lock: the lock is the reason.
fn locked_instead(error: BookError, archive: &Archive) -> BookError {
    match (error, encryption::scheme(archive)) {
        (BookError::NoText { name, .. }, Some(scheme)) => BookError::Drm { name, scheme },
        (error, _) => error,
    }
}

fn check_mimetype(archive: &mut Archive, warnings: &mut Vec<String>) -> Result<(), BookError> {
    match archive.read("mimetype")? {
        None => {
            warnings.push("the file does not say that it is an EPUB (no `mimetype`)".to_owned())
        }
        Some(bytes) if bytes.trim_ascii() != b"application/epub+zip" => {
            warnings.push("the file's `mimetype` is not an EPUB's".to_owned());
        }
        Some(_) => {}
    }
    Ok(())
}

/// The package that the container names first, else any package, else all documents by name.
fn find_package(
    archive: &mut Archive,
    name: &str,
    warnings: &mut Vec<String>,
) -> Result<Package, BookError> {
    let named = match archive.find("META-INF/container.xml").map(str::to_owned) {
        Some(path) => archive
            .read(&path)?
            .map(|bytes| root_files(&encoding::decode(&bytes, None))),
        None => None,
    };
    let found = named
        .iter()
        .flatten()
        .find_map(|path| archive.find(path))
        .map(str::to_owned);
    let path = found.or_else(|| {
        let found = archive
            .paths()
            .iter()
            .find(|path| path.to_ascii_lowercase().ends_with(".opf"))
            .cloned();
        if found.is_some() {
            warnings.push(
                "the book does not name its package file (`META-INF/container.xml`)".to_owned(),
            );
        }
        found
    });
    let bytes = match &path {
        Some(path) => archive.read(path)?,
        None => None,
    };
    let package = match path.zip(bytes) {
        Some((path, bytes)) => parse_package(&path, &bytes, warnings),
        None => Package::default(),
    };
    if package
        .spine
        .iter()
        .any(|item| package.item(&item.id).is_some())
    {
        return Ok(package);
    }
    with_all_documents(package, archive, name, warnings)
}

fn parse_package(path: &str, bytes: &[u8], warnings: &mut Vec<String>) -> Package {
    let text = encoding::decode(bytes, html::declared_charset(bytes));
    if !package::is_well_formed(&text) {
        warnings.push(format!(
            "the package file `{path}` is malformed: it is read as far as it goes"
        ));
    }
    Package::parse(&text, path)
}

/// A package whose reading order is unknown: every document, by name.
fn with_all_documents(
    package: Package,
    archive: &Archive,
    name: &str,
    warnings: &mut Vec<String>,
) -> Result<Package, BookError> {
    let mut paths: Vec<String> = archive
        .paths()
        .iter()
        .filter(|path| package::is_text_name(path))
        .cloned()
        .collect();
    if paths.is_empty() {
        return Err(BookError::Damaged {
            name: name.to_owned(),
            what: "it has neither a package file nor any document".to_owned(),
        });
    }
    warnings.push("the book does not say its reading order: its files are read by name".to_owned());
    paths.sort_by_cached_key(|path| natural_order(path));
    Ok(package.with_reading_order(paths))
}

/// A key that puts `ch10` behind `ch9`.
fn natural_order(path: &str) -> Vec<(String, u64)> {
    let mut parts = vec![(String::new(), 0_u64)];
    for c in path.to_lowercase().chars() {
        let (word, number) = parts
            .last_mut()
            .expect("starts with one part and only grows");
        match c.to_digit(10) {
            Some(digit) => *number = number.saturating_mul(10).saturating_add(u64::from(digit)),
            None if *number == 0 => word.push(c),
            None => parts.push((c.to_string(), 0)),
        }
    }
    parts
}

/// The navigation document's table, else the NCX's.
fn table_of_contents(archive: &mut Archive, package: &Package) -> Result<Vec<RawEntry>, BookError> {
    if let Some(nav) = package.with_property("nav") {
        let entries = parse(archive, &nav.path, toc::parse_nav)?;
        if !entries.is_empty() {
            return Ok(entries);
        }
    }
    let by_id = package.ncx.as_deref().and_then(|id| package.item(id));
    let by_type = || {
        package
            .items
            .iter()
            .find(|item| item.media_type == "application/x-dtbncx+xml")
    };
    let path = by_id.or_else(by_type).map(|item| item.path.clone());
    let by_name = || {
        archive
            .paths()
            .iter()
            .find(|path| path.to_ascii_lowercase().ends_with(".ncx"))
            .cloned()
    };
    match path
        .filter(|path| archive.find(path).is_some())
        .or_else(by_name)
    {
        Some(path) => parse(archive, &path, toc::parse_ncx),
        None => Ok(Vec::new()),
    }
}

fn parse(
    archive: &mut Archive,
    path: &str,
    parse: fn(&str, &str) -> Vec<RawEntry>,
) -> Result<Vec<RawEntry>, BookError> {
    let Some(path) = archive.find(path).map(str::to_owned) else {
        return Ok(Vec::new());
    };
    let Some(bytes) = archive.read(&path)? else {
        return Ok(Vec::new());
    };
    Ok(parse(
        &encoding::decode(&bytes, html::declared_charset(&bytes)),
        &path,
    ))
}

fn entry_of(raw: RawEntry, archive: &Archive, documents: &[crate::document::Document]) -> Entry {
    let target = raw.target.and_then(|(path, fragment)| {
        let path = archive.find(&path)?;
        let document = documents
            .iter()
            .position(|document| document.name == path)?;
        Some((document, fragment))
    });
    Entry {
        label: raw.label,
        target,
        is_title: false,
        children: raw
            .children
            .into_iter()
            .map(|child| entry_of(child, archive, documents))
            .collect(),
    }
}

fn root_files(container: &str) -> Vec<String> {
    #[derive(Default)]
    struct RootFiles(Vec<String>);
    impl Visitor for RootFiles {
        fn start(&mut self, tag: &Tag) {
            if tag.local_name() == "rootfile" && self.0.len() < 100 {
                let path = tag
                    .local_attribute("full-path")
                    .and_then(|path| href::resolve("", path));
                self.0.extend(path.map(|(path, _)| path));
            }
        }
        fn end(&mut self, _: &str) {}
        fn text(&mut self, _: &str) {}
    }
    let mut files = RootFiles::default();
    markup::visit(container, Syntax::Xml, &mut files);
    files.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_without_an_order_go_by_number() {
        let mut names = vec!["c10.html", "c9.html", "c1.html", "b.html", "c9b.html"];
        names.sort_by_cached_key(|name| natural_order(name));
        assert_eq!(
            names,
            ["b.html", "c1.html", "c9.html", "c9b.html", "c10.html"]
        );
    }
}
