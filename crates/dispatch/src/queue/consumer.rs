//! A worker of the queue: lease, speak, check, keep, tell.

use std::collections::HashMap;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use audiotome_core::{AudioStore, Clip, ClipCheck, Segment, SegmentKey, Utterance};
use audiotome_queue::{Again, LaneId, Leased, Queue, RedisStore, Spoken, Wake};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::debug;

use super::hands::Hands;
use super::held::Held;
use super::keep::Trouble;
use super::outbox::Outbox;
use super::skills::Known;
use crate::member::Member;
use crate::speaker::{Failure, Request, Speaker};
use crate::turns::Priority;

/// Leased beyond what is being spoken, so that a slot never waits for the network.
const AHEAD: usize = 1;
/// Clips that may be on their way to the store at once: what bounds the memory while it is away.
const WRITERS: usize = 8;
/// So long a hand goes on holding a segment that is spoken but not kept yet: asking for more is cheapest together with
/// saying that this one is done, but a slot must not wait for a slow store.
const KEEPING: Duration = Duration::from_millis(10);
/// Between two tries to reach Redis or the store, at first.
pub(super) const PAUSE: Duration = Duration::from_millis(100);

/// How a worker serves the queue.
#[derive(Clone, Debug)]
pub struct ConsumerSettings {
    /// What people call it; unique among all that ever lived.
    pub name: String,
    /// How long a segment is its own without a sign of life.
    pub lease: Duration,
    /// The least time that an engine is given for a segment.
    pub patience: Duration,
    /// It leaves after so many segments.
    pub max_segments: Option<u64>,
    /// It leaves when there was nothing to do for so long.
    pub max_idle: Option<Duration>,
}

/// Why a worker has left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It was told to.
    Drained,
    /// It has spoken as many segments as it was to.
    Enough,
    /// There was nothing to do.
    Idle,
}

/// How clips get from workers to masters.
#[derive(Clone)]
pub enum Transport {
    /// Through a store that all of them share.
    Shared(Arc<dyn AudioStore>),
    /// Through Redis, with the word that they are spoken.
    Redis(RedisStore),
}

/// A worker of the queue.
pub struct Consumer {
    pub(super) member: Arc<Member>,
    pub(super) queue: Queue,
    clips: Transport,
    /// Names the store, so that a worker never fills one that the master does not look into.
    store_id: String,
    pub(super) settings: ConsumerSettings,
    pub(super) held: Held,
    pub(super) outbox: Outbox,
    pub(super) trouble: Trouble,
    /// What the queue does not let it do: it may still tell that.
    pub(super) refusal: Mutex<Option<String>>,
    pub(super) known: Known,
    checks: Mutex<HashMap<LaneId, ClipCheck>>,
    /// Clips that are packed and written at once.
    writing: Semaphore,
    spoken: AtomicU64,
    pub(super) started: Instant,
    /// It takes nothing more.
    pub(super) drain: CancellationToken,
}

impl Consumer {
    /// A worker that speaks with `speaker`, until `drain`. Its clips go to the store that `clips` names.
    #[must_use]
    pub fn new(
        speaker: Arc<dyn Speaker>,
        queue: Queue,
        clips: (Transport, String),
        settings: ConsumerSettings,
        drain: CancellationToken,
    ) -> Arc<Self> {
        Self::of(
            Arc::new(Member::alone(speaker)),
            queue,
            clips,
            settings,
            drain,
        )
    }

    /// A member of a cluster that also serves the queue.
    pub(crate) fn of(
        member: Arc<Member>,
        queue: Queue,
        (clips, store_id): (Transport, String),
        settings: ConsumerSettings,
        drain: CancellationToken,
    ) -> Arc<Self> {
        Arc::new(Self {
            member,
            queue,
            clips,
            store_id,
            settings,
            held: Held::default(),
            outbox: Outbox::default(),
            trouble: Trouble::default(),
            refusal: Mutex::default(),
            known: Known::default(),
            checks: Mutex::default(),
            writing: Semaphore::new(WRITERS),
            spoken: AtomicU64::new(0),
            started: Instant::now(),
            drain,
        })
    }

    /// Serves until it is drained, has spoken enough, or is idle for too long; finishes what it speaks,
    /// gives the rest back, and leaves.
    pub async fn run(self: Arc<Self>) -> Ended {
        let beating = tokio::spawn(Arc::clone(&self).beat());
        let mut tasks = JoinSet::new();
        let ended = self.take_and_speak(&mut tasks).await;
        self.drain.cancel();
        self.finish_up(&mut tasks).await;
        beating.abort();
        let _ = self.queue.leave(&self.settings.name).await;
        ended
    }

