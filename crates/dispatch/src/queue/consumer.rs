//! A worker of the queue: lease, speak, check, keep, tell.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use audiotome_core::{AudioStore, Clip, ClipCheck, Segment, SegmentKey, StoreError, Utterance};
use audiotome_queue::{Again, LaneId, Leased, Leases, Queue, QueueError, Retry, Wake};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tracing::{debug, warn};

use super::hands::Hands;
use super::held::Held;
use super::skills::Known;
use crate::member::Member;
use crate::speaker::{Failure, Request, Speaker};
use crate::turns::Priority;

/// Leased beyond what is being spoken, so that a slot never waits for the network.
const AHEAD: usize = 1;
/// Clips that may be on their way to the store at once: what bounds the memory while it is away.
const WRITERS: usize = 8;
/// Tries that are made to say that something is done, or given back, before the lease is left to run out.
const LAST_WORDS: u32 = 5;
/// Between two tries to reach Redis or the store; it doubles up to [`LONGEST_PAUSE`].
const PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
const RETRY: Retry = Retry {
    first: Duration::from_millis(200),
    longest: Duration::from_secs(30),
};

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

/// A worker of the queue.
pub struct Consumer {
    pub(super) member: Arc<Member>,
    pub(super) queue: Queue,
    store: Arc<dyn AudioStore>,
    /// Names the store, so that a worker never fills one that the master does not look into.
    store_id: String,
    pub(super) settings: ConsumerSettings,
    pub(super) held: Held,
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
    /// A worker that speaks with `speaker` and keeps the clips in `store`, until `drain`.
    #[must_use]
    pub fn new(
        speaker: Arc<dyn Speaker>,
        queue: Queue,
        store: (Arc<dyn AudioStore>, String),
        settings: ConsumerSettings,
        drain: CancellationToken,
    ) -> Arc<Self> {
        Self::of(
            Arc::new(Member::alone(speaker)),
            queue,
            store,
            settings,
            drain,
        )
    }

