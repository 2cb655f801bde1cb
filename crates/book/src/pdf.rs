//! PDF with a text layer, by Poppler's programs: where each word stands, and the outline. Lines
//! become paragraphs again here: a PDF knows none.

mod columns;
pub(crate) mod flow;
mod furniture;
mod headings;
mod info;
mod initials;
mod join;
pub(crate) mod layout;
mod outline;

use std::ffi::OsStr;
use std::fs::File;
use std::io::BufReader;
use std::time::Duration;

use audiotome_core::Book;

use crate::child::{self, Call, ChildError};
use crate::{BookError, ReadOptions, ocr};

/// How long a program may take for a PDF; a book of 1,000 pages takes ten seconds.
const PATIENCE: Duration = Duration::from_secs(180);
/// Memory of a program, in KiB.
const MEMORY: u32 = 2 << 20;
/// What brings the programs.
pub(crate) const POPPLER: &str =
    "Poppler's programs (`apt install poppler-utils`, `brew install poppler`)";

/// Reads the book in `file`; `name` is the file's name.
///
/// # Errors
/// [`BookError::Missing`] without Poppler, [`BookError::Drm`] with a password, [`BookError::NoText`],
/// [`BookError::Damaged`], [`BookError::TooLarge`].
pub(crate) fn read(file: &File, name: &str, options: &ReadOptions) -> Result<Book, BookError> {
    let metadata = info::metadata(&poppler(
        file,
        name,
        "pdfinfo",
        &["-enc", "UTF-8", "-"],
        info::read,
    )?);
    let arguments = ["-enc", "UTF-8", "-bbox-layout", "-", "-"];
    let sheets = poppler(file, name, "pdftotext", &arguments, |output| {
        layout::read(BufReader::new(output), name)
    })??;
    let scanned = !sheets.iter().any(|sheet| sheet.has_letters());
    if scanned && !options.ocr {
        return Err(BookError::NoText {
            name: name.to_owned(),
            images: true,
        });
    }
    if scanned {
        let sheets = ocr::pdf(file, name, sheets.len(), options)?;
        return flow::pages(sheets, Vec::new(), metadata).book(name, options);
    }
    let outline = outline(file, name);
    flow::pages(sheets, outline, metadata).book(name, options)
}

/// The outline; a book without one has headings at best.
fn outline(file: &File, name: &str) -> Vec<outline::Item> {
    // The outline comes with any page.
    let arguments = [
        "-xml", "-i", "-q", "-f", "1", "-l", "1", "-stdout", "-", "book",
    ];
    let read = poppler(file, name, "pdftohtml", &arguments, outline::read);
    read.unwrap_or_else(|error| {
        tracing::debug!(book.name = name, "{error}");
        Vec::new()
    })
}

fn poppler<T>(
    file: &File,
    name: &str,
    program: &'static str,
    arguments: &[&str],
    read: impl FnOnce(std::process::ChildStdout) -> T,
) -> Result<T, BookError> {
    let arguments: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
    let call = Call {
        program,
        arguments: &arguments,
        input: Some(file),
        patience: PATIENCE,
        memory: MEMORY,
    };
    child::run(&call, read).map_err(|error| match error {
        ChildError::Failed(why) if why.contains("assword") => BookError::Drm {
            name: name.to_owned(),
            scheme: "a PDF password",
        },
        error => BookError::of_child(name, program, POPPLER, error),
    })
}