    async fn take_and_speak(self: &Arc<Self>, tasks: &mut JoinSet<()>) -> Ended {
        let wake = Wake::listen(&self.queue);
        let mut hands = Hands::new();
        let mut since = Instant::now();
        let mut pause = PAUSE;
        loop {
            // As many hands as the member has turns, and one ahead.
            hands.grow_to(self.member.requests() + AHEAD);
            let mut free = tokio::select! {
                biased;
                () = self.drain.cancelled() => return Ended::Drained,
                free = self.free_hand(&hands) => Some(free),
                () = self.outbox.filled() => None,
            };
            while tasks.try_join_next().is_some() {}
            if self.still_to_speak() == Some(0) {
                return Ended::Enough;
            }
            let asked = free.as_ref().map_or(0, |_| self.how_many(&hands));
            if asked == 0 && free.take().is_some() {
                // What it holds may be enough.
                self.something_settled(tasks).await;
            }
            let Some(leases) = self.exchange_or_pause(asked, &mut pause).await else {
                if self.idle_for_too_long(&mut since) {
                    return Ended::Idle;
                }
                continue;
            };
            let learnt = self.learn(&leases.unknown).await;
            let there_is_more = learnt || leases.leased.len() >= asked;
            self.begin(leases.leased, free, &hands, tasks);
            // Who got less than it asked for need not ask again before there is news.
            if !there_is_more
                && let Some(ended) = self.wait(&wake, &mut since, leases.wait, tasks).await
            {
                return ended;
            }
        }
    }

    /// Begins with what was leased, a hand for each.
    fn begin(
        self: &Arc<Self>,
        leased: Vec<Leased>,
        mut free: Option<OwnedSemaphorePermit>,
        hands: &Hands,
        tasks: &mut JoinSet<()>,
    ) {
        for leased in leased {
            let hand = free.take().or_else(|| hands.another());
            let lost = self.held.take(&leased);
            tasks.spawn(Arc::clone(self).attempt(leased, lost, hand));
        }
    }

    /// Waits for work, `since` when there has been none. Says when it is time to leave.
    async fn wait(
        &self,
        wake: &Wake,
        since: &mut Instant,
        change: Option<Duration>,
        tasks: &mut JoinSet<()>,
    ) -> Option<Ended> {
        if self.idle_for_too_long(since) {
            return Some(Ended::Idle);
        }
        let most = self.settings.max_idle;
        let left = most.map(|most| most.saturating_sub(since.elapsed()));
        let waits = [change, self.known.next_change(), left];
        let counts = self.settings.max_segments.is_some();
        tokio::select! {
            () = wake.wait(waits.into_iter().flatten().min()) => None,
            () = self.outbox.filled() => None,
            // It may have been the last one.
            Some(_) = tasks.join_next(), if counts => None,
            () = self.drain.cancelled() => Some(Ended::Drained),
        }
    }

    /// Whether there was nothing to do, `since` then, for as long as it waits for work.
    fn idle_for_too_long(&self, since: &mut Instant) -> bool {
        if self.held.count() > 0 {
            *since = Instant::now();
        }
        let most = self.settings.max_idle;
        most.is_some_and(|most| since.elapsed() >= most)
    }

    /// A hand for another segment, once the member does not rest.
    async fn free_hand(&self, hands: &Hands) -> OwnedSemaphorePermit {
        self.member.rested().await;
        hands.free().await
    }

    /// Waits until something of what it has is spoken, or is its own no more.
    async fn something_settled(&self, tasks: &mut JoinSet<()>) {
        tokio::select! {
            () = self.outbox.filled() => {}
            _ = tasks.join_next() => {}
        }
    }

    /// As many as there are free hands, one of which the caller has, and never more than it is to speak.
    fn how_many(&self, hands: &Hands) -> usize {
        let count = hands.left() + 1;
        let Some(left) = self.still_to_speak() else {
            return count;
        };
        let left = left.saturating_sub(self.held.count() as u64);
        count.min(usize::try_from(left).unwrap_or(usize::MAX))
    }

    /// How many segments it speaks before it leaves, where there is an end.
    fn still_to_speak(&self) -> Option<u64> {
        let spoken = self.spoken.load(Ordering::Relaxed);
        let most = self.settings.max_segments;
        most.map(|most| most.saturating_sub(spoken))
    }

    /// Learns whether it can speak these. Returns whether there was anything to learn.
    async fn learn(&self, lanes: &[LaneId]) -> bool {
        let mut learnt = false;
        for id in lanes {
            if let Ok(Some(lane)) = self.queue.lane(id).await {
                self.known
                    .learn(&self.member, id, &lane, &self.store_id)
                    .await;
                learnt = true;
            }
        }
        if learnt && let Err(error) = self.beat_once().await {
            debug!(%error, "could not tell what it can speak");
        }
        learnt
    }

