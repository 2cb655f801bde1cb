//! Rich Text Format: words and groups, read in one pass.

mod charset;
mod destination;
mod group;
mod styles;
mod tokens;

use audiotome_core::Book;

use crate::pages::{Pages, cut_off};
use crate::{BookError, ReadOptions};
use group::Reader;
use tokens::{Token, Tokens};

/// Paragraphs and cells of a text.
const MOST_TOKENS: usize = 60_000_000;

/// Reads a book that is an RTF file; `name` is the file's name.
///
/// # Errors
/// [`BookError::NoText`], [`BookError::TooLarge`].
pub(crate) fn read(bytes: &[u8], name: &str, options: &ReadOptions) -> Result<Book, BookError> {
    let mut reader = Reader::new();
    for token in Tokens::new(bytes).take(MOST_TOKENS) {
        match token {
            Token::Open => reader.open(),
            Token::Close => reader.close(),
            Token::Word(word, number) => reader.word(word, number),
            Token::Byte(byte) => reader.byte(byte),
            Token::Symbol(symbol) => reader.symbol(symbol),
        }
    }
    let is_whole = reader.is_closed();
    let (metadata, html, has_images) = reader.finish();
    let pages = Pages {
        has_images,
        warnings: cut_off(!is_whole),
        ..Pages::single(metadata, html)
    };
    pages.book(name, options)
}
