//! The queue as workers see it: lease, renew, finish, fail.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use audiotome_core::{Clip, SegmentKey};
use serde::{Deserialize, Serialize};

use crate::clips;
use crate::error::QueueError;
use crate::lane::{LaneId, Queued, Skill, key};
use crate::queue::{Queue, json, ms};
use crate::scripts;

/// Which skills a worker has and which it lacks.
pub type Skills = BTreeMap<Skill, bool>;

/// A segment in the hands of a worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Leased {
    /// The lane that it belongs to.
    pub lane: LaneId,
    /// Where its clip goes.
    pub key: SegmentKey,
    /// Names this lease: another one of the same segment has another entry.
    pub entry: String,
    /// What to speak.
    pub segment: Queued,
    /// Tries that failed before.
    pub tries: u32,
}

/// What a worker gets when it asks for work.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Leases {
    /// The segments, most urgent first.
    pub leased: Vec<Leased>,
    /// When something may change without anybody saying so.
    pub wait: Option<Duration>,
    /// Lanes that need a skill of which the worker did not say whether it has it.
    pub unknown: Vec<LaneId>,
}

/// A segment that is spoken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spoken {
    /// The lane that it belongs to.
    pub lane: LaneId,
    /// Where its clip is.
    pub key: SegmentKey,
    /// How long the clip is.
    pub audio: Duration,
    /// The clip, where Redis is the store: it gets there together with the word that it is there.
    pub clip: Option<Arc<Clip>>,
}

impl Spoken {
    /// What was leased is spoken, and its clip of such a length is in the store.
    #[must_use]
    pub fn kept(leased: &Leased, audio: Duration) -> Self {
        Self {
            lane: leased.lane.clone(),
            key: leased.key,
            audio,
            clip: None,
        }
    }

    /// What was leased is spoken, and Redis shall keep its clip.
    #[must_use]
    pub fn carried(leased: &Leased, clip: Clip) -> Self {
        let audio = clip.duration();
        Self {
            clip: Some(Arc::new(clip)),
            ..Self::kept(leased, audio)
        }
    }
}

/// What came of saying what is spoken and asking for more.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Exchange {
    /// What the worker got.
    pub leases: Leases,
    /// Of each clip, whether it was the first of its segment.
    pub news: Vec<bool>,
}

/// Whether another try can help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// It can.
    Yes,
    /// The clip did not pass the check: one more.
    Suspect,
    /// It can't.
    No,
}

/// How soon a failed segment is tried again: doubling from the first wait to the longest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retry {
    /// After the first failure.
    pub first: Duration,
    /// At most.
    pub longest: Duration,
}

/// What a worker tells about itself with every heartbeat.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct WorkerStatus {
    /// Unique among all that ever lived.
    pub name: String,
    /// Version of the program.
    pub version: String,
    /// Utterances that it speaks at once.
    pub slots: usize,
    /// Slots that speak now.
    pub busy: usize,
    /// What they speak: the begin of each text.
    pub speaking: Vec<String>,
    /// Segments that it has spoken.
    pub segments: u64,
    /// Characters that it has spoken.
    pub characters: u64,
    /// Tries of its that gave no clip.
    pub failures: u64,
    /// Characters that a slot speaks in a second.
    pub characters_per_second: f64,
    /// Memory in use, bytes.
    pub memory_bytes: u64,
    /// Seconds since it started.
    pub uptime_s: f64,
    /// Whether it takes nothing more and is about to leave.
    pub draining: bool,
    /// What holds it up, while it does: a store that is full or away, say.
    #[serde(default)]
    pub trouble: Option<String>,
    /// Seconds between two signs of life.
    #[serde(default)]
    pub sign_every_s: f64,
    /// Seconds without one after which it is gone.
    #[serde(default)]
    pub gone_after_s: f64,
    /// Whether its next sign of life should have come by now: what it did last is not what it does.
    #[serde(default)]
    pub overdue: bool,
    /// What it can't speak, and why: skill → reason.
    pub lacks: BTreeMap<Skill, String>,
    /// What it can speak.
    pub skills: Vec<Skill>,
}

/// So late may a sign of life be on a machine that has much to do.
const HICCUP: f64 = 2.0;

impl WorkerStatus {
    /// As it is when it would count as gone after `left` more.
    pub(crate) fn seen(mut self, left: Duration) -> Self {
        let silent = self.gone_after_s - left.as_secs_f64();
        self.overdue = silent > HICCUP.max(3.0 * self.sign_every_s);
        if self.overdue {
            self.busy = 0;
            self.speaking.clear();
        }
        self
    }
}

/// What a heartbeat brings back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Orders {
    /// Somebody wants it to finish what it speaks, and leave.
    pub drain: bool,
    /// Leases that are another's by now, or of no use to anybody.
    pub lost: Vec<SegmentKey>,
}

