//! Books with the newest job of each: what a person sees of a master.

use std::cmp::Reverse;
use std::collections::HashMap;

use rusqlite::Connection;

use super::books::StoredBook;
use super::{DatabaseError, books, jobs};
use crate::job::Job;

/// A book and its newest job.
#[derive(Clone, Debug)]
pub(crate) struct Volume {
    pub(crate) book: StoredBook,
    pub(crate) job: Option<Job>,
}

/// The order of a library.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Sorting {
    /// What changed last is first.
    #[default]
    Recent,
    /// By title.
    Title,
    /// By the first author.
    Author,
}

/// Books whose title or authors hold `wanted` (all, where it is empty), and how many there are in all.
pub(crate) fn list(
    connection: &Connection,
    wanted: &str,
    sorting: Sorting,
    offset: usize,
    limit: usize,
) -> Result<(Vec<Volume>, usize), DatabaseError> {
    // SQLite folds only ASCII: a pattern would miss “Émile”.
    let wanted = wanted.to_lowercase();
    let fits = |book: &StoredBook| {
        let mut names = std::iter::once(&book.title).chain(&book.authors);
        names.any(|name| name.to_lowercase().contains(&wanted))
    };
    let mut found: Vec<_> = books::list(connection)?.into_iter().filter(fits).collect();
    match sorting {
        Sorting::Recent => by_last_change(connection, &mut found)?,
        Sorting::Title => found.sort_by_cached_key(|book| book.title.to_lowercase()),
        Sorting::Author => found.sort_by_cached_key(|book| {
            let author = book.authors.first().map(|author| author.to_lowercase());
            (author, book.title.to_lowercase())
        }),
    }
    let total = found.len();
    let page = found.into_iter().skip(offset).take(limit);
    let page = page.map(|book| {
        let job = jobs::of_book(connection, &book.id, 1)?.pop();
        Ok(Volume { book, job })
    });
    Ok((page.collect::<Result<_, DatabaseError>>()?, total))
}

fn by_last_change(connection: &Connection, books: &mut [StoredBook]) -> Result<(), DatabaseError> {
    let sql = "SELECT book, max(created) FROM jobs GROUP BY book";
    let mut statement = connection.prepare_cached(sql)?;
    let latest = statement.query_map([], |row| row.try_into())?;
    let latest = latest.collect::<Result<HashMap<String, String>, _>>()?;
    books.sort_by_cached_key(|book| {
        let job = latest.get(&book.id).unwrap_or(&book.added);
        Reverse(job.max(&book.added).clone())
    });
    Ok(())
}