    /// A member of a cluster that also serves the queue.
    pub(crate) fn of(
        member: Arc<Member>,
        queue: Queue,
        (store, store_id): (Arc<dyn AudioStore>, String),
        settings: ConsumerSettings,
        drain: CancellationToken,
    ) -> Arc<Self> {
        Arc::new(Self {
            member,
            queue,
            store,
            store_id,
            settings,
            held: Held::default(),
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
        while tasks.join_next().await.is_some() {}
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
            let free = tokio::select! {
                free = hands.free() => free,
                () = self.drain.cancelled() => return Ended::Drained,
            };
            while tasks.try_join_next().is_some() {}
            match self.still_to_speak() {
                Some(0) => return Ended::Enough,
                // What it holds may be enough.
                Some(left) if left <= self.held.all().len() as u64 => {
                    drop(free);
                    tasks.join_next().await;
                    continue;
                }
                _ => {}
            }
            let asked = self.how_many(&hands);
            let Some(leases) = self.lease_or_pause(asked, &mut pause).await else {
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
        free: OwnedSemaphorePermit,
        hands: &Hands,
        tasks: &mut JoinSet<()>,
    ) {
        let mut free = Some(free);
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
            // It may have been the last one.
            Some(_) = tasks.join_next(), if counts => None,
            () = self.drain.cancelled() => Some(Ended::Drained),
        }
    }

    /// Whether there was nothing to do, `since` then, for as long as it waits for work.
    fn idle_for_too_long(&self, since: &mut Instant) -> bool {
        if !self.held.all().is_empty() {
            *since = Instant::now();
        }
        let most = self.settings.max_idle;
        most.is_some_and(|most| since.elapsed() >= most)
    }

    /// Leases, or waits a little where the queue is away.
    async fn lease_or_pause(&self, count: usize, pause: &mut Duration) -> Option<Leases> {
        match self.lease(count).await {
            Ok(leases) => {
                *pause = PAUSE;
                Some(leases)
            }
            Err(error) => {
                warn!(worker.name = self.settings.name, %error, "waits for the queue");
                self.pause(pause).await;
                None
            }
        }
    }

    /// As many as there are free hands, one of which the caller has, and never more than it is to speak.
    fn how_many(&self, hands: &Hands) -> usize {
        let count = hands.left() + 1;
        let Some(left) = self.still_to_speak() else {
            return count;
        };
        let left = left.saturating_sub(self.held.all().len() as u64);
        count.min(usize::try_from(left).unwrap_or(usize::MAX))
    }

    async fn lease(&self, count: usize) -> Result<Leases, QueueError> {
        self.member.rested().await;
        let Self {
            queue, settings, ..
        } = self;
        queue
            .lease(&settings.name, count, settings.lease, &self.known.skills())
            .await
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
        tokio::select! {
            () = self.settle(&leased, hand) => {}
            // Another one has it by now, or nobody needs it.
            () = lost.cancelled() => debug!(segment.key = %leased.key, "lost a lease"),
        }
        self.held.drop(&leased);
    }

    async fn settle(&self, leased: &Leased, hand: Option<OwnedSemaphorePermit>) {
        // Whoever had it before may have died between keeping the clip and saying so.
        if leased.tries > 0
            && let Ok(Some(clip)) = self.store.get(&leased.key).await
        {
            return self.finish(leased, clip.duration()).await;
        }
        let clip = match self.speak(leased).await {
            Some(Ok(clip)) => clip,
            Some(Err(failure)) => return self.fail(leased, failure).await,
            None => return self.release(leased).await,
        };
        // The slot goes on while this clip is packed and written, unless that takes long.
        let _writing = self.writing.acquire().await;
        drop(hand);
        if let Err(suspect) = self.judge(leased, &clip) {
            return self.say_failed(leased, &suspect, Again::Suspect).await;
        }
        let audio = clip.duration();
        if self.keep(leased, clip).await {
            self.finish(leased, audio).await;
        } else {
            self.release(leased).await;
        }
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
            source: leased.task.text.as_str().into(),
            utterance: Utterance {
                text: leased.task.text.as_str().into(),
                voice: narration.voice.as_str().into(),
                language: leased.task.language.clone(),
                speed: narration.speed,
            },
            pause_after: Duration::ZERO,
        };
        let characters = leased.task.text.chars().count();
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

    /// Makes the clip durable, however long the store is away. Returns whether it could, before it had to leave.
    async fn keep(&self, leased: &Leased, clip: Clip) -> bool {
        let mut pause = PAUSE;
        loop {
            match self.store.put(&leased.key, clip.clone()).await {
                Ok(()) => return true,
                Err(error) => self.report_store(&error),
            }
            if self.drain.is_cancelled() {
                return false;
            }
            self.pause(&mut pause).await;
        }
    }

    fn judge(&self, leased: &Leased, clip: &Clip) -> Result<(), String> {
        let mut checks = self.checks.lock().unwrap_or_else(PoisonError::into_inner);
        if checks.len() > 1000 {
            checks.clear();
        }
        let check = checks.entry(leased.lane.clone()).or_default();
        check
            .judge(&leased.task.text, clip)
            .map_err(|suspect| suspect.to_string())
    }

    fn report_store(&self, error: &StoreError) {
        let error: &dyn std::error::Error = error;
        warn!(
            worker.name = self.settings.name,
            error, "waits for the store"
        );
    }

    async fn finish(&self, leased: &Leased, audio: Duration) {
        self.spoken.fetch_add(1, Ordering::Relaxed);
        let name = &self.settings.name;
        // The clip is durable: even if nobody hears of it, it is found under its key.
        if let Some(first) = self.insist(|| self.queue.finish(name, leased, audio)).await {
            debug!(segment.key = %leased.key, first, "spoken");
        }
    }

    async fn fail(&self, leased: &Leased, failure: Failure) {
        let (again, reason) = match failure {
            Failure::Busy(wait) => {
                self.member.health().busy(wait, Instant::now());
                return self.release(leased).await;
            }
            Failure::Unfit(reason) => {
                self.known.forget(&leased.lane.skill(), reason);
                return self.release(leased).await;
            }
            Failure::Speaker(reason) => {
                self.member.health().failed(&reason, Instant::now());
                (Again::Yes, reason)
            }
            Failure::Segment {
                again: true,
                reason,
            } => (Again::Yes, reason),
            Failure::Segment {
                again: false,
                reason,
            } => (Again::No, reason),
        };
        self.say_failed(leased, &reason, again).await;
    }

    async fn say_failed(&self, leased: &Leased, reason: &str, again: Again) {
        self.member.counters.failed();
        warn!(segment.key = %leased.key, segment.attempt = leased.tries + 1, reason, "a segment failed");
        let name = &self.settings.name;
        self.insist(|| self.queue.fail(name, leased, reason, again, RETRY))
            .await;
    }

    async fn release(&self, leased: &Leased) {
        let name = &self.settings.name;
        self.insist(|| self.queue.release(name, std::slice::from_ref(leased)))
            .await;
    }

    /// Says something until Redis has heard it, or the worker has to leave.
    async fn insist<T, F>(&self, mut say: impl FnMut() -> F) -> Option<T>
    where
        F: Future<Output = Result<T, QueueError>>,
    {
        let mut pause = PAUSE;
        for tries in 1.. {
            if let Ok(heard) = say().await {
                return Some(heard);
            }
            if self.drain.is_cancelled() && tries >= LAST_WORDS {
                break;
            }
            tokio::time::sleep(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        None
    }

    async fn pause(&self, pause: &mut Duration) {
        tokio::select! {
            () = tokio::time::sleep(*pause) => {}
            () = self.drain.cancelled() => {}
        }
        *pause = (*pause * 2).min(LONGEST_PAUSE);
    }
}

/// A W3C trace context: the segment is the trace, the try is the span.
fn trace(key: &SegmentKey, tries: u32) -> String {
    let key = key.to_string();
    format!("00-{}-{}{:04x}-01", &key[..32], &key[32..44], tries + 1)
}
