//! A zip file that holds one book of another format.

use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};
use std::path::Path;

use crate::BookError;
use crate::epub::archive::Archive;
use crate::format::Format;

/// A book in an archive.
pub(crate) struct Packed {
    /// Its path.
    pub(crate) path: String,
    /// Texts beside it, which are not read.
    beside: Vec<String>,
}

impl Packed {
    /// What is to be said of the texts beside the book.
    pub(crate) fn warning(&self) -> Option<String> {
        let first = self.beside.first()?;
        let path = &self.path;
        Some(match self.beside.len() {
            1 => format!("`{first}`, which is packed with `{path}`, is not read"),
            count => format!(
                "{count} texts, such as `{first}`, which are packed with `{path}`, are not read"
            ),
        })
    }
}

/// The only book in an archive. Files of HTML without a package are one book together, and not
/// meant here. `None` where there is no book.
///
/// # Errors
/// [`BookError::SeveralBooks`].
pub(crate) fn find(archive: &Archive, name: &str) -> Result<Option<Packed>, BookError> {
    let format = |path: &str| Format::of_name(Path::new(path));
    let texts = archive.paths().iter().filter(|path| !is_debris(path));
    let texts: Vec<&String> = texts.filter(|path| format(path).is_some()).collect();
    let mut books = texts.clone();
    books.retain(|path| format(path) != Some(Format::Html));
    // A text beside a book tells about it.
    if books.iter().any(|path| !is_plain(format(path))) {
        books.retain(|path| !is_plain(format(path)));
    }
    let has_pages = || texts.iter().any(|path| format(path) == Some(Format::Html));
    if books.iter().all(|path| is_plain(format(path))) && has_pages() {
        return Ok(None);
    }
    match books.as_slice() {
        [] => Ok(None),
        [book] => Ok(Some(Packed {
            path: (*book).clone(),
            beside: texts
                .into_iter()
                .filter(|path| path != book)
                .cloned()
                .collect(),
        })),
        [first, second, ..] => Err(BookError::SeveralBooks {
            name: name.to_owned(),
            first: (*first).clone(),
            second: (*second).clone(),
        }),
    }
}

fn is_plain(format: Option<Format>) -> bool {
    matches!(format, Some(Format::PlainText | Format::Markdown))
}

/// What systems leave in archives beside the files themselves.
fn is_debris(path: &str) -> bool {
    path.starts_with("__MACOSX/")
        || path
            .rsplit('/')
            .next()
            .is_some_and(|name| name.starts_with('.'))
}

/// The book as a file without a name, and the name that it has in the archive.
///
/// # Errors
/// [`BookError::Damaged`], [`BookError::Drm`], [`BookError::TooLarge`], [`BookError::Io`].
pub(crate) fn unpack(
    archive: &mut Archive,
    path: &str,
    name: &str,
) -> Result<(File, String), BookError> {
    if archive.is_encrypted(path) {
        return Err(BookError::Drm {
            name: name.to_owned(),
            scheme: "a zip password",
        });
    }
    let Some(bytes) = archive.read_up_to(path, u64::MAX)? else {
        return Err(BookError::Damaged {
            name: name.to_owned(),
            what: format!("`{path}` inside it can't be unpacked"),
        });
    };
    let file = without_name(&bytes).map_err(|source| BookError::Io {
        name: name.to_owned(),
        source,
    })?;
    let inner = path.rsplit('/').next().unwrap_or(path);
    Ok((file, inner.to_owned()))
}

fn without_name(bytes: &[u8]) -> std::io::Result<File> {
    let mut file = tempfile::tempfile()?;
    file.write_all(bytes)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(file)
}
