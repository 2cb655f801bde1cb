//! Who may ask.

use std::fmt;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::AUTHORIZATION;
use axum::middleware::Next;
use axum::response::Response;
use subtle::ConstantTimeEq as _;

use super::Worker;
use super::answer::Refusal;
use crate::wire::ErrorKind;

/// A secret that callers show; it is never printed.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// The secret, without white space around it; `None` when nothing is left.
    #[must_use]
    pub fn new(secret: &str) -> Option<Self> {
        let secret = secret.trim();
        (!secret.is_empty()).then(|| Self(secret.to_owned()))
    }

    /// What stands behind `Authorization: Bearer`.
    pub(crate) fn secret(&self) -> &str {
        &self.0
    }

    /// Compares in a time that does not tell how much of it is right.
    fn is(&self, shown: &str) -> bool {
        self.0.as_bytes().ct_eq(shown.as_bytes()).into()
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

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
