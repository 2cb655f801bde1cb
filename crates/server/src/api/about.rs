//! What the master tells about itself.

use std::sync::Arc;

use axum::extract::State;
use axum::http::header;
use axum::response::{Html, IntoResponse};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{InfoBuilder, LicenseBuilder, OpenApi, PathItem, RefOr, SecurityRequirement};

use super::extract::Json;
use super::problem::{Kind, Problem, Refusals};
use super::queue::queue;
use super::workers::state;
use crate::database::jobs;
use crate::job::JobState;
use crate::master::{Master, lock};
use crate::metrics::set;

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The master at a glance.
#[derive(Serialize, ToSchema)]
pub(crate) struct StatusView {
    version: &'static str,
    /// Whether it takes nothing new and is about to leave.
    draining: bool,
    jobs: Vec<JobCount>,
    workers: usize,
    /// Requests that workers may have at once.
    slots: usize,
    /// Requests that they have.
    busy: usize,
}

/// How many jobs are in a state.
#[derive(Serialize, ToSchema)]
pub(crate) struct JobCount {
    state: JobState,
    count: usize,
}

/// The process lives. It needs no token.
pub(crate) async fn health() -> &'static str {
    "ok\n"
}

/// It takes work: the job store answers.
#[utoipa::path(get, path = "/ready", tag = "about", responses((status = 200, body = String, content_type = "text/plain"), Refusals))]
pub(crate) async fn ready(State(master): State<Arc<Master>>) -> Result<&'static str, Problem> {
    if master.drain.is_cancelled() {
        return Err(Problem::new(Kind::Busy, "this master is leaving"));
    }
    let asked = master.database.call(jobs::counts).await;
    asked
        .map(|_| "ready\n")
        .map_err(|error| Problem::new(Kind::Busy, error.to_string()))
}

/// The master at a glance.
#[utoipa::path(get, path = "/status", tag = "about", responses((status = 200, body = StatusView), Refusals))]
pub(crate) async fn status(State(master): State<Arc<Master>>) -> Result<Json<StatusView>, Problem> {
    let jobs = master.database.call(jobs::counts).await?;
    let members: Vec<_> = master.studio.cluster.members();
    let statuses: Vec<_> = members.iter().map(|member| member.status()).collect();
    let jobs = jobs.into_iter();
    Ok(Json(StatusView {
        version: VERSION,
        draining: master.drain.is_cancelled(),
        jobs: jobs
            .map(|(state, count)| JobCount { state, count })
            .collect(),
        workers: statuses.len(),
        slots: statuses.iter().map(|status| status.requests).sum(),
        busy: statuses.iter().map(|status| status.busy).sum(),
    }))
}

/// Figures for Prometheus.
#[utoipa::path(get, path = "/metrics", tag = "about", responses((status = 200, body = String, content_type = "application/openmetrics-text"), Refusals))]
pub(crate) async fn metrics(
    State(master): State<Arc<Master>>,
) -> Result<impl IntoResponse, Problem> {
    let counts = master.database.call(jobs::counts).await?;
    for (state, count) in counts {
        set(&master.metrics.jobs, "state", state.name(), count);
    }
    count_segments(&master);
    count_workers(&master);
    if let Some(queue) = queue(&master) {
        master.metrics.broker.look(queue).await;
    }
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    Ok(([(header::CONTENT_TYPE, kind)], master.metrics.text()))
}

fn count_segments(master: &Master) {
    let (mut waiting, mut speaking, mut dead) = (0, 0, 0);
    let running = master.running();
    for board in running.values().filter_map(|job| job.board.as_ref()) {
        let board = lock(board);
        let busy = board.speaking();
        let settled = board.counts.done + board.counts.dead;
        waiting += board.plan.segments.len().saturating_sub(settled + busy);
        speaking += busy;
        dead += board.counts.dead;
    }
    for (state, count) in [("waiting", waiting), ("speaking", speaking), ("dead", dead)] {
        set(&master.metrics.queue, "state", state, count);
    }
}

fn count_workers(master: &Master) {
    let statuses = master.studio.cluster.members();
    let statuses: Vec<_> = statuses.iter().map(|member| member.status()).collect();
    for name in ["well", "resting"] {
        let count = statuses.iter().filter(|status| state(status.state) == name);
        set(&master.metrics.workers, "state", name, count.count());
    }
    let all = statuses.iter().map(|status| status.requests).sum();
    let busy = statuses.iter().map(|status| status.busy).sum();
    set(&master.metrics.slots, "state", "all", all);
    set(&master.metrics.slots, "state", "busy", busy);
}

/// The OpenAPI document.
pub(crate) async fn openapi(document: String) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json")], document)
}

/// A page that shows it.
pub(crate) async fn docs() -> Html<&'static str> {
    Html(include_str!("docs.html"))
}

/// The document with what no handler says.
pub(crate) fn finished(mut document: OpenApi) -> OpenApi {
    document.info = InfoBuilder::new()
        .title("audiotome")
        .version(VERSION)
        .description(Some("The REST API of a master: books in, audiobooks out."))
        .license(Some(
            LicenseBuilder::new()
                .name("MIT OR Apache-2.0")
                .identifier(Some("MIT OR Apache-2.0"))
                .build(),
        ))
        .build();
    let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
    document
        .components
        .get_or_insert_default()
        .add_security_scheme("token", SecurityScheme::Http(bearer));
    complete(&mut document);
    // A master on loopback needs no token.
    document.security = Some(vec![
        SecurityRequirement::new::<_, [&str; 0], &str>("token", []),
        SecurityRequirement::default(),
    ]);
    document
}

/// Gives every operation an id of its own and every answer a description; answers that handlers don't
/// describe are plain success.
fn complete(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        let PathItem {
            get,
            post,
            put,
            patch,
            delete,
            ..
        } = item;
        for (method, operation) in [
            ("get", get),
            ("post", post),
            ("put", put),
            ("patch", patch),
            ("delete", delete),
        ] {
            if let Some(operation) = operation {
                let words = path.split(|c: char| !c.is_alphanumeric());
                let words: Vec<_> = words.filter(|word| !word.is_empty()).collect();
                operation.operation_id = Some(format!("{method}_{}", words.join("_")));
                describe(operation);
            }
        }
    }
}

fn describe(operation: &mut Operation) {
    for answer in operation.responses.responses.values_mut() {
        if let RefOr::T(answer) = answer
            && answer.description.is_empty()
        {
            "Done.".clone_into(&mut answer.description);
        }
    }
}
