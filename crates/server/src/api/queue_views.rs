//! The queue as the API shows it.

use audiotome_queue::{LaneStats, QueueStats, Record, SegmentLine, Totals, WorkerStatus};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The queue at a moment.
#[derive(Serialize, ToSchema)]
pub(crate) struct QueueView {
    /// Books, in the order of their turns.
    lanes: Vec<LaneView>,
    workers: Vec<QueueWorkerView>,
    totals: TotalsView,
    redis: RedisView,
}

/// A book in the queue.
#[derive(Serialize, ToSchema)]
pub(crate) struct LaneView {
    /// Its name in the queue.
    id: String,
    title: String,
    /// The master that wants it spoken.
    master: String,
    /// The engine, with its version.
    engine: String,
    voice: String,
    /// Higher goes first.
    priority: i32,
    /// Segments that wait for a worker.
    waiting: u64,
    /// Segments that workers have.
    leased: u64,
    /// Segments that wait for another try.
    delayed: u64,
    /// Segments that failed for good.
    dead: u64,
    /// Age of the oldest segment, seconds.
    oldest_seconds: f64,
    /// Whether a worker that is alive can speak it; null while that is not known yet.
    somebody_can: Option<bool>,
}

/// A worker of the queue, as it told with its last heartbeat.
#[derive(Serialize, ToSchema)]
pub(crate) struct QueueWorkerView {
    name: String,
    version: String,
    /// Utterances that it speaks at once.
    slots: usize,
    /// Slots that speak now.
    busy: usize,
    /// What it speaks: the beginning of each text.
    speaking: Vec<String>,
    segments: u64,
    characters: u64,
    /// Tries that failed.
    failures: u64,
    /// Of one slot, learnt.
    characters_per_second: f64,
    memory_bytes: u64,
    uptime_seconds: f64,
    /// Whether it takes nothing more and is about to leave.
    draining: bool,
    /// What holds it up, while it does: a store that is full or away, say.
    trouble: Option<String>,
    /// Books that it can't speak.
    lacks: Vec<LackView>,
}

/// A book that a worker can't speak.
#[derive(Serialize, ToSchema)]
pub(crate) struct LackView {
    /// The book's name in the queue.
    lane: String,
    title: String,
    reason: String,
}

/// What happened to segments since the queue exists.
#[derive(Serialize, ToSchema)]
pub(crate) struct TotalsView {
    added: u64,
    spoken: u64,
    /// Clips that came after the first.
    late: u64,
    /// Tries that failed.
    retried: u64,
    /// Segments of workers that were lost.
    lapsed: u64,
    /// Segments that failed for good.
    dead: u64,
    /// Segments that people took back.
    revoked: u64,
}

/// What carries the queue.
#[derive(Serialize, ToSchema)]
pub(crate) struct RedisView {
    version: String,
    memory_bytes: u64,
    connections: u64,
}

/// A segment.
#[derive(Serialize, ToSchema)]
pub(crate) struct QueueSegment {
    /// Key of the segment.
    key: String,
    text: String,
    pub(crate) state: QueueSegmentState,
    /// Who has it, or had it last.
    worker: Option<String>,
    /// Tries that failed.
    failed_tries: u32,
    /// What went wrong, try by try.
    history: Vec<String>,
    /// Since it was added, or since it was spoken.
    age_seconds: f64,
    /// From lease to clip, or, while a worker has it, until now.
    took_seconds: Option<f64>,
}

/// A segment and its book.
#[derive(Serialize, ToSchema)]
pub(crate) struct RecordView {
    /// The book's name in the queue.
    lane: String,
    /// The book's title, while the queue knows it.
    title: Option<String>,
    segment: QueueSegment,
}

/// Where a segment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum QueueSegmentState {
    /// For a worker.
    Waiting,
    /// A worker has it.
    Leased,
    /// For another try.
    Delayed,
    /// It failed for good.
    Dead,
    /// Its clip is in the store.
    Spoken,
}

impl From<&QueueStats> for QueueView {
    fn from(stats: &QueueStats) -> Self {
        let workers = stats.workers.iter();
        Self {
            lanes: stats.lanes.iter().map(LaneView::from).collect(),
            workers: workers
                .map(|worker| QueueWorkerView::of(worker, stats))
                .collect(),
            totals: TotalsView::from(&stats.totals),
            redis: RedisView {
                version: stats.redis.clone(),
                memory_bytes: stats.memory_bytes,
                connections: stats.connections,
            },
        }
    }
}

impl From<&LaneStats> for LaneView {
    fn from(lane: &LaneStats) -> Self {
        let lane = lane.clone();
        Self {
            id: lane.id.as_str().to_owned(),
            title: lane.title,
            master: lane.master,
            engine: lane.engine,
            voice: lane.voice,
            priority: lane.priority,
            waiting: lane.waiting,
            leased: lane.leased,
            delayed: lane.delayed,
            dead: lane.dead,
            oldest_seconds: lane.oldest_s,
            somebody_can: lane.somebody_can,
        }
    }
}

impl QueueWorkerView {
    /// A worker, with the books of `stats` that it can't speak.
    pub(crate) fn of(worker: &WorkerStatus, stats: &QueueStats) -> Self {
        let lacks = stats.lacks(worker).map(|(lane, reason)| LackView {
            lane: lane.id.as_str().to_owned(),
            title: lane.title.clone(),
            reason: reason.to_owned(),
        });
        let lacks = lacks.collect();
        let worker = worker.clone();
        Self {
            name: worker.name,
            version: worker.version,
            slots: worker.slots,
            busy: worker.busy,
            speaking: worker.speaking,
            segments: worker.segments,
            characters: worker.characters,
            failures: worker.failures,
            characters_per_second: worker.characters_per_second,
            memory_bytes: worker.memory_bytes,
            uptime_seconds: worker.uptime_s,
            draining: worker.draining,
            trouble: worker.trouble,
            lacks,
        }
    }
}

impl From<&Totals> for TotalsView {
    fn from(totals: &Totals) -> Self {
        let &Totals {
            added,
            spoken,
            late,
            retried,
            lapsed,
            dead,
            revoked,
        } = totals;
        Self {
            added,
            spoken,
            late,
            retried,
            lapsed,
            dead,
            revoked,
        }
    }
}

impl From<SegmentLine> for QueueSegment {
    fn from(segment: SegmentLine) -> Self {
        Self {
            key: segment.key.to_string(),
            text: segment.text,
            state: segment.state.into(),
            worker: segment.worker,
            failed_tries: segment.tries,
            history: segment.history,
            age_seconds: segment.age_s,
            took_seconds: segment.took_s,
        }
    }
}

impl From<Record> for RecordView {
    fn from(record: Record) -> Self {
        Self {
            lane: record.lane.as_str().to_owned(),
            title: record.title,
            segment: record.segment.into(),
        }
    }
}

impl From<audiotome_queue::SegmentState> for QueueSegmentState {
    fn from(state: audiotome_queue::SegmentState) -> Self {
        use audiotome_queue::SegmentState as Queued;
        match state {
            Queued::Waiting => Self::Waiting,
            Queued::Leased => Self::Leased,
            Queued::Delayed => Self::Delayed,
            Queued::Dead => Self::Dead,
            Queued::Spoken => Self::Spoken,
        }
    }
}
