//! Listening to a chapter while it is made: HLS, which players and `hls.js` read.

use std::sync::Arc;
use std::time::Duration;

use audiotome_audio::stream::{ChapterStream, empty_playlist, initial, playlist};
use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::response::{IntoResponse as _, Response};
use serde::{Deserialize, Serialize};
use tokio::time::Instant;
use utoipa::{IntoParams, ToSchema};

use super::binary::Binary;
use super::extract::{Json, Path, Query};
use super::jobs::find;
use super::problem::{Kind, Problem, Refusals};
use crate::board::{Board, SegmentState};
use crate::listen::{ListenError, Opened, Place, begin};
use crate::master::{Master, lock};
use crate::runner::seconds;

/// How long a request waits for the first sound. Players wait ten seconds for an answer.
const PATIENCE: Duration = Duration::from_secs(8);
/// A player that knows of so many fragments, a minute, is told of more once in so long: a fast voice speaks
/// dozens of them meanwhile.
const KNOWN_WELL: u32 = 15;
const AGAIN: Duration = Duration::from_secs(1);
/// Segments of an answer, at most.
const MOST: usize = 1_000;

type Where = Path<(String, u32, u32)>;

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct IndexQuery {
    /// Number of a fragment: answer when it is there, as players ask that are told that they may.
    #[serde(rename = "_HLS_msn", default)]
    fragment: u32,
}

/// The playlist of a chapter (by its number) from one of its segments on (0: from its beginning). It
/// grows while the chapter is spoken and ends with it. While nothing can be heard, or not yet the
/// fragment that is asked for, it waits for eight seconds and then is what it is: ask again.
#[utoipa::path(
    get, path = "/jobs/{id}/listen/{chapter}/{from}/index.m3u8", tag = "listening",
    params(("id" = String, Path), ("chapter" = u32, Path), ("from" = u32, Path), IndexQuery),
    responses((status = 200, body = String, content_type = "application/vnd.apple.mpegurl"), Refusals)
)]
pub(crate) async fn index(
    State(master): State<Arc<Master>>,
    Path((id, chapter, from)): Where,
    Query(query): Query<IndexQuery>,
) -> Result<Response, Problem> {
    let job = find(&master, &id).await?;
    let place = place(id, chapter, from);
    let asked = Instant::now();
    let listen = master.listen(&job, &place, query.fragment as usize, asked + PATIENCE);
    let opened = listen.await?;
    let grows = |opened: &Arc<Opened>| !opened.look(ChapterStream::is_complete);
    if query.fragment >= KNOWN_WELL && opened.as_ref().is_some_and(grows) {
        tokio::select! {
            () = tokio::time::sleep_until(asked + AGAIN) => {}
            () = master.drain.cancelled() => {}
        }
    }
    let text = opened.map_or_else(empty_playlist, |opened| opened.look(playlist));
    Ok(sent("application/vnd.apple.mpegurl", text))
}

/// What a player needs before the fragments.
#[utoipa::path(
    get, path = "/jobs/{id}/listen/{chapter}/{from}/init.mp4", tag = "listening",
    params(("id" = String, Path), ("chapter" = u32, Path), ("from" = u32, Path)),
    responses((status = 200, body = Binary, content_type = "audio/mp4"), Refusals)
)]
pub(crate) async fn init(
    State(master): State<Arc<Master>>,
    Path((id, chapter, from)): Where,
) -> Result<Response, Problem> {
    let job = find(&master, &id).await?;
    let place = place(id, chapter, from);
    let opened = master.listen(&job, &place, 0, Instant::now()).await?;
    let rate = opened.and_then(|opened| opened.look(ChapterStream::sample_rate));
    let bytes = initial(rate.ok_or_else(not_yet)?).map_err(ListenError::from)?;
    Ok(sent("audio/mp4", bytes))
}

/// A fragment of about four seconds: `0.m4s`, `1.m4s`, …
#[utoipa::path(
    get, path = "/jobs/{id}/listen/{chapter}/{from}/{fragment}", tag = "listening",
    params(("id" = String, Path), ("chapter" = u32, Path), ("from" = u32, Path), ("fragment" = String, Path)),
    responses((status = 200, body = Binary, content_type = "audio/mp4"), Refusals)
)]
pub(crate) async fn fragment(
    State(master): State<Arc<Master>>,
    Path((id, chapter, from, name)): Path<(String, u32, u32, String)>,
) -> Result<Response, Problem> {
    let number = name
        .strip_suffix(".m4s")
        .and_then(|number| number.parse().ok());
    let number: u32 = number.ok_or_else(|| Problem::no("fragment", &name))?;
    let job = find(&master, &id).await?;
    let place = place(id, chapter, from);
    let bytes = master.fragment(&job, &place, number as usize).await?;
    Ok(sent("audio/mp4", bytes.ok_or_else(not_yet)?))
}

