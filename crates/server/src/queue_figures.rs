//! Figures of the queue for Prometheus, where the master has one.
//!
//! They are asked for when somebody looks, not more often than every two seconds. Lanes and workers
//! that are gone are gone from the figures, too; what people count on from one look to the next is in
//! the totals, which Redis keeps.

use std::collections::BTreeMap;
use std::fmt::Error;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use audiotome_queue::{LaneStats, Queue, QueueStats, WorkerStatus};
use prometheus_client::collector::Collector;
use prometheus_client::encoding::{
    DescriptorEncoder, EncodeCounterValue, EncodeGaugeValue, EncodeMetric as _,
};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

use crate::master::lock;

/// How old figures may be.
const FRESH: Duration = Duration::from_secs(2);
/// How long somebody who looks waits for Redis.
const PATIENCE: Duration = Duration::from_secs(1);

/// The queue as it was when somebody looked last.
#[derive(Clone, Debug, Default)]
pub(crate) struct QueueFigures(Arc<Mutex<Option<Look>>>);

#[derive(Clone, Debug)]
struct Look {
    at: Instant,
    /// Nothing where Redis did not answer.
    stats: Option<Arc<QueueStats>>,
}

impl QueueFigures {
    /// The queue as it is, or was a moment ago; nothing while Redis does not answer.
    pub(crate) async fn look(&self, queue: &Queue) -> Option<Arc<QueueStats>> {
        let last = lock(&self.0).clone();
        if let Some(look) = last.filter(|look| look.at.elapsed() < FRESH) {
            return look.stats;
        }
        let stats = match tokio::time::timeout(PATIENCE, queue.stats()).await {
            Ok(Ok(stats)) => Some(Arc::new(stats)),
            Ok(Err(error)) => {
                tracing::debug!(%error, "no figures of the queue");
                None
            }
            Err(_) => None,
        };
        let at = Instant::now();
        *lock(&self.0) = Some(Look {
            at,
            stats: stats.clone(),
        });
        stats
    }
}

impl Collector for QueueFigures {
    fn encode(&self, mut encoder: DescriptorEncoder) -> Result<(), Error> {
        let Some(look) = lock(&self.0).clone() else {
            return Ok(());
        };
        let up = u64::from(look.stats.is_some());
        gauge(&mut encoder, "queue_up", "Whether the queue answers", up)?;
        match look.stats {
            Some(stats) => encode(&mut encoder, &stats),
            None => Ok(()),
        }
    }
}

fn encode(encoder: &mut DescriptorEncoder, stats: &QueueStats) -> Result<(), Error> {
    of_lanes(encoder, &stats.lanes)?;
    let totals = &stats.totals;
    let totals = [
        ("added", totals.added),
        ("spoken", totals.spoken),
        ("late", totals.late),
        ("retried", totals.retried),
        ("lapsed", totals.lapsed),
        ("dead", totals.dead),
        ("revoked", totals.revoked),
    ];
    let help = "What happened to segments; `lapsed` are those of workers that were lost";
    let totals = totals.map(|(what, total)| ([("what", what)], total));
    counters(encoder, "queue_segments", help, totals)?;
    of_workers(encoder, &stats.workers)?;
    let (memory, connections) = (stats.memory_bytes, stats.connections);
    gauge(
        encoder,
        "queue_redis_memory_bytes",
        "Memory that Redis uses",
        memory,
    )?;
    gauge(
        encoder,
        "queue_redis_connections",
        "Connections to Redis",
        connections,
    )
}

/// Lanes of one title and engine, taken together.
#[derive(Default)]
struct Sum {
    waiting: u64,
    leased: u64,
    delayed: u64,
    dead: u64,
    oldest_s: f64,
}

