//! Chapters of a job, each to be heard as soon as it is ready.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::binary::Binary;
use super::extract::{Json, Path};
use super::files::send;
use super::jobs::find;
use super::problem::{Kind, Problem, Refusals};
use crate::board::Board;
use crate::master::{Master, lock};
use crate::runner::seconds;

/// A chapter of a job.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChapterView {
    /// Its number in the book, from 1.
    number: usize,
    title: String,
    segments: usize,
    segments_done: usize,
    /// Whether it can be heard.
    ready: bool,
    /// Its length, once it is ready.
    seconds: Option<f64>,
    /// Where it can be heard, once it is ready.
    audio: Option<String>,
}

/// The chapters of a job, in reading order.
#[derive(Serialize, ToSchema)]
pub(crate) struct ChapterList {
    chapters: Vec<ChapterView>,
}

/// The chapters of a job.
#[utoipa::path(get, path = "/jobs/{id}/chapters", tag = "jobs", params(("id" = String, Path)), responses((status = 200, body = ChapterList), Refusals))]
pub(crate) async fn list(
    State(master): State<Arc<Master>>,
    Path(id): Path<String>,
) -> Result<Json<ChapterList>, Problem> {
    let job = find(&master, &id).await?;
    let board = master.board(&job).await?;
    let board = lock(&board);
    let chapters = 0..board.plan.chapters.len();
    let chapters = chapters.map(|index| view(&board, &id, index)).collect();
    Ok(Json(ChapterList { chapters }))
}

fn view(board: &Board, job: &str, index: usize) -> ChapterView {
    let planned = &board.plan.chapters[index];
    let ready = board.ready(planned.number);
    ChapterView {
        number: planned.number,
        title: planned.title.clone(),
        segments: planned.segments.len(),
        segments_done: board.done_in(index),
        ready: ready.is_some(),
        seconds: ready.map(|chapter| seconds(chapter.samples, chapter.sample_rate)),
        audio: ready.map(|chapter| format!("/jobs/{job}/chapters/{}/audio", chapter.number)),
    }
}

/// A chapter's audio (AAC, or FLAC where the audiobook is not AAC), as soon as it is ready. Ranges
/// are served.
#[utoipa::path(
    get, path = "/jobs/{id}/chapters/{number}/audio", tag = "jobs",
    params(("id" = String, Path), ("number" = u32, Path)),
    responses(
        (status = 200, content((Binary = "audio/aac"), (Binary = "audio/flac"))),
        (status = 206, description = "A range of it."),
        (status = 416, description = "There is no such range."),
        Refusals
    )
)]
pub(crate) async fn audio(
    State(master): State<Arc<Master>>,
    Path((id, number)): Path<(String, u32)>,
    request: Request,
) -> Result<Response, Problem> {
    let job = find(&master, &id).await?;
    let chapters = master.chapters(&job.id).await?;
    let chapter = chapters
        .into_iter()
        .find(|chapter| chapter.number == number as usize);
    let chapter = chapter.ok_or_else(|| {
        Problem::new(
            Kind::NotFound,
            format!("chapter {number} can't be heard yet"),
        )
    })?;
    send(&chapter.path, None, request).await
}
