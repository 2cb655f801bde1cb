//! How the queue stands, for people and their monitoring.

use std::collections::BTreeMap;
use std::time::Duration;

use redis::Cmd;
use serde::{Deserialize, Serialize};

use crate::error::QueueError;
use crate::lane::{Lane, LaneId, Skill};
use crate::limits::{self, Limit, LimitOn};
use crate::queue::{Queue, field};
use crate::worker::WorkerStatus;

/// The whole queue at a moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QueueStats {
    /// Every lane, in the order of their turns.
    pub lanes: Vec<LaneStats>,
    /// Workers that are alive.
    pub workers: Vec<WorkerStatus>,
    /// The limits that are set.
    pub limits: Vec<Limit>,
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
    /// Segments that wait for a worker.
    pub waiting: u64,
    /// Segments in the hands of workers.
    pub leased: u64,
    /// Segments that wait for another try.
    pub delayed: u64,
    /// Segments that failed for good.
    pub dead: u64,
    /// Age of the oldest entry, seconds.
    pub oldest_s: f64,
    /// Whether a worker that is alive can speak it; unknown while only those say no that were asked.
    pub somebody_can: Option<bool>,
}

/// What was counted.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Segments that were added.
    pub added: u64,
    /// Segments that were spoken.
    pub spoken: u64,
    /// Clips that came after the first.
    pub late: u64,
    /// Tries that failed.
    pub retried: u64,
    /// Leases that ran out: their worker was lost.
    pub lapsed: u64,
    /// Segments that failed for good.
    pub dead: u64,
    /// Segments and dead letters that people took back.
    pub revoked: u64,
}

impl Queue {
    /// How the queue stands. The cost grows with lanes and workers, not with segments.
    ///
    /// # Errors
    /// When Redis can't be used now.
    pub async fn stats(&self) -> Result<QueueStats, QueueError> {
        let mut pipe = redis::pipe();
        pipe.cmd("HGETALL").arg(self.key("lanes"));
        pipe.cmd("HGETALL").arg(self.key("priorities"));
        pipe.cmd("ZRANGE").arg(self.key("turns")).arg(0).arg(-1);
        pipe.cmd("HGETALL").arg(self.key("totals"));
        pipe.cmd("HGETALL").arg(self.key("limits"));
        pipe.cmd("TIME");
        pipe.cmd("INFO").arg("everything");
        type Answer = (
            BTreeMap<String, String>,
            BTreeMap<String, i32>,
            Vec<String>,
            BTreeMap<String, u64>,
            Vec<(String, String)>,
            (u64, u64),
            String,
        );
        let answer: Answer = self.link.send(&pipe).await?;
        let (about, priorities, turns, totals, limits, (seconds, micros), info) = answer;
        let workers = self.workers().await?;
        let now_ms = seconds * 1000 + micros / 1000;
        let rest = about.keys().filter(|id| !turns.contains(id));
        let ids: Vec<_> = turns.iter().chain(rest).collect();
        let figures = self.figures(&ids).await?;
        let lanes = ids.into_iter().zip(figures).filter_map(|(id, figures)| {
            let lane = serde_json::from_str(about.get(id)?).ok()?;
            let priority = priorities.get(id).copied().unwrap_or_default();
            LaneStats::new(
                (LaneId::parse(id), lane, priority),
                &figures,
                now_ms,
                &workers,
            )
        });
        let number = |name| {
            field(&info, name)
                .and_then(|value| value.parse().ok())
                .unwrap_or(0)
        };
        Ok(QueueStats {
            lanes: lanes.collect(),
            workers,
            limits: limits::parsed(limits),
            totals: Totals::of(&totals),
            memory_bytes: number("used_memory"),
            connections: number("connected_clients"),
            redis: field(&info, "redis_version").unwrap_or_default().to_owned(),
        })
    }

