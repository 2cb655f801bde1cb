//! A few sentences of a book, to hear a voice before a job is started.

use std::sync::Arc;

use audiotome_audio::provisional_gain;
use audiotome_audio::stream::excerpt;
use audiotome_codec::wav;
use audiotome_core::{Plan, Segment};
use audiotome_dispatch::{OnceError, Priority, Settings, speak_once};
use audiotome_production::{MakeError, look};
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::binary::Binary;
use super::books::stored;
use super::extract::{Json, Path};
use super::kept::Kept;
use super::new_job::NewJob;
use super::problem::{Kind, Problem, Refusals};
use super::settings;
use crate::listen::{ListenError, Place, begin};
use crate::master::{Master, SPEECH_PRIORITY};

/// Sentences where nobody says how many, and at most.
const FEW: u32 = 2;
const MOST: u32 = 5;

/// What is heard of a book, and how. Nothing must be named: the rest is as it was kept for the book, and then as `/settings` say.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sample {
    /// Chapter, by its number; without it, the first one.
    chapter: Option<u32>,
    /// The first segment of the chapter that is heard, from 0; without it, the one after its heading.
    from: Option<u32>,
    /// How many, 1 to 5; 2 without it.
    #[schema(minimum = 1, maximum = 5)]
    sentences: Option<u32>,
    /// As for a job.
    language: Option<String>,
    /// As for a job.
    engine: Option<String>,
    /// As for a job.
    voice: Option<String>,
    /// As for a job.
    #[schema(minimum = 0.5, maximum = 2.0)]
    speed: Option<f32>,
}

/// Speaks a few sentences of a book as a job with the same wishes would, before all books, and answers
/// with the sound. The clips are kept: a job does not speak them again.
#[utoipa::path(
    post, path = "/books/{id}/sample", tag = "books", params(("id" = String, Path)),
    request_body = Sample,
    responses((status = 200, body = Binary, content_type = "audio/wav"), Refusals)
)]
pub(crate) async fn speak(
    State(master): State<Arc<Master>>,
    Path(id): Path<String>,
    Json(sample): Json<Sample>,
) -> Result<Response, Problem> {
    let book = stored(&master, &id).await?;
    let mut new = NewJob::of_book(&id, sample.language.clone(), None);
    new.engine = sample.engine.clone();
    new.voice = sample.voice.clone();
    new.speed = sample.speed;
    let settings = settings::of(&master.database).await?;
    let kept = Kept::of(&master.database, &id).await?;
    let (_, order) = kept.wanted(new, settings, &master, "")?;
    let path = master.book_path(&book.id, &book.name);
    let looked = look(&master.studio, &path, &order).await?;
    let segments = chosen(&looked.plan, &sample)?;
    let mut clips = Vec::new();
    for segment in segments {
        let clip = spoken(&master, &looked.plan, segment).await?;
        clips.push((clip, segment.pause_after));
    }
    let loudness = order.output.loudness;
    let gain = provisional_gain(&*master.store, segments, loudness).await;
    let gain = gain
        .map_err(ListenError::from)?
        .unwrap_or(audiotome_audio::Gain::UNITY);
    let heard = tokio::task::spawn_blocking(move || excerpt(&clips, gain)).await;
    let heard = heard.map_err(|panic| Problem::new(Kind::Broken, panic.to_string()))?;
    let heard = heard.ok_or_else(|| Problem::new(Kind::Unprocessable, "nothing can be heard"))?;
    Ok(([(CONTENT_TYPE, "audio/wav")], wav::encode(&heard)).into_response())
}

fn chosen<'a>(plan: &'a Plan, sample: &Sample) -> Result<&'a [Segment], Problem> {
    let first = plan.chapters.first().map_or(1, |chapter| chapter.number);
    let place = |from: u32| Place {
        job: String::new(),
        chapter: sample.chapter.map_or(first, |chapter| chapter as usize),
        from: from as usize,
    };
    let (chapter, start) = match sample.from {
        Some(from) => begin(plan, &place(from))?,
        // A chapter may be nothing but a heading.
        None => begin(plan, &place(1)).or_else(|_| begin(plan, &place(0)))?,
    };
    let count = sample.sentences.unwrap_or(FEW).clamp(1, MOST) as usize;
    let end = plan.chapters[chapter].segments.end.min(start + count);
    Ok(&plan.segments[start..end])
}

/// The clip of a segment, spoken where the store has none.
async fn spoken(
    master: &Master,
    plan: &Plan,
    segment: &Segment,
) -> Result<audiotome_core::Clip, Problem> {
    if let Ok(Some(clip)) = master.store.get(&segment.key).await {
        return Ok(clip);
    }
    let studio = &master.studio;
    let settings = Settings {
        patience: studio.patience,
        priority: Priority::new(SPEECH_PRIORITY),
        ..Settings::default()
    };
    let utterance = segment.utterance.clone();
    let narration = plan.narration_of(segment);
    let clip = speak_once(&studio.dispatcher, &narration, utterance, settings).await;
    let clip = clip.map_err(|error| match error {
        OnceError::Nobody(_) => Problem::new(Kind::Unavailable, error.to_string()),
        OnceError::Unspeakable(_) => Problem::new(Kind::Unprocessable, error.to_string()),
        OnceError::Store(error) => MakeError::from(error).into(),
    })?;
    let kept = master.store.put(&segment.key, clip.clone()).await;
    kept.map_err(|error| Problem::from(MakeError::from(error)))?;
    Ok(clip)
}
