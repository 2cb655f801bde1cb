//! Why a file could not be read as a book.

use std::io;

use thiserror::Error;

use crate::child::ChildError;

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
    /// A program that reads this kind of file is not there.
    #[error("`{name}` can only be read with `{program}`, which is not installed")]
    Missing {
        /// The file's name.
        name: String,
        /// The program.
        program: &'static str,
        /// What brings it, and how to get that.
        package: &'static str,
    },
    /// The program that recognises text lacks the data of its language.
    #[error("the text of `{name}` can't be recognised: `tesseract` has no data for `{language}`")]
    MissingLanguage {
        /// The file's name.
        name: String,
        /// The language, as tesseract calls it.
        language: &'static str,
    },
    /// A program that reads this kind of file failed.
    #[error("`{program}` can't read `{name}`: {why}")]
    Child {
        /// The file's name.
        name: String,
        /// The program.
        program: &'static str,
        /// What it says.
        why: String,
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
    /// What the failure of a program means for the file that it should read.
    pub(crate) fn of_child(
        name: &str,
        program: &'static str,
        package: &'static str,
        error: ChildError,
    ) -> Self {
        let name = name.to_owned();
        let why = match error {
            ChildError::Missing => {
                return Self::Missing {
                    name,
                    program,
                    package,
                };
            }
            ChildError::TimeOut(patience) => format!("it took over {} s", patience.as_secs()),
            ChildError::Failed(why) => why,
        };
        Self::Child { name, program, why }
    }

    /// The way out, where there is one.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::NotABook { found, .. } if found.ends_with("image") => {
                "the text on pictures is recognised with `--ocr`".to_owned()
            }
            Self::NotABook { found, .. } if found.contains("Office") => {
                "open it in LibreOffice or Word and save it as DOCX".to_owned()
            }
            Self::NotABook { .. } => "audiotome reads EPUB, MOBI, AZW3, FB2, PDF, DOCX, ODT, RTF, HTML, Markdown and plain text, and with Calibre LIT, LRF, PDB, CHM, DJVU and others".to_owned(),
            Self::SeveralBooks { .. } => "unpack it, and give audiotome the books one by one".to_owned(),
            Self::Drm { .. } => {
                "buy or borrow the book without DRM, or ask the seller for an unlocked copy".to_owned()
            }
            Self::NoText { images: true, .. } => {
                "scanned PDFs are read with `--ocr`; of other books make the pictures into text first, for example with `tesseract`".to_owned()
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
            Self::Missing { package, .. } => format!("install {package}"),
            Self::MissingLanguage { language, .. } => format!(
                "install `tesseract-ocr-{}` (`brew install tesseract-lang`), or name another language with `--language`",
                language.replace('_', "-")
            ),
            Self::Child { .. } => {
                "open the file in another program and look whether it is whole".to_owned()
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
        let error = BookError::Missing {
            name: "x.lit".to_owned(),
            program: "ebook-convert",
            package: "Calibre",
        };
        assert_eq!(
            error.to_string(),
            "`x.lit` can only be read with `ebook-convert`, which is not installed"
        );
        assert_eq!(error.hint().unwrap(), "install Calibre");
        let error = BookError::MissingLanguage {
            name: "x.png".to_owned(),
            language: "chi_sim",
        };
        assert!(error.to_string().contains("`chi_sim`"));
        assert!(error.hint().unwrap().contains("`tesseract-ocr-chi-sim`"));
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
