//! Answers that are no success: one envelope, status codes from one table.

use audiotome_production::MakeError;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::{IntoResponses, ToSchema};

use crate::books::UploadError;
use crate::database::DatabaseError;
use crate::listen::ListenError;
use crate::master::ChangeError;
use crate::runner::chain;

/// What went wrong, for programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "the speech call says its own kinds")]
pub(crate) enum Kind {
    /// The request makes no sense (400).
    InvalidRequest,
    /// The token is missing or wrong (401).
    Unauthorized,
    /// A web page of another site asks (403).
    Forbidden,
    /// There is no such thing (404).
    NotFound,
    /// This method is not for this thing (405).
    MethodNotAllowed,
    /// It can't be done in the present state (409).
    Conflict,
    /// It was there and is not any more (410).
    Gone,
    /// More than is taken (413).
    TooLarge,
    /// A kind of body that is not understood (415).
    UnsupportedMedia,
    /// The request is well-formed and can't be carried out (422).
    Unprocessable,
    /// Something is broken at the master (500).
    Broken,
    /// Not now; come again (503).
    Busy,
    /// Of the speech call: another engine was asked for (409).
    WrongEngine,
    /// Of the speech call: this text can't be spoken (422).
    Unspeakable,
    /// Of the speech call: the engine failed (500).
    EngineFailed,
    /// Of the speech call: nobody is there who could speak (503).
    Unavailable,
}

/// A refusal.
#[derive(Debug)]
pub(crate) struct Problem {
    kind: Kind,
    message: String,
    hint: Option<String>,
}

/// The body of every answer that is no success.
#[derive(Serialize, ToSchema)]
pub(crate) struct ErrorBody {
    error: ErrorDetail,
}

/// What went wrong.
#[derive(Serialize, ToSchema)]
pub(crate) struct ErrorDetail {
    /// For people.
    message: String,
    /// For programs.
    #[serde(rename = "type")]
    kind: Kind,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    hint: Option<String>,
}

/// What any call may answer besides success.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "it only describes answers")]
pub(crate) enum Refusals {
    /// The request makes no sense.
    #[response(status = 400)]
    InvalidRequest(ErrorBody),
    /// The token is missing or wrong.
    #[response(status = 401)]
    Unauthorized(ErrorBody),
    /// A web page of another site asks.
    #[response(status = 403)]
    Forbidden(ErrorBody),
    /// There is no such thing.
    #[response(status = 404)]
    NotFound(ErrorBody),
    /// It can't be done in the present state.
    #[response(status = 409)]
    Conflict(ErrorBody),
    /// It was there and is not any more.
    #[response(status = 410)]
    Gone(ErrorBody),
    /// More than is taken.
    #[response(status = 413)]
    TooLarge(ErrorBody),
    /// A kind of body that is not understood.
    #[response(status = 415)]
    UnsupportedMedia(ErrorBody),
    /// The request is well-formed and can't be carried out.
    #[response(status = 422)]
    Unprocessable(ErrorBody),
    /// Something is broken at the master.
    #[response(status = 500)]
    Broken(ErrorBody),
    /// Not now; come again.
    #[response(status = 503)]
    Busy(ErrorBody),
}

impl Problem {
    pub(crate) fn new(kind: Kind, message: impl Into<String>) -> Self {
        Self {
            kind,
            message: message.into(),
            hint: None,
        }
    }

    pub(crate) fn with_hint(mut self, hint: Option<String>) -> Self {
        self.hint = hint;
        self
    }

    pub(crate) fn no(what: &str, id: &str) -> Self {
        Self::new(Kind::NotFound, format!("there is no {what} `{id}`"))
    }

    /// The status code.
    pub(crate) fn status(&self) -> StatusCode {
        status(self.kind)
    }

    /// What went wrong, and what to do about it.
    pub(crate) fn into_words(self) -> (String, Option<String>) {
        (self.message, self.hint)
    }

    /// From a status that a library gave.
    pub(crate) fn of_status(status: StatusCode, message: String) -> Self {
        let kind = match status {
            StatusCode::UNSUPPORTED_MEDIA_TYPE => Kind::UnsupportedMedia,
            StatusCode::PAYLOAD_TOO_LARGE => Kind::TooLarge,
            StatusCode::UNPROCESSABLE_ENTITY => Kind::Unprocessable,
            _ => Kind::InvalidRequest,
        };
        Self::new(kind, message)
    }
}

