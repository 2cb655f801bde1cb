//! `audiotome clean`: clips and encoded chapters that nobody needs any more.

use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use audiotome_audio::FolderStore;
use audiotome_files::{LEFT_BEHIND, is_staged};
use audiotome_production::{DataFolder, claimed};

use crate::cli::CleanArgs;
use crate::exit::DONE;
use crate::format::{bytes, count};

/// A file that audiotome keeps.
pub(crate) struct Kept {
    pub(crate) path: PathBuf,
    pub(crate) bytes: u64,
    modified: SystemTime,
}

/// Removes what was made more than so many days ago. Audiobooks and voices stay, and the clips of jobs and
/// of a `convert` that were begun, or gone on with, in the last 30 days and are not done.
pub(crate) fn run(args: &CleanArgs, data: &DataFolder) -> anyhow::Result<u8> {
    let age = Duration::from_secs(u64::from(args.keep_days) * 86_400);
    let before = |age| {
        let now = SystemTime::now();
        now.checked_sub(age).unwrap_or(SystemTime::UNIX_EPOCH)
    };
    let limit = before(age);
    // Somebody may be writing it, or reading it from a folder of their own.
    let is_fresh = |file: &Kept| {
        let staged = is_staged(&file.path) || file.path.parent().is_some_and(is_staged);
        staged && file.modified > before(LEFT_BEHIND)
    };
    let claimed = claimed(data)?;
    let is_clip_of_somebody = |file: &Kept| {
        FolderStore::key_of(&file.path).is_some_and(|key| claimed.keys.contains(&key))
    };
    let is_chapter_of_somebody = |file: &Kept| claimed.since.is_some_and(|t| file.modified >= t);
    let clips = files(&data.clips()).filter(|file| !is_clip_of_somebody(file));
    let chapters = files(&data.chapters()).filter(|file| !is_chapter_of_somebody(file));
    let (mut number, mut size) = (0, 0);
    for file in clips
        .chain(chapters)
        .filter(|file| file.modified <= limit && !is_fresh(file))
    {
        if !args.dry_run {
            fs_err::remove_file(&file.path)?;
        }
        number += 1;
        size += file.bytes;
    }
    let verb = if args.dry_run {
        "would remove"
    } else {
        "removed"
    };
    writeln!(
        io::stdout(),
        "{verb} {}, {}",
        count(number, "file"),
        bytes(size)
    )?;
    Ok(DONE)
}

/// Files in `folder` and one level below it.
pub(crate) fn files(folder: &Path) -> impl Iterator<Item = Kept> + use<> {
    entries(folder)
        .flat_map(|path| {
            if path.is_dir() {
                entries(&path).collect()
            } else {
                vec![path]
            }
        })
        .filter_map(|path| {
            let metadata = fs_err::metadata(&path).ok()?;
            // Without its name, workers of a queue would not know the store again.
            let name = path.ends_with("store-id");
            (metadata.is_file() && !name).then_some(Kept {
                bytes: metadata.len(),
                modified: metadata.modified().ok()?,
                path,
            })
        })
}

fn entries(folder: &Path) -> impl Iterator<Item = PathBuf> + use<> {
    fs_err::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
}
