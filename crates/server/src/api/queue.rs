//! The queue that the master speaks through: look, drain, retry, revoke.

use std::sync::Arc;
use std::time::Duration;

use audiotome_core::SegmentKey;
use audiotome_dispatch::Dispatcher;
use audiotome_queue::{LaneId, Queue, QueueError};
use axum::extract::State;
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::extract::{Json, Path, Query};
use super::problem::{Kind, Problem, Refusals};
use super::queue_views::{QueueSegment, QueueSegmentState, QueueView, RecordView};
use crate::master::Master;

/// How long a request waits for Redis.
const PATIENCE: Duration = Duration::from_secs(2);
/// Segments of a page, at most.
const MOST: usize = 1_000;

/// A page of segments.
#[derive(Serialize, ToSchema)]
pub(crate) struct QueueSegmentList {
    /// Segments in all that fit, on all pages.
    total: usize,
    segments: Vec<QueueSegment>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct SegmentQuery {
    /// Only those in this state; spoken ones are not kept in lanes.
    state: Option<QueueSegmentState>,
    /// Segments that are skipped.
    #[serde(default)]
    offset: u32,
    /// Segments of this page, at most 1,000.
    #[serde(default = "hundred")]
    limit: u32,
}

fn hundred() -> u32 {
    100
}

/// What became of a segment.
#[derive(Serialize, ToSchema)]
pub(crate) struct QueueHistory {
    /// One for each book that has, or had, it.
    records: Vec<RecordView>,
}

/// How many segments were concerned.
#[derive(Serialize, ToSchema)]
pub(crate) struct QueueCount {
    segments: u64,
}

/// The queue: books with what waits, what is spoken and what failed; workers; totals; Redis.
#[utoipa::path(get, path = "/queue", tag = "queue", responses((status = 200, body = QueueView), Refusals))]
pub(crate) async fn stats(State(master): State<Arc<Master>>) -> Result<Json<QueueView>, Problem> {
    let stats = within(of(&master)?.stats()).await?;
    Ok(Json(QueueView::from(&stats)))
}

/// The segments of a book that are not spoken, in the order in which they were added.
#[utoipa::path(get, path = "/queue/lanes/{id}/segments", tag = "queue", params(("id" = String, Path), SegmentQuery), responses((status = 200, body = QueueSegmentList), Refusals))]
pub(crate) async fn segments(
    State(master): State<Arc<Master>>,
    Path(id): Path<String>,
    Query(query): Query<SegmentQuery>,
) -> Result<Json<QueueSegmentList>, Problem> {
    let (queue, lane) = lane(&master, &id).await?;
    let segments = within(queue.segments(&lane)).await?.into_iter();
    let segments: Vec<_> = segments
        .map(QueueSegment::from)
        .filter(|segment| query.state.is_none_or(|state| segment.state == state))
        .collect();
    let total = segments.len();
    let page = segments.into_iter().skip(query.offset as usize);
    Ok(Json(QueueSegmentList {
        total,
        segments: page.take((query.limit as usize).min(MOST)).collect(),
    }))
}

/// What became of a segment: its tries, who spoke it, how long that took. Of those that are spoken, about
/// the last thousand are known.
#[utoipa::path(get, path = "/queue/segments/{key}", tag = "queue", params(("key" = String, Path)), responses((status = 200, body = QueueHistory), Refusals))]
pub(crate) async fn history(
    State(master): State<Arc<Master>>,
    Path(key): Path<String>,
) -> Result<Json<QueueHistory>, Problem> {
    let queue = of(&master)?;
    let key = parsed(&key)?;
    let records = within(queue.history(&key.to_string())).await?;
    if records.is_empty() {
        return Err(Problem::no("segment", &key.to_string()));
    }
    let records = records.into_iter().map(RecordView::from).collect();
    Ok(Json(QueueHistory { records }))
}

/// Gives all dead letters of a book new tries.
#[utoipa::path(post, path = "/queue/lanes/{id}/retry", tag = "queue", params(("id" = String, Path)), responses((status = 200, body = QueueCount), Refusals))]
pub(crate) async fn retry(
    State(master): State<Arc<Master>>,
    Path(id): Path<String>,
) -> Result<Json<QueueCount>, Problem> {
    let (queue, lane) = lane(&master, &id).await?;
    let segments = within(queue.revive(&lane, &[])).await?;
    Ok(Json(QueueCount { segments }))
}

/// Gives a dead letter new tries.
#[utoipa::path(
    post, path = "/queue/lanes/{id}/segments/{key}/retry", tag = "queue",
    params(("id" = String, Path), ("key" = String, Path)),
    responses((status = 204), Refusals)
)]
pub(crate) async fn retry_one(
    State(master): State<Arc<Master>>,
    Path((id, key)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let (queue, lane) = lane(&master, &id).await?;
    let parsed = parsed(&key)?;
    match within(queue.revive(&lane, &[parsed])).await? {
        0 => Err(Problem::no("dead letter", &key)),
        _ => Ok(StatusCode::NO_CONTENT),
    }
}

/// Takes a segment back: its master is told that it is dead, and whoever speaks it stops. A dead letter is
/// forgotten.
#[utoipa::path(
    delete, path = "/queue/lanes/{id}/segments/{key}", tag = "queue",
    params(("id" = String, Path), ("key" = String, Path)),
    responses((status = 204), Refusals)
)]
pub(crate) async fn revoke(
    State(master): State<Arc<Master>>,
    Path((id, key)): Path<(String, String)>,
) -> Result<StatusCode, Problem> {
    let (queue, lane) = lane(&master, &id).await?;
    let parsed = parsed(&key)?;
    match within(queue.revoke(&lane, &[parsed])).await? {
        0 => Err(Problem::no("segment", &key)),
        _ => Ok(StatusCode::NO_CONTENT),
    }
}