fn status(kind: Kind) -> StatusCode {
    match kind {
        Kind::InvalidRequest => StatusCode::BAD_REQUEST,
        Kind::Unauthorized => StatusCode::UNAUTHORIZED,
        Kind::Forbidden => StatusCode::FORBIDDEN,
        Kind::NotFound => StatusCode::NOT_FOUND,
        Kind::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Kind::Conflict | Kind::WrongEngine => StatusCode::CONFLICT,
        Kind::Gone => StatusCode::GONE,
        Kind::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Kind::UnsupportedMedia => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Kind::Unprocessable | Kind::Unspeakable => StatusCode::UNPROCESSABLE_ENTITY,
        Kind::Broken | Kind::EngineFailed => StatusCode::INTERNAL_SERVER_ERROR,
        Kind::Busy | Kind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        if matches!(self.kind, Kind::Broken) {
            tracing::error!(message = self.message, "a request failed");
        }
        let error = ErrorDetail {
            message: self.message,
            kind: self.kind,
            hint: self.hint,
        };
        let mut response = (status(self.kind), Json(ErrorBody { error })).into_response();
        let mut put = |name, value| {
            response
                .headers_mut()
                .insert(name, HeaderValue::from_static(value));
        };
        match self.kind {
            Kind::Busy => put(header::RETRY_AFTER, "1"),
            Kind::Unauthorized => put(header::WWW_AUTHENTICATE, "Bearer"),
            _ => {}
        }
        response
    }
}

impl From<DatabaseError> for Problem {
    fn from(error: DatabaseError) -> Self {
        Self::new(Kind::Broken, chain(&error))
    }
}

impl From<ChangeError> for Problem {
    fn from(error: ChangeError) -> Self {
        match error {
            ChangeError::NoJob => Self::new(Kind::NotFound, "there is no such job"),
            ChangeError::Illegal(step) => Self::new(Kind::Conflict, step.to_string()),
            ChangeError::Database(error) => error.into(),
        }
    }
}

impl From<MakeError> for Problem {
    fn from(error: MakeError) -> Self {
        let kind = match &error {
            MakeError::Store(_) => Kind::Broken,
            MakeError::File { .. } => Kind::Gone,
            _ => Kind::Unprocessable,
        };
        let hint = error.hint();
        Self::new(kind, chain(&error)).with_hint(hint)
    }
}

impl From<ListenError> for Problem {
    fn from(error: ListenError) -> Self {
        match error {
            ListenError::Nowhere(what, number) => Self::no(what, &number.to_string()),
            ListenError::Gone => Self::new(Kind::Gone, "what was spoken has been cleaned up")
                .with_hint(Some("play the audiobook, or retry the job".to_owned())),
            ListenError::Make(error) => error.into(),
            ListenError::Audio(error) => {
                let hint = error.hint();
                Self::new(Kind::Broken, chain(&error)).with_hint(hint)
            }
            ListenError::Database(error) => error.into(),
        }
    }
}

impl From<UploadError> for Problem {
    fn from(error: UploadError) -> Self {
        let message = chain(&error);
        match error {
            UploadError::TooLarge(_) => Self::new(Kind::TooLarge, message),
            UploadError::Empty => Self::new(Kind::Unprocessable, message),
            UploadError::Book(error) => {
                Self::new(Kind::Unprocessable, message).with_hint(error.hint())
            }
            UploadError::Io(_) | UploadError::Database(_) => Self::new(Kind::Broken, message),
        }
    }
}

/// There is nothing at an address.
pub(crate) fn nothing_at(uri: &Uri) -> Problem {
    let message = format!("there is nothing at `{}`", uri.path());
    Problem::new(Kind::NotFound, message)
}

pub(crate) async fn wrong_method(method: axum::http::Method, uri: Uri) -> Problem {
    Problem::new(
        Kind::MethodNotAllowed,
        format!("`{}` takes no {method}", uri.path()),
    )
}
