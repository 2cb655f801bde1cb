//! The cover of a book on a page, or what stands for it.

use crate::master::Master;

/// What `cover.html` shows.
pub(super) struct Cover {
    pub(super) book: String,
    /// Whether there is a picture.
    pub(super) there: bool,
    /// First letters of the first words, for books without one.
    pub(super) initials: String,
    /// One of eight colours; a book keeps its own.
    pub(super) tint: u8,
}

impl Cover {
    pub(super) fn of(master: &Master, book: &str, title: &str) -> Self {
        let words = title.split_whitespace();
        let firsts = words.filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
        Self {
            book: book.to_owned(),
            there: master.has_cover(book),
            initials: firsts.take(2).flat_map(char::to_uppercase).collect(),
            tint: book.bytes().fold(0, u8::wrapping_add) % 8,
        }
    }
}
