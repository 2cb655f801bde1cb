//! Where people are in their books.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::DatabaseError;

/// Where somebody stopped to listen.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Bookmark {
    /// Number of the chapter, from 1.
    pub(crate) chapter: u32,
    /// Segment of the chapter, from 0.
    pub(crate) segment: u32,
    /// Seconds of that segment.
    pub(crate) seconds: f64,
    /// When that was, RFC 3339.
    pub(crate) at: String,
}

/// The bookmark of a book.
pub(crate) fn get(connection: &Connection, book: &str) -> Result<Option<Bookmark>, DatabaseError> {
    let sql = "SELECT chapter, segment, seconds, at FROM bookmarks WHERE book = ?1";
    let row = connection.query_row(sql, [book], |row| {
        Ok(Bookmark {
            chapter: row.get(0)?,
            segment: row.get(1)?,
            seconds: row.get(2)?,
            at: row.get(3)?,
        })
    });
    Ok(row.optional()?)
}

/// Keeps a bookmark, unless the book has a later one. Returns the one that it has then; `None` when
/// there is no such book.
pub(crate) fn put(
    connection: &Connection,
    book: &str,
    mark: &Bookmark,
) -> Result<Option<Bookmark>, DatabaseError> {
    // Times are written alike, so that they sort as text.
    let sql = "INSERT INTO bookmarks (book, chapter, segment, seconds, at)
        SELECT id, ?2, ?3, ?4, ?5 FROM books WHERE id = ?1
        ON CONFLICT (book) DO UPDATE SET chapter = excluded.chapter, segment = excluded.segment,
            seconds = excluded.seconds, at = excluded.at WHERE excluded.at >= bookmarks.at";
    connection.execute(
        sql,
        params![book, mark.chapter, mark.segment, mark.seconds, mark.at],
    )?;
    get(connection, book)
}
