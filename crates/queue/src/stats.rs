//! How the queue stands, for people and their monitoring.

use std::collections::BTreeMap;

use audiotome_core::SegmentKey;
use redis::Cmd;
use serde::{Deserialize, Serialize};

use crate::error::QueueError;
use crate::lane::{Lane, LaneId, key};
use crate::queue::{Queue, field};
use crate::worker::WorkerStatus;

/// The whole queue at a moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueueStats {
    /// Every lane, in the order of their turns.
    pub lanes: Vec<LaneStats>,
    /// Workers that are alive.
    pub workers: Vec<WorkerStatus>,
    /// Since the namespace exists.
    pub totals: Totals,
    /// Memory that Redis uses, bytes.
    pub memory_bytes: u64,
    /// Connections to Redis.
    pub connections: u64,
    /// Version of Redis.
    pub redis: String,
}

/// One lane at a moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LaneStats {
    /// Its name.
    pub id: LaneId,
    /// What people call the book.
    pub title: String,
    /// Its master.
    pub master: String,
    /// Who must speak it.
    pub engine: String,
    /// In which voice.
    pub voice: String,
    /// How urgent it is.
    pub priority: i32,
    /// Tasks that wait for a worker.
    pub waiting: u64,
    /// Tasks in the hands of workers.
    pub leased: u64,
    /// Tasks that wait for another try.
    pub delayed: u64,
    /// Tasks that failed for good.
    pub dead: u64,
    /// Age of the oldest entry, seconds.
    pub oldest_s: f64,
    /// Whether a worker that is alive can speak it.
    pub somebody_can: bool,
}

/// What was counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Tasks that were added.
    pub added: u64,
    /// Tasks that were spoken.
    pub spoken: u64,
    /// Clips that came after the first.
    pub late: u64,
    /// Tries that failed.
    pub retried: u64,
    /// Leases that ran out: their worker was lost.
    pub lapsed: u64,
    /// Tasks that failed for good.
    pub dead: u64,
}

/// One task, for lists.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TaskLine {
    /// Its key.
    pub key: SegmentKey,
    /// What it says.
    pub text: String,
    /// Where it stands.
    pub state: TaskState,
    /// Who has it, or had it last.
    pub worker: Option<String>,
    /// Tries that failed.
    pub tries: u32,
    /// What went wrong, try by try.
    pub history: Vec<String>,
}

/// Where a task stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum TaskState {
    /// For a worker.
    Waiting,
    /// In the hands of a worker.
    Leased,
    /// For another try.
    Delayed,
    /// It failed for good.
    Dead,
}

impl Queue {
    /// How the queue stands. The cost grows with lanes and workers, not with tasks.
    ///
    /// # Errors
    /// When Redis can't be used now.
    pub async fn stats(&self) -> Result<QueueStats, QueueError> {
        let mut pipe = redis::pipe();
        pipe.cmd("HGETALL").arg(self.key("lanes"));
        pipe.cmd("HGETALL").arg(self.key("priorities"));
        pipe.cmd("ZRANGE").arg(self.key("turns")).arg(0).arg(-1);
        pipe.cmd("HGETALL").arg(self.key("totals"));
        pipe.cmd("TIME");
        type Answer = (
            BTreeMap<String, String>,
            BTreeMap<String, i32>,
            Vec<String>,
            BTreeMap<String, u64>,
            (f64, f64),
        );
        let (about, priorities, turns, totals, (seconds, micros)): Answer =
            self.link.send(&pipe).await?;
        let workers = self.workers().await?;
        let now_ms = seconds * 1000.0 + micros / 1000.0;
        let rest = about.keys().filter(|id| !turns.contains(id));
        let mut lanes = Vec::new();
        for id in turns.iter().chain(rest) {
            let lane = about
                .get(id)
                .and_then(|lane| serde_json::from_str(lane).ok());
            let Some(lane) = lane else { continue };
            let priority = priorities.get(id).copied().unwrap_or_default();
            lanes.push(
                self.lane_stats(LaneId::parse(id), lane, priority, now_ms, &workers)
                    .await?,
            );
        }
        let info = self.info("everything").await?;
        let number = |name| {
            field(&info, name)
                .and_then(|value| value.parse().ok())
                .unwrap_or(0)
        };
        Ok(QueueStats {
            lanes,
            workers,
            totals: Totals::of(&totals),
            memory_bytes: number("used_memory"),
            connections: number("connected_clients"),
            redis: field(&info, "redis_version").unwrap_or_default().to_owned(),
        })
    }

    /// Workers that are alive, by name.
    ///
    /// # Errors
    /// When Redis can't be used now.
    pub async fn workers(&self) -> Result<Vec<WorkerStatus>, QueueError> {
        let mut pipe = redis::pipe();
        pipe.cmd("TIME");
        pipe.cmd("ZRANGE")
            .arg(self.key("workers"))
            .arg(0)
            .arg(-1)
            .arg("WITHSCORES");
        pipe.cmd("HGETALL").arg(self.key("statuses"));
        type Answer = ((u64, u64), Vec<(String, f64)>, BTreeMap<String, String>);
        let ((seconds, _), alive, statuses): Answer = self.link.send(&pipe).await?;
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of this century")]
        let now = (seconds * 1000) as f64;
        let alive: Vec<_> = alive
            .into_iter()
            .filter(|(_, until)| *until > now)
            .map(|(name, _)| name)
            .collect();
        let status = statuses
            .into_iter()
            .filter(|(name, _)| alive.contains(name));
        Ok(status
            .filter_map(|(_, status)| serde_json::from_str(&status).ok())
            .collect())
    }

