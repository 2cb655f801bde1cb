//! How long the body of a request may be.

use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::HeaderMap;
use axum::http::header::CONTENT_LENGTH;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use utoipa_axum::router::OpenApiRouter;

use super::problem::{Kind, Problem};

/// `routes` that take no more than `most` bytes. Who says that more will come is refused before
/// the body is read, so that one who asks first (`Expect: 100-continue`) reads the answer instead
/// of seeing the connection break; who does not say it is stopped on the way.
pub(super) fn at_most<S>(routes: OpenApiRouter<S>, most: usize) -> OpenApiRouter<S>
where
    S: Clone + Send + Sync + 'static,
{
    routes
        .layer(DefaultBodyLimit::max(most))
        .layer(from_fn_with_state(most, refuse_longer))
}

async fn refuse_longer(State(most): State<usize>, request: Request, next: Next) -> Response {
    match length(request.headers()) {
        Some(length) if length > most as u64 => {
            let message = format!("the request has {length} bytes; at most {most} are read here");
            Problem::new(Kind::TooLarge, message).into_response()
        }
        _ => next.run(request).await,
    }
}

fn length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}
