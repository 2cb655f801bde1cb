//! Segments that failed for good: look, say otherwise, leave out, try again.

use std::sync::Arc;

use audiotome_core::SegmentKey;
use audiotome_production::Correction;
use axum::extract::State;
use axum::http::StatusCode;
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::extract::{Json, Path};
use super::jobs::{JobView, find, view};
use super::problem::{Kind, Problem, Refusals};
use super::segments::Edit;
use crate::database::dead_letters::{self, DeadLetter, Resolution};
use crate::job::{JobState, Step};
use crate::master::Master;

/// A dead letter and its job.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeadLetterView {
    /// Id of the job.
    job: String,
    #[serde(flatten)]
    letter: DeadLetter,
}

/// Dead letters.
#[derive(Serialize, ToSchema)]
pub(crate) struct DeadLetterList {
    dead_letters: Vec<DeadLetterView>,
}

/// The dead letters of all jobs.
#[utoipa::path(get, path = "/dead-letters", tag = "dead letters", responses((status = 200, body = DeadLetterList), Refusals))]
pub(crate) async fn all(
    State(master): State<Arc<Master>>,
) -> Result<Json<DeadLetterList>, Problem> {
    let letters = master
        .database
        .call(|connection| dead_letters::list(connection, None));
    Ok(list(letters.await?))
}

/// The dead letters of a job.
#[utoipa::path(get, path = "/jobs/{id}/dead-letters", tag = "dead letters", params(("id" = String, Path)), responses((status = 200, body = DeadLetterList), Refusals))]
pub(crate) async fn of_job(
    State(master): State<Arc<Master>>,
    Path(id): Path<String>,
) -> Result<Json<DeadLetterList>, Problem> {
    let job = find(&master, &id).await?;
    let letters = master
        .database
        .call(move |connection| dead_letters::list(connection, Some(&job.id)));
    Ok(list(letters.await?))
}

fn list(letters: Vec<(String, DeadLetter)>) -> Json<DeadLetterList> {
    let letters = letters.into_iter();
    Json(DeadLetterList {
        dead_letters: letters
            .map(|(job, letter)| DeadLetterView { job, letter })
            .collect(),
    })
}

/// Says a dead letter in other words. It takes effect when the job is retried.
#[utoipa::path(
    patch, path = "/jobs/{id}/dead-letters/{key}", tag = "dead letters", request_body = Edit,
    params(("id" = String, Path), ("key" = String, Path)),
    responses((status = 200, body = DeadLetter), Refusals)
)]
pub(crate) async fn edit(
    State(master): State<Arc<Master>>,
    Path((id, key)): Path<(String, String)>,
    Json(edit): Json<Edit>,
) -> Result<Json<DeadLetter>, Problem> {
    resolve(&master, &id, &key, Some(edit.checked()?)).await
}

/// Leaves a dead letter out of the audiobook. It takes effect when the job is retried.
#[utoipa::path(
    post, path = "/jobs/{id}/dead-letters/{key}/skip", tag = "dead letters",
    params(("id" = String, Path), ("key" = String, Path)),
    responses((status = 200, body = DeadLetter), Refusals)
)]
pub(crate) async fn skip(
    State(master): State<Arc<Master>>,
    Path((id, key)): Path<(String, String)>,
) -> Result<Json<DeadLetter>, Problem> {
    resolve(&master, &id, &key, None).await
}

/// Tries the job of a dead letter again: what is spoken stays, so it is this one, and others like it,
/// that are tried.
#[utoipa::path(
    post, path = "/jobs/{id}/dead-letters/{key}/retry", tag = "dead letters",
    params(("id" = String, Path), ("key" = String, Path)),
    responses((status = 202, body = JobView), Refusals)
)]
pub(crate) async fn retry(
    State(master): State<Arc<Master>>,
    Path((id, key)): Path<(String, String)>,
) -> Result<(StatusCode, Json<JobView>), Problem> {
    letter(&master, &id, &key).await?;
    let job = master.step(&id, Step::Retry, |_| {}).await?;
    Ok((StatusCode::ACCEPTED, Json(view(&master, job))))
}

async fn letter(master: &Master, id: &str, key: &str) -> Result<DeadLetter, Problem> {
    find(master, id).await?;
    let (job, asked) = (id.to_owned(), key.to_owned());
    let letter = master
        .database
        .call(move |connection| dead_letters::get(connection, &job, &asked));
    letter.await?.ok_or_else(|| Problem::no("dead letter", key))
}

/// Writes a person's decision into the job's order and beside the dead letter.
async fn resolve(
    master: &Master,
    id: &str,
    key: &str,
    text: Option<String>,
) -> Result<Json<DeadLetter>, Problem> {
    let mut letter = letter(master, id, key).await?;
    let state = find(master, id).await?.state;
    if !matches!(
        state,
        JobState::Failed | JobState::Paused | JobState::Cancelled
    ) {
        let message = format!("the job is {state}: its dead letters can't be changed now");
        return Err(Problem::new(Kind::Conflict, message));
    }
    let parsed: SegmentKey = key.parse().map_err(|_| Problem::no("dead letter", key))?;
    letter.resolution = Some(match &text {
        Some(_) => Resolution::Edited,
        None => Resolution::Skipped,
    });
    if let Some(text) = &text {
        letter.text.clone_from(text);
    }
    let entry = json!({ "dead_letter": key, "resolution": letter.resolution, "text": text });
    let changed = master.change(id, move |job| {
        job.order
            .corrections
            .retain(|correction| correction.key != parsed);
        job.order.corrections.push(Correction { key: parsed, text });
        Ok(entry)
    });
    changed.await?;
    let (job, kept) = (id.to_owned(), letter.clone());
    master
        .database
        .call(move |connection| dead_letters::resolve(connection, &job, &kept))
        .await?;
    Ok(Json(letter))
}
