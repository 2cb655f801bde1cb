//! The worker: an HTTP server that speaks.
//!
//! `POST /v1/audio/speech` is what OpenAI's clients call. A request waits for a slot in a short
//! queue; when that is full, the answer is 503 at once. A request whose caller goes away while it
//! waits is dropped. Everything else answers while every slot speaks.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use axum::Router;
use axum::routing::get;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::{Listener, Repertoire, Slots, Token};

mod announce;
mod answer;
mod door;
mod encode;
mod guard;
mod metrics;
mod opens;
mod speech;
mod status;

pub(crate) use status::memory;

pub use announce::{Joining, announce};
pub use door::{Door, speech_door};
use metrics::Metrics;
use opens::Opens;

/// Requests that may wait, for each slot, and a few for those who only try.
const WAITING_PER_SLOT: usize = 2;
const WAITING_FOR_ALL: usize = 4;

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
    /// What masters ask for again and again.
    opened: Opens,
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
    listener: Listener,
    repertoire: Arc<dyn Repertoire>,
    settings: WorkerSettings,
    drain: CancellationToken,
) -> std::io::Result<()> {
    let worker = Arc::new(Worker::new(repertoire, settings, drain.clone()));
    axum::serve(listener, router(worker))
        .with_graceful_shutdown(drain.cancelled_owned())
        .await
}

fn router(worker: Arc<Worker>) -> Router {
    let guarded = door::routes()
        .route("/ready", get(status::ready))
        .route("/status", get(status::status))
        .route("/metrics", get(status::metrics))
        .layer(axum::middleware::from_fn_with_state(
            Arc::clone(&worker),
            guard::check,
        ));
    // Whoever looks after the process needs no token to see that it lives.
    Router::new()
        .route("/health", get(status::health))
        .merge(guarded)
        .fallback(status::nothing_here)
        .with_state(worker)
}

impl Worker {
    fn new(
        repertoire: Arc<dyn Repertoire>,
        settings: WorkerSettings,
        draining: CancellationToken,
    ) -> Self {
        Self {
            repertoire,
            turns: Arc::new(Semaphore::new(settings.slots.count())),
            metrics: Metrics::new(settings.slots.count()),
            settings,
            opened: Opens::default(),
            waiting: AtomicUsize::new(0),
            started: Instant::now(),
            draining,
        }
    }

    fn slots(&self) -> usize {
        self.settings.slots.count()
    }

    fn busy(&self) -> usize {
        self.slots().saturating_sub(self.turns.available_permits())
    }

    fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Acquire)
    }

    /// Figures for Prometheus.
    fn figures(&self) -> String {
        self.metrics.text(self.busy(), self.waiting())
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
