//! Segments of a job, one by one.

use std::sync::Arc;

use audiotome_codec::flac;
use audiotome_core::SegmentKey;
use audiotome_production::Correction;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::binary::Binary;
use super::extract::{Json, Path, Query, page};
use super::jobs::{self, JobView, find};
use super::problem::{Kind, Problem, Refusals};
use crate::board::{Board, SegmentState};
use crate::job::{Job, JobState, Step};
use crate::master::{Master, lock};

/// Segments of a page, at most.
const MOST: usize = 1_000;
/// The longest text that is spoken at once, in characters.
const LONGEST: usize = 1_000;

/// A segment of a job.
#[derive(Serialize, ToSchema)]
pub(crate) struct SegmentView {
    /// Its place in the plan, from 0.
    index: usize,
    /// Number of its chapter.
    chapter: usize,
    /// Its content address.
    key: String,
    state: SegmentState,
    /// The passage as the book prints it.
    source: String,
    /// What the engine is asked to say.
    text: String,
    /// Who speaks it, or spoke it in this run.
    worker: Option<String>,
    /// Failed tries in this run.
    attempts: u32,
}

/// A page of segments.
#[derive(Serialize, ToSchema)]
pub(crate) struct SegmentList {
    /// Segments in all that fit, on all pages.
    total: usize,
    segments: Vec<SegmentView>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SegmentQuery {
    /// Only those of the chapter with this number.
    chapter: Option<u32>,
    /// Only those in this state.
    state: Option<SegmentState>,
    /// Segments that are skipped.
    #[serde(default)]
    offset: u32,
    /// Segments of this page, at most 1,000.
    #[serde(default = "page")]
    limit: u32,
}

/// The segments of a job, in reading order.
#[utoipa::path(get, path = "/jobs/{id}/segments", tag = "jobs", params(("id" = String, Path), SegmentQuery), responses((status = 200, body = SegmentList), Refusals))]
pub(crate) async fn list(
    State(master): State<Arc<Master>>,
    Path(id): Path<String>,
    Query(query): Query<SegmentQuery>,
) -> Result<Json<SegmentList>, Problem> {
    let job = find(&master, &id).await?;
    let board = master.board(&job).await?;
    let board = lock(&board);
    let fits = |index: &usize| {
        let chapter = board.plan.chapters[board.plan.chapter_of(*index)].number;
        query
            .chapter
            .is_none_or(|wanted| chapter == wanted as usize)
            && query.state.is_none_or(|state| board.state(*index) == state)
    };
    let found: Vec<usize> = (0..board.plan.segments.len()).filter(fits).collect();
    let page = found.iter().skip(query.offset as usize);
    let page = page.take((query.limit as usize).min(MOST));
    Ok(Json(SegmentList {
        total: found.len(),
        segments: page.map(|index| view(&board, *index)).collect(),
    }))
}

fn view(board: &Board, index: usize) -> SegmentView {
    let segment = &board.plan.segments[index];
    SegmentView {
        index,
        chapter: board.plan.chapters[board.plan.chapter_of(index)].number,
        key: segment.key.to_string(),
        state: board.state(index),
        source: segment.source.to_string(),
        text: segment.utterance.text.to_string(),
        worker: board.worker(index).map(str::to_owned),
        attempts: board.attempts(index),
    }
}

/// Other words.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Edit {
    /// What is spoken instead, at most 1,000 characters.
    #[schema(min_length = 1, max_length = 1000)]
    text: String,
}

impl Edit {
    /// The words, if there is something to say and they can be said at once.
    pub(crate) fn checked(self) -> Result<String, Problem> {
        let text = self.text.trim();
        if text.chars().any(char::is_alphanumeric) && text.chars().count() <= LONGEST {
            return Ok(text.to_owned());
        }
        let message = format!("`text` has 1 to {LONGEST} characters, a letter or digit among them");
        Err(Problem::new(Kind::Unprocessable, message))
    }
}

/// Says a segment in other words, wherever the book has the same sentence. Nothing else is spoken again;
/// a job that was done is made anew with it.
#[utoipa::path(
    patch, path = "/jobs/{id}/segments/{index}", tag = "jobs", request_body = Edit,
    params(("id" = String, Path), ("index" = u32, Path)),
    responses((status = 202, body = JobView), Refusals)
)]
pub(crate) async fn change(
    State(master): State<Arc<Master>>,
    Path((id, index)): Path<(String, u32)>,
    Json(edit): Json<Edit>,
) -> Result<(StatusCode, Json<JobView>), Problem> {
    let text = edit.checked()?;
    let job = find(&master, &id).await?;
    let key = key(&master, &job, index).await?;
    let entry = json!({ "segment": index, "text": text });
    let changed = master.change(&id, move |job| {
        job.order.corrections.push(Correction {
            key,
            text: Some(text),
        });
        Ok(entry)
    });
    let mut job = changed.await?;
    if matches!(job.state, JobState::Done | JobState::Failed) {
        job = master.step(&id, Step::Retry, |_| {}).await?;
    }
    // One that runs is planned anew; what is being spoken is kept.
    master.stop(&id, Step::Interrupt);
    Ok((StatusCode::ACCEPTED, Json(jobs::view(&master, job))))
}

async fn key(master: &Master, job: &Job, index: u32) -> Result<SegmentKey, Problem> {
    let board = master.board(job).await?;
    let board = lock(&board);
    let segment = board.plan.segments.get(index as usize);
    let segment = segment.ok_or_else(|| Problem::no("segment", &index.to_string()))?;
    Ok(segment.key)
}

/// A segment's clip, as soon as it is spoken.
#[utoipa::path(
    get, path = "/jobs/{id}/segments/{index}/audio", tag = "jobs",
    params(("id" = String, Path), ("index" = u32, Path)),
    responses((status = 200, body = Binary, content_type = "audio/flac"), Refusals)
)]
pub(crate) async fn audio(
    State(master): State<Arc<Master>>,
    Path((id, index)): Path<(String, u32)>,
) -> Result<Response, Problem> {
    let job = find(&master, &id).await?;
    let key = key(&master, &job, index).await?;
    let clip = master.store.get(&key).await;
    let clip = clip.map_err(|error| Problem::new(Kind::Broken, error.to_string()))?;
    let clip = clip.ok_or_else(|| {
        Problem::new(Kind::NotFound, format!("segment {index} is not spoken yet"))
    })?;
    Ok(([(header::CONTENT_TYPE, "audio/flac")], flac::encode(&clip)).into_response())
}
