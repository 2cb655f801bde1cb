//! Why a file could not be read as a book.

use std::io;

use thiserror::Error;

use crate::Format;

/// Why a file could not be read as a book. `name` is the file's name.
#[derive(Debug, Error)]
pub enum BookError {
    /// The file is something else: `found` says what, with its article.
    #[error("`{name}` is not an ebook: it is {found}")]
    NotABook {
        /// The file's name.
        name: String,
        /// What was found, such as `a PNG image`.
        found: String,
    },
    /// An ebook of a kind that can't be read yet.
    #[error("`{name}` is {} {format}, which audiotome can't read yet", format.article())]
    Unsupported {
        /// The file's name.
        name: String,
        /// What it is.
        format: Format,
    },
    /// The text is encrypted.
    #[error("`{name}` is locked with DRM ({scheme}): its text is encrypted")]
    Drm {
        /// The file's name.
        name: String,
        /// The lock's name, as far as it can be told.
        scheme: &'static str,
    },
    /// A zip file with more than one book in it.
    #[error("`{name}` holds several books, such as `{first}` and `{second}`")]
    SeveralBooks {
        /// The file's name.
        name: String,
        /// One of them.
        first: String,
        /// Another one.
        second: String,
    },
    /// Nothing to read aloud.
    #[error("`{name}` has no readable text{}", if *images { " (images only: needs OCR)" } else { "" })]
    NoText {
        /// The file's name.
        name: String,
        /// Whether there are pictures, which may show text.
        images: bool,
    },
    /// Beyond a limit that no real book reaches.
    #[error("`{name}` is too large: {what}")]
    TooLarge {
        /// The file's name.
        name: String,
        /// What is too large, with the limit.
        what: String,
    },
    /// A book, but too broken to be read.
    #[error("`{name}` is damaged: {what}")]
    Damaged {
        /// The file's name.
        name: String,
        /// What is wrong with it.
        what: String,
    },
    /// The file could not be read from the disk.
    #[error("cannot read `{name}`")]
    Io {
        /// The file's path as given.
        name: String,
        /// The system's reason.
        source: io::Error,
    },
}

impl BookError {
    /// The way out, where there is one.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NotABook { .. } => {
                "audiotome reads EPUB, HTML, Markdown and plain text".to_owned()
            }
            Self::Unsupported { name, format } => format!(
                "convert it to EPUB first, for example with Calibre: `ebook-convert \"{name}\" book.epub`{}",
                if *format == Format::Pdf { " (check the result: a PDF knows no paragraphs)" } else { "" }
            ),
            Self::SeveralBooks { .. } => "unpack it, and give audiotome the books one by one".to_owned(),
            Self::Drm { .. } => {
                "buy or borrow the book without DRM, or ask the seller for an unlocked copy".to_owned()
            }
            Self::NoText { images: true, .. } => {
                "make the pictures into text first, for example with `ocrmypdf` or `tesseract`".to_owned()
            }
            Self::NoText { images: false, .. } => {
                "open the file in an ebook reader and look whether it shows any text".to_owned()
            }
            Self::TooLarge { .. } => {
                "real books stay far below this limit: split the file, or check that it is what you think it is".to_owned()
            }
            Self::Damaged { .. } => {
                "fetch the file again, or let Calibre repair it: `ebook-convert broken.epub fixed.epub`".to_owned()
            }
            Self::Io { source, .. } => match source.kind() {
                io::ErrorKind::NotFound => "check the path".to_owned(),
                io::ErrorKind::PermissionDenied => "make the file readable for you".to_owned(),
                _ => return None,
            },
        };
        Some(hint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_name_the_file_and_hints_the_way_out() {
        let error = BookError::Unsupported {
            name: "x.pdf".to_owned(),
            format: Format::Pdf,
        };
        assert_eq!(
            error.to_string(),
            "`x.pdf` is a PDF, which audiotome can't read yet"
        );
        assert!(
            error
                .hint()
                .unwrap()
                .contains("ebook-convert \"x.pdf\" book.epub")
        );
        let error = BookError::NoText {
            name: "scan.epub".to_owned(),
            images: true,
        };
        assert_eq!(
            error.to_string(),
            "`scan.epub` has no readable text (images only: needs OCR)"
        );
    }
}
