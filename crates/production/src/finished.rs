//! Which audiobooks are there and up to date, so that a finished book is done in no time.

use std::path::{Path, PathBuf};

use audiotome_core::{Book, Plan};
use serde::{Deserialize, Serialize};

use crate::{DataFolder, MakeError};

/// Hashed first. Raise it when the same inputs would give another file.
const VERSION: u32 = 2;

/// The record of one audiobook, by the fingerprint of all that went into it.
#[derive(Debug)]
pub(crate) struct Finished {
    record: PathBuf,
}

#[derive(Debug, Serialize, Deserialize)]
struct File {
    path: PathBuf,
    bytes: u64,
}

impl Finished {
    /// The record for `plan` of `book` with the output `settings` (anything that changes the files).
    pub(crate) fn new(data: &DataFolder, plan: &Plan, book: &Book, settings: &str) -> Self {
        let mut hasher = blake3::Hasher::new();
        hasher.update(&VERSION.to_le_bytes());
        let mut field = |bytes: &[u8]| {
            hasher.update(&(bytes.len() as u64).to_le_bytes());
            hasher.update(bytes);
        };
        let facts = serde_json::to_vec(&(&plan.narration, &book.metadata, settings));
        field(&facts.expect("text and numbers can be written as JSON"));
        field(book.cover.as_ref().map_or(&[], |cover| &cover.bytes));
        for chapter in &plan.chapters {
            field(chapter.title.as_bytes());
            for segment in &plan.segments[chapter.segments.clone()] {
                field(segment.key.as_bytes());
                field(&segment.pause_after.as_nanos().to_le_bytes());
            }
        }
        let name = format!("{}.json", hasher.finalize().to_hex());
        Self {
            record: data.finished().join(name),
        }
    }

    /// The files of the audiobook, when all of them are there as they were made.
    pub(crate) fn files(&self) -> Option<Vec<PathBuf>> {
        let files: Vec<File> = serde_json::from_slice(&fs_err::read(&self.record).ok()?).ok()?;
        let whole = |file: &File| {
            fs_err::metadata(&file.path)
                .is_ok_and(|found| found.is_file() && found.len() == file.bytes)
        };
        files
            .iter()
            .all(whole)
            .then(|| files.into_iter().map(|file| file.path).collect())
    }

    /// Remembers the files of a new audiobook.
    pub(crate) fn record(&self, files: &[PathBuf]) -> Result<(), MakeError> {
        let files = files.iter().map(|path| describe(path));
        let files: Vec<File> = files.collect::<Result<_, _>>()?;
        let json = serde_json::to_vec(&files).expect("paths can be written as JSON");
        audiotome_files::write(&self.record, &json).map_err(MakeError::file("write", &self.record))
    }
}

fn describe(path: &Path) -> Result<File, MakeError> {
    let metadata = fs_err::metadata(path).map_err(MakeError::file("read", path))?;
    Ok(File {
        bytes: metadata.len(),
        path: std::path::absolute(path).map_err(MakeError::file("find", path))?,
    })
}