/// Lets a worker of the queue finish what it is speaking, and leave. It hears of it in a moment.
#[utoipa::path(
    post, path = "/queue/workers/{name}/drain", tag = "queue", params(("name" = String, Path)),
    responses((status = 204), Refusals)
)]
pub(crate) async fn drain(
    State(master): State<Arc<Master>>,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    if within(of(&master)?.drain(&name)).await? {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(Problem::no("worker", &name))
    }
}

/// The queue that the master has, if it has one.
pub(crate) fn queue(master: &Master) -> Option<&Queue> {
    match &master.studio.dispatcher {
        Dispatcher::Queue(producer) => Some(producer.queue()),
        Dispatcher::Direct(_) => None,
    }
}

pub(super) fn of(master: &Master) -> Result<&Queue, Problem> {
    queue(master).ok_or_else(|| {
        let hint = "start it with `--queue URL --store URL`, or ask a master that was".to_owned();
        Problem::new(Kind::NotFound, "this master has no queue").with_hint(Some(hint))
    })
}

/// The queue, and the lane of this name in it.
async fn lane<'a>(master: &'a Master, id: &str) -> Result<(&'a Queue, LaneId), Problem> {
    let queue = of(master)?;
    let lane = LaneId::parse(id);
    match within(queue.lane(&lane)).await? {
        Some(_) => Ok((queue, lane)),
        None => Err(Problem::no("lane", id)),
    }
}

fn parsed(key: &str) -> Result<SegmentKey, Problem> {
    key.parse().map_err(|_| Problem::no("segment", key))
}

/// The answer of Redis, unless it is away or takes too long.
pub(super) async fn within<T>(
    answer: impl Future<Output = Result<T, QueueError>>,
) -> Result<T, Problem> {
    match tokio::time::timeout(PATIENCE, answer).await {
        Ok(answer) => answer.map_err(|error| {
            let hint = error.hint().to_owned();
            Problem::new(Kind::Busy, error.to_string()).with_hint(Some(hint))
        }),
        Err(_) => Err(Problem::new(Kind::Busy, "the queue does not answer")),
    }
}
