//! OpenAI's speech call: any client of it may use the whole cluster.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::response::Response;
use serde::Deserialize;
use tower::ServiceExt as _;
use utoipa::ToSchema;

use super::binary::Binary;
use super::problem::Refusals;
use crate::master::Master;

/// What is spoken, as OpenAI's clients say it.
#[derive(Deserialize, ToSchema)]
#[expect(dead_code, reason = "it only describes the body")]
pub(crate) struct SpeechRequest {
    /// Name of the engine; names that are not known here mean the best.
    model: String,
    /// The text.
    #[schema(min_length = 1, max_length = 4096)]
    input: String,
    /// Name of the voice; OpenAI's own names mean the best.
    voice: String,
    /// `mp3` (the default), `opus`, `aac`, `flac`, `wav` or `pcm`.
    response_format: Option<String>,
    /// 0.5 to 2.0.
    speed: Option<f32>,
    /// Ours: the language of the text.
    language: Option<String>,
}

/// Speaks a text with whoever is free. Books wait meanwhile.
#[utoipa::path(
    post, path = "/v1/audio/speech", tag = "speech", request_body = SpeechRequest,
    responses(
        (status = 200, content(
            (Binary = "audio/mpeg"), (Binary = "audio/ogg"), (Binary = "audio/aac"),
            (Binary = "audio/flac"), (Binary = "audio/wav"), (Binary = "audio/pcm"),
        )),
        Refusals
    )
)]
pub(crate) async fn speak(State(master): State<Arc<Master>>, request: Request) -> Response {
    pass(&master, request).await
}

/// Models as OpenAI lists them.
#[utoipa::path(get, path = "/v1/models", tag = "speech", responses((status = 200, body = Object), Refusals))]
pub(crate) async fn models(State(master): State<Arc<Master>>, request: Request) -> Response {
    pass(&master, request).await
}

/// Voices for the speech call.
#[utoipa::path(get, path = "/v1/voices", tag = "speech", responses((status = 200, body = Object), Refusals))]
pub(crate) async fn voices(State(master): State<Arc<Master>>, request: Request) -> Response {
    pass(&master, request).await
}

async fn pass(master: &Master, request: Request) -> Response {
    let answered = master.door.router().oneshot(request).await;
    answered.unwrap_or_else(|never| match never {})
}
