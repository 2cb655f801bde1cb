//! The part of a worker that OpenAI's clients know, for servers that are more than a worker.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use tokio_util::sync::CancellationToken;

use super::{Worker, WorkerSettings, speech, status};
use crate::Repertoire;

/// Bytes of a request: the longest text, in four bytes a character, escaped as JSON.
const MOST_BYTES: usize = 64 * 1024;

/// The speech call and the lists of voices and models, without a guard before them.
pub struct Door(Arc<Worker>);

/// A door at which `repertoire` is spoken with. Whoever opens it puts a guard before it: the token in
/// `settings` is not asked for. After `drain` it refuses.
#[must_use]
pub fn speech_door(
    repertoire: Arc<dyn Repertoire>,
    settings: WorkerSettings,
    drain: CancellationToken,
) -> Door {
    Door(Arc::new(Worker::new(repertoire, settings, drain)))
}

impl Door {
    /// `/v1/audio/speech`, `/v1/models` and `/v1/voices`.
    pub fn router(&self) -> Router {
        routes().with_state(Arc::clone(&self.0))
    }

    /// Utterances that are being spoken.
    #[must_use]
    pub fn busy(&self) -> usize {
        self.0.busy()
    }

    /// Requests that wait for a slot.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.0.waiting()
    }

    /// Figures for Prometheus, a whole text that ends with `# EOF`.
    #[must_use]
    pub fn metrics(&self) -> String {
        self.0.figures()
    }
}

pub(super) fn routes() -> Router<Arc<Worker>> {
    Router::new()
        .route("/v1/audio/speech", post(speech::speak))
        .route("/v1/models", get(status::models))
        .route("/v1/voices", get(status::voices))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
}
