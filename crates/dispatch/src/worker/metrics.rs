//! Figures of a worker for Prometheus.

use std::time::Duration;

use audiotome_core::Clip;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Metric, Registry};

/// How a request ended, as a label.
type Ending = [(&'static str, &'static str); 1];
type Seconds = Counter<f64, std::sync::atomic::AtomicU64>;

/// Everything that is counted.
pub(super) struct Metrics {
    registry: Registry,
    requests: Family<Ending, Counter>,
    characters: Counter,
    audio: Seconds,
    speaking: Seconds,
    latency: Histogram,
    busy: Gauge,
    waiting: Gauge,
}

impl Metrics {
    pub(super) fn new(slots: usize) -> Self {
        let metrics = Self {
            registry: Registry::with_prefix("audiotome_worker"),
            requests: Family::default(),
            characters: Counter::default(),
            audio: Seconds::default(),
            speaking: Seconds::default(),
            // 5 ms to 160 s.
            latency: Histogram::new(exponential_buckets(0.005, 2.0, 16)),
            busy: Gauge::default(),
            waiting: Gauge::default(),
        };
        let all = Gauge::<i64>::default();
        all.set(i64::try_from(slots).unwrap_or(i64::MAX));
        metrics
            .with("requests", "Speech requests by ending", |m| {
                m.requests.clone()
            })
            .with("characters", "Characters spoken", |m| m.characters.clone())
            .with("audio_seconds", "Seconds of audio made", |m| {
                m.audio.clone()
            })
            .with("speaking_seconds", "Seconds that slots spoke", |m| {
                m.speaking.clone()
            })
            .with("latency_seconds", "From request to answer", |m| {
                m.latency.clone()
            })
            .with("busy_slots", "Slots that speak", |m| m.busy.clone())
            .with("waiting_requests", "Requests that wait", |m| {
                m.waiting.clone()
            })
            .with("slots", "Utterances spoken at once", |_| all)
    }

    fn with<M: Metric>(mut self, name: &str, help: &str, of: impl FnOnce(&Self) -> M) -> Self {
        let metric = of(&self);
        self.registry.register(name, help, metric);
        self
    }

    pub(super) fn spoke(&self, characters: usize, clip: &Clip, took: Duration) {
        self.characters.inc_by(characters as u64);
        self.audio.inc_by(clip.duration().as_secs_f64());
        self.speaking.inc_by(took.as_secs_f64());
    }

    pub(super) fn ended(&self, ending: &'static str, latency: Duration) {
        self.requests.get_or_create(&[("ending", ending)]).inc();
        self.latency.observe(latency.as_secs_f64());
    }

    /// Characters that a busy slot speaks in a second.
    pub(super) fn characters_per_second(&self) -> f64 {
        let seconds = self.speaking.get();
        #[expect(clippy::cast_precision_loss, reason = "a rate")]
        let characters = self.characters.get() as f64;
        if seconds > 0.0 {
            characters / seconds
        } else {
            0.0
        }
    }

    /// The text that Prometheus reads.
    pub(super) fn text(&self, busy: usize, waiting: usize) -> String {
        self.busy.set(i64::try_from(busy).unwrap_or(i64::MAX));
        self.waiting.set(i64::try_from(waiting).unwrap_or(i64::MAX));
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("memory takes every byte");
        text
    }
}
