//! What a worker tells about itself.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Json;
use axum::extract::{Query, State};
use axum::http::{Uri, header};
use axum::response::IntoResponse;
use serde_json::{Value, json};

use super::Worker;
use super::answer::Refusal;
use crate::RepertoireError;
use crate::wire::{ErrorKind, OfferedVoice, PROTOCOL, Ready, ReadyQuery, Status};

const VERSION: &str = env!("CARGO_PKG_VERSION");

/// The process lives.
pub(super) async fn health() -> &'static str {
    "ok\n"
}

/// It can speak; with a query: with exactly this engine.
pub(super) async fn ready(
    State(worker): State<Arc<Worker>>,
    Query(query): Query<ReadyQuery>,
) -> Result<Json<Ready>, Refusal> {
    if worker.draining.is_cancelled() {
        return Err(Refusal::new(ErrorKind::Busy, "this worker is leaving"));
    }
    if let Some(engine) = query.engine {
        let worker = Arc::clone(&worker);
        let voice = query.voice.unwrap_or_default();
        // A model is read and loaded: not on a thread that others wait for.
        let checked = tokio::task::spawn_blocking(move || check(&worker, &engine, &voice));
        checked
            .await
            .map_err(|panic| broken(&panic.to_string()))??;
    }
    Ok(Json(Ready {
        protocol: PROTOCOL,
        version: VERSION.to_owned(),
        slots: worker.slots(),
    }))
}

/// Whether the voice speaks here with exactly this engine.
fn check(worker: &Worker, engine: &str, voice: &str) -> Result<(), Refusal> {
    let model = engine.split('/').next().unwrap_or(engine);
    let opened = worker.repertoire.open(model, voice)?;
    let ours = opened.engine.id().to_string();
    if ours == engine {
        return Ok(());
    }
    let message =
        format!("it speaks with {ours}, not {engine}: install the same version and voice");
    Err(Refusal::new(ErrorKind::WrongEngine, message))
}

/// Everything about it.
pub(super) async fn status(State(worker): State<Arc<Worker>>) -> Json<Status> {
    let opened = worker.repertoire.opened();
    let voices = offered(&worker).await;
    let languages: BTreeSet<_> = voices.iter().map(|voice| &voice.language).collect();
    let languages = languages.into_iter().cloned().collect();
    Json(Status {
        protocol: PROTOCOL,
        version: VERSION.to_owned(),
        draining: worker.draining.is_cancelled(),
        engines: opened.iter().map(|engine| engine.id().clone()).collect(),
        voices,
        languages,
        slots: worker.slots(),
        busy: worker.busy(),
        waiting: worker.waiting(),
        device: "cpu".to_owned(),
        memory_bytes: memory(),
        characters_per_second: worker.metrics.characters_per_second(),
        uptime_s: worker.started.elapsed().as_secs_f64(),
    })
}

/// Voices, the best first.
pub(super) async fn voices(State(worker): State<Arc<Worker>>) -> Json<Value> {
    Json(json!({ "voices": offered(&worker).await }))
}

/// Models as OpenAI lists them.
pub(super) async fn models(State(worker): State<Arc<Worker>>) -> Json<Value> {
    let mut models: Vec<String> = Vec::new();
    for voice in offered(&worker).await {
        if !models.contains(&voice.model) {
            models.push(voice.model);
        }
    }
    let model =
        |id: String| json!({ "id": id, "object": "model", "created": 0, "owned_by": "audiotome" });
    let data: Vec<Value> = models.into_iter().map(model).collect();
    Json(json!({ "object": "list", "data": data }))
}

/// Figures for Prometheus.
pub(super) async fn metrics(State(worker): State<Arc<Worker>>) -> impl IntoResponse {
    let kind = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    ([(header::CONTENT_TYPE, kind)], worker.figures())
}

pub(super) async fn nothing_here(uri: Uri) -> Refusal {
    Refusal::new(
        ErrorKind::NotFound,
        format!("there is nothing at `{}`", uri.path()),
    )
}

pub(super) fn broken(reason: &str) -> Refusal {
    Refusal::new(ErrorKind::EngineFailed, reason)
}

/// Listing asks espeak-ng and reads folders: not on a thread that others wait for.
async fn offered(worker: &Arc<Worker>) -> Vec<OfferedVoice> {
    let worker = Arc::clone(worker);
    let listed = tokio::task::spawn_blocking(move || worker.repertoire.voices());
    listed.await.unwrap_or_default()
}

impl From<RepertoireError> for Refusal {
    fn from(error: RepertoireError) -> Self {
        let kind = match error {
            RepertoireError::NotFound(_) => ErrorKind::NotFound,
            RepertoireError::Broken(_) => ErrorKind::EngineFailed,
        };
        Self::new(kind, error.to_string())
    }
}

/// Memory of this process, bytes; 0 where the system does not say.
pub(crate) fn memory() -> u64 {
    let Ok(status) = std::fs::read_to_string("/proc/self/status") else {
        return 0;
    };
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes = line.and_then(|line| line.trim().strip_suffix("kB"));
    kilobytes
        .and_then(|text| text.trim().parse::<u64>().ok())
        .unwrap_or(0)
        * 1024
}
