//! The speech call.

use std::sync::Arc;
use std::time::Instant;

use audiotome_core::{Clip, EngineId, Language, SpeechError, Speed, Utterance};
use axum::Json;
use axum::extract::State;
use axum::extract::rejection::JsonRejection;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::response::{IntoResponse, Response};
use tracing::info;

use super::Worker;
use super::answer::Refusal;
use super::encode::Format;
use super::status::broken;
use crate::Opened;
use crate::wire::{self, ErrorKind, SpeechBody};

/// `POST /v1/audio/speech`.
pub(super) async fn speak(
    State(worker): State<Arc<Worker>>,
    headers: HeaderMap,
    body: Result<Json<SpeechBody>, JsonRejection>,
) -> Response {
    let started = Instant::now();
    let spoken = match body {
        Ok(Json(body)) => answer(&worker, &headers, body).await,
        Err(error) => Err(Refusal::new(ErrorKind::InvalidRequest, error.body_text())),
    };
    let ending = if spoken.is_ok() { "spoken" } else { "refused" };
    worker.metrics.ended(ending, started.elapsed());
    let header = |name: &str| headers.get(name).and_then(|value| value.to_str().ok());
    info!(
        segment.key = header(wire::KEY),
        trace = header(wire::TRACE),
        ending,
        duration_ms = started.elapsed().as_millis(),
        "speech"
    );
    let mut response = spoken.into_response();
    for name in [wire::KEY, wire::TRACE] {
        if let Some(value) = headers.get(name) {
            response
                .headers_mut()
                .insert(HeaderName::from_static(name), value.clone());
        }
    }
    response
}

/// What is spoken, once it is clear that it can be.
struct Task {
    opened: Opened,
    utterance: Utterance,
    format: Format,
}

async fn answer(
    worker: &Arc<Worker>,
    headers: &HeaderMap,
    body: SpeechBody,
) -> Result<Response, Refusal> {
    if worker.draining.is_cancelled() {
        return Err(Refusal::new(ErrorKind::Busy, "this worker is leaving"));
    }
    let place = worker.enter().ok_or_else(|| {
        Refusal::new(
            ErrorKind::Busy,
            "all slots speak, and enough others wait for one",
        )
    })?;
    let task = prepare(worker, headers, body).await?;
    let turn = Arc::clone(&worker.turns).acquire_owned().await;
    let turn = turn.expect("the semaphore is never closed");
    drop(place);
    let worker = Arc::clone(worker);
    // The slot is taken until the engine is done, even if the caller has gone away meanwhile.
    let speaking = tokio::task::spawn_blocking(move || {
        let _turn = turn;
        perform(&worker, &task)
    });
    speaking
        .await
        .map_err(|panic| broken(&format!("the engine panicked: {panic}")))?
}

/// Checks the request and opens the engine.
async fn prepare(
    worker: &Arc<Worker>,
    headers: &HeaderMap,
    body: SpeechBody,
) -> Result<Task, Refusal> {
    let invalid = |message: String| Refusal::new(ErrorKind::InvalidRequest, message);
    let characters = body.input.chars().count();
    if characters == 0 || characters > wire::MOST_CHARACTERS {
        let message = format!(
            "`input` has {characters} characters; 1 to {} are spoken",
            wire::MOST_CHARACTERS
        );
        return Err(invalid(message));
    }
    let format = Format::of(&body.response_format).ok_or_else(|| {
        invalid(format!(
            "`response_format` `{}` is not one of flac, wav, pcm, mp3, opus, aac",
            body.response_format
        ))
    })?;
    let speed: Speed = body
        .speed
        .to_string()
        .parse()
        .map_err(|_| invalid(format!("`speed` {} is not between 0.5 and 2.0", body.speed)))?;
    // Who names an engine exactly means the same one each time.
    let exact = headers.contains_key(wire::ENGINE);
    let opened = worker
        .opened
        .open(&worker.repertoire, body.model, body.voice, exact);
    let opened = opened.await?;
    same_engine(headers, opened.engine.id())?;
    let language = body.language.as_deref().map(Language::new);
    let language = language.or_else(|| language_of(&opened));
    let utterance = Utterance {
        text: body.input.into(),
        voice: opened.voice.as_str().into(),
        language: language.unwrap_or_else(Language::undetermined),
        speed,
    };
    Ok(Task {
        opened,
        utterance,
        format,
    })
}

fn language_of(opened: &Opened) -> Option<Language> {
    let mut voices = opened.engine.voices().iter();
    let voice = voices.find(|voice| voice.name == opened.voice)?;
    Some(voice.language.clone())
}

/// A voice never changes within a book: who asks for an engine gets exactly that one.
fn same_engine(headers: &HeaderMap, ours: &EngineId) -> Result<(), Refusal> {
    let Some(asked) = headers.get(wire::ENGINE) else {
        return Ok(());
    };
    let ours = ours.to_string();
    if asked.as_bytes() == ours.as_bytes() {
        return Ok(());
    }
    let asked = String::from_utf8_lossy(asked.as_bytes());
    let message = format!("it speaks with {ours}, not {asked}: install the same version and voice");
    Err(Refusal::new(ErrorKind::WrongEngine, message))
}

/// Speaks and encodes, on a thread of its own.
fn perform(worker: &Worker, task: &Task) -> Result<Response, Refusal> {
    let started = Instant::now();
    let clip = task
        .opened
        .engine
        .synthesize(&task.utterance)
        .map_err(|error| match error {
            SpeechError::Transient(reason) => Refusal::new(ErrorKind::EngineFailed, reason),
            SpeechError::Unavailable(reason) | SpeechError::Unusable(reason) => {
                Refusal::new(ErrorKind::Unavailable, reason)
            }
            SpeechError::Busy(_) => Refusal::new(ErrorKind::Busy, "the engine is busy"),
            SpeechError::Permanent(reason) => Refusal::new(ErrorKind::Unspeakable, reason),
        })?;
    let characters = task.utterance.text.chars().count();
    worker.metrics.spoke(characters, &clip, started.elapsed());
    let bytes = task.format.encode(&clip, &worker.settings.ffmpeg);
    let bytes = bytes.map_err(|reason| broken(&reason))?;
    Ok((facts(task, &clip), bytes).into_response())
}

/// What a master checks before it believes the sound.
fn facts(task: &Task, clip: &Clip) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let mut put = |name: &'static str, value: &str| {
        // Ids and figures are plain ASCII.
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(HeaderName::from_static(name), value);
        }
    };
    put(wire::ENGINE, &task.opened.engine.id().to_string());
    put(wire::SAMPLE_RATE, &clip.sample_rate().to_string());
    put(wire::SAMPLES, &clip.samples().len().to_string());
    put(wire::DIGEST, &audiotome_codec::digest(clip));
    put("content-type", task.format.content_type());
    headers
}
