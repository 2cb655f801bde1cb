//! Uploaded books.

use rusqlite::{Connection, OptionalExtension as _, Row};

use super::DatabaseError;
use crate::clock::now;

/// A book that was uploaded; its file lies in the data folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct StoredBook {
    /// First digits of its content's digest.
    pub(crate) id: String,
    /// Name of its file.
    pub(crate) name: String,
    pub(crate) title: String,
    pub(crate) authors: Vec<String>,
    pub(crate) added: String,
}

/// Keeps a new book. Returns whether it is new.
pub(crate) fn insert(connection: &Connection, book: &StoredBook) -> Result<bool, DatabaseError> {
    let sql =
        "INSERT OR IGNORE INTO books (id, name, title, authors, added) VALUES (?1, ?2, ?3, ?4, ?5)";
    let authors = serde_json::to_string(&book.authors)?;
    let values = [&book.id, &book.name, &book.title, &authors, &now()];
    Ok(connection.execute(sql, values)? > 0)
}

/// The book of this id.
pub(crate) fn get(connection: &Connection, id: &str) -> Result<Option<StoredBook>, DatabaseError> {
    let sql = "SELECT id, name, title, authors, added FROM books WHERE id = ?1";
    let row = connection.query_row(sql, [id], columns).optional()?;
    row.map(book).transpose()
}

/// Calls a book something else.
pub(crate) fn rename(
    connection: &Connection,
    id: &str,
    title: &str,
    authors: &[String],
) -> Result<(), DatabaseError> {
    let authors = serde_json::to_string(authors)?;
    let sql = "UPDATE books SET title = ?2, authors = ?3 WHERE id = ?1";
    connection.execute(sql, [id, title, &authors])?;
    Ok(())
}

/// All books, the newest first.
pub(crate) fn list(connection: &Connection) -> Result<Vec<StoredBook>, DatabaseError> {
    let sql = "SELECT id, name, title, authors, added FROM books ORDER BY added DESC, id";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([], columns)?;
    rows.map(|row| book(row?)).collect()
}

/// Forgets a book. Returns whether it could: `None` when there is none, `false` while jobs use it.
pub(crate) fn delete(connection: &Connection, id: &str) -> Result<Option<bool>, DatabaseError> {
    if get(connection, id)?.is_none() {
        return Ok(None);
    }
    let sql = "DELETE FROM books WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM jobs WHERE book = ?1)";
    Ok(Some(connection.execute(sql, [id])? > 0))
}

type Columns = (String, String, String, String, String);

fn columns(row: &Row<'_>) -> rusqlite::Result<Columns> {
    row.try_into()
}

fn book((id, name, title, authors, added): Columns) -> Result<StoredBook, DatabaseError> {
    Ok(StoredBook {
        id,
        name,
        title,
        authors: serde_json::from_str(&authors)?,
        added,
    })
}
