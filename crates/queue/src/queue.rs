//! A namespace in Redis, as masters see it.

use std::time::Duration;

use audiotome_core::SegmentKey;
use redis::Cmd;

use crate::address::QueueAddress;
use crate::error::{QueueError, QueueErrorKind};
use crate::lane::{Lane, LaneId, Queued, key};
use crate::link::Link;
use crate::scripts;

/// Goes up when masters and workers of different versions would misunderstand each other.
const PROTOCOL: u32 = 2;
/// Older ones lack commands that the scripts use.
const LEAST_REDIS: (u32, u32) = (6, 2);
/// Priorities beyond that count as that: the turn of a lane has to fit beside it into a double.
const MOST_PRIORITY: i32 = 1_000_000;

/// The queue of a namespace. Clones share one connection.
#[derive(Clone)]
pub struct Queue {
    pub(crate) link: Link,
    pub(crate) prefix: String,
}

impl Queue {
    /// Connects, and checks that masters and workers of this version can work there.
    ///
    /// # Errors
    /// When Redis does not answer, refuses us, or is used by another version.
    pub async fn connect(address: &QueueAddress) -> Result<Self, QueueError> {
        let queue = Self::look_at(address).await?;
        queue.claim().await?;
        Ok(queue)
    }

    /// The same for whoever looks at what is there, and tends it: nothing is written. So Redis may be full, and a
    /// namespace that nobody uses leaves no trace.
    ///
    /// # Errors
    /// When Redis does not answer, refuses us, or is used by another version.
    pub async fn look_at(address: &QueueAddress) -> Result<Self, QueueError> {
        let link = Link::new(address)?;
        let queue = Self {
            prefix: address.prefix(),
            link,
        };
        queue.check_redis().await?;
        if let Some(theirs) = queue.protocol().await? {
            queue.check_protocol(&theirs)?;
        }
        Ok(queue)
    }

    /// Where it is.
    #[must_use]
    pub fn address(&self) -> &QueueAddress {
        self.link.address()
    }

    /// Adds segments, and their lane where it is new. Those that are there already stay as they are,
    /// and those whose clips are in Redis are not added.
    /// Returns how many are new.
    ///
    /// # Errors
    /// When Redis can't be used now.
    pub async fn add(
        &self,
        (id, lane): (&LaneId, &Lane),
        reply: &str,
        priority: i32,
        urgent: bool,
        segments: &[(SegmentKey, Queued)],
    ) -> Result<u64, QueueError> {
        let mut script = scripts::ADD.key(&self.prefix);
        script
            .arg(id.as_str())
            .arg(json(lane))
            .arg(reply)
            .arg(clamped(priority))
            .arg(if urgent { "first" } else { "work" });
        for (key, segment) in segments {
            script.arg(key.to_string()).arg(json(segment));
        }
        self.link.invoke(&script).await
    }

    /// Somebody listens at `from`, the keys from there on in reading order: those are spoken next, and only then
    /// what comes before. `ahead` goes before all others. Neither need be complete: `ahead` is taken one by one, of
    /// `from` the first that waits is where reading goes on.
    ///
    /// # Errors
    /// When Redis can't be used now.
    pub async fn urge(
        &self,
        lane: &LaneId,
        ahead: &[SegmentKey],
        from: &[SegmentKey],
    ) -> Result<(), QueueError> {
        let mut script = scripts::URGE.key(&self.prefix);
        script.arg(lane.as_str()).arg(ahead.len());
        for key in ahead.iter().chain(from) {
            script.arg(key.to_string());
        }
        self.link.invoke(&script).await
    }

    /// Changes the priority of a lane.
    ///
    /// # Errors
    /// When Redis can't be used now.
    pub async fn prioritise(&self, lane: &LaneId, priority: i32) -> Result<(), QueueError> {
        let mut script = scripts::PRIORITISE.key(&self.prefix);
        script.arg(lane.as_str()).arg(clamped(priority));
        self.link.invoke(&script).await
    }

