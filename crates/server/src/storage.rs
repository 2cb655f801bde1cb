//! Room on the disk: who takes how much, and what nobody needs any more.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::time::Duration;

use audiotome_audio::FolderStore;
use audiotome_core::SegmentKey;
use audiotome_production::{MakeError, claimed};
use walkdir::WalkDir;

use crate::api::problem::{Kind, Problem};
use crate::api::queue::queue;
use crate::database::jobs;
use crate::job::JobState;
use crate::master::{Master, lock};

/// A clip so young may be of somebody who has not said yet that they need it.
const YOUNG: Duration = Duration::from_secs(10 * 60);

/// A file on the disk.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    pub(crate) path: PathBuf,
    pub(crate) bytes: u64,
    age: Duration,
}

/// The files of a folder and those below it, one by one: a large store has millions. What vanishes
/// meanwhile does not count.
pub(crate) fn files(folder: &Path) -> impl Iterator<Item = Kept> + use<> {
    let entries = WalkDir::new(folder).into_iter().flatten();
    entries.filter_map(|entry| {
        let metadata = entry.metadata().ok()?;
        let modified = metadata.modified().ok();
        (!metadata.is_dir()).then(|| Kept {
            bytes: metadata.len(),
            age: modified
                .and_then(|modified| modified.elapsed().ok())
                .unwrap_or_default(),
            path: entry.into_path(),
        })
    })
}

/// Clips that neither a job needs which is not done, nor an interrupted `convert`. Jobs begin to count
/// what they need when this is through.
pub(crate) async fn unneeded(master: &Master) -> Result<Vec<Kept>, Problem> {
    if queue(master).is_some() {
        let message = "the store of clips is shared: other masters may need what this one does not";
        return Err(Problem::new(Kind::Conflict, message));
    }
    let mut needed = needed(master).await?;
    let data = master.studio.data.clone();
    let found = tokio::task::spawn_blocking(move || {
        needed.extend(claimed(&data).map_err(MakeError::Store)?.keys);
        let clips = files(&data.clips()).filter(|clip| {
            // What is no clip is not ours to delete.
            let key = FolderStore::key_of(&clip.path);
            clip.age > YOUNG && key.is_some_and(|key| !needed.contains(&key))
        });
        Ok(clips.collect())
    });
    found
        .await
        .map_err(|panic| Problem::new(Kind::Broken, panic.to_string()))?
}

/// Deletes clips that nobody needs, see [`unneeded`]. Returns how many, and their bytes.
pub(crate) async fn clean(master: &Master) -> Result<(usize, u64), Problem> {
    let _nobody_begins = master.beginnings.write().await;
    let clips = unneeded(master).await?;
    let deleted = tokio::task::spawn_blocking(move || {
        let deleted = clips
            .iter()
            .filter(|clip| fs_err::remove_file(&clip.path).is_ok());
        deleted.fold((0, 0), |(count, bytes), clip| {
            (count + 1, bytes + clip.bytes)
        })
    });
    deleted
        .await
        .map_err(|panic| Problem::new(Kind::Broken, panic.to_string()))
}

/// The clips of all jobs that are not done.
async fn needed(master: &Master) -> Result<HashSet<SegmentKey>, Problem> {
    let all = master
        .database
        .call(|connection| jobs::list(connection, None, 0, usize::MAX >> 1));
    let (all, _) = all.await?;
    let mut needed = HashSet::new();
    for job in all.iter().filter(|job| job.state != JobState::Done) {
        let board = match master.board(job).await {
            Ok(board) => board,
            // Nothing can be made of it as it is; what it has spoken of late it has claimed.
            Err(
                MakeError::File { action: "find", .. }
                | MakeError::Voice(_)
                | MakeError::NoSuchVoice { .. },
            ) => continue,
            Err(error) => {
                let message = format!("nobody knows what “{}” needs: {error}", job.record.title);
                let hint = Some("delete that job first".to_owned());
                return Err(Problem::new(Kind::Conflict, message).with_hint(hint));
            }
        };
        let board = lock(&board);
        needed.extend(board.plan.segments.iter().map(|segment| segment.key));
    }
    Ok(needed)
}
