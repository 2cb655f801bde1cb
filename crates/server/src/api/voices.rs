//! Voices of the master.

use std::sync::Arc;

use audiotome_core::Language;
use audiotome_dispatch::Repertoire as _;
use audiotome_dispatch::wire::OfferedVoice;
use audiotome_production::offered;
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
    /// The speech server of others that has it; without one, it is installed here.
    server: Option<String>,
    /// The language that it speaks best; `und` where that is not known.
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

/// The voices that are installed, and those that the addresses of speech servers name.
#[utoipa::path(get, path = "/voices", tag = "voices", params(VoiceQuery), responses((status = 200, body = VoiceList), Refusals))]
pub(crate) async fn list(
    State(master): State<Arc<Master>>,
    Query(query): Query<VoiceQuery>,
) -> Result<Json<VoiceList>, Problem> {
    let voices = installed(&master).await?;
    let wanted = query.language.as_deref().map(Language::new);
    let fits = |language: &str| {
        let wanted = wanted.as_ref();
        wanted.is_none_or(|wanted| Language::new(language).primary() == wanted.primary())
    };
    let installed = voices.into_iter().filter(|voice| fits(&voice.language));
    let installed = installed.map(|voice| view(voice, None));
    // What a server speaks is not known: it may be any language.
    let servers = master.studio.servers().into_iter();
    let foreign = servers.map(|server| view(offered(&server), Some(server.name())));
    Ok(Json(VoiceList {
        voices: installed.chain(foreign).collect(),
    }))
}

/// The voices that are installed, the best first.
async fn installed(master: &Master) -> Result<Vec<OfferedVoice>, Problem> {
    let installed = Arc::clone(&master.studio.installed);
    // It asks espeak-ng and reads folders.
    let voices = tokio::task::spawn_blocking(move || installed.voices()).await;
    voices.map_err(|panic| Problem::new(Kind::Broken, panic.to_string()))
}

/// The same with those that the addresses of speech servers name.
pub(crate) async fn all(master: &Master) -> Result<Vec<OfferedVoice>, Problem> {
    let mut voices = installed(master).await?;
    voices.extend(master.studio.servers().iter().map(offered));
    Ok(voices)
}

fn view(voice: OfferedVoice, server: Option<String>) -> VoiceView {
    VoiceView {
        engine: voice.model,
        voice: voice.voice,
        server,
        language: voice.language,
        description: voice.description,
    }
}