    /// Takes back what is not spoken. Dead letters stay for people to see, unless `purge` says not.
    ///
    /// # Errors
    /// When Redis can't be used now.
    pub async fn close(&self, lane: &LaneId, purge: bool) -> Result<(), QueueError> {
        let mut script = scripts::CLOSE.key(&self.prefix);
        script
            .arg(lane.as_str())
            .arg(if purge { "purge" } else { "keep" });
        self.link.invoke(&script).await
    }

    /// Gives dead letters new tries; without keys, all of the lane. Returns how many.
    ///
    /// # Errors
    /// When Redis can't be used now.
    pub async fn revive(&self, lane: &LaneId, keys: &[SegmentKey]) -> Result<u64, QueueError> {
        let mut script = scripts::REVIVE.key(&self.prefix);
        script.arg(lane.as_str());
        for key in keys {
            script.arg(key.to_string());
        }
        self.link.invoke(&script).await
    }

    /// Keys of a lane's segments that are to be spoken, or are being spoken.
    ///
    /// # Errors
    /// When Redis can't be used now.
    pub async fn open(&self, lane: &LaneId) -> Result<Vec<SegmentKey>, QueueError> {
        let mut command = Cmd::new();
        command.arg("HKEYS").arg(self.key(&format!("open:{lane}")));
        let keys: Vec<String> = self.link.ask(&command).await?;
        Ok(keys.iter().filter_map(|name| key(name)).collect())
    }

    /// Those of `keys` that the queue knows nothing of: neither open nor dead.
    ///
    /// # Errors
    /// When Redis can't be used now.
    pub async fn unknown(
        &self,
        lane: &LaneId,
        keys: &[SegmentKey],
    ) -> Result<Vec<SegmentKey>, QueueError> {
        let mut unknown = Vec::new();
        for keys in keys.chunks(1000) {
            let mut pipe = redis::pipe();
            for place in ["open", "dead"] {
                let mut command = Cmd::new();
                command
                    .arg("HMGET")
                    .arg(self.key(&format!("{place}:{lane}")));
                for key in keys {
                    command.arg(key.to_string());
                }
                pipe.add_command(command);
            }
            let (open, dead): (Vec<Option<String>>, Vec<Option<String>>) =
                self.link.send(&pipe).await?;
            let found = open
                .into_iter()
                .zip(dead)
                .map(|(open, dead)| open.or(dead).is_some());
            let missing = keys.iter().zip(found).filter(|(_, found)| !found);
            unknown.extend(missing.map(|(key, _)| *key));
        }
        Ok(unknown)
    }

    /// Settles what is due, even while no worker asks: leases that have run out, and waits that are over. Returns who
    /// has what of a lane, up to a thousand leases.
    ///
    /// # Errors
    /// When Redis can't be used now.
    pub async fn watch(&self, lane: &LaneId) -> Result<Vec<(SegmentKey, String)>, QueueError> {
        let mut script = scripts::WATCH.key(&self.prefix);
        script.arg(lane.as_str());
        let leases: Vec<(String, String)> = self.link.invoke(&script).await?;
        let lease = |(name, worker): (String, String)| Some((key(&name)?, worker));
        Ok(leases.into_iter().filter_map(lease).collect())
    }

    /// Whether the queue knows a lane: one that has lost its data knows none.
    ///
    /// # Errors
    /// When Redis can't be used now.
    pub async fn knows(&self, id: &LaneId) -> Result<bool, QueueError> {
        let mut command = Cmd::new();
        command
            .arg("HEXISTS")
            .arg(self.key("lanes"))
            .arg(id.as_str());
        self.link.ask(&command).await
    }

    /// Whether a master waits for what becomes of a lane.
    ///
    /// # Errors
    /// When Redis can't be used now.
    pub async fn is_wanted(&self, id: &LaneId) -> Result<bool, QueueError> {
        let mut command = Cmd::new();
        command
            .arg("HEXISTS")
            .arg(self.key("replies"))
            .arg(id.as_str());
        self.link.ask(&command).await
    }