    /// One lease, from hand to store.
    async fn attempt(
        self: Arc<Self>,
        leased: Leased,
        lost: CancellationToken,
        hand: Option<OwnedSemaphorePermit>,
    ) {
        let spoken = tokio::select! {
            spoken = self.settle(&leased, hand) => spoken,
            // Another one has it by now, or nobody needs it.
            () = lost.cancelled() => {
                debug!(segment.key = %leased.key, "lost a lease");
                None
            }
        };
        match spoken {
            // It is held until the queue has heard of it.
            Some(spoken) => {
                self.spoken.fetch_add(1, Ordering::Relaxed);
                self.outbox.put(leased, spoken);
            }
            None => self.held.drop(&leased),
        }
    }

    /// Speaks, checks and keeps.
    async fn settle(&self, leased: &Leased, hand: Option<OwnedSemaphorePermit>) -> Option<Spoken> {
        // Whoever had it before may have died between keeping the clip and saying so.
        if leased.tries > 0
            && let Transport::Shared(store) = &self.clips
            && let Ok(Some(clip)) = store.get(&leased.key).await
        {
            return Some(Spoken::kept(leased, clip.duration()));
        }
        let clip = match self.speak(leased).await {
            Some(Ok(clip)) => clip,
            Some(Err(failure)) => {
                self.fail(leased, failure).await;
                return None;
            }
            None => {
                self.release(leased).await;
                return None;
            }
        };
        if let Err(suspect) = self.judge(leased, &clip) {
            self.say_failed(leased, &suspect, Again::Suspect).await;
            return None;
        }
        match &self.clips {
            Transport::Shared(store) => self.store(&**store, leased, clip, hand).await,
            Transport::Redis(_) => Some(Spoken::carried(leased, clip)),
        }
    }

    /// Keeps a clip, and lets go of the hand where that takes long.
    async fn store(
        &self,
        store: &dyn AudioStore,
        leased: &Leased,
        clip: Clip,
        mut hand: Option<OwnedSemaphorePermit>,
    ) -> Option<Spoken> {
        let _writing = self.writing.acquire().await;
        let spoken = Spoken::kept(leased, clip.duration());
        let mut keeping = pin!(self.keep(store, leased, clip));
        let kept = tokio::select! {
            kept = &mut keeping => kept,
            () = tokio::time::sleep(KEEPING) => {
                drop(hand.take());
                keeping.await
            }
        };
        if !kept {
            self.release(leased).await;
        }
        kept.then_some(spoken)
    }

    /// A clip that passed the check. `None` when the worker leaves before it has begun.
    async fn speak(&self, leased: &Leased) -> Option<Result<Clip, Failure>> {
        let narration = match self.known.narration(&leased.lane) {
            Some(narration) => narration,
            // Known to others of the same skill.
            None => {
                let lane = self.queue.lane(&leased.lane).await.ok()??;
                self.known.remember(&leased.lane, &lane);
                Arc::new(lane.narration)
            }
        };
        let usual = Priority::default();
        let turn = tokio::select! {
            biased;
            () = self.drain.cancelled() => return None,
            turn = self.member.turns.take(&usual) => turn,
        };
        let segment = Segment {
            key: leased.key,
            engine: Arc::new(narration.engine.clone()),
            source: leased.segment.text.as_str().into(),
            utterance: Utterance {
                text: leased.segment.text.as_str().into(),
                voice: narration.voice.as_str().into(),
                language: leased.segment.language.clone(),
                speed: narration.speed,
            },
            pause_after: Duration::ZERO,
        };
        let characters = leased.segment.text.chars().count();
        let limit = self.member.pace().limit(characters, self.settings.patience);
        let request = Request {
            segment: &segment,
            engine: &narration.engine,
            trace: &trace(&leased.key, leased.tries),
        };
        let started = Instant::now();
        let spoken = tokio::time::timeout(limit, self.member.speaker.speak(request)).await;
        drop(turn);
        let late = || Failure::Speaker(format!("no answer within {} s", limit.as_secs()));
        let clip = match spoken.unwrap_or_else(|_| Err(late())) {
            Ok(clip) => clip,
            Err(failure) => return Some(Err(failure)),
        };
        self.member.counters.spoke(characters);
        self.member.pace().learn(characters, started.elapsed());
        self.member.health().succeeded();
        Some(Ok(clip))
    }

    fn judge(&self, leased: &Leased, clip: &Clip) -> Result<(), String> {
        let mut checks = self.checks.lock().unwrap_or_else(PoisonError::into_inner);
        if checks.len() > 1000 {
            checks.clear();
        }
        let check = checks.entry(leased.lane.clone()).or_default();
        check
            .judge(&leased.segment.text, clip)
            .map_err(|suspect| suspect.to_string())
    }
}

/// A W3C trace context: the segment is the trace, the try is the span.
fn trace(key: &SegmentKey, tries: u32) -> String {
    let key = key.to_string();
    format!("00-{}-{}{:04x}-01", &key[..32], &key[32..44], tries + 1)
}
