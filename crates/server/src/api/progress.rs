//! How far a job is.

use std::sync::Arc;
use std::time::Instant;

use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::extract::{Json, Path};
use super::jobs::find;
use super::problem::{Problem, Refusals};
use crate::job::{Job, JobState};
use crate::master::{Master, lock};

/// How far a job is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub(crate) struct Progress {
    /// 0 to 100, by characters.
    pub(crate) percent: f64,
    chapters: usize,
    /// Chapters that can be heard.
    chapters_ready: usize,
    pub(crate) segments: usize,
    pub(crate) segments_done: usize,
    pub(crate) segments_speaking: usize,
    pub(crate) segments_dead: usize,
    pub(crate) characters: usize,
    pub(crate) characters_done: usize,
    /// Tries that failed in this run.
    retries: usize,
    /// Measured over the last minute.
    pub(crate) characters_per_second: f64,
    /// Seconds of audio made in a second, measured over the last minute.
    times_real_time: f64,
    /// Seconds until everything is spoken, at that speed; none while nobody speaks.
    pub(crate) eta_seconds: Option<u64>,
    /// Why nobody speaks, while that is so.
    pub(crate) waiting_for: Option<String>,
}

/// How far a job is, how fast it goes, and when it will be done.
#[utoipa::path(get, path = "/jobs/{id}/progress", tag = "jobs", params(("id" = String, Path)), responses((status = 200, body = Progress), Refusals))]
pub(crate) async fn progress(
    State(master): State<Arc<Master>>,
    Path(id): Path<String>,
) -> Result<Json<Progress>, Problem> {
    let job = find(&master, &id).await?;
    Ok(Json(Progress::of(&master, &job)))
}

impl Progress {
    /// Live for a job that runs, else as it was when it ended.
    pub(crate) fn of(master: &Master, job: &Job) -> Self {
        master
            .live_board(&job.id)
            .map_or_else(|| Self::at_rest(job), |board| Self::live(&lock(&board)))
    }

    pub(crate) fn live(board: &crate::board::Board) -> Self {
        let (counts, speed) = (board.counts, board.rate.speed(Instant::now()));
        let left = counts.characters - counts.characters_done;
        let eta = left as f64 / speed.characters_per_second;
        let known = eta.is_finite() && board.waiting_for.is_none();
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "seconds, rounded"
        )]
        let eta = known.then_some(eta.round() as u64);
        Self {
            percent: percent(counts.characters_done, counts.characters),
            chapters: board.plan.chapters.len(),
            chapters_ready: board.ready_count(),
            segments: board.plan.segments.len(),
            segments_done: counts.done,
            segments_speaking: board.speaking(),
            segments_dead: counts.dead,
            characters: counts.characters,
            characters_done: counts.characters_done,
            retries: counts.retries,
            characters_per_second: speed.characters_per_second,
            times_real_time: speed.times_real_time,
            eta_seconds: eta,
            waiting_for: board.waiting_for.clone(),
        }
    }

    fn at_rest(job: &Job) -> Self {
        let record = &job.record;
        let done = job.state == JobState::Done;
        let all = |known: usize, all: usize| if done { all } else { known };
        let characters_done = all(record.characters_done, record.characters);
        Self {
            percent: if done {
                100.0
            } else {
                percent(characters_done, record.characters)
            },
            chapters: record.chapters,
            chapters_ready: all(record.chapters_ready, record.chapters),
            segments: record.segments,
            segments_done: all(record.segments_done, record.segments),
            characters: record.characters,
            characters_done,
            ..Self::default()
        }
    }
}

fn percent(part: usize, whole: usize) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "a percentage")]
    let share = part as f64 / whole.max(1) as f64;
    (share * 1_000.0).round() / 10.0
}
