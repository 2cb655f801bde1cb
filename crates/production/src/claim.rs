//! What an audiobook that is being made, or was interrupted, needs of the clips: a clean-up leaves it.
//!
//! `audiotome clean` knows neither the jobs of a master nor who ran `audiotome convert` and was
//! interrupted; a claim is what both leave it to read.

use std::collections::HashSet;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use audiotome_core::{Plan, SegmentKey, StoreError};
use tracing::warn;

use crate::DataFolder;

/// Who has not gone on for so long will not.
const VALID: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// The claim of one audiobook: a file with a key on each line. It stays where a run is interrupted.
#[derive(Debug)]
pub(crate) struct Claim(PathBuf);

impl Claim {
    /// The claim of the audiobook at `target`.
    pub(crate) fn of_audiobook(data: &DataFolder, target: &Path) -> Result<Self, StoreError> {
        let target = std::path::absolute(target).map_err(StoreError::file("find", target))?;
        Ok(Self::named(data, target.as_os_str().as_encoded_bytes()))
    }

    /// The claim of a master's job.
    pub(crate) fn of_job(data: &DataFolder, id: &str) -> Self {
        Self::named(data, format!("job {id}").as_bytes())
    }

    fn named(data: &DataFolder, name: &[u8]) -> Self {
        Self(data.claims().join(blake3::hash(name).to_hex().as_str()))
    }

    /// Claims the clips of `plan`, in place of what was needed before. Where that fails, a clean-up may take clips, which
    /// are then spoken again.
    pub(crate) fn stake(&self, plan: &Plan) {
        let keys: String = plan
            .segments
            .iter()
            .flat_map(|segment| [segment.key.to_string(), "\n".to_owned()])
            .collect();
        if let Err(error) = audiotome_files::write(&self.0, keys.as_bytes()) {
            warn!(%error, "clean-ups may take clips of this book: `{}` can't be written", self.0.display());
        }
    }

    /// The audiobook is there, or not wanted: it needs its clips no more.
    pub(crate) fn release(&self) {
        match fs_err::remove_file(&self.0) {
            // Nothing was claimed, or another run made the same audiobook.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => warn!(%error, "clean-ups leave the clips of this book for 30 days"),
            Ok(()) => {}
        }
    }
}

/// A job is no more: it needs its clips no more.
pub fn release_job(data: &DataFolder, id: &str) {
    Claim::of_job(data, id).release();
}

/// What clean-ups leave.
#[derive(Debug, Default)]
pub struct Claimed {
    /// The clips.
    pub keys: HashSet<SegmentKey>,
    /// When the oldest claim was made: who made it may need the chapters that were encoded since.
    pub since: Option<SystemTime>,
}

/// All that is claimed. Claims older than 30 days are given up.
///
/// # Errors
/// When a claim can't be read.
pub fn claimed(data: &DataFolder) -> Result<Claimed, StoreError> {
    let folder = data.claims();
    let mut claimed = Claimed::default();
    if !folder.exists() {
        return Ok(claimed);
    }
    for entry in fs_err::read_dir(&folder).map_err(StoreError::file("read", &folder))? {
        let path = entry.map_err(StoreError::file("read", &folder))?.path();
        // What is not ours to read, a file of the system's say, claims nothing.
        if path
            .file_name()
            .is_none_or(|name| name.len() != blake3::OUT_LEN * 2)
        {
            continue;
        }
        let modified = fs_err::metadata(&path).and_then(|metadata| metadata.modified());
        let modified = modified.ok();
        if is_given_up(modified) {
            // Whether it goes now or with the next look is all the same.
            let _ = fs_err::remove_file(&path);
            continue;
        }
        let lines = match fs_err::read_to_string(&path) {
            // Its run has ended meanwhile.
            Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
            lines => lines.map_err(StoreError::file("read", &path))?,
        };
        claimed.since = claimed.since.into_iter().chain(modified).min();
        let keys = lines.lines().filter_map(|key| key.parse().ok());
        claimed.keys.extend::<Vec<SegmentKey>>(keys.collect());
    }
    Ok(claimed)
}

fn is_given_up(modified: Option<SystemTime>) -> bool {
    let age = modified.and_then(|modified| modified.elapsed().ok());
    age.is_some_and(|age| age > VALID)
}
