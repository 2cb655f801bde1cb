//! The master's memory: jobs, books, chapters, dead letters, workers, settings and
//! history, in SQLite.
//!
//! Whether a segment is spoken is not in here: the clips themselves say so. One thread owns the
//! connection; calls that arrive together are committed together, and each is answered only after
//! the commit, so that what was answered survives a crash.

use std::path::Path;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;

use rusqlite::{Connection, OptionalExtension as _};
use thiserror::Error;
use tokio::sync::oneshot;
use tracing::error;

pub(crate) mod bookmarks;
pub(crate) mod books;
pub(crate) mod dead_letters;
pub(crate) mod gains;
pub(crate) mod history;
pub(crate) mod jobs;
pub(crate) mod kept;
pub(crate) mod library;
pub(crate) mod settings;
pub(crate) mod workers;

/// Calls that share a commit, at most.
const GROUP: usize = 50;

/// The layout. Later versions append statements; a database remembers how many it has seen.
const LAYOUT: [&str; 4] = [
    "
    CREATE TABLE books (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        title TEXT NOT NULL,
        authors TEXT NOT NULL,
        added TEXT NOT NULL
    ) STRICT;
    CREATE TABLE jobs (
        id TEXT PRIMARY KEY,
        book TEXT NOT NULL REFERENCES books(id),
        job_order TEXT NOT NULL,
        state TEXT NOT NULL,
        priority INTEGER NOT NULL,
        created TEXT NOT NULL,
        updated TEXT NOT NULL,
        record TEXT NOT NULL
    ) STRICT;
    CREATE INDEX jobs_by_state ON jobs(state, priority DESC, created);
    CREATE TABLE chapters (
        job TEXT NOT NULL REFERENCES jobs(id) ON DELETE CASCADE,
        number INTEGER NOT NULL,
        path TEXT NOT NULL,
        samples INTEGER NOT NULL,
        sample_rate INTEGER NOT NULL,
        PRIMARY KEY (job, number)
    ) STRICT;
    CREATE TABLE dead_letters (
        job TEXT NOT NULL REFERENCES jobs(id) ON DELETE CASCADE,
        key TEXT NOT NULL,
        letter TEXT NOT NULL,
        PRIMARY KEY (job, key)
    ) STRICT;
    CREATE TABLE workers (address TEXT PRIMARY KEY, added TEXT NOT NULL) STRICT;
    CREATE TABLE history (
        id INTEGER PRIMARY KEY,
        job TEXT NOT NULL REFERENCES jobs(id) ON DELETE CASCADE,
        at TEXT NOT NULL,
        event TEXT NOT NULL
    ) STRICT;
    CREATE INDEX history_by_job ON history(job, id);
",
    "
    CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
",
    "
    CREATE INDEX jobs_by_book ON jobs(book, created DESC);
    CREATE TABLE gains (
        job TEXT NOT NULL REFERENCES jobs(id) ON DELETE CASCADE,
        chapter INTEGER NOT NULL,
        segment INTEGER NOT NULL,
        decibels REAL NOT NULL,
        PRIMARY KEY (job, chapter, segment)
    ) STRICT;
    CREATE TABLE bookmarks (
        book TEXT PRIMARY KEY REFERENCES books(id) ON DELETE CASCADE,
        chapter INTEGER NOT NULL,
        segment INTEGER NOT NULL,
        seconds REAL NOT NULL,
        at TEXT NOT NULL
    ) STRICT;
",
    "
    CREATE TABLE kept (
        book TEXT PRIMARY KEY REFERENCES books(id) ON DELETE CASCADE,
        changes TEXT NOT NULL
    ) STRICT;
",
];

/// The database refuses.
#[derive(Debug, Error)]
pub enum DatabaseError {
    /// It can't be opened or read, or the disk is full.
    #[error("the job store fails")]
    Sqlite(#[from] rusqlite::Error),
    /// It was made by a later version of this program.
    #[error(
        "the job store was made by a later version of audiotome (layout {found}, this one knows {known})"
    )]
    TooNew {
        /// Its layout.
        found: usize,
        /// The newest that this program knows.
        known: usize,
    },
    /// What lies in it makes no sense.
    #[error("the job store holds something odd: {0}")]
    Odd(#[from] serde_json::Error),
    /// The commit failed: nothing of the call is kept.
    #[error("the job store could not commit: {0}")]
    Commit(String),
    /// Its thread is gone.
    #[error("the job store is closed")]
    Closed,
}

/// What a call does after the commit: answers its caller, who learns of a commit that failed.
type Answer = Box<dyn FnOnce(Option<&rusqlite::Error>) + Send>;
type Call = Box<dyn FnOnce(&Connection) -> Answer + Send>;

/// The door to the database; clones share it.
#[derive(Clone, Debug)]
pub(crate) struct Database {
    calls: Sender<Call>,
}

