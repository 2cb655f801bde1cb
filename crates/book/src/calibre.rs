//! Formats that only Calibre reads: its `ebook-convert` makes an EPUB of them.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read as _, Seek as _, SeekFrom};
use std::time::Duration;

use audiotome_core::Book;

use crate::child::{self, Call};
use crate::epub::archive::Archive;
use crate::{BookError, ReadOptions, epub};

/// How long a conversion may take.
const PATIENCE: Duration = Duration::from_secs(300);
/// Memory of the program, in KiB.
const MEMORY: u32 = 8 << 20;
/// Bytes of a book.
const LONGEST: u64 = 512 << 20;
/// What brings the program.
const CALIBRE: &str = "Calibre (`apt install calibre`, or https://calibre-ebook.com)";

/// Reads the book in `file`; `extension` is what Calibre knows its format by, `name` the file's name.
///
/// # Errors
/// [`BookError::Missing`], [`BookError::Child`], [`BookError::Io`], and those of reading an EPUB.
pub(crate) fn read(
    file: File,
    extension: &str,
    name: &str,
    options: &ReadOptions,
) -> Result<Book, BookError> {
    let epub = as_epub(file, extension, name)?;
    epub::read(Archive::open(epub, name)?, name, options)
}

/// The book in `file` as an EPUB.
fn as_epub(mut file: File, extension: &str, name: &str) -> Result<File, BookError> {
    let io = |source| BookError::Io {
        name: name.to_owned(),
        source,
    };
    let folder = tempfile::tempdir().map_err(io)?;
    let mut copy = tempfile::Builder::new()
        .suffix(&format!(".{extension}"))
        .tempfile_in(folder.path())
        .map_err(io)?;
    file.seek(SeekFrom::Start(0)).map_err(io)?;
    std::io::copy(&mut file.take(LONGEST), &mut copy).map_err(io)?;
    let epub = folder.path().join("book.epub");
    let call = Call {
        program: "ebook-convert",
        arguments: &[copy.path().as_os_str(), epub.as_os_str()] as &[&OsStr],
        input: None,
        patience: PATIENCE,
        memory: MEMORY,
    };
    let read_all = |output: std::process::ChildStdout| {
        // It tells what it does; a full pipe would stop it.
        let _ = std::io::copy(&mut { output }, &mut std::io::sink());
    };
    child::run(&call, read_all)
        .map_err(|error| BookError::of_child(name, "ebook-convert", CALIBRE, error))?;
    // The folder goes; an open file stays.
    File::open(&epub).map_err(io)
}
