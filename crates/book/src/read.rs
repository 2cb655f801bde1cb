//! The way from a file to a book.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::Path;

use audiotome_core::{Book, Language, LeftOutKind};

use crate::epub::archive::Archive;
use crate::format::{BINARY, Format, Sniffed, sniff};
use crate::{
    BookError, calibre, docx, epub, fictionbook, html, markdown, mobi, ocr, odt, packed, pdf,
    plain, rtf, tags,
};

/// Bytes of a file that may carry its pictures in itself.
const MAX_WITH_PICTURES: u64 = 64 << 20;
/// Bytes of other files that are text as a whole; the longest books have 10 MiB.
const MAX_TEXT: u64 = 32 << 20;
/// Bytes that tell formats apart.
const HEAD: usize = 64 * 1024;

/// What is to be read of a book.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// The language of the text, where the book's own word is not to be trusted.
    pub language: Option<Language>,
    /// Parts that are read aloud although they are usually left out.
    pub include: BTreeSet<LeftOutKind>,
    /// Parts that are left out although they are usually read; what `include` names is read.
    pub skip: BTreeSet<LeftOutKind>,
    /// Whether pictures are read by their alternative text.
    pub alt_text: bool,
    /// Whether the text on scanned pages and pictures is recognised, with `tesseract`.
    pub ocr: bool,
}

/// Reads the book at `path`, whatever its format; content counts for more than the name's ending.
///
/// # Errors
/// See [`BookError`]; each names the file, and [`BookError::hint`] the way out.
pub fn read(path: &Path, options: &ReadOptions) -> Result<Book, BookError> {
    let name = path
        .file_name()
        .unwrap_or(path.as_os_str())
        .to_string_lossy()
        .into_owned();
    let io = |source| BookError::Io {
        name: path.display().to_string(),
        source,
    };
    // Before it is opened: opening a pipe waits for somebody to write.
    let kind = std::fs::metadata(path).map_err(io)?;
    if kind.is_dir() {
        return Err(not_a_book(&name, "a folder"));
    }
    if !kind.is_file() {
        return Err(not_a_book(&name, "a device or pipe"));
    }
    let file = File::open(path).map_err(io)?;
    read_file(file, &name, options, Place::Alone)
}

/// Where a file lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Alone,
    /// In a zip file; one in another is not opened.
    InZip,
}

/// Reads a file by what it holds; of `name` only the ending counts, and only where that says nothing.
fn read_file(
    mut file: File,
    name: &str,
    options: &ReadOptions,
    place: Place,
) -> Result<Book, BookError> {
    let io = |source| BookError::Io {
        name: name.to_owned(),
        source,
    };
    let mut head = Vec::new();
    file.by_ref()
        .take(HEAD as u64)
        .read_to_end(&mut head)
        .map_err(io)?;
    file.seek(SeekFrom::Start(0)).map_err(io)?;
    match sniff(&head) {
        Sniffed::Zip => read_zip(Archive::open(file, name)?, name, options, place),
        Sniffed::Image(_) if options.ocr => ocr::image(&file, name, options),
        Sniffed::Image(found) => Err(not_a_book(name, found)),
        Sniffed::Calibre(extension) => calibre::read(file, extension, name, options),
        Sniffed::Other(found) => match Format::calibre_extension(Path::new(name)) {
            Some(extension) if found == BINARY => calibre::read(file, extension, name, options),
            _ => Err(not_a_book(name, found)),
        },
        Sniffed::Format(Format::Pdf) => pdf::read(&file, name, options),
        Sniffed::Format(Format::Mobi) => mobi::read(file, name, options),
        Sniffed::Format(format) => read_text(format, file, name, options),
        Sniffed::Text => {
            let format = Format::of_name(Path::new(name)).filter(|format| format.is_text());
            let format = format.unwrap_or(Format::PlainText);
            read_text(format, file, name, options)
        }
    }
}

fn not_a_book(name: &str, found: &str) -> BookError {
    BookError::NotABook {
        name: name.to_owned(),
        found: found.to_owned(),
    }
}

fn read_zip(
    mut archive: Archive,
    name: &str,
    options: &ReadOptions,
    place: Place,
) -> Result<Book, BookError> {
    let mimetype = archive.read("mimetype")?.unwrap_or_default();
    if docx::is_docx(&archive) {
        return docx::read(archive, name, options);
    }
    if odt::is_odt(&archive, &mimetype) {
        return odt::read(archive, name, options);
    }
    let is_epub = mimetype.trim_ascii() == b"application/epub+zip";
    if place == Place::Alone
        && !is_epub
        && !epub::has_package(&archive)
        && let Some(packed) = packed::find(&archive, name)?
    {
        let (file, inner) = packed::unpack(&mut archive, &packed.path, name)?;
        let mut book = read_file(file, &inner, options, Place::InZip)?;
        book.warnings.extend(packed.warning());
        return Ok(book);
    }
    if !is_epub && !epub::is_epub(&archive) {
        return Err(not_a_book(name, "a zip file without any text document"));
    }
    epub::read(archive, name, options)
}

/// Reads a file that is one text.
fn read_text(
    format: Format,
    file: File,
    name: &str,
    options: &ReadOptions,
) -> Result<Book, BookError> {
    let read: fn(&[u8], &str, &ReadOptions) -> Result<Book, BookError> = match format {
        Format::Markdown => markdown::read,
        Format::PlainText => plain::read,
        Format::FictionBook => fictionbook::read,
        Format::Odt => odt::read_flat,
        Format::Rtf => rtf::read,
        Format::Html | Format::Epub | Format::Mobi | Format::Docx | Format::Pdf => html::read,
    };
    let limit = match format {
        Format::Markdown | Format::PlainText => MAX_TEXT,
        _ => MAX_WITH_PICTURES,
    };
    let mut book = read(&bytes_of(file, name, limit)?, name, options)?;
    if matches!(format, Format::Markdown | Format::PlainText) {
        tags::apply(&mut book);
    }
    Ok(book)
}

/// All bytes of a file that is read as a whole.
fn bytes_of(file: File, name: &str, limit: u64) -> Result<Vec<u8>, BookError> {
    let mut bytes = Vec::new();
    let result = file.take(limit + 1).read_to_end(&mut bytes);
    result.map_err(|source| BookError::Io {
        name: name.to_owned(),
        source,
    })?;
    if bytes.len() as u64 > limit {
        return Err(BookError::TooLarge {
            name: name.to_owned(),
            what: format!("it is a text of over {} MiB", limit >> 20),
        });
    }
    Ok(bytes)
}