impl Database {
    /// Opens the database, or makes a new one.
    pub(crate) fn open(path: &Path) -> Result<Self, DatabaseError> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.pragma_update(None, "foreign_keys", "ON")?;
        lay_out(&connection)?;
        let (calls, receiver) = channel();
        thread::Builder::new()
            .name("job store".to_owned())
            .spawn(move || work(&connection, &receiver))
            .map_err(|error| DatabaseError::Commit(error.to_string()))?;
        Ok(Self { calls })
    }

    /// Runs `work` in a transaction and answers when it is durable.
    pub(crate) async fn call<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, DatabaseError> + Send + 'static,
    ) -> Result<T, DatabaseError> {
        let (sender, receiver) = oneshot::channel();
        self.calls
            .send(call(work, sender))
            .map_err(|_| DatabaseError::Closed)?;
        receiver.await.map_err(|_| DatabaseError::Closed)?
    }

    /// The same for news that nobody waits for. They are kept in their order; a failure is logged.
    pub(crate) fn note(
        &self,
        work: impl FnOnce(&Connection) -> Result<(), DatabaseError> + Send + 'static,
    ) {
        let call: Call = Box::new(move |connection| {
            if let Err(error) = saved(connection, work) {
                error!(%error, "the job store could not keep a note");
            }
            Box::new(|_| {})
        });
        // A closed store is told to whoever waits for an answer.
        let _ = self.calls.send(call);
    }
}

fn call<T: Send + 'static>(
    work: impl FnOnce(&Connection) -> Result<T, DatabaseError> + Send + 'static,
    sender: oneshot::Sender<Result<T, DatabaseError>>,
) -> Call {
    Box::new(move |connection| {
        let done = saved(connection, work);
        Box::new(move |failed| {
            let answer = match failed {
                Some(error) => Err(DatabaseError::Commit(error.to_string())),
                None => done,
            };
            // Whoever asked may have gone away.
            let _ = sender.send(answer);
        })
    })
}

/// A call that fails half-way leaves nothing behind, and does not disturb those that share its commit.
fn saved<T>(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> Result<T, DatabaseError>,
) -> Result<T, DatabaseError> {
    connection.execute_batch("SAVEPOINT call")?;
    let done = work(connection);
    let end = if done.is_ok() {
        "RELEASE call"
    } else {
        "ROLLBACK TO call; RELEASE call"
    };
    connection.execute_batch(end)?;
    done
}

fn work(connection: &Connection, calls: &Receiver<Call>) {
    while let Ok(first) = calls.recv() {
        let mut group = vec![first];
        group.extend(calls.try_iter().take(GROUP - 1));
        let begun = connection.execute_batch("BEGIN IMMEDIATE");
        let answers: Vec<Answer> = group.into_iter().map(|call| call(connection)).collect();
        let committed = begun.and_then(|()| connection.execute_batch("COMMIT"));
        let failed = committed.err();
        if failed.is_some() {
            // A transaction that is gone already needs no end.
            let _ = connection.execute_batch("ROLLBACK");
        }
        for answer in answers {
            answer(failed.as_ref());
        }
    }
}

fn lay_out(connection: &Connection) -> Result<(), DatabaseError> {
    let found: usize = connection
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .optional()?
        .unwrap_or(0);
    let known = LAYOUT.len();
    if found > known {
        return Err(DatabaseError::TooNew { found, known });
    }
    for (index, statements) in LAYOUT.iter().enumerate().skip(found) {
        connection.execute_batch(&format!(
            "BEGIN; {statements} PRAGMA user_version = {}; COMMIT;",
            index + 1
        ))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_call_that_fails_leaves_nothing_and_disturbs_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("jobs.db");
        let database = Database::open(&path).unwrap();
        let insert = |address: &'static str| {
            move |connection: &Connection| {
                let sql = "INSERT INTO workers VALUES (?1, 'now')";
                Ok(connection.execute(sql, [address]).map(|_| ())?)
            }
        };
        let failing = database.call(move |connection| {
            insert("b:1")(connection)?;
            insert("a:1")(connection)
        });
        let (first, second) = tokio::join!(database.call(insert("a:1")), failing);
        assert!(first.is_ok() && second.is_err());
        drop(database);
        let again = Database::open(&path).unwrap();
        let count = again.call(|connection| {
            let sql = "SELECT group_concat(address) FROM workers";
            Ok(connection.query_row(sql, [], |row| row.get::<_, String>(0))?)
        });
        assert_eq!(count.await.unwrap(), "a:1");
    }

    #[test]
    fn a_later_layout_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("jobs.db");
        let connection = Connection::open(&path).unwrap();
        connection.pragma_update(None, "user_version", 99).unwrap();
        assert!(matches!(
            Database::open(&path),
            Err(DatabaseError::TooNew { found: 99, .. })
        ));
    }
}
