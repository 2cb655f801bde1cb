//! Segments that failed for good, and what a person decided about them.

use rusqlite::{Connection, OptionalExtension as _, Row};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::DatabaseError;

/// What a person decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Resolution {
    /// Other words are spoken instead.
    Edited,
    /// It is left out.
    Skipped,
}

/// A dead letter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub(crate) struct DeadLetter {
    /// Key of the segment.
    pub(crate) key: String,
    /// Its index in the plan.
    pub(crate) segment: usize,
    /// Number of its chapter.
    pub(crate) chapter: usize,
    /// Title of its chapter.
    pub(crate) title: String,
    /// The passage as the book prints it.
    pub(crate) source: String,
    /// What the engine was asked to say.
    pub(crate) text: String,
    /// What went wrong, try by try.
    pub(crate) history: Vec<String>,
    /// What was decided; it takes effect when the job is retried.
    pub(crate) resolution: Option<Resolution>,
}

/// Keeps the dead letters of a job in place of earlier ones.
pub(crate) fn replace(
    connection: &Connection,
    job: &str,
    letters: &[DeadLetter],
) -> Result<(), DatabaseError> {
    connection.execute("DELETE FROM dead_letters WHERE job = ?1", [job])?;
    let sql = "INSERT OR REPLACE INTO dead_letters (job, key, letter) VALUES (?1, ?2, ?3)";
    for letter in letters {
        connection.execute(sql, [job, &letter.key, &serde_json::to_string(letter)?])?;
    }
    Ok(())
}

/// Keeps what a person decided about one.
pub(crate) fn resolve(
    connection: &Connection,
    job: &str,
    letter: &DeadLetter,
) -> Result<(), DatabaseError> {
    let sql = "UPDATE dead_letters SET letter = ?3 WHERE job = ?1 AND key = ?2";
    connection.execute(sql, [job, &letter.key, &serde_json::to_string(letter)?])?;
    Ok(())
}

/// One dead letter of a job.
pub(crate) fn get(
    connection: &Connection,
    job: &str,
    key: &str,
) -> Result<Option<DeadLetter>, DatabaseError> {
    let sql = "SELECT job, letter FROM dead_letters WHERE job = ?1 AND key = ?2";
    let row = connection.query_row(sql, [job, key], columns).optional()?;
    row.map(|row| Ok(serde_json::from_str(&row.1)?)).transpose()
}

/// Dead letters with their jobs, of one job if it is named.
pub(crate) fn list(
    connection: &Connection,
    job: Option<&str>,
) -> Result<Vec<(String, DeadLetter)>, DatabaseError> {
    let sql =
        "SELECT job, letter FROM dead_letters WHERE ?1 IS NULL OR job = ?1 ORDER BY job, rowid";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([job], columns)?;
    rows.map(|row| {
        let (job, letter) = row?;
        Ok((job, serde_json::from_str(&letter)?))
    })
    .collect()
}

fn columns(row: &Row<'_>) -> rusqlite::Result<(String, String)> {
    row.try_into()
}
