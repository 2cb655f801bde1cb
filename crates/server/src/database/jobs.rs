//! Jobs and their encoded chapters.

use std::path::PathBuf;

use rusqlite::{Connection, OptionalExtension as _, Row, params};

use super::DatabaseError;
use crate::clock::now;
use crate::job::{Job, JobState};

const COLUMNS: &str = "id, book, job_order, state, priority, created, updated, record";

/// A job's chapter that can be heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ReadyChapter {
    /// Its number in the book, from 1.
    pub(crate) number: usize,
    pub(crate) path: PathBuf,
    pub(crate) samples: u64,
    pub(crate) sample_rate: u32,
}

/// Keeps a new job.
pub(crate) fn insert(connection: &Connection, job: &Job) -> Result<(), DatabaseError> {
    let sql = format!("INSERT INTO jobs ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
    connection.execute(
        &sql,
        params![
            job.id,
            job.book,
            serde_json::to_string(&job.order)?,
            job.state.name(),
            job.priority,
            job.created,
            job.updated,
            serde_json::to_string(&job.record)?,
        ],
    )?;
    Ok(())
}

/// Keeps what changed about a job: everything but its id, book and date. Returns whether it is there.
pub(crate) fn update(connection: &Connection, job: &Job) -> Result<bool, DatabaseError> {
    let sql = "UPDATE jobs SET job_order = ?2, state = ?3, priority = ?4, updated = ?5, record = ?6 WHERE id = ?1";
    let changed = connection.execute(
        sql,
        params![
            job.id,
            serde_json::to_string(&job.order)?,
            job.state.name(),
            job.priority,
            now(),
            serde_json::to_string(&job.record)?,
        ],
    )?;
    Ok(changed > 0)
}

/// Changes a job in one step: reads it, lets `change` change it, keeps it. `None` when there is none.
pub(crate) fn change<E>(
    connection: &Connection,
    id: &str,
    change: impl FnOnce(&mut Job) -> Result<(), E>,
) -> Result<Option<Result<Job, E>>, DatabaseError> {
    let Some(mut job) = get(connection, id)? else {
        return Ok(None);
    };
    if let Err(refused) = change(&mut job) {
        return Ok(Some(Err(refused)));
    }
    update(connection, &job)?;
    Ok(Some(Ok(job)))
}

/// Keeps where somebody listens, which is no change of the job.
pub(crate) fn put_position(
    connection: &Connection,
    id: &str,
    segment: usize,
) -> Result<(), DatabaseError> {
    let sql = "UPDATE jobs SET record = json_set(record, '$.position', ?2) WHERE id = ?1";
    connection.execute(sql, params![id, segment])?;
    Ok(())
}

/// The job of this id.
pub(crate) fn get(connection: &Connection, id: &str) -> Result<Option<Job>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM jobs WHERE id = ?1");
    let mut statement = connection.prepare_cached(&sql)?;
    let row = statement.query_row([id], columns).optional()?;
    row.map(job).transpose()
}

/// Jobs, the newest first, of one state if it is named; and how many there are in all.
pub(crate) fn list(
    connection: &Connection,
    state: Option<JobState>,
    offset: usize,
    limit: usize,
) -> Result<(Vec<Job>, usize), DatabaseError> {
    let state = state.map(JobState::name);
    let filter = "FROM jobs WHERE ?1 IS NULL OR state = ?1";
    let total = connection.query_row(&format!("SELECT count(*) {filter}"), [state], |row| {
        row.get(0)
    })?;
    let sql =
        format!("SELECT {COLUMNS} {filter} ORDER BY created DESC, id DESC LIMIT ?2 OFFSET ?3");
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params![state, limit, offset], columns)?;
    let jobs: Result<Vec<_>, _> = rows.map(|row| job(row?)).collect();
    Ok((jobs?, total))
}

/// The jobs of a book, the newest first; the newest `limit` of them.
pub(crate) fn of_book(
    connection: &Connection,
    book: &str,
    limit: usize,
) -> Result<Vec<Job>, DatabaseError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM jobs WHERE book = ?1 ORDER BY created DESC, id DESC LIMIT ?2"
    );
    let mut statement = connection.prepare_cached(&sql)?;
    let rows = statement.query_map(params![book, limit], columns)?;
    rows.map(|row| job(row?)).collect()
}

/// How many jobs are in each state.
pub(crate) fn counts(connection: &Connection) -> Result<Vec<(JobState, usize)>, DatabaseError> {
    let mut statement = connection.prepare_cached("SELECT count(*) FROM jobs WHERE state = ?1")?;
    let count = |state: JobState| {
        let count = statement.query_row([state.name()], |row| row.get(0));
        Ok((state, count?))
    };
    JobState::ALL.into_iter().map(count).collect()
}

/// The job whose turn is next: the most urgent one that waits, the oldest of those.
pub(crate) fn next(connection: &Connection) -> Result<Option<Job>, DatabaseError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM jobs WHERE state = 'queued' ORDER BY priority DESC, created, id LIMIT 1"
    );
    let row = connection.query_row(&sql, [], columns).optional()?;
    row.map(job).transpose()
}

/// Forgets a job with all that hangs on it.
pub(crate) fn delete(connection: &Connection, id: &str) -> Result<bool, DatabaseError> {
    Ok(connection.execute("DELETE FROM jobs WHERE id = ?1", [id])? > 0)
}

/// Keeps where an encoded chapter is.
pub(crate) fn put_chapter(
    connection: &Connection,
    job: &str,
    chapter: &ReadyChapter,
) -> Result<(), DatabaseError> {
    let sql = "INSERT OR REPLACE INTO chapters (job, number, path, samples, sample_rate) VALUES (?1, ?2, ?3, ?4, ?5)";
    connection.execute(
        sql,
        params![
            job,
            chapter.number,
            chapter.path.to_string_lossy(),
            i64::try_from(chapter.samples).unwrap_or(i64::MAX),
            chapter.sample_rate
        ],
    )?;
    Ok(())
}

/// The chapters of a job that can be heard.
pub(crate) fn chapters(
    connection: &Connection,
    job: &str,
) -> Result<Vec<ReadyChapter>, DatabaseError> {
    let sql =
        "SELECT number, path, samples, sample_rate FROM chapters WHERE job = ?1 ORDER BY number";
    let mut statement = connection.prepare_cached(sql)?;
    let rows = statement.query_map([job], |row| {
        Ok(ReadyChapter {
            number: row.get(0)?,
            path: row.get::<_, String>(1)?.into(),
            samples: u64::try_from(row.get::<_, i64>(2)?).unwrap_or(0),
            sample_rate: row.get(3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Forgets them: they are about to be made anew.
pub(crate) fn clear_chapters(connection: &Connection, job: &str) -> Result<(), DatabaseError> {
    connection.execute("DELETE FROM chapters WHERE job = ?1", [job])?;
    Ok(())
}

type Columns = (String, String, String, String, i32, String, String, String);

fn columns(row: &Row<'_>) -> rusqlite::Result<Columns> {
    row.try_into()
}

fn job(columns: Columns) -> Result<Job, DatabaseError> {
    let (id, book, order, state, priority, created, updated, record) = columns;
    Ok(Job {
        id,
        book,
        order: serde_json::from_str(&order)?,
        state: serde_json::from_value(state.into())?,
        priority,
        created,
        updated,
        record: serde_json::from_str(&record)?,
    })
}