impl Queue {
    /// Says what is spoken, and leases up to `count` segments: what a busy worker needs between two
    /// segments, in one call.
    ///
    /// # Errors
    /// When Redis can't be used now. What was to be said may have been heard; saying it again does no harm.
    pub async fn exchange(
        &self,
        worker: &str,
        spoken: &[Spoken],
        count: usize,
        lease: Duration,
        skills: &Skills,
    ) -> Result<Exchange, QueueError> {
        let mut script = scripts::LEASE.key(&self.prefix);
        script
            .arg(worker)
            .arg(count)
            .arg(ms(lease))
            .arg(json(skills));
        for spoken in spoken {
            script
                .arg(spoken.lane.as_str())
                .arg(spoken.key.to_string())
                .arg(spoken.audio.as_nanos().to_string())
                .arg(if spoken.clip.is_some() { "redis" } else { "" });
        }
        type Answer = (
            Vec<(String, String, String, String)>,
            i64,
            Vec<String>,
            Vec<bool>,
        );
        // Sent together and in this order: one round trip.
        let (kept, answer) = tokio::join!(self.carry(spoken), self.link.invoke(&script));
        kept?;
        let (leased, wait, unknown, news): Answer = answer?;
        Ok(Exchange {
            leases: Leases {
                leased: leased.into_iter().filter_map(leased_segment).collect(),
                wait: u64::try_from(wait).ok().map(Duration::from_millis),
                unknown: unknown.iter().map(|lane| LaneId::parse(lane)).collect(),
            },
            news,
        })
    }

    /// Puts the clips of what is spoken into Redis.
    async fn carry(&self, spoken: &[Spoken]) -> Result<(), QueueError> {
        let mut pipe = redis::pipe();
        for spoken in spoken {
            if let Some(clip) = &spoken.clip {
                pipe.add_command(clips::set(self, &spoken.key, clip))
                    .ignore();
            }
        }
        if pipe.is_empty() {
            return Ok(());
        }
        self.link.send(&pipe).await
    }

    /// Leases up to `count` segments to a worker.
    ///
    /// # Errors
    /// When Redis can't be used now.
    pub async fn lease(
        &self,
        worker: &str,
        count: usize,
        lease: Duration,
        skills: &Skills,
    ) -> Result<Leases, QueueError> {
        let exchange = self.exchange(worker, &[], count, lease, skills).await?;
        Ok(exchange.leases)
    }

    /// The clip is in the store. Returns whether that is news.
    ///
    /// # Errors
    /// When Redis can't be used now.
    pub async fn finish(
        &self,
        worker: &str,
        leased: &Leased,
        audio: Duration,
    ) -> Result<bool, QueueError> {
        let spoken = [Spoken::kept(leased, audio)];
        let exchange = self
            .exchange(worker, &spoken, 0, Duration::ZERO, &Skills::new())
            .await?;
        Ok(exchange.news == [true])
    }

    /// A try gave no clip.
    ///
    /// # Errors
    /// When Redis can't be used now.
    pub async fn fail(
        &self,
        worker: &str,
        leased: &Leased,
        reason: &str,
        again: Again,
        retry: Retry,
    ) -> Result<(), QueueError> {
        let mut script = scripts::FAIL.key(&self.prefix);
        script
            .arg(leased.lane.as_str())
            .arg(leased.key.to_string())
            .arg(&leased.entry)
            .arg(worker)
            .arg(reason.replace('\n', " "))
            .arg(match again {
                Again::Yes => "again",
                Again::Suspect => "suspect",
                Again::No => "never",
            })
            .arg(ms(retry.first))
            .arg(ms(retry.longest));
        let _: String = self.link.invoke(&script).await?;
        Ok(())
    }

    /// Gives leases back untried.
    ///
    /// # Errors
    /// When Redis can't be used now.
    pub async fn release(&self, worker: &str, leased: &[Leased]) -> Result<(), QueueError> {
        let mut script = scripts::RELEASE.key(&self.prefix);
        script.arg(worker);
        name(&mut script, leased);
        self.link.invoke(&script).await
    }

    /// Tells that the worker is alive, for as long as `ttl`, and renews its leases.
    ///
    /// # Errors
    /// When Redis can't be used now.
    pub async fn beat(
        &self,
        status: &WorkerStatus,
        ttl: Duration,
        lease: Duration,
        leased: &[Leased],
    ) -> Result<Orders, QueueError> {
        let mut script = scripts::BEAT.key(&self.prefix);
        script
            .arg(&status.name)
            .arg(ms(ttl))
            .arg(json(status))
            .arg(ms(lease));
        name(&mut script, leased);
        let (order, lost): (String, Vec<String>) = self.link.invoke(&script).await?;
        Ok(Orders {
            drain: order == "drain",
            lost: lost.iter().filter_map(|lost| key(lost)).collect(),
        })
    }

    /// The worker leaves.
    ///
    /// # Errors
    /// When Redis can't be used now.
    pub async fn leave(&self, worker: &str) -> Result<(), QueueError> {
        let mut script = scripts::LEAVE.key(&self.prefix);
        script.arg(worker);
        self.link.invoke(&script).await
    }
}

fn name(script: &mut redis::ScriptInvocation<'_>, leased: &[Leased]) {
    for leased in leased {
        script
            .arg(leased.lane.as_str())
            .arg(leased.key.to_string())
            .arg(&leased.entry);
    }
}

/// A lease as the script gives it. What does not parse was not written by us, and its lease runs out.
fn leased_segment(
    (lane, text, entry, segment): (String, String, String, String),
) -> Option<Leased> {
    #[derive(Deserialize)]
    struct Full {
        #[serde(flatten)]
        segment: Queued,
        tries: u32,
    }
    let full: Full = serde_json::from_str(&segment).ok()?;
    Some(Leased {
        lane: LaneId::parse(&lane),
        key: key(&text)?,
        entry,
        segment: full.segment,
        tries: full.tries,
    })
}
