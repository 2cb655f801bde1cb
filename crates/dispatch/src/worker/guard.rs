//! Who may ask.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::Response;

use super::Worker;
use super::answer::Refusal;
use crate::wire::ErrorKind;

/// Lets nobody through without the token, where there is one.
pub(super) async fn check(
    State(worker): State<Arc<Worker>>,
    request: Request,
    next: Next,
) -> Result<Response, Refusal> {
    if let Some(token) = &worker.settings.token {
        let shown = request.headers().get(AUTHORIZATION);
        let shown = shown.and_then(|value| value.to_str().ok());
        let shown = shown.and_then(|value| value.strip_prefix("Bearer "));
        if !shown.is_some_and(|shown| token.is(shown.trim())) {
            let message = "this worker needs its token: `Authorization: Bearer …`";
            return Err(Refusal::new(ErrorKind::Unauthorized, message));
        }
    }
    Ok(next.run(request).await)
}
