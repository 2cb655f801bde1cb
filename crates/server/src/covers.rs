//! Covers of books: kept apart, since a library shows many at once and a book is slow to read.

use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use audiotome_core::Book;

use crate::master::Master;

/// How a PNG begins; readers keep no other pictures but JPEG.
const PNG: &[u8] = b"\x89PNG";

/// Where the cover of a book lies, if it has one.
pub(crate) fn path(books: &Path, id: &str) -> PathBuf {
    books.with_file_name("covers").join(id)
}

/// Keeps the cover of a book that was read, if it has one.
pub(crate) fn keep(path: &Path, book: &Book) -> io::Result<()> {
    let Some(cover) = &book.cover else {
        return Ok(());
    };
    if let Some(folder) = path.parent() {
        fs_err::create_dir_all(folder)?;
    }
    audiotome_files::write(path, &cover.bytes)
}

impl Master {
    /// Whether there is a cover of a book.
    pub(crate) fn has_cover(&self, book: &str) -> bool {
        path(&self.books_folder(), book).exists()
    }

    /// The media type of a book's cover, where there is one.
    pub(crate) fn cover_type(&self, book: &str) -> Option<&'static str> {
        let mut head = [0; PNG.len()];
        let file = fs_err::File::open(path(&self.books_folder(), book));
        file.ok()?.read_exact(&mut head).ok()?;
        Some(media_type(&head))
    }

    /// The cover of a book with its media type, where there is one.
    pub(crate) async fn cover(&self, book: &str) -> Option<(&'static str, Vec<u8>)> {
        let bytes = tokio::fs::read(path(&self.books_folder(), book)).await;
        bytes.ok().map(|bytes| (media_type(&bytes), bytes))
    }
}

fn media_type(bytes: &[u8]) -> &'static str {
    if bytes.starts_with(PNG) {
        "image/png"
    } else {
        "image/jpeg"
    }
}
