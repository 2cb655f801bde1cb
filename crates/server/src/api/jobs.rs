//! Jobs: list, look, steer.

use std::sync::Arc;

use audiotome_production::release_job;
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::{IntoParams, ToSchema};

use super::extract::{Json, Path, Query, page};
use super::problem::{Kind, Problem, Refusals};
use super::progress::Progress;
use crate::database::{history, jobs};
use crate::job::{Job, JobState, Step};
use crate::master::Master;
use crate::shelf;

/// Jobs of a page, at most.
const MOST: usize = 500;

/// A job.
#[derive(Serialize, ToSchema)]
pub(crate) struct JobView {
    id: String,
    /// Id of its book.
    book: String,
    title: String,
    authors: Vec<String>,
    state: JobState,
    /// Higher goes first.
    priority: i32,
    /// RFC 3339.
    created: String,
    /// RFC 3339.
    updated: String,
    /// Who reads.
    narrator: Option<String>,
    /// The language that it is read in.
    language: Option<String>,
    progress: Progress,
    /// What went wrong, for people.
    error: Option<String>,
    /// What to do about it.
    hint: Option<String>,
    /// The segment (its `index`) at which somebody listens.
    position: usize,
    /// Length of the audiobook, seconds.
    audio_seconds: Option<f64>,
    warnings: Vec<String>,
    /// What was asked for.
    #[schema(value_type = Object)]
    order: serde_json::Value,
}

/// A page of jobs.
#[derive(Serialize, ToSchema)]
pub(crate) struct JobList {
    /// Jobs in all, on all pages.
    total: usize,
    jobs: Vec<JobView>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct ListQuery {
    /// Only jobs in this state.
    state: Option<JobState>,
    /// Jobs that are skipped.
    #[serde(default)]
    offset: u32,
    /// Jobs of this page, at most 500.
    #[serde(default = "page")]
    limit: u32,
}

/// What can be changed about a job.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct JobChange {
    /// Higher goes first; it takes effect at once.
    priority: i32,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct DeleteQuery {
    /// Delete the files of its audiobook, too.
    #[serde(default)]
    files: bool,
}

/// What happened to a job.
#[derive(Serialize, ToSchema)]
pub(crate) struct History {
    entries: Vec<history::Entry>,
}

/// Jobs, the newest first.
#[utoipa::path(get, path = "/jobs", tag = "jobs", params(ListQuery), responses((status = 200, body = JobList), Refusals))]
pub(crate) async fn list(
    State(master): State<Arc<Master>>,
    Query(query): Query<ListQuery>,
) -> Result<Json<JobList>, Problem> {
    let (offset, limit) = (query.offset as usize, (query.limit as usize).min(MOST));
    let found = master
        .database
        .call(move |connection| jobs::list(connection, query.state, offset, limit));
    let (found, total) = found.await?;
    let jobs = found.into_iter().map(|job| view(&master, job)).collect();
    Ok(Json(JobList { total, jobs }))
}

/// A job.
#[utoipa::path(get, path = "/jobs/{id}", tag = "jobs", params(("id" = String, Path)), responses((status = 200, body = JobView), Refusals))]
pub(crate) async fn get(
    State(master): State<Arc<Master>>,
    Path(id): Path<String>,
) -> Result<Json<JobView>, Problem> {
    let job = find(&master, &id).await?;
    Ok(Json(view(&master, job)))
}

/// Changes a job's priority.
#[utoipa::path(patch, path = "/jobs/{id}", tag = "jobs", request_body = JobChange, params(("id" = String, Path)), responses((status = 200, body = JobView), Refusals))]
pub(crate) async fn change(
    State(master): State<Arc<Master>>,
    Path(id): Path<String>,
    Json(change): Json<JobChange>,
) -> Result<Json<JobView>, Problem> {
    let priority = change.priority;
    let changed = master.change(&id, move |job| {
        job.priority = priority;
        Ok(json!({ "priority": priority }))
    });
    let job = changed.await?;
    if let Some(running) = master.running().get(&id) {
        running.priority.set(priority);
    }
    Ok(Json(view(&master, job)))
}

/// Where somebody listens.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Listening {
    /// The segment, by its `index`.
    segment: usize,
}