    /// Every lane that the queue knows.
    ///
    /// # Errors
    /// When Redis can't be used now.
    pub async fn lanes(&self) -> Result<Vec<(LaneId, Lane)>, QueueError> {
        let mut command = Cmd::new();
        command.arg("HGETALL").arg(self.key("lanes"));
        let lanes: BTreeMap<String, String> = self.link.ask(&command).await?;
        let lane = |(id, lane): (String, String)| {
            Some((LaneId::parse(&id), serde_json::from_str(&lane).ok()?))
        };
        Ok(lanes.into_iter().filter_map(lane).collect())
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
        let ((seconds, micros), alive, statuses): Answer = self.link.send(&pipe).await?;
        #[expect(clippy::cast_precision_loss, reason = "milliseconds of this century")]
        let now = (seconds * 1000 + micros / 1000) as f64;
        let alive: BTreeMap<_, _> = alive
            .into_iter()
            .map(|(name, until)| (name, until - now))
            .filter(|(_, left)| *left > 0.0)
            .collect();
        let status = statuses.into_iter().filter_map(|(name, status)| {
            let left = Duration::from_secs_f64(alive.get(&name)? / 1000.0);
            let status: WorkerStatus = serde_json::from_str(&status).ok()?;
            Some(status.seen(left))
        });
        Ok(status.collect())
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

    /// What there is of each lane, all asked in one go.
    async fn figures(&self, ids: &[&String]) -> Result<Vec<Vec<u64>>, QueueError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut pipe = redis::pipe();
        for id in ids {
            pipe.cmd("HLEN").arg(self.key(&format!("open:{id}")));
            pipe.cmd("HLEN").arg(self.key(&format!("dead:{id}")));
            for place in ["first", "work"] {
                let stream = self.key(&format!("{place}:{id}"));
                pipe.cmd("XLEN").arg(&stream);
                pipe.cmd("EVAL").arg(PENDING).arg(1).arg(&stream);
                pipe.cmd("EVAL").arg(OLDEST).arg(1).arg(&stream);
            }
        }
        let figures: Vec<u64> = self.link.send(&pipe).await?;
        Ok(figures.chunks(FIGURES).map(<[u64]>::to_vec).collect())
    }
}

/// Whether one of the workers can speak this, as far as they have looked into it.
fn somebody_can(skill: &Skill, workers: &[WorkerStatus]) -> Option<bool> {
    if workers.iter().any(|worker| worker.skills.contains(skill)) {
        return Some(true);
    }
    let none_can = workers
        .iter()
        .all(|worker| worker.lacks.contains_key(skill));
    none_can.then_some(false)
}

impl LaneStats {
    fn new(
        (id, lane, priority): (LaneId, Lane, i32),
        figures: &[u64],
        now_ms: u64,
        workers: &[WorkerStatus],
    ) -> Option<Self> {
        let &[
            open,
            dead,
            first,
            first_held,
            first_oldest,
            work,
            work_held,
            work_oldest,
        ] = figures
        else {
            return None;
        };
        let (leased, entries) = (first_held + work_held, first + work);
        let oldest = [first_oldest, work_oldest]
            .into_iter()
            .filter(|at| *at > 0)
            .min();
        let age = now_ms.saturating_sub(oldest.unwrap_or(now_ms));
        let skill = id.skill();
        Some(Self {
            somebody_can: somebody_can(&skill, workers),
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
            oldest_s: Duration::from_millis(age).as_secs_f64(),
        })
    }
}

impl QueueStats {
    /// Why workers that could speak a lane leave it alone: a limit, or books of higher priority.
    #[must_use]
    pub fn holds_up(&self, id: &LaneId) -> Option<String> {
        let lane = self.lanes.iter().find(|lane| lane.id == *id)?;
        if lane.leased > 0 || lane.waiting == 0 {
            return None;
        }
        let of_lane = self.limits.iter().filter(|limit| limit.on.covers(lane));
        let limits = of_lane.filter_map(|limit| {
            let covered = self.lanes.iter().filter(|other| limit.on.covers(other));
            let held: u64 = covered.map(|other| other.leased).sum();
            match limit {
                Limit {
                    at_once: Some(most),
                    ..
                } if held >= u64::from(*most) => Some(format!("`{} at-once {most}`", limit.on)),
                Limit {
                    rate: Some(rate), ..
                } => Some(format!("`{} rate {rate}`", limit.on)),
                Limit { .. } => None,
            }
        });
        let limits: Vec<_> = limits.collect();
        if !limits.is_empty() {
            return Some(format!("a limit holds it up: {}", limits.join(", ")));
        }
        let goes_first = |other: &LaneStats| {
            other.priority > lane.priority && other.waiting > 0 && other.somebody_can == Some(true)
        };
        let urgent = self.lanes.iter().any(goes_first);
        urgent.then(|| "books of higher priority go first".to_owned())
    }

    /// What a worker can't speak, and why: lanes with reasons.
    pub fn lacks<'a>(
        &'a self,
        worker: &'a WorkerStatus,
    ) -> impl Iterator<Item = (&'a LaneStats, &'a str)> {
        self.lanes.iter().filter_map(|lane| {
            let reason = worker.lacks.get(&lane.id.skill())?;
            Some((lane, reason.as_str()))
        })
    }
}

impl LimitOn {
    /// Whether a limit on this holds for a lane.
    fn covers(&self, lane: &LaneStats) -> bool {
        match self {
            Self::All => true,
            Self::Engine(name) => lane.engine.split('/').next() == Some(name),
            Self::Master(name) => lane.master == *name,
            Self::Lane(name) => lane.id.as_str() == name,
        }
    }
}

/// Figures of a lane.
const FIGURES: usize = 8;
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
            revoked: total("revoked"),
        }
    }
}
