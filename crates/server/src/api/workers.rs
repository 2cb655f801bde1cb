//! Workers: look, add, drain, remove; and the call by which they announce themselves.

use std::net::SocketAddr;
use std::sync::Arc;

use audiotome_dispatch::wire::{Announcement, PROTOCOL};
use audiotome_dispatch::{MemberState, MemberStatus};
use audiotome_production::{Address, THIS_MACHINE};
use axum::extract::{ConnectInfo, State};
use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::json;
use utoipa::ToSchema;

use super::extract::{Json, Path};
use super::problem::{Kind, Problem, Refusals};
use super::queue::queue;
use super::queue_views::QueueWorkerView;
use crate::database::workers;
use crate::master::Master;

/// Where workers announce themselves.
pub(crate) const ANNOUNCE: &str = "/workers/announce";

/// A worker, and what is known about it.
#[derive(Serialize, ToSchema)]
pub(crate) struct WorkerView {
    /// Host and port, or `this machine`.
    name: String,
    /// `well`, `resting` (it failed, or is busy, and is asked again soon) or `draining`.
    state: String,
    /// Why it rests.
    reason: Option<String>,
    /// Requests that it may have at once; 0 until it was asked.
    requests: usize,
    /// Requests that it has now.
    busy: usize,
    /// Segments that it spoke since the master was started.
    segments: u64,
    characters: u64,
    /// Tries that failed.
    failures: u64,
    /// Of one request, learnt.
    characters_per_second: f64,
    /// Of all its requests together, over the last ten seconds.
    characters_per_second_now: u64,
}

/// All workers.
#[derive(Serialize, ToSchema)]
pub(crate) struct WorkerList {
    workers: Vec<WorkerView>,
    /// Workers of the queue, the master's own among them; null where there is no queue, or no answer
    /// from it.
    queue_workers: Option<Vec<QueueWorkerView>>,
}

/// A machine that shall help.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewWorker {
    /// `host:port` of an `audiotome worker`, or
    /// `openai+http://host:port/v1?model=…&voice=…&slots=…`.
    address: String,
}

/// What a worker says of itself.
#[derive(Serialize, Deserialize, ToSchema)]
pub(crate) struct AnnouncementBody {
    /// Where it can be reached, if not at the address that it calls from.
    address: Option<String>,
    /// Its port.
    port: u16,
    /// Version of the protocol that it speaks.
    protocol: u32,
    /// Version of its program.
    version: String,
}

/// The workers that take part.
#[utoipa::path(get, path = "/workers", tag = "workers", responses((status = 200, body = WorkerList), Refusals))]
pub(crate) async fn list(State(master): State<Arc<Master>>) -> Json<WorkerList> {
    let members = master.studio.cluster.members();
    Json(WorkerList {
        workers: members
            .iter()
            .map(|member| WorkerView::of(&master, member.status()))
            .collect(),
        queue_workers: of_queue(&master).await,
    })
}

async fn of_queue(master: &Master) -> Option<Vec<QueueWorkerView>> {
    let stats = master.metrics.broker.look(queue(master)?).await?;
    let workers = stats.workers.iter();
    Some(
        workers
            .map(|worker| QueueWorkerView::of(worker, &stats))
            .collect(),
    )
}

/// Adds a worker; books that are being read use it at once. It is remembered. One that is there
/// already stays (200).
#[utoipa::path(
    post, path = "/workers", tag = "workers", request_body = NewWorker,
    responses((status = 201, body = WorkerView), (status = 200, body = WorkerView), Refusals)
)]
pub(crate) async fn add(
    State(master): State<Arc<Master>>,
    Json(new): Json<NewWorker>,
) -> Result<(StatusCode, Json<WorkerView>), Problem> {
    let address: Address = new
        .address
        .parse()
        .map_err(|error| Problem::new(Kind::Unprocessable, format!("`address`: {error}")))?;
    let kept = new.address.trim().to_owned();
    master
        .database
        .call(move |connection| workers::insert(connection, &kept))
        .await?;
    let new = join(&master, &address)?;
    let status = if new {
        StatusCode::CREATED
    } else {
        StatusCode::OK
    };
    Ok((status, Json(shown(&master, &address.name())?)))
}

/// A worker announces itself, and again every few seconds; one that falls silent for a minute is
/// forgotten. It shows the workers' token.
#[utoipa::path(
    post, path = "/workers/announce", tag = "workers", request_body = AnnouncementBody,
    responses((status = 200, body = WorkerView), Refusals)
)]
pub(crate) async fn announce(
    State(master): State<Arc<Master>>,
    ConnectInfo(caller): ConnectInfo<SocketAddr>,
    Json(body): Json<Announcement>,
) -> Result<Json<WorkerView>, Problem> {
    if body.protocol != PROTOCOL {
        let message = format!(
            "this master speaks protocol {PROTOCOL}, the worker (version {}) protocol {}: install the same version",
            body.version, body.protocol
        );
        return Err(Problem::new(Kind::Conflict, message));
    }
    let address = announced(&body, caller)?;
    join(&master, &address)?;
    master.announced(&address.name());
    Ok(Json(shown(&master, &address.name())?))
}

