//! Uploaded books: taken in as a stream, kept under the digest of their content.

use std::io;
use std::path::{Path, PathBuf};

use audiotome_audio::safe_file_name;
use audiotome_book::{BookError, ReadOptions, read};
use audiotome_core::Book;
use tempfile::{NamedTempFile, PersistError};
use thiserror::Error;
use tokio::io::AsyncWriteExt as _;

use crate::clock::now;
use crate::covers;
use crate::database::books::{StoredBook, insert};
use crate::database::{Database, DatabaseError};

/// Digits of the digest that make a book's id.
const ID_DIGITS: usize = 16;
/// The name of a book that has none.
const NAMELESS: &str = "book.txt";

/// Why an upload is refused.
#[derive(Debug, Error)]
pub(crate) enum UploadError {
    /// More bytes than are taken.
    #[error("the book has over {} MiB", .0 >> 20)]
    TooLarge(u64),
    /// Nothing was sent.
    #[error("the book is empty")]
    Empty,
    /// It is no book that can be read.
    #[error(transparent)]
    Book(#[from] BookError),
    /// The disk refuses.
    #[error("the book can't be kept")]
    Io(#[from] io::Error),
    /// The job store refuses.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// A book on its way in. Dropped half-way, it leaves nothing behind.
pub(crate) struct Upload {
    file: NamedTempFile,
    out: tokio::fs::File,
    digest: blake3::Hasher,
    bytes: u64,
    most: u64,
}

impl Upload {
    /// Begins to take a book of at most `most` bytes into the folder `books`.
    pub(crate) fn begin(books: &Path, most: u64) -> Result<Self, UploadError> {
        let file = tempfile::Builder::new()
            .prefix(audiotome_files::STAGED_PREFIX)
            .tempfile_in(books)?;
        let out = tokio::fs::File::from_std(file.reopen()?);
        Ok(Self {
            file,
            out,
            digest: blake3::Hasher::new(),
            bytes: 0,
            most,
        })
    }

    /// Takes more of it.
    pub(crate) async fn write(&mut self, chunk: &[u8]) -> Result<(), UploadError> {
        self.bytes += chunk.len() as u64;
        if self.bytes > self.most {
            return Err(UploadError::TooLarge(self.most));
        }
        self.digest.update(chunk);
        Ok(self.out.write_all(chunk).await?)
    }

    /// Reads the whole book and keeps it if it can be read. Returns whether it is new.
    pub(crate) async fn finish(
        self,
        books: &Path,
        name: &str,
        options: &ReadOptions,
        database: &Database,
    ) -> Result<(StoredBook, Book, bool), UploadError> {
        if self.bytes == 0 {
            return Err(UploadError::Empty);
        }
        self.out.sync_all().await?;
        let id = self.digest.finalize().to_hex()[..ID_DIGITS].to_owned();
        let name = file_name(name);
        let folder = books.join(&id);
        let path = folder.join(&name);
        let cover = covers::path(books, &id);
        let options = options.clone();
        let moved = tokio::task::spawn_blocking(move || {
            let book = settle(self.file, &folder, &path, &options)?;
            covers::keep(&cover, &book)?;
            Ok::<_, UploadError>(book)
        });
        let book = moved.await.map_err(io::Error::other)??;
        let stored = StoredBook {
            id,
            name,
            title: book.metadata.title.clone(),
            authors: book.metadata.authors.clone(),
            added: now(),
        };
        let kept = stored.clone();
        let new = database.call(move |connection| {
            let new = insert(connection, &kept)?;
            let stored = crate::database::books::get(connection, &kept.id)?;
            Ok((new, stored.unwrap_or(kept)))
        });
        let (new, stored) = new.await?;
        Ok((stored, book, new))
    }
}

/// Moves the file to its place, where its name is right, and reads it there.
fn settle(
    file: NamedTempFile,
    folder: &Path,
    path: &Path,
    options: &ReadOptions,
) -> Result<Book, UploadError> {
    // The same book under another name: the first name stays, so that running jobs keep their file.
    if let Some(there) = only_file(folder) {
        return Ok(read(&there, options)?);
    }
    fs_err::create_dir_all(folder)?;
    file.persist(path)
        .map_err(|PersistError { error, .. }| error)?;
    let book = read(path, options);
    if book.is_err() {
        // Nobody knows of it yet.
        fs_err::remove_dir_all(folder)?;
    }
    Ok(book?)
}

fn only_file(folder: &Path) -> Option<PathBuf> {
    let mut entries = fs_err::read_dir(folder).ok()?;
    entries.next()?.ok().map(|entry| entry.path())
}

/// A name without folders, which every file system takes.
fn file_name(name: &str) -> String {
    let last = name.rsplit(['/', '\\']).next().unwrap_or(name).trim();
    if last.is_empty() {
        NAMELESS.to_owned()
    } else {
        safe_file_name(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_folders() {
        for (name, safe) in [
            ("../../etc/passwd", "passwd"),
            ("C:\\books\\a.epub", "a.epub"),
            ("a: b.epub", "a- b.epub"),
            ("", NAMELESS),
            ("..", "Untitled"),
        ] {
            assert_eq!(file_name(name), safe);
        }
    }
}
