//! Who may ask.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::Response;

use super::problem::{Kind, Problem};
use super::workers::ANNOUNCE;
use crate::master::Master;

/// Lets nobody through without the people's token, where there is one. Workers that announce
/// themselves show the workers' token instead.
pub(crate) async fn check(
    State(master): State<Arc<Master>>,
    request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let settings = &master.settings;
    let token = if request.uri().path() == ANNOUNCE {
        settings.caller.token.as_ref().or(settings.token.as_ref())
    } else {
        settings.token.as_ref()
    };
    if let Some(token) = token {
        let shown = request.headers().get(AUTHORIZATION);
        let shown = shown.and_then(|value| value.to_str().ok());
        let shown = shown.and_then(|value| value.strip_prefix("Bearer "));
        if !shown.is_some_and(|shown| token.is(shown.trim())) {
            let message = "this master needs its token: `Authorization: Bearer …`";
            return Err(Problem::new(Kind::Unauthorized, message));
        }
    }
    Ok(next.run(request).await)
}
