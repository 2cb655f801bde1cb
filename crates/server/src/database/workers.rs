//! Workers that were added by a person; those of the command line and those that announce themselves
//! are not remembered.

use rusqlite::Connection;

use super::DatabaseError;
use crate::clock::now;

/// Remembers a worker's address.
pub(crate) fn insert(connection: &Connection, address: &str) -> Result<(), DatabaseError> {
    let sql = "INSERT OR IGNORE INTO workers (address, added) VALUES (?1, ?2)";
    connection.execute(sql, [address, &now()])?;
    Ok(())
}

/// Forgets it.
pub(crate) fn delete(connection: &Connection, address: &str) -> Result<(), DatabaseError> {
    connection.execute("DELETE FROM workers WHERE address = ?1", [address])?;
    Ok(())
}

/// All addresses.
pub(crate) fn list(connection: &Connection) -> Result<Vec<String>, DatabaseError> {
    let mut statement = connection.prepare_cached("SELECT address FROM workers ORDER BY added")?;
    let rows = statement.query_map([], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
