//! What happened to each job.

use rusqlite::{Connection, params};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::DatabaseError;
use crate::clock::now;

/// Entries of a job that are kept: a cluster that fails for a night must not fill the disk.
const MOST: usize = 1_000;

/// Something that happened to a job.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub(crate) struct Entry {
    /// When.
    pub(crate) at: String,
    /// What.
    pub(crate) event: Value,
}

/// Appends to a job's history.
pub(crate) fn append(
    connection: &Connection,
    job: &str,
    event: &Value,
) -> Result<(), DatabaseError> {
    let sql = "INSERT INTO history (job, at, event) VALUES (?1, ?2, ?3)";
    connection.execute(sql, params![job, now(), serde_json::to_string(event)?])?;
    let sql = "DELETE FROM history WHERE job = ?1 AND id <= (SELECT id FROM history WHERE job = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)";
    connection.execute(sql, params![job, MOST])?;
    Ok(())
}

/// A job's history, the oldest first.
pub(crate) fn list(connection: &Connection, job: &str) -> Result<Vec<Entry>, DatabaseError> {
    let sql = "SELECT at, event FROM history WHERE job = ?1 ORDER BY id";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([job], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?))
    })?;
    rows.map(|row| {
        let (at, event) = row?;
        Ok(Entry {
            at,
            event: serde_json::from_str(&event)?,
        })
    })
    .collect()
}
