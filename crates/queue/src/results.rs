//! What workers tell a master.

use std::time::Duration;

use audiotome_core::SegmentKey;
use redis::Cmd;
use redis::streams::StreamReadReply;

use crate::error::QueueError;
use crate::lane::{LaneId, key};
use crate::link::Link;
use crate::queue::Queue;

/// How long Redis holds an answer back while there is nothing to tell.
const BLOCK: Duration = Duration::from_secs(5);
/// How many are fetched at once.
const AT_ONCE: usize = 500;

/// Something that happened to a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Its lane.
    pub lane: LaneId,
    /// Its key.
    pub key: SegmentKey,
    /// Who tells.
    pub worker: String,
    /// Tries that failed.
    pub tries: u32,
    /// What happened.
    pub what: What,
}

/// What happened to a segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Its clip is in the store.
    Spoken {
        /// How long the clip is.
        audio: Duration,
        /// From lease to clip.
        took: Duration,
    },
    /// Its worker gave no sign of life until the lease ran out; there will be another try.
    Lapsed,
    /// A try failed; there will be another.
    Retried {
        /// What went wrong.
        reason: String,
    },
    /// It failed for good.
    Dead {
        /// What went wrong, try by try.
        history: Vec<String>,
    },
}

/// The stream of a master, on a connection of its own.
pub struct Results {
    link: Link,
    stream: String,
    /// The last one that was read.
    last: String,
    /// Read since what was read was removed.
    read: usize,
    /// Redis was away: whether it is back is told at once, not when there is news.
    was_away: bool,
}

impl Results {
    /// The stream named `name` of a master; another process needs another name.
    #[must_use]
    pub fn new(queue: &Queue, name: &str) -> Self {
        Self {
            link: queue.link.blocking(BLOCK),
            stream: queue.key(&format!("results:{name}")),
            last: "0".to_owned(),
            read: 0,
            was_away: false,
        }
    }

    /// What workers write to, see [`Queue::add`].
    #[must_use]
    pub fn stream(&self) -> &str {
        &self.stream
    }

    /// Waits for what is told next; nothing after a while without news.
    ///
    /// # Errors
    /// When Redis can't be used now. What was told meanwhile comes with the next call, unless Redis
    /// has lost it.
    pub async fn next(&mut self) -> Result<Vec<Told>, QueueError> {
        let mut command = Cmd::new();
        command.arg("XREAD").arg("COUNT").arg(AT_ONCE);
        if !std::mem::take(&mut self.was_away) {
            command.arg("BLOCK").arg(BLOCK.as_millis().to_string());
        }
        command.arg("STREAMS").arg(&self.stream).arg(&self.last);
        let reply: Result<Option<StreamReadReply>, _> = self.link.ask(&command).await;
        let reply = reply.inspect_err(|_| {
            // Redis may come back with an older, or an empty, stream. What was read is not there any more.
            self.last = "0".to_owned();
            self.was_away = true;
        })?;
        let entries = reply
            .into_iter()
            .flat_map(|reply| reply.keys)
            .flat_map(|key| key.ids);
        let mut told = Vec::new();
        for entry in entries {
            let field = |name: &str| entry.get::<String>(name).unwrap_or_default();
            told.extend(parse(field));
            self.last = entry.id;
        }
        self.read += told.len();
        if self.read >= AT_ONCE || (told.is_empty() && self.read > 0) {
            // What is not removed comes again with the next error, and changes nothing.
            let _ = self.forget().await;
            self.read = 0;
        }
        Ok(told)
    }

    /// Removes what was read.
    async fn forget(&self) -> Result<(), QueueError> {
        let mut pipe = redis::pipe();
        pipe.cmd("XTRIM")
            .arg(&self.stream)
            .arg("MINID")
            .arg(after(&self.last))
            .ignore();
        self.link.send(&pipe).await
    }
}

/// The id that comes after `id`, `ms-number`.
fn after(id: &str) -> String {
    match id.split_once('-') {
        Some((ms, number)) => format!("{ms}-{}", number.parse::<u64>().unwrap_or(0) + 1),
        None => id.to_owned(),
    }
}

fn parse(field: impl Fn(&str) -> String) -> Option<Told> {
    let data = field("d");
    let what = match &*field("e") {
        "spoken" => {
            let (audio, took) = data.split_once(' ')?;
            What::Spoken {
                audio: Duration::from_nanos(audio.parse().ok()?),
                took: Duration::from_millis(took.parse().ok()?),
            }
        }
        "lapsed" => What::Lapsed,
        "retried" => What::Retried { reason: data },
        "dead" => What::Dead {
            history: data.lines().map(str::to_owned).collect(),
        },
        _ => return None,
    };
    Some(Told {
        lane: LaneId::parse(&field("l")),
        key: key(&field("k"))?,
        worker: field("w"),
        tries: field("n").parse().unwrap_or(0),
        what,
    })
}
