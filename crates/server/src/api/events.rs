//! What happens, as it happens: server-sent events.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use futures_util::stream::{self, Stream, StreamExt as _};
use serde::Deserialize;
use serde_json::json;
use utoipa::IntoParams;

use super::extract::Query;
use super::problem::{Problem, Refusals};
use crate::hub::{News, Place};
use crate::master::Master;

/// A comment is sent so often, so that proxies keep the connection.
const KEEP_ALIVE: Duration = Duration::from_secs(15);

#[derive(Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct EventQuery {
    /// Only events of this job, and those of workers.
    job: Option<String>,
    /// Only events of these kinds, with commas between: `job`, `progress`, `chapter`, `segment`,
    /// `worker`, `pulse` (what has changed about workers, every two seconds), `voice`, `book`. A `reset`
    /// always comes.
    kinds: Option<String>,
    /// Id of the event that was heard last, where the stream is asked for anew without `Last-Event-ID`.
    after: Option<String>,
}

/// Events of jobs (`progress` once a second while they run), chapters, segments, workers and books. A client that comes back with `Last-Event-ID` goes
/// on where it was; after a `reset` it asks for the present state.
#[utoipa::path(
    get, path = "/events", tag = "events",
    params(EventQuery, ("last-event-id" = Option<String>, Header)),
    responses((status = 200, body = String, content_type = "text/event-stream"), Refusals)
)]
pub(crate) async fn stream(
    State(master): State<Arc<Master>>,
    Query(query): Query<EventQuery>,
    headers: HeaderMap,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, Problem> {
    let EventQuery { job, kinds, after } = query;
    let last = headers.get("last-event-id");
    let last = last.and_then(|id| id.to_str().ok()).or(after.as_deref());
    let place = master.hub.place(last);
    let news = stream::unfold((master, place), next)
        .flat_map(stream::iter)
        .filter(move |news| {
            let wanted = concerns(news, job.as_deref()) && is_one_of(news, kinds.as_deref());
            std::future::ready(wanted)
        })
        .map(|news| Ok(event(&news)));
    Ok(Sse::new(news).keep_alive(KeepAlive::new().interval(KEEP_ALIVE)))
}

/// What came after a place; waits until there is something. Ends when the master does.
async fn next(
    (master, place): (Arc<Master>, Option<Place>),
) -> Option<(Vec<News>, (Arc<Master>, Option<Place>))> {
    let Some(place) = place else {
        let (reset, place) = master.hub.reset();
        return Some((vec![reset], (master, Some(place))));
    };
    tokio::select! {
        () = master.hub.changed(place) => {}
        () = master.drain.cancelled() => return None,
    }
    let (news, place) = match master.hub.since(place) {
        Some((news, place)) => (news, Some(place)),
        None => (Vec::new(), None),
    };
    Some((news, (master, place)))
}

fn concerns(news: &News, job: Option<&str>) -> bool {
    job.is_none_or(|job| news.job.as_deref().is_none_or(|about| about == job))
}

fn is_one_of(news: &News, kinds: Option<&str>) -> bool {
    kinds.is_none_or(|kinds| news.kind == "reset" || kinds.split(',').any(|kind| kind == news.kind))
}

fn event(news: &News) -> Event {
    let data = json!({ "job": news.job, "data": news.data });
    Event::default()
        .id(&news.id)
        .event(news.kind)
        .data(data.to_string())
}
