//! Segments one by one: where each stands, what it went through, and taking one back.

use std::collections::HashMap;
use std::time::Duration;

use audiotome_core::SegmentKey;
use redis::Cmd;
use redis::streams::StreamRangeReply;
use serde::{Deserialize, Serialize};

use crate::error::QueueError;
use crate::lane::{LaneId, key};
use crate::queue::Queue;
use crate::scripts;

/// Segments that are taken back in one call: Redis does nothing else meanwhile.
const AT_ONCE: usize = 500;
/// What the history of a segment says of a person who did not want it.
const REVOKED: &str = "revoked by a person";
/// Digits of a whole key.
const WHOLE: usize = 64;

/// One segment, for lists.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SegmentLine {
    /// Its key.
    pub key: SegmentKey,
    /// What it says.
    pub text: String,
    /// Where it stands.
    pub state: SegmentState,
    /// Who has it, or had it last.
    pub worker: Option<String>,
    /// Tries that failed.
    pub tries: u32,
    /// What went wrong, try by try.
    pub history: Vec<String>,
    /// Seconds since it was added, or since it was spoken.
    pub age_s: f64,
    /// Seconds from lease to clip, or, while it is leased, until now.
    pub took_s: Option<f64>,
}

/// Where a segment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SegmentState {
    /// For a worker.
    Waiting,
    /// In the hands of a worker.
    Leased,
    /// For another try.
    Delayed,
    /// It failed for good.
    Dead,
    /// Its clip is in the store.
    Spoken,
}

/// A segment and its book.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// Its lane.
    pub lane: LaneId,
    /// What people call the book, while the queue knows it.
    pub title: Option<String>,
    /// The segment.
    #[serde(flatten)]
    pub segment: SegmentLine,
}

impl Queue {
    /// Every segment of a lane that is not spoken, those first that were added first.
    ///
    /// # Errors
    /// When Redis can't be used now.
    pub async fn segments(&self, lane: &LaneId) -> Result<Vec<SegmentLine>, QueueError> {
        let mut pipe = redis::pipe();
        pipe.cmd("TIME");
        pipe.cmd("HGETALL").arg(self.key(&format!("open:{lane}")));
        pipe.cmd("HGETALL").arg(self.key(&format!("dead:{lane}")));
        type Answer = ((u64, u64), Vec<(String, String)>, Vec<(String, String)>);
        let (now, open, dead): Answer = self.link.send(&pipe).await?;
        let open = open.iter().map(|entry| (entry, false));
        let dead = dead.iter().map(|entry| (entry, true));
        let segments = open.chain(dead);
        let mut segments: Vec<_> = segments
            .filter_map(|((key, segment), dead)| line(key, segment, dead, now))
            .collect();
        segments.sort_by_key(|(place, _)| *place);
        Ok(segments.into_iter().map(|(_, segment)| segment).collect())
    }

    /// What became of segments whose keys begin with `prefix`: those of all lanes that are not spoken, and
    /// those that were spoken last, the newest first.
    ///
    /// # Errors
    /// When Redis can't be used now.
    pub async fn history(&self, prefix: &str) -> Result<Vec<Record>, QueueError> {
        let mut records = Vec::new();
        if !is_prefix(prefix) {
            return Ok(records);
        }
        let now = self.now().await?;
        for (id, lane) in self.lanes().await? {
            for (place, dead) in [("open", false), ("dead", true)] {
                for (key, segment) in self.begin(place, &id, prefix).await? {
                    let segment = line(&key, &segment, dead, now);
                    let (lane, title) = (id.clone(), Some(lane.title.clone()));
                    records.extend(segment.map(|(_, segment)| Record {
                        lane,
                        title,
                        segment,
                    }));
                }
            }
        }
        let spoken = self.spoken().await?.into_iter();
        records.extend(spoken.filter(|record| record.segment.key.to_string().starts_with(prefix)));
        Ok(records)
    }

    /// About a thousand segments that were spoken last, the newest first.
    ///
    /// # Errors
    /// When Redis can't be used now.
    pub async fn spoken(&self) -> Result<Vec<Record>, QueueError> {
        let mut pipe = redis::pipe();
        pipe.cmd("TIME");
        pipe.cmd("XREVRANGE").arg(self.key("log")).arg("+").arg("-");
        let (now, log): ((u64, u64), StreamRangeReply) = self.link.send(&pipe).await?;
        let titles: HashMap<_, _> = self
            .lanes()
            .await?
            .into_iter()
            .map(|(id, lane)| (id, lane.title))
            .collect();
        let record = |entry: &redis::streams::StreamId| {
            let field = |name: &str| entry.get::<String>(name).unwrap_or_default();
            let at = entry.id.split('-').next()?.parse().ok()?;
            let lane = LaneId::parse(&field("l"));
            Some(Record {
                title: titles.get(&lane).cloned(),
                lane,
                segment: SegmentLine {
                    key: key(&field("k"))?,
                    text: field("t"),
                    state: SegmentState::Spoken,
                    worker: Some(field("w")),
                    tries: field("n").parse::<u32>().ok()?.saturating_sub(1),
                    history: lines(&field("h")),
                    age_s: since(at, now),
                    took_s: field("ms")
                        .parse()
                        .ok()
                        .map(|ms| Duration::from_millis(ms).as_secs_f64()),
                },
            })
        };
        Ok(log.ids.iter().filter_map(record).collect())
    }

