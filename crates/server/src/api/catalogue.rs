//! Voices that can be installed, and installing them.

use std::sync::Arc;
use std::time::{Duration, Instant};

use audiotome_speech::catalogue::{self, Entry};
use audiotome_speech::{Source, install as fetch};
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Serialize;
use serde_json::json;
use utoipa::ToSchema;

use super::extract::{Json, Path};
use super::problem::{Kind, Problem, Refusals};
use crate::master::{Master, lock};
use crate::runner::chain;

/// People are told so often how far it is.
const OFTEN: Duration = Duration::from_millis(300);

/// A voice that can be installed.
#[derive(Serialize, ToSchema)]
pub(crate) struct EntryView {
    /// What `/voices/{name}` takes.
    name: String,
    engine: String,
    language: String,
    description: String,
    /// Bytes that are fetched.
    bytes: u64,
    /// Whether it is here already.
    installed: bool,
}

/// Voices that can be installed; of each language the recommended ones first.
#[derive(Serialize, ToSchema)]
pub(crate) struct Catalogue {
    voices: Vec<EntryView>,
}

/// Voices that can be installed.
#[utoipa::path(get, path = "/voices/catalogue", tag = "voices", responses((status = 200, body = Catalogue), Refusals))]
pub(crate) async fn list(State(master): State<Arc<Master>>) -> Json<Catalogue> {
    let here = neural(&master).await;
    let entries = catalogue::entries().iter();
    let voices = entries.map(|entry| view(entry, here.iter().any(|name| name == entry.name())));
    Json(Catalogue {
        voices: voices.collect(),
    })
}

/// Names of the neural voices that are installed.
pub(crate) async fn neural(master: &Master) -> Vec<String> {
    let folder = master.studio.data.voices();
    let found = tokio::task::spawn_blocking(move || folder.neural_names());
    found.await.unwrap_or_default()
}

fn view(entry: &Entry, installed: bool) -> EntryView {
    EntryView {
        name: entry.name().to_owned(),
        engine: entry.engine().to_string(),
        language: entry.language().to_string(),
        description: entry.description().to_owned(),
        bytes: entry.size(),
        installed,
    }
}

/// Installs a voice of the catalogue from where it is published. It goes on after the answer: `voice`
/// events tell how far it is, and how it ended.
#[utoipa::path(post, path = "/voices/{name}", tag = "voices", params(("name" = String, Path)), responses((status = 202, body = EntryView), Refusals))]
pub(crate) async fn install(
    State(master): State<Arc<Master>>,
    Path(name): Path<String>,
) -> Result<(StatusCode, Json<EntryView>), Problem> {
    let entry = catalogue::find(&name).ok_or_else(|| {
        let hint = "`GET /voices/catalogue` lists those that can be installed".to_owned();
        Problem::no("voice", &name).with_hint(Some(hint))
    })?;
    if !lock(&master.installing).insert(entry.name().to_owned()) {
        return Err(Problem::new(
            Kind::Conflict,
            "it is being installed already",
        ));
    }
    let working = Arc::clone(&master);
    tokio::task::spawn_blocking(move || carry_out(&working, entry));
    Ok((StatusCode::ACCEPTED, Json(view(entry, false))))
}

fn carry_out(master: &Master, entry: &Entry) {
    let name = entry.name();
    let mirror = master.settings.voices_mirror.clone();
    let mut told: Option<Instant> = None;
    let mut progress = |done: u64, total: Option<u64>| {
        if told.is_none_or(|told| told.elapsed() > OFTEN) {
            told = Some(Instant::now());
            let data = json!({ "name": name, "state": "installing", "done": done, "total": total });
            master.hub.tell("voice", None, data);
        }
    };
    let source = Source::Internet { mirror };
    let installed = fetch(&master.studio.data.voices(), name, source, &mut progress);
    lock(&master.installing).remove(name);
    let data = match installed {
        Ok(_) => json!({ "name": name, "state": "installed" }),
        Err(error) => {
            tracing::warn!(voice.name = name, %error, "a voice is not installed");
            json!({ "name": name, "state": "failed", "error": chain(&error) })
        }
    };
    master.hub.tell("voice", None, data);
}

/// Deletes a neural voice. Jobs that speak with it now go on.
#[utoipa::path(delete, path = "/voices/{name}", tag = "voices", params(("name" = String, Path)), responses((status = 204), Refusals))]
pub(crate) async fn remove(
    State(master): State<Arc<Master>>,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    if lock(&master.installing).contains(&name) {
        return Err(Problem::new(Kind::Conflict, "it is being installed"));
    }
    match master.studio.data.voices().remove(&name) {
        Ok(true) => {
            let data = json!({ "name": name, "state": "removed" });
            master.hub.tell("voice", None, data);
            Ok(StatusCode::NO_CONTENT)
        }
        Ok(false) => Err(Problem::no("neural voice", &name)),
        Err(error) => Err(Problem::new(Kind::Broken, error.to_string())),
    }
}

/// What comes with a neural voice to be read: its card or licence.
#[utoipa::path(get, path = "/voices/{name}/card", tag = "voices", params(("name" = String, Path)), responses((status = 200, body = String, content_type = "text/plain"), Refusals))]
pub(crate) async fn card(
    State(master): State<Arc<Master>>,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let text = master.studio.data.voices().card(&name);
    let text = text.ok_or_else(|| Problem::no("card of a voice", &name))?;
    let kind = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    Ok((kind, text).into_response())
}
