//! Voices of the master.

use std::sync::Arc;

use audiotome_core::Language;
use audiotome_dispatch::Repertoire as _;
use axum::extract::State;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::extract::{Json, Query};
use super::problem::{Kind, Problem, Refusals};
use crate::master::Master;

/// A voice.
#[derive(Serialize, ToSchema)]
pub(crate) struct VoiceView {
    /// What a job's `engine` takes.
    engine: String,
    /// What a job's `voice` takes.
    voice: String,
    /// The language that it speaks best.
    language: String,
    description: String,
}

/// Voices, the best first.
#[derive(Serialize, ToSchema)]
pub(crate) struct VoiceList {
    voices: Vec<VoiceView>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct VoiceQuery {
    /// Only voices for this language.
    language: Option<String>,
}

/// The voices that are installed.
#[utoipa::path(get, path = "/voices", tag = "voices", params(VoiceQuery), responses((status = 200, body = VoiceList), Refusals))]
pub(crate) async fn list(
    State(master): State<Arc<Master>>,
    Query(query): Query<VoiceQuery>,
) -> Result<Json<VoiceList>, Problem> {
    let installed = Arc::clone(&master.studio.installed);
    // It asks espeak-ng and reads folders.
    let voices = tokio::task::spawn_blocking(move || installed.voices()).await;
    let voices = voices.map_err(|panic| Problem::new(Kind::Broken, panic.to_string()))?;
    let wanted = query.language.as_deref().map(Language::new);
    let fits = |language: &str| {
        let wanted = wanted.as_ref();
        wanted.is_none_or(|wanted| Language::new(language).primary() == wanted.primary())
    };
    let voices = voices.into_iter().filter(|voice| fits(&voice.language));
    let voices = voices.map(|voice| VoiceView {
        engine: voice.model,
        voice: voice.voice,
        language: voice.language,
        description: voice.description,
    });
    Ok(Json(VoiceList {
        voices: voices.collect(),
    }))
}
