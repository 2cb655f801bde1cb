//! Room on the disk: look, and clean up.

use std::path::PathBuf;
use std::sync::Arc;

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::extract::Json;
use super::problem::{Kind, Problem, Refusals};
use crate::master::Master;
use crate::storage;

/// Files, and the room that they take.
#[derive(Default, Serialize, ToSchema)]
pub(crate) struct Room {
    files: usize,
    bytes: u64,
}

/// Who takes how much room on the disk.
#[derive(Serialize, ToSchema)]
pub(crate) struct StorageView {
    /// Uploaded books with their covers.
    books: Room,
    /// What was spoken, sentence by sentence.
    clips: Room,
    /// Encoded chapters.
    chapters: Room,
    /// The folder of audiobooks.
    audiobooks: Room,
    voices: Room,
    /// Clips that neither a job needs which is not done, nor a `convert` that was interrupted in the last
    /// 30 days; nothing where that can't be told.
    unneeded: Option<Room>,
    /// Why that can't be told.
    reason: Option<String>,
}

/// Who takes how much room on the disk, and how much of it nobody needs. It goes through all files.
#[utoipa::path(get, path = "/storage", tag = "storage", responses((status = 200, body = StorageView), Refusals))]
pub(crate) async fn look(State(master): State<Arc<Master>>) -> Result<Json<StorageView>, Problem> {
    let data = &master.studio.data;
    let covers = data.path().join("covers");
    let (unneeded, reason) = match storage::unneeded(&master).await {
        Ok(clips) => (Some(room(clips.iter().map(|clip| clip.bytes))), None),
        Err(problem) => (None, Some(problem.into_words().0)),
    };
    Ok(Json(StorageView {
        books: measured(vec![master.books_folder(), covers]).await?,
        clips: measured(vec![data.clips()]).await?,
        chapters: measured(vec![data.chapters()]).await?,
        audiobooks: measured(vec![master.settings.library.clone()]).await?,
        voices: measured(vec![data.voices().path().to_owned()]).await?,
        unneeded,
        reason,
    }))
}

/// Deletes clips that neither a job needs which is not done, nor a `convert` that was interrupted in the
/// last 30 days: a book that is done needs its clips only to be changed. Says what was deleted.
#[utoipa::path(post, path = "/storage/clean", tag = "storage", responses((status = 200, body = Room), Refusals))]
pub(crate) async fn clean(State(master): State<Arc<Master>>) -> Result<Json<Room>, Problem> {
    let (files, bytes) = storage::clean(&master).await?;
    Ok(Json(Room { files, bytes }))
}

async fn measured(folders: Vec<PathBuf>) -> Result<Room, Problem> {
    let found = tokio::task::spawn_blocking(move || {
        let files = folders.iter().flat_map(|folder| storage::files(folder));
        room(files.map(|file| file.bytes))
    });
    found
        .await
        .map_err(|panic| Problem::new(Kind::Broken, panic.to_string()))
}

fn room(files: impl Iterator<Item = u64>) -> Room {
    files.fold(Room::default(), |room, bytes| Room {
        files: room.files + 1,
        bytes: room.bytes + bytes,
    })
}
