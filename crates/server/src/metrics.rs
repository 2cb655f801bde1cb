//! Figures for Prometheus.
//!
//! Counters follow the events of all jobs; gauges are looked up when somebody asks.

use std::sync::atomic::AtomicU64;

use audiotome_core::Event;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Metric, Registry};

use crate::queue_figures::QueueFigures;

type Label = [(&'static str, String); 1];
type Seconds = Counter<f64, AtomicU64>;

/// Everything that is counted.
pub(crate) struct Metrics {
    registry: Registry,
    segments: Family<Label, Counter>,
    characters: Family<Label, Counter>,
    audio: Family<Label, Seconds>,
    failures: Family<Label, Counter>,
    retries: Counter,
    hedges: Counter,
    dead_letters: Counter,
    chapters: Counter,
    latency: Histogram,
    /// Jobs by state.
    pub(crate) jobs: Family<Label, Gauge>,
    /// Segments of running jobs by state.
    pub(crate) queue: Family<Label, Gauge>,
    /// Workers by state.
    pub(crate) workers: Family<Label, Gauge>,
    /// Requests that workers may have at once, and have.
    pub(crate) slots: Family<Label, Gauge>,
    /// Bytes on the disk, by what they are.
    pub(crate) store: Family<Label, Gauge>,
    /// The queue, where there is one.
    pub(crate) broker: QueueFigures,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        Self {
            registry: Registry::with_prefix("audiotome"),
            segments: Family::default(),
            characters: Family::default(),
            audio: Family::default(),
            failures: Family::default(),
            retries: Counter::default(),
            hedges: Counter::default(),
            dead_letters: Counter::default(),
            chapters: Counter::default(),
            // 5 ms to 160 s.
            latency: Histogram::new(exponential_buckets(0.005, 2.0, 16)),
            jobs: Family::default(),
            queue: Family::default(),
            workers: Family::default(),
            slots: Family::default(),
            store: Family::default(),
            broker: QueueFigures::default(),
        }
        .registered()
    }

    fn registered(mut self) -> Self {
        let broker = Box::new(self.broker.clone());
        self.registry.register_collector(broker);
        self.with("segments_spoken", "Segments spoken, by worker", |m| {
            m.segments.clone()
        })
        .with("characters_spoken", "Characters spoken, by worker", |m| {
            m.characters.clone()
        })
        .with("audio_seconds", "Seconds of audio made, by worker", |m| {
            m.audio.clone()
        })
        .with("failures", "Failed tries, by worker", |m| {
            m.failures.clone()
        })
        .with("retries", "Segments tried again", |m| m.retries.clone())
        .with("hedges", "Late segments asked for a second time", |m| {
            m.hedges.clone()
        })
        .with("dead_letters", "Segments that failed for good", |m| {
            m.dead_letters.clone()
        })
        .with("chapters_encoded", "Chapters encoded", |m| {
            m.chapters.clone()
        })
        .with("segment_seconds", "From lease to durable clip", |m| {
            m.latency.clone()
        })
        .with("jobs", "Jobs by state", |m| m.jobs.clone())
        .with("segments", "Segments of running jobs, by state", |m| {
            m.queue.clone()
        })
        .with("workers", "Workers by state", |m| m.workers.clone())
        .with(
            "slots",
            "Requests that workers may have at once, and have",
            |m| m.slots.clone(),
        )
        .with("store_bytes", "Bytes on the disk", |m| m.store.clone())
    }

    fn with<M: Metric>(mut self, name: &str, help: &str, of: impl FnOnce(&Self) -> M) -> Self {
        let metric = of(&self);
        self.registry.register(name, help, metric);
        self
    }

    /// Counts an event; `took` is how long a spoken segment was on its way, in seconds.
    pub(crate) fn count(&self, event: &Event, took: Option<f64>) {
        let by = |worker: &String| [("worker", worker.clone())];
        match event {
            Event::Spoken {
                worker,
                characters,
                audio,
                ..
            } => {
                let label = by(worker);
                self.segments.get_or_create(&label).inc();
                self.characters
                    .get_or_create(&label)
                    .inc_by(*characters as u64);
                self.audio.get_or_create(&label).inc_by(audio.as_secs_f64());
                if let Some(took) = took {
                    self.latency.observe(took);
                }
            }
            Event::Retried { worker, .. } => {
                self.retries.inc();
                self.failures.get_or_create(&by(worker)).inc();
            }
            Event::Hedged { .. } => {
                self.hedges.inc();
            }
            Event::Died { .. } => {
                self.dead_letters.inc();
            }
            Event::ChapterEncoded { .. } => {
                self.chapters.inc();
            }
            _ => {}
        }
    }

    /// The text that Prometheus reads.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        encode(&mut text, &self.registry).expect("memory takes every byte");
        text
    }
}

/// Sets a gauge of a family.
pub(crate) fn set(family: &Family<Label, Gauge>, label: &'static str, value: &str, count: usize) {
    let gauge = family.get_or_create(&[(label, value.to_owned())]);
    gauge.set(i64::try_from(count).unwrap_or(i64::MAX));
}