    /// Keys of a lane's segments, spoken ones left out, that begin with `prefix`.
    ///
    /// # Errors
    /// When Redis can't be used now.
    pub async fn keys(&self, lane: &LaneId, prefix: &str) -> Result<Vec<SegmentKey>, QueueError> {
        let mut keys = self.begin("open", lane, prefix).await?;
        keys.extend(self.begin("dead", lane, prefix).await?);
        Ok(keys.iter().filter_map(|(name, _)| key(name)).collect())
    }

    /// Takes segments back that are not spoken, and forgets dead letters. The master is told that they are
    /// dead; whoever speaks one loses its lease. Returns how many there were.
    ///
    /// # Errors
    /// When Redis can't be used now.
    pub async fn revoke(&self, lane: &LaneId, keys: &[SegmentKey]) -> Result<u64, QueueError> {
        let mut revoked = 0;
        for keys in keys.chunks(AT_ONCE) {
            let keys: Vec<_> = keys.iter().map(ToString::to_string).collect();
            revoked += self.take_back(lane, &keys).await?;
        }
        Ok(revoked)
    }

    /// Takes back everything of a lane, and forgets it with its dead letters. Returns how many there were.
    ///
    /// # Errors
    /// When Redis can't be used now. What was taken back until then stays taken back.
    pub async fn purge(&self, lane: &LaneId) -> Result<u64, QueueError> {
        let mut purged = 0;
        for place in ["open", "dead"] {
            loop {
                let mut command = Cmd::new();
                command
                    .arg("HRANDFIELD")
                    .arg(self.key(&format!("{place}:{lane}")))
                    .arg(AT_ONCE);
                let keys: Vec<String> = self.link.ask(&command).await?;
                if keys.is_empty() {
                    break;
                }
                purged += self.take_back(lane, &keys).await?;
            }
        }
        self.close(lane, true).await?;
        Ok(purged)
    }

    async fn take_back(&self, lane: &LaneId, keys: &[String]) -> Result<u64, QueueError> {
        let mut script = scripts::REVOKE.key(&self.prefix);
        script.arg(lane.as_str()).arg(REVOKED).arg(keys);
        self.link.invoke(&script).await
    }

    /// Segments in one of a lane's hashes whose keys begin with `prefix`.
    async fn begin(
        &self,
        place: &str,
        lane: &LaneId,
        prefix: &str,
    ) -> Result<Vec<(String, String)>, QueueError> {
        let hash = self.key(&format!("{place}:{lane}"));
        let mut command = Cmd::new();
        if prefix.len() == WHOLE {
            command.arg("HGET").arg(hash).arg(prefix);
            let segment: Option<String> = self.link.ask(&command).await?;
            return Ok(segment
                .map(|segment| (prefix.to_owned(), segment))
                .into_iter()
                .collect());
        }
        if !is_prefix(prefix) {
            return Ok(Vec::new());
        }
        let (mut cursor, mut found) = ("0".to_owned(), HashMap::new());
        loop {
            let mut command = Cmd::new();
            command
                .arg("HSCAN")
                .arg(&hash)
                .arg(&cursor)
                .arg("MATCH")
                .arg(format!("{prefix}*"));
            command.arg("COUNT").arg(1000);
            let (next, page): (String, Vec<(String, String)>) = self.link.ask(&command).await?;
            found.extend(page);
            if next == "0" {
                return Ok(found.into_iter().collect());
            }
            cursor = next;
        }
    }

    async fn now(&self) -> Result<(u64, u64), QueueError> {
        let mut command = Cmd::new();
        command.arg("TIME");
        self.link.ask(&command).await
    }
}

/// Anything else would be a pattern.
fn is_prefix(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_hexdigit())
}

/// When a segment was added, and its place in the stream.
type Place = (u64, Option<(u64, u64)>);

/// Seconds from a time in milliseconds to Redis's `TIME`.
fn since(at_ms: u64, (seconds, micros): (u64, u64)) -> f64 {
    let now_ms = seconds * 1000 + micros / 1000;
    Duration::from_millis(now_ms.saturating_sub(at_ms)).as_secs_f64()
}

fn lines(text: &str) -> Vec<String> {
    text.lines().map(str::to_owned).collect()
}

/// A segment as Redis has it, and its place among others.
fn line(name: &str, json: &str, dead: bool, now: (u64, u64)) -> Option<(Place, SegmentLine)> {
    #[derive(Deserialize)]
    struct Full {
        text: String,
        tries: u32,
        history: String,
        added: u64,
        since: Option<u64>,
        worker: Option<String>,
        by: Option<String>,
        entry: Option<String>,
    }
    let segment: Full = serde_json::from_str(json).ok()?;
    let state = match (dead, &segment.worker, &segment.entry) {
        (true, ..) => SegmentState::Dead,
        (_, Some(_), _) => SegmentState::Leased,
        (_, None, Some(_)) => SegmentState::Waiting,
        (_, None, None) => SegmentState::Delayed,
    };
    let held = segment.since.filter(|_| state == SegmentState::Leased);
    let entry = segment
        .entry
        .as_deref()
        .and_then(|entry| entry.split_once('-'));
    let entry = entry.and_then(|(ms, number)| Some((ms.parse().ok()?, number.parse().ok()?)));
    let line = SegmentLine {
        key: key(name)?,
        text: segment.text,
        state,
        worker: segment.worker.or(segment.by),
        tries: segment.tries,
        history: lines(&segment.history),
        age_s: since(segment.added, now),
        took_s: held.map(|at| since(at, now)),
    };
    Some(((segment.added, entry), line))
}
