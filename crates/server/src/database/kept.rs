//! What people changed about books before a job was made of them.

use rusqlite::{Connection, OptionalExtension as _, params};
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::DatabaseError;

/// What is kept for a book; nothing was changed where there is none.
pub(crate) fn get<T: DeserializeOwned + Default>(
    connection: &Connection,
    book: &str,
) -> Result<T, DatabaseError> {
    let sql = "SELECT changes FROM kept WHERE book = ?1";
    let row = connection.query_row(sql, [book], |row| row.get::<_, String>(0));
    row.optional()?
        .map_or_else(|| Ok(T::default()), |text| Ok(serde_json::from_str(&text)?))
}

/// Keeps it in place of what was kept.
pub(crate) fn put(
    connection: &Connection,
    book: &str,
    changes: &impl Serialize,
) -> Result<(), DatabaseError> {
    let sql = "INSERT OR REPLACE INTO kept (book, changes) VALUES (?1, ?2)";
    connection.execute(sql, params![book, serde_json::to_string(changes)?])?;
    Ok(())
}
