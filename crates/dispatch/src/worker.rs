//! The worker: an HTTP server that speaks.
//!
//! `POST /v1/audio/speech` is what OpenAI's clients call. A request waits for a slot in a short
//! queue; when that is full, the answer is 503 at once. A request whose caller goes away while it
//! waits is dropped. Everything else answers while every slot speaks.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use audiotome_core::SpeechEngine;
use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use thiserror::Error;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::Slots;
use crate::wire::OfferedVoice;

mod answer;
mod encode;
mod metrics;
mod speech;
mod status;
mod token;

use metrics::Metrics;
pub use token::Token;

/// Bytes of a request: the longest text, in four bytes a character, escaped as JSON.
const MOST_BYTES: usize = 64 * 1024;
/// Requests that may wait, for each slot, and a few for those who only try.
const WAITING_PER_SLOT: usize = 2;
const WAITING_FOR_ALL: usize = 4;

/// What a worker can speak with.
pub trait Repertoire: Send + Sync {
    /// The voices that are there now, the best first.
    fn voices(&self) -> Vec<OfferedVoice>;

    /// The engine for a model and voice, opened once and shared.
    ///
    /// # Errors
    /// When there is no such model or voice, or it can't be opened.
    fn open(&self, model: &str, voice: &str) -> Result<Opened, RepertoireError>;

    /// The engines that were opened.
    fn opened(&self) -> Vec<Arc<dyn SpeechEngine>>;
}

/// An engine and the name of the voice in it.
#[derive(Clone)]
pub struct Opened {
    /// The engine.
    pub engine: Arc<dyn SpeechEngine>,
    /// The voice's name.
    pub voice: String,
}

/// Why a voice can't be used.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RepertoireError {
    /// There is none of that name.
    #[error("{0}")]
    NotFound(String),
    /// It is there and broken.
    #[error("{0}")]
    Broken(String),
}

/// A worker's settings.
pub struct WorkerSettings {
    /// Utterances that are spoken at once.
    pub slots: Slots,
    /// What callers must show, if anything.
    pub token: Option<Token>,
    /// The ffmpeg program, for formats that it makes.
    pub ffmpeg: String,
}

/// A worker at work.
struct Worker {
    repertoire: Arc<dyn Repertoire>,
    settings: WorkerSettings,
    turns: Arc<Semaphore>,
    waiting: AtomicUsize,
    metrics: Metrics,
    started: Instant,
    draining: CancellationToken,
}

/// Serves until `drain`, and then until what is being spoken is answered.
///
/// # Errors
/// When the listener breaks.
pub async fn serve(
    listener: TcpListener,
    repertoire: Arc<dyn Repertoire>,
    settings: WorkerSettings,
    drain: CancellationToken,
) -> std::io::Result<()> {
    let worker = Arc::new(Worker {
        repertoire,
        turns: Arc::new(Semaphore::new(settings.slots.count())),
        metrics: Metrics::new(settings.slots.count()),
        settings,
        waiting: AtomicUsize::new(0),
        started: Instant::now(),
        draining: drain.clone(),
    });
    axum::serve(listener, router(worker))
        .with_graceful_shutdown(drain.cancelled_owned())
        .await
}

fn router(worker: Arc<Worker>) -> Router {
    let guarded = Router::new()
        .route("/v1/audio/speech", post(speech::speak))
        .route("/v1/models", get(status::models))
        .route("/v1/voices", get(status::voices))
        .route("/ready", get(status::ready))
        .route("/status", get(status::status))
        .route("/metrics", get(status::metrics))
        .layer(axum::middleware::from_fn_with_state(
            Arc::clone(&worker),
            token::check,
        ));
    // Whoever looks after the process needs no token to see that it lives.
    Router::new()
        .route("/health", get(status::health))
        .merge(guarded)
        .fallback(status::nothing_here)
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .with_state(worker)
}

impl Worker {
    fn slots(&self) -> usize {
        self.settings.slots.count()
    }

    fn busy(&self) -> usize {
        self.slots().saturating_sub(self.turns.available_permits())
    }

    /// A place in the queue; `None` when it is full.
    fn enter(self: &Arc<Self>) -> Option<Place> {
        let most = self.slots() * WAITING_PER_SLOT + WAITING_FOR_ALL;
        let entered = self.waiting.fetch_add(1, Ordering::AcqRel);
        let place = Place(Arc::clone(self));
        (entered < most).then_some(place)
    }
}

/// A place in the queue, given up when dropped.
struct Place(Arc<Worker>);

impl Drop for Place {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::AcqRel);
    }
}
