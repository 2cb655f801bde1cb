//! Answers that are no success: one envelope, status codes from one table.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};

use crate::wire::{ErrorBody, ErrorDetail, ErrorKind};

/// Seconds after which a caller may come again.
const COME_AGAIN: HeaderValue = HeaderValue::from_static("1");

/// A refusal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Refusal {
    kind: ErrorKind,
    message: String,
}

impl Refusal {
    pub(super) fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
        }
    }
}

fn status(kind: ErrorKind) -> StatusCode {
    match kind {
        ErrorKind::InvalidRequest => StatusCode::BAD_REQUEST,
        ErrorKind::Unauthorized => StatusCode::UNAUTHORIZED,
        ErrorKind::NotFound => StatusCode::NOT_FOUND,
        ErrorKind::WrongEngine => StatusCode::CONFLICT,
        ErrorKind::Unspeakable => StatusCode::UNPROCESSABLE_ENTITY,
        ErrorKind::EngineFailed => StatusCode::INTERNAL_SERVER_ERROR,
        ErrorKind::Unavailable | ErrorKind::Busy => StatusCode::SERVICE_UNAVAILABLE,
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let body = ErrorBody {
            error: ErrorDetail {
                message: self.message,
                kind: self.kind,
            },
        };
        let mut response = (status(self.kind), Json(body)).into_response();
        match self.kind {
            ErrorKind::Unavailable | ErrorKind::Busy => {
                response
                    .headers_mut()
                    .insert(header::RETRY_AFTER, COME_AGAIN);
            }
            ErrorKind::Unauthorized => {
                let scheme = HeaderValue::from_static("Bearer");
                response
                    .headers_mut()
                    .insert(header::WWW_AUTHENTICATE, scheme);
            }
            _ => {}
        }
        response
    }
}