    /// What a lane is, while the queue knows it.
    ///
    /// # Errors
    /// When Redis can't be used now.
    pub async fn lane(&self, id: &LaneId) -> Result<Option<Lane>, QueueError> {
        let mut command = Cmd::new();
        command.arg("HGET").arg(self.key("lanes")).arg(id.as_str());
        let lane: Option<String> = self.link.ask(&command).await?;
        Ok(lane.and_then(|lane| serde_json::from_str(&lane).ok()))
    }

    /// Refuses a Redis that throws keys away when its memory is used up: clips would vanish.
    ///
    /// # Errors
    /// When it does, or Redis can't be used now.
    pub async fn refuse_eviction(&self) -> Result<(), QueueError> {
        let info = self.info("memory").await?;
        match field(&info, "maxmemory_policy") {
            None | Some("noeviction") => Ok(()),
            Some(policy) => Err(self.error(
                QueueErrorKind::Evicts,
                format!("it may throw clips away (`maxmemory-policy` is `{policy}`)"),
            )),
        }
    }

    pub(crate) fn key(&self, name: &str) -> String {
        format!("{}{name}", self.prefix)
    }

    pub(crate) async fn info(&self, section: &str) -> Result<String, QueueError> {
        let mut command = Cmd::new();
        command.arg("INFO").arg(section);
        self.link.ask(&command).await
    }

    async fn check_redis(&self) -> Result<(), QueueError> {
        let info = self.info("server").await?;
        let version = field(&info, "redis_version").unwrap_or_default();
        let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
        let found = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
        if found < LEAST_REDIS {
            let reason = format!("it is Redis {version}, too old");
            return Err(self.error(QueueErrorKind::Version, reason));
        }
        Ok(())
    }

    async fn protocol(&self) -> Result<Option<String>, QueueError> {
        let mut command = Cmd::new();
        command.arg("GET").arg(self.key("protocol"));
        self.link.ask(&command).await
    }

    /// Lets a namespace that nobody has used before be of this protocol. Writing, it also finds a replica.
    async fn claim(&self) -> Result<(), QueueError> {
        let mut pipe = redis::pipe();
        let key = self.key("protocol");
        pipe.cmd("SET").arg(&key).arg(PROTOCOL).arg("NX").ignore();
        pipe.cmd("GET").arg(&key);
        match self.link.send::<(String,)>(&pipe).await {
            Ok((theirs,)) => self.check_protocol(&theirs),
            // There is nothing to write, and whoever works waits for room.
            Err(error) if error.kind() == QueueErrorKind::Full => match self.protocol().await? {
                Some(theirs) => self.check_protocol(&theirs),
                None => Err(error),
            },
            Err(error) => Err(error),
        }
    }

    fn check_protocol(&self, theirs: &str) -> Result<(), QueueError> {
        if theirs == PROTOCOL.to_string() {
            return Ok(());
        }
        let reason = format!(
            "masters and workers there speak protocol {theirs}, this version speaks {PROTOCOL}"
        );
        Err(self.error(QueueErrorKind::Version, reason))
    }

    fn error(&self, kind: QueueErrorKind, reason: String) -> QueueError {
        QueueError {
            address: self.address().to_string(),
            reason,
            kind,
        }
    }
}

/// A field of `INFO`.
pub(crate) fn field<'a>(info: &'a str, name: &str) -> Option<&'a str> {
    let mut lines = info.lines().filter_map(|line| line.trim().split_once(':'));
    lines
        .find(|(field, _)| *field == name)
        .map(|(_, value)| value)
}

pub(crate) fn json(value: &impl serde::Serialize) -> String {
    serde_json::to_string(value).expect("text and numbers can be written as JSON")
}

/// A length of time as the scripts take it.
pub(crate) fn ms(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

fn clamped(priority: i32) -> i32 {
    priority.clamp(-MOST_PRIORITY, MOST_PRIORITY)
}
