//! A whole job at a glance: where every segment stands, in a letter each.

use std::sync::Arc;

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::extract::{Json, Path};
use super::jobs::find;
use super::problem::{Problem, Refusals};
use crate::board::{Board, SegmentState};
use crate::master::{Master, lock};

/// Where every segment of a job stands.
#[derive(Serialize, ToSchema)]
pub(crate) struct Strip {
    /// A letter for each segment, in reading order: `w` waits, `a` waits after a try that failed, `s` is
    /// being spoken, `d` is done, `x` failed for good.
    states: String,
    chapters: Vec<StripChapter>,
}

/// A chapter's part of it.
#[derive(Serialize, ToSchema)]
pub(crate) struct StripChapter {
    /// Its number in the book, from 1.
    number: usize,
    title: String,
    /// Its first segment.
    first: usize,
    segments: usize,
    characters: usize,
}

/// Where every segment of a job stands, with the chapters: small enough to be asked for at once. Events of
/// the kind `segment` tell what changes.
#[utoipa::path(get, path = "/jobs/{id}/strip", tag = "jobs", params(("id" = String, Path)), responses((status = 200, body = Strip), Refusals))]
pub(crate) async fn get(
    State(master): State<Arc<Master>>,
    Path(id): Path<String>,
) -> Result<Json<Strip>, Problem> {
    let job = find(&master, &id).await?;
    let board = master.board(&job).await?;
    let board = lock(&board);
    let chapters = board.plan.chapters.iter().map(|planned| {
        let segments = &board.plan.segments[planned.segments.clone()];
        let texts = segments.iter().map(|segment| &segment.utterance.text);
        StripChapter {
            number: planned.number,
            title: planned.title.clone(),
            first: planned.segments.start,
            segments: planned.segments.len(),
            characters: texts.map(|text| text.chars().count()).sum(),
        }
    });
    Ok(Json(Strip {
        chapters: chapters.collect(),
        states: (0..board.plan.segments.len())
            .map(|index| letter(&board, index))
            .collect(),
    }))
}

fn letter(board: &Board, index: usize) -> char {
    match board.state(index) {
        SegmentState::Waiting if board.attempts(index) > 0 => 'a',
        SegmentState::Waiting => 'w',
        SegmentState::Speaking => 's',
        SegmentState::Done => 'd',
        SegmentState::Dead => 'x',
    }
}
