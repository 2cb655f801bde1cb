//! Books that were read lately: reading a long one takes a while, and a page asks for it again and again.

use std::collections::VecDeque;
use std::path::Path;
use std::sync::{Arc, Mutex};

use audiotome_book::{BookError, ReadOptions, read};
use audiotome_core::{Book, Cover};

use crate::master::lock;

/// Books that are kept.
const BOOKS: usize = 6;
/// Bytes of text in all of them, about.
const BYTES: usize = 64 << 20;
/// Bytes that a block costs besides its text.
const BLOCK: usize = 96;

/// A few books, the one that was asked for last in front.
#[derive(Default)]
pub(crate) struct Lately(Mutex<VecDeque<Read>>);

struct Read {
    id: String,
    options: ReadOptions,
    book: Arc<Book>,
    bytes: usize,
}

impl Lately {
    /// The book of this id as these options want it, without its cover's bytes.
    pub(crate) fn read(
        &self,
        id: &str,
        options: &ReadOptions,
        path: &Path,
    ) -> Result<Arc<Book>, BookError> {
        if let Some(book) = self.find(id, options) {
            return Ok(book);
        }
        let book = read(path, options)?;
        Ok(self.keep(id, options.clone(), book))
    }

    /// Keeps a book that was just read.
    pub(crate) fn keep(&self, id: &str, options: ReadOptions, mut book: Book) -> Arc<Book> {
        if let Some(Cover { bytes, .. }) = &mut book.cover {
            *bytes = Vec::new();
        }
        let book = Arc::new(book);
        let mut reads = lock(&self.0);
        reads.retain(|read| read.id != id || read.options != options);
        reads.push_front(Read {
            id: id.to_owned(),
            options,
            bytes: weight(&book),
            book: Arc::clone(&book),
        });
        let mut bytes = 0;
        reads.truncate(BOOKS);
        reads.retain(|read| {
            bytes += read.bytes;
            bytes <= BYTES
        });
        book
    }

    fn find(&self, id: &str, options: &ReadOptions) -> Option<Arc<Book>> {
        let mut reads = lock(&self.0);
        let fits = |read: &Read| read.id == id && read.options == *options;
        let read = reads.iter().position(fits);
        let read = reads.remove(read?)?;
        let book = Arc::clone(&read.book);
        reads.push_front(read);
        Some(book)
    }
}

fn weight(book: &Book) -> usize {
    let blocks = book.chapters.iter().flat_map(|chapter| &chapter.blocks);
    blocks.map(|block| block.text.len() + BLOCK).sum()
}

#[cfg(test)]
mod tests {
    use audiotome_core::{Block, BlockKind, Chapter};

    use super::*;

    fn book(bytes: usize) -> Book {
        let block = Block::new(BlockKind::Paragraph, "a".repeat(bytes));
        let chapter = Chapter {
            title: "I".to_owned(),
            blocks: vec![block],
        };
        Book {
            chapters: vec![chapter],
            ..Book::default()
        }
    }

    #[test]
    fn the_oldest_make_room() {
        let lately = Lately::default();
        let options = ReadOptions::default();
        for id in ["a", "b", "c"] {
            lately.keep(id, options.clone(), book(BYTES / 3));
        }
        let there = |id| lately.find(id, &options).is_some();
        assert!(there("c") && there("b") && !there("a"));
        lately.keep("huge", options.clone(), book(BYTES + 1));
        assert!(!there("huge"), "it is too long to be kept");
        for id in 0..BOOKS + 1 {
            lately.keep(&id.to_string(), options.clone(), book(1));
        }
        assert!(!there("0") && there("1"));
    }
}