fn of_lanes(encoder: &mut DescriptorEncoder, lanes: &[LaneStats]) -> Result<(), Error> {
    let mut sums = BTreeMap::<_, Sum>::new();
    for lane in lanes {
        let engine = lane.engine.split('/').next().unwrap_or_default();
        let sum = sums
            .entry([("lane", lane.title.as_str()), ("engine", engine)])
            .or_default();
        sum.waiting += lane.waiting;
        sum.leased += lane.leased;
        sum.delayed += lane.delayed;
        sum.dead += lane.dead;
        sum.oldest_s = sum.oldest_s.max(lane.oldest_s);
    }
    let each = |of: fn(&Sum) -> u64| sums.iter().map(move |(labels, sum)| (*labels, of(sum)));
    gauges(
        encoder,
        "queue_waiting",
        "Segments that wait for a worker",
        each(|sum| sum.waiting),
    )?;
    gauges(
        encoder,
        "queue_leased",
        "Segments in the hands of workers",
        each(|sum| sum.leased),
    )?;
    gauges(
        encoder,
        "queue_delayed",
        "Segments that wait for another try",
        each(|sum| sum.delayed),
    )?;
    gauges(
        encoder,
        "queue_dead",
        "Segments that failed for good",
        each(|sum| sum.dead),
    )?;
    let oldest = sums.iter().map(|(labels, sum)| (*labels, sum.oldest_s));
    gauges(
        encoder,
        "queue_oldest_seconds",
        "Age of the oldest segment",
        oldest,
    )
}

fn of_workers(encoder: &mut DescriptorEncoder, workers: &[WorkerStatus]) -> Result<(), Error> {
    gauge(
        encoder,
        "queue_workers",
        "Workers that are alive",
        workers.len(),
    )?;
    let (slots, busy) = workers.iter().fold((0, 0), |(slots, busy), worker| {
        (slots + worker.slots, busy + worker.busy)
    });
    let states = [("all", slots), ("busy", busy)].map(|(state, slots)| ([("state", state)], slots));
    gauges(
        encoder,
        "queue_slots",
        "Utterances that workers can speak at once, and speak",
        states,
    )?;
    let label = |worker: &WorkerStatus| [("worker", worker.name.clone())];
    let segments = workers
        .iter()
        .map(|worker| (label(worker), worker.segments));
    counters(
        encoder,
        "queue_worker_segments",
        "Segments spoken, by worker",
        segments,
    )?;
    let characters = workers
        .iter()
        .map(|worker| (label(worker), worker.characters));
    counters(
        encoder,
        "queue_worker_characters",
        "Characters spoken, by worker",
        characters,
    )?;
    let failures = workers
        .iter()
        .map(|worker| (label(worker), worker.failures));
    counters(
        encoder,
        "queue_worker_failures",
        "Failed tries, by worker",
        failures,
    )?;
    let speeds = workers
        .iter()
        .map(|worker| (label(worker), worker.characters_per_second));
    let help = "Characters that a slot speaks in a second, by worker";
    gauges(encoder, "queue_worker_characters_per_second", help, speeds)
}

fn gauge<N: EncodeGaugeValue>(
    encoder: &mut DescriptorEncoder,
    name: &str,
    help: &str,
    value: N,
) -> Result<(), Error> {
    let metric = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
    ConstGauge::new(value).encode(metric)
}

fn gauges<L: prometheus_client::encoding::EncodeLabelSet, N: EncodeGaugeValue>(
    encoder: &mut DescriptorEncoder,
    name: &str,
    help: &str,
    values: impl IntoIterator<Item = (L, N)>,
) -> Result<(), Error> {
    let mut family = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
    for (labels, value) in values {
        ConstGauge::new(value).encode(family.encode_family(&labels)?)?;
    }
    Ok(())
}

fn counters<L: prometheus_client::encoding::EncodeLabelSet, N: EncodeCounterValue>(
    encoder: &mut DescriptorEncoder,
    name: &str,
    help: &str,
    values: impl IntoIterator<Item = (L, N)>,
) -> Result<(), Error>
where
    ConstCounter<N>: prometheus_client::encoding::EncodeMetric,
{
    let mut family = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
    for (labels, value) in values {
        ConstCounter::new(value).encode(family.encode_family(&labels)?)?;
    }
    Ok(())
}
