//! What new jobs are like where nobody says otherwise.

use rusqlite::{Connection, params};
use serde_json::{Map, Value};

use super::DatabaseError;

/// Settings by name; what is not set is not in here.
pub(crate) type Settings = Map<String, Value>;

/// All of them.
pub(crate) fn get(connection: &Connection) -> Result<Settings, DatabaseError> {
    let mut statement = connection.prepare_cached("SELECT name, value FROM settings")?;
    let rows = statement.query_map([], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
    })?;
    rows.map(|row| {
        let (name, value) = row?;
        Ok((name, serde_json::from_str(&value)?))
    })
    .collect()
}

/// Keeps these in place of all others.
pub(crate) fn replace(connection: &Connection, settings: &Settings) -> Result<(), DatabaseError> {
    connection.execute("DELETE FROM settings", [])?;
    let sql = "INSERT INTO settings (name, value) VALUES (?1, ?2)";
    for (name, value) in settings {
        connection.execute(sql, params![name, serde_json::to_string(value)?])?;
    }
    Ok(())
}
