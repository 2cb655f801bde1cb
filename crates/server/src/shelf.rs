//! Where the audiobooks of jobs go: each job has a folder of its own.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use audiotome_production::numbered;
use rusqlite::Connection;

use crate::database::{DatabaseError, jobs};
use crate::job::{Job, JobState};

/// Keeps a folder for a job: `base`, or one beside it where that is another job's. A job that has one
/// already stays there.
pub(crate) fn reserve(
    connection: &Connection,
    id: &str,
    base: &Path,
) -> Result<Option<PathBuf>, DatabaseError> {
    let Some(mut job) = jobs::get(connection, id)? else {
        return Ok(None);
    };
    let others = others(connection, id)?;
    let taken: HashSet<_> = others.iter().flat_map(folders).collect();
    let folder = free(base, job.record.folder.as_deref(), &taken);
    job.record.folder = Some(folder.clone());
    jobs::update(connection, &job)?;
    Ok(Some(folder))
}

/// The files of a job that are no other job's.
pub(crate) fn own_files(connection: &Connection, job: &Job) -> Result<Vec<PathBuf>, DatabaseError> {
    let others = others(connection, &job.id)?;
    let others: HashSet<_> = others
        .iter()
        .flat_map(|other| &other.record.files)
        .collect();
    let own = job
        .record
        .files
        .iter()
        .filter(|file| !others.contains(file));
    Ok(own.cloned().collect())
}

fn others(connection: &Connection, id: &str) -> Result<Vec<Job>, DatabaseError> {
    let (mut jobs, _) = jobs::list(connection, None, 0, usize::MAX >> 1)?;
    jobs.retain(|job| job.id != id);
    Ok(jobs)
}

/// The folders in which a job has files, or is about to.
fn folders(job: &Job) -> impl Iterator<Item = &Path> {
    let works = matches!(job.state, JobState::Running | JobState::Assembling);
    let file = job.record.files.first();
    let files = file.and_then(|file| file.parent());
    let next = job.record.folder.as_deref().filter(|_| works);
    files.into_iter().chain(next)
}

fn free(base: &Path, own: Option<&Path>, taken: &HashSet<&Path>) -> PathBuf {
    // Another title or narrator means another folder.
    let stays = |own: &&Path| {
        let (own, base) = (own.to_string_lossy(), base.to_string_lossy());
        let rest = own.strip_prefix(&*base);
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(" ("))
    };
    let own = own.filter(stays).map(Path::to_owned);
    let mut folders = own.into_iter().chain(numbered(base));
    let folder = folders.find(|folder| !taken.contains(folder.as_path()));
    folder.expect("there are always more numbers")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_never_shared() {
        let base = Path::new("/library/A/T {n}");
        let two = PathBuf::from("/library/A/T {n} (2)");
        let none = HashSet::new();
        let taken = HashSet::from([base]);
        assert_eq!(free(base, None, &none), base);
        assert_eq!(free(base, None, &taken), two);
        assert_eq!(free(base, Some(&two), &none), two, "it stays where it is");
        let elsewhere = Path::new("/library/A/T {other}");
        assert_eq!(free(base, Some(elsewhere), &taken), two);
        let both = HashSet::from([base, &*two]);
        assert_eq!(
            free(base, Some(&two), &both).to_str(),
            Some("/library/A/T {n} (3)")
        );
    }
}