/// A worker that announced itself says goodbye: it finishes what it is speaking.
#[utoipa::path(
    delete, path = "/workers/announce", tag = "workers", request_body = AnnouncementBody,
    responses((status = 204), Refusals)
)]
pub(crate) async fn goodbye(
    State(master): State<Arc<Master>>,
    ConnectInfo(caller): ConnectInfo<SocketAddr>,
    Json(body): Json<Announcement>,
) -> Result<StatusCode, Problem> {
    let name = announced(&body, caller)?.name();
    let left = master.studio.cluster.drain(&name);
    left_behind(&master, name, left, "draining").await
}

/// Where a worker that announces itself can be reached.
fn announced(body: &Announcement, caller: SocketAddr) -> Result<Address, Problem> {
    let caller = SocketAddr::new(caller.ip().to_canonical(), body.port);
    let address = body.address.clone().unwrap_or_else(|| caller.to_string());
    match address.parse() {
        Ok(address @ Address::Worker(_)) => Ok(address),
        Ok(Address::Server(_)) => {
            let message = "`address`: a worker of ours announces itself with host and port";
            Err(Problem::new(Kind::Unprocessable, message))
        }
        Err(error) => {
            let message = format!("`address`: {error}");
            Err(Problem::new(Kind::Unprocessable, message))
        }
    }
}

/// Lets a worker finish what it is speaking and asks it for nothing more. It is forgotten.
#[utoipa::path(
    post, path = "/workers/{name}/drain", tag = "workers", params(("name" = String, Path)),
    responses((status = 204), Refusals)
)]
pub(crate) async fn drain(
    State(master): State<Arc<Master>>,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    not_this_machine(&name)?;
    let left = master.studio.cluster.drain(&name);
    left_behind(&master, name, left, "draining").await
}

/// Takes a worker out at once: what it is speaking is given up and spoken by others. It is forgotten.
#[utoipa::path(
    delete, path = "/workers/{name}", tag = "workers", params(("name" = String, Path)),
    responses((status = 204), Refusals)
)]
pub(crate) async fn remove(
    State(master): State<Arc<Master>>,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    not_this_machine(&name)?;
    let left = master.studio.cluster.remove(&name);
    left_behind(&master, name, left, "removed").await
}

/// What a request takes out, a request must be able to bring back.
fn not_this_machine(name: &str) -> Result<(), Problem> {
    if name != THIS_MACHINE {
        return Ok(());
    }
    let hint = "start the master with `--no-local`".to_owned();
    Err(Problem::new(Kind::Conflict, "the master's own machine stays").with_hint(Some(hint)))
}

async fn left_behind(
    master: &Master,
    name: String,
    was_there: bool,
    state: &str,
) -> Result<StatusCode, Problem> {
    if !was_there {
        return Err(Problem::no("worker", &name));
    }
    master.left_behind(&name, state);
    master
        .database
        .call(move |connection| {
            for address in workers::list(connection)? {
                let parsed = address.parse::<Address>();
                if parsed.is_ok_and(|parsed| parsed.name() == name) {
                    workers::delete(connection, &address)?;
                }
            }
            Ok(())
        })
        .await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Lets a machine take part. Returns whether it is new.
fn join(master: &Master, address: &Address) -> Result<bool, Problem> {
    let name = address.name();
    if master.studio.cluster.find(&name).is_some() {
        return Ok(false);
    }
    let added = master.studio.add(address, &master.settings.caller);
    added.map_err(|error| Problem::new(Kind::Broken, error.to_string()))?;
    master
        .hub
        .tell("worker", None, json!({ "worker": name, "state": "added" }));
    Ok(true)
}

fn shown(master: &Master, name: &str) -> Result<WorkerView, Problem> {
    let member = master.studio.cluster.find(name);
    member
        .map(|member| WorkerView::of(master, member.status()))
        .ok_or_else(|| Problem::no("worker", name))
}

impl WorkerView {
    pub(crate) fn of(master: &Master, status: MemberStatus) -> Self {
        let rates = master.pulse.rates(&status.name);
        Self {
            characters_per_second_now: rates.last().copied().unwrap_or(0),
            state: state(status.state).to_owned(),
            name: status.name,
            reason: status.reason,
            requests: status.requests,
            busy: status.busy,
            segments: status.segments,
            characters: status.characters,
            failures: status.failures,
            characters_per_second: status.characters_per_second,
        }
    }
}

/// The name of a member's state.
pub(crate) fn state(state: MemberState) -> &'static str {
    match state {
        MemberState::Well => "well",
        MemberState::Resting => "resting",
        MemberState::Draining => "draining",
    }
}