/// A segment of a stream.
#[derive(Serialize, ToSchema)]
pub(crate) struct SoundView {
    /// Its place in the chapter, from 0.
    index: usize,
    /// Its place in the plan, from 0, as `/jobs/{id}/segments` counts.
    segment: usize,
    /// When it begins, seconds from the start of the stream.
    start: f64,
    /// When it ends.
    end: f64,
    /// The passage as the book prints it.
    source: String,
    /// What is spoken, where that is something else.
    spoken: Option<String>,
}

/// The segment that a stream waits for.
#[derive(Serialize, ToSchema)]
pub(crate) struct NextView {
    index: usize,
    segment: usize,
    state: SegmentState,
}

/// When the sentences of a stream are heard.
#[derive(Serialize, ToSchema)]
pub(crate) struct TimelineView {
    chapter: usize,
    /// The segment of the chapter that the stream begins with.
    from: usize,
    /// Samples per second, once anything can be heard.
    sample_rate: Option<u32>,
    /// Seconds that have a place so far.
    seconds: f64,
    /// Whether that is all.
    complete: bool,
    /// Those that have a place, after the one that was asked for.
    segments: Vec<SoundView>,
    /// The first one that has none.
    next: Option<NextView>,
}

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct TimelineQuery {
    /// Only segments after this one, as places in the chapter. An answer has at most 1,000.
    after: Option<u32>,
}

/// When the sentences of a stream are heard, exact to the sample: those that have a place by now.
#[utoipa::path(
    get, path = "/jobs/{id}/listen/{chapter}/{from}/timeline", tag = "listening",
    params(("id" = String, Path), ("chapter" = u32, Path), ("from" = u32, Path), TimelineQuery),
    responses((status = 200, body = TimelineView), Refusals)
)]
pub(crate) async fn timeline(
    State(master): State<Arc<Master>>,
    Path((id, chapter, from)): Where,
    Query(query): Query<TimelineQuery>,
) -> Result<Json<TimelineView>, Problem> {
    let job = find(&master, &id).await?;
    let place = place(id, chapter, from);
    let opened = master.listen(&job, &place, 0, Instant::now()).await?;
    let board = master.board(&job).await?;
    let board = lock(&board);
    let (chapter, first) = begin(&board.plan, &place)?;
    let begins = board.plan.chapters[chapter].segments.start;
    let after = query.after.map_or(0, |after| begins + after as usize + 1);
    let mut view = TimelineView {
        chapter: place.chapter,
        from: place.from,
        sample_rate: None,
        seconds: 0.0,
        complete: false,
        segments: Vec::new(),
        next: Some(next(&board, first, begins)),
    };
    if let Some(opened) = opened {
        opened.look(|stream| fill(&mut view, stream, &board, begins, after));
    }
    Ok(Json(view))
}

fn fill(
    view: &mut TimelineView,
    stream: &ChapterStream,
    board: &Board,
    begins: usize,
    after: usize,
) {
    let Some(rate) = stream.sample_rate() else {
        return;
    };
    view.sample_rate = Some(rate);
    view.seconds = seconds(stream.known(), rate);
    view.complete = stream.is_complete();
    view.next = stream
        .next()
        .map(|(segment, _)| next(board, segment, begins));
    let sounds = stream.sounds().skip_while(|(segment, _)| *segment < after);
    let sounds = sounds.take(MOST).map(|(segment, sound)| {
        let planned = &board.plan.segments[segment];
        SoundView {
            index: segment - begins,
            segment,
            start: seconds(sound.start, rate),
            end: seconds(sound.end, rate),
            source: planned.source.to_string(),
            spoken: planned.spoken_otherwise().map(str::to_owned),
        }
    });
    view.segments.extend(sounds);
}

fn next(board: &Board, segment: usize, begins: usize) -> NextView {
    NextView {
        index: segment - begins,
        segment,
        state: board.state(segment),
    }
}

fn place(job: String, chapter: u32, from: u32) -> Place {
    Place {
        job,
        chapter: chapter as usize,
        from: from as usize,
    }
}

fn not_yet() -> Problem {
    let hint = "ask for the playlist: it waits until it is".to_owned();
    Problem::new(Kind::NotFound, "this is not spoken yet").with_hint(Some(hint))
}

fn sent(kind: &'static str, body: impl Into<axum::body::Body>) -> Response {
    // A sentence may be corrected: what is kept elsewhere is asked for again.
    let headers = [(CONTENT_TYPE, kind), (CACHE_CONTROL, "no-cache")];
    (headers, body.into()).into_response()
}
