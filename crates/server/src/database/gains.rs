//! How loud streams are: what a listener has begun to hear goes on as loud.

use rusqlite::{Connection, OptionalExtension as _, params};

use super::DatabaseError;

/// The gain (dB) of a stream of a job, from a segment of a chapter (by its number) on.
pub(crate) fn get(
    connection: &Connection,
    job: &str,
    chapter: usize,
    segment: usize,
) -> Result<Option<f32>, DatabaseError> {
    let sql = "SELECT decibels FROM gains WHERE job = ?1 AND chapter = ?2 AND segment = ?3";
    let row = connection.query_row(sql, params![job, chapter, segment], |row| row.get(0));
    Ok(row.optional()?)
}

/// Keeps the gain of a stream, unless it has one already. Returns the one that it has; `None` when
/// the job is gone.
pub(crate) fn keep(
    connection: &Connection,
    job: &str,
    chapter: usize,
    segment: usize,
    decibels: f32,
) -> Result<Option<f32>, DatabaseError> {
    let sql = "INSERT OR IGNORE INTO gains (job, chapter, segment, decibels)
        SELECT id, ?2, ?3, ?4 FROM jobs WHERE id = ?1";
    connection.execute(sql, params![job, chapter, segment, decibels])?;
    get(connection, job, chapter, segment)
}