    /// Asks a worker to finish what it speaks, and to leave. It hears of it with its next heartbeat.
    /// Returns whether it is there.
    ///
    /// # Errors
    /// When Redis can't be used now.
    pub async fn drain(&self, worker: &str) -> Result<bool, QueueError> {
        let there = self
            .workers()
            .await?
            .iter()
            .any(|status| status.name == worker);
        if there {
            let mut command = Cmd::new();
            command
                .arg("HSET")
                .arg(self.key("orders"))
                .arg(worker)
                .arg("drain");
            let _: i64 = self.link.ask(&command).await?;
        }
        Ok(there)
    }

    /// Every task of a lane that is not spoken.
    ///
    /// # Errors
    /// When Redis can't be used now.
    pub async fn tasks(&self, lane: &LaneId) -> Result<Vec<TaskLine>, QueueError> {
        let mut pipe = redis::pipe();
        pipe.cmd("HGETALL").arg(self.key(&format!("open:{lane}")));
        pipe.cmd("HGETALL").arg(self.key(&format!("dead:{lane}")));
        type Tasks = Vec<(String, String)>;
        let (open, dead): (Tasks, Tasks) = self.link.send(&pipe).await?;
        let open = open.into_iter().map(|entry| (entry, false));
        let dead = dead.into_iter().map(|entry| (entry, true));
        let mut lines: Vec<_> = open
            .chain(dead)
            .filter_map(|((key, task), dead)| line(&key, &task, dead))
            .collect();
        lines.sort_by_key(|(at, _)| *at);
        Ok(lines.into_iter().map(|(_, line)| line).collect())
    }

    async fn lane_stats(
        &self,
        id: LaneId,
        lane: Lane,
        priority: i32,
        now_ms: f64,
        workers: &[WorkerStatus],
    ) -> Result<LaneStats, QueueError> {
        let mut pipe = redis::pipe();
        pipe.cmd("HLEN").arg(self.key(&format!("open:{id}")));
        pipe.cmd("HLEN").arg(self.key(&format!("dead:{id}")));
        for place in ["first", "work"] {
            let stream = self.key(&format!("{place}:{id}"));
            pipe.cmd("XLEN").arg(&stream);
            pipe.cmd("EVAL").arg(PENDING).arg(1).arg(&stream);
            pipe.cmd("EVAL").arg(OLDEST).arg(1).arg(&stream);
        }
        type Answer = (u64, u64, u64, u64, f64, u64, u64, f64);
        let answer: Answer = self.link.send(&pipe).await?;
        let (open, dead, first, first_held, first_oldest, work, work_held, work_oldest) = answer;
        let leased = first_held + work_held;
        let entries = first + work;
        let oldest = [first_oldest, work_oldest]
            .into_iter()
            .filter(|at| *at > 0.0)
            .fold(now_ms, f64::min);
        let skill = id.skill();
        Ok(LaneStats {
            somebody_can: workers.iter().any(|worker| worker.skills.contains(&skill)),
            id,
            title: lane.title,
            master: lane.master,
            engine: lane.narration.engine.to_string(),
            voice: lane.narration.voice,
            priority,
            waiting: entries.saturating_sub(leased),
            leased,
            delayed: open.saturating_sub(entries),
            dead,
            oldest_s: (now_ms - oldest).max(0.0) / 1000.0,
        })
    }
}

/// How many entries of a stream are in the hands of workers; none where there is no group yet.
const PENDING: &str =
    "local p = redis.pcall('XPENDING', KEYS[1], 'workers') return p.err and 0 or p[1]";
/// The time of the oldest entry of a stream, ms; 0 where there is none.
const OLDEST: &str = "local e = redis.call('XRANGE', KEYS[1], '-', '+', 'COUNT', 1)[1] return e and tonumber(e[1]:match('%d+')) or 0";

impl Totals {
    fn of(totals: &BTreeMap<String, u64>) -> Self {
        let total = |name: &str| totals.get(name).copied().unwrap_or(0);
        Self {
            added: total("added"),
            spoken: total("spoken"),
            late: total("late"),
            retried: total("retried"),
            lapsed: total("lapsed"),
            dead: total("dead"),
        }
    }
}

/// A task as Redis has it, with the place at which it was added.
fn line(name: &str, json: &str, dead: bool) -> Option<(u64, TaskLine)> {
    #[derive(Deserialize)]
    struct Full {
        text: String,
        tries: u32,
        history: String,
        added: u64,
        worker: Option<String>,
        by: Option<String>,
        entry: Option<String>,
    }
    let task: Full = serde_json::from_str(json).ok()?;
    let state = match (dead, &task.worker, &task.entry) {
        (true, ..) => TaskState::Dead,
        (_, Some(_), _) => TaskState::Leased,
        (_, None, Some(_)) => TaskState::Waiting,
        (_, None, None) => TaskState::Delayed,
    };
    let line = TaskLine {
        key: key(name)?,
        text: task.text,
        state,
        worker: task.worker.or(task.by),
        tries: task.tries,
        history: task.history.lines().map(str::to_owned).collect(),
    };
    Some((task.added, line))
}