/// Tells where somebody listens: what comes from there on is spoken next, at once and after a restart. The first
/// minute of a book is spoken before all else, since no chapter can be encoded without it.
#[utoipa::path(post, path = "/jobs/{id}/position", tag = "jobs", request_body = Listening, params(("id" = String, Path)), responses((status = 204), Refusals))]
pub(crate) async fn position(
    State(master): State<Arc<Master>>,
    Path(id): Path<String>,
    Json(Listening { segment }): Json<Listening>,
) -> Result<StatusCode, Problem> {
    let job = find(&master, &id).await?;
    // A job that was never looked at does not know how many it has.
    let segments = job.record.segments;
    if segments > 0 && segment >= segments {
        let message = format!("there is no segment {segment}: the book has {segments}, from 0");
        return Err(Problem::new(Kind::Unprocessable, message));
    }
    master.listens_at(&job, segment).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Deletes a job; one that runs is stopped first. Clips are kept: other books may share them.
#[utoipa::path(
    delete, path = "/jobs/{id}", tag = "jobs", params(("id" = String, Path), DeleteQuery),
    responses((status = 204), Refusals)
)]
pub(crate) async fn delete(
    State(master): State<Arc<Master>>,
    Path(id): Path<String>,
    Query(query): Query<DeleteQuery>,
) -> Result<StatusCode, Problem> {
    let job = find(&master, &id).await?;
    master.stop(&id, Step::Cancel);
    let deleted = id.clone();
    let own = master.database.call(move |connection| {
        let own = shelf::own_files(connection, &job)?;
        jobs::delete(connection, &deleted)?;
        Ok(own)
    });
    let own = own.await?;
    if query.files {
        for file in &own {
            // A file that is gone already is as good as deleted.
            let _ = fs_err::remove_file(file);
        }
        if let Some(folder) = own.first().and_then(|file| file.parent()) {
            // What else a person put there stays, and its folder with it.
            let _ = fs_err::remove_dir(folder);
        }
    }
    let _ = fs_err::remove_dir_all(master.job_folder(&id));
    release_job(&master.studio.data, &id);
    master
        .hub
        .tell("job", Some(&id), json!({ "id": id, "deleted": true }));
    Ok(StatusCode::NO_CONTENT)
}

/// Lets a job rest. What is being spoken is finished and kept.
#[utoipa::path(post, path = "/jobs/{id}/pause", tag = "jobs", params(("id" = String, Path)), responses((status = 202, body = JobView), Refusals))]
pub(crate) async fn pause(
    State(master): State<Arc<Master>>,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<JobView>), Problem> {
    stop(&master, &id, Step::Pause).await
}

/// Lets a paused job go on.
#[utoipa::path(post, path = "/jobs/{id}/resume", tag = "jobs", params(("id" = String, Path)), responses((status = 202, body = JobView), Refusals))]
pub(crate) async fn resume(
    State(master): State<Arc<Master>>,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<JobView>), Problem> {
    let job = master.step(&id, Step::Resume, |_| {}).await?;
    Ok((StatusCode::ACCEPTED, Json(view(&master, job))))
}

/// Gives a job up. What was spoken is kept.
#[utoipa::path(post, path = "/jobs/{id}/cancel", tag = "jobs", params(("id" = String, Path)), responses((status = 202, body = JobView), Refusals))]
pub(crate) async fn cancel(
    State(master): State<Arc<Master>>,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<JobView>), Problem> {
    stop(&master, &id, Step::Cancel).await
}

/// Tries a job again that failed, was cancelled, or is done and shall be made anew.
#[utoipa::path(post, path = "/jobs/{id}/retry", tag = "jobs", params(("id" = String, Path)), responses((status = 202, body = JobView), Refusals))]
pub(crate) async fn retry(
    State(master): State<Arc<Master>>,
    Path(id): Path<String>,
) -> Result<(StatusCode, Json<JobView>), Problem> {
    let job = master.step(&id, Step::Retry, |_| {}).await?;
    Ok((StatusCode::ACCEPTED, Json(view(&master, job))))
}

/// What happened to a job, the oldest first; the last thousand entries are kept.
#[utoipa::path(get, path = "/jobs/{id}/history", tag = "jobs", params(("id" = String, Path)), responses((status = 200, body = History), Refusals))]
pub(crate) async fn history(
    State(master): State<Arc<Master>>,
    Path(id): Path<String>,
) -> Result<Json<History>, Problem> {
    let job = find(&master, &id).await?;
    let entries = master
        .database
        .call(move |connection| history::list(connection, &job.id));
    Ok(Json(History {
        entries: entries.await?,
    }))
}

/// Stops a job that runs, which then takes the step by itself; one that does not takes it here.
async fn stop(
    master: &Arc<Master>,
    id: &str,
    step: Step,
) -> Result<(StatusCode, Json<JobView>), Problem> {
    if master.stop(id, step) {
        let job = find(master, id).await?;
        return Ok((StatusCode::ACCEPTED, Json(view(master, job))));
    }
    let job = master.step(id, step, |_| {}).await?;
    Ok((StatusCode::ACCEPTED, Json(view(master, job))))
}

/// The job of this id.
pub(crate) async fn find(master: &Master, id: &str) -> Result<Job, Problem> {
    let asked = id.to_owned();
    let job = master
        .database
        .call(move |connection| jobs::get(connection, &asked));
    job.await?.ok_or_else(|| Problem::no("job", id))
}

/// A job as the API shows it.
pub(crate) fn view(master: &Master, job: Job) -> JobView {
    let progress = Progress::of(master, &job);
    let order = json!({
        "reading": job.order.reading, "voice": job.order.voice, "format": job.order.output.format(),
        "per_chapter": job.order.output.per_chapter, "corrections": job.order.corrections,
        "skip_failed": job.order.skip_failed,
    });
    let record = job.record;
    JobView {
        id: job.id,
        book: job.book,
        title: record.title,
        authors: record.authors,
        state: job.state,
        priority: job.priority,
        created: job.created,
        updated: job.updated,
        narrator: record.narrator,
        language: record.language,
        progress,
        error: record.error,
        hint: record.hint,
        position: record.position,
        audio_seconds: record.audio_seconds,
        warnings: record.warnings,
        order,
    }
}
