//! One run over the missing segments of a plan, spoken by whoever serves the queue.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::pin::pin;
use std::sync::Arc;
use std::time::{Duration, Instant};

use audiotome_core::{AudioStore, DeadLetter, Event, Plan, Segment, SegmentKey, StoreError};
use audiotome_queue::{Lane, LaneId, QueueError, Queued, Skill, Told, What, rest};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::producer::{News, Producer};
use crate::missing::Missing;
use crate::round::{ALL_REFUSED, DispatchError, Outcome, characters, look_up};
use crate::settings::Settings;

mod compare;
mod fetch;
mod follow;
mod look;

/// Segments that are added in one call: Redis does nothing else meanwhile.
const BATCH: usize = 250;
/// Between two looks at priority and leases.
const TICK: Duration = Duration::from_secs(1);
/// Between two looks at the workers.
const LOOK: Duration = Duration::from_secs(2);
/// After so long without news, somebody wants to know why.
const SILENCE: Duration = Duration::from_secs(5);
/// After so long without news, what Redis knows is compared with what it should know.
const COMPARE: Duration = Duration::from_secs(30);
/// Between two tries to reach Redis.
const PAUSE: Duration = Duration::from_millis(250);

/// Where a missing segment stands, for the master.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Open,
    /// Its clip is on its way from Redis to the store.
    Fetching,
    Done,
    Dead,
}

/// Who spoke a segment; nothing of it is known where the clip was found.
#[derive(Default)]
struct By {
    worker: String,
    took: Option<Duration>,
}

impl By {
    fn told(worker: String, took: Duration) -> Self {
        let took = Some(took);
        Self { worker, took }
    }
}

pub(super) struct QueueRound<'a> {
    producer: &'a Producer,
    plan: &'a Arc<Plan>,
    settings: Settings,
    events: UnboundedSender<Event>,
    store: Arc<dyn AudioStore>,
    id: LaneId,
    lane: Lane,
    news: UnboundedReceiver<News>,
    missing: Missing,
    /// Task of each key.
    tasks: HashMap<SegmentKey, usize>,
    states: Vec<State>,
    histories: BTreeMap<usize, Vec<String>>,
    open: usize,
    fetching: JoinSet<(usize, By, Result<Option<Duration>, StoreError>)>,
    /// Why nothing goes on, as it was reported.
    lack: Option<String>,
    /// Who has which task, as it was reported.
    speakers: HashMap<usize, String>,
    /// Workers that are held up, and by what, as it was reported.
    troubles: HashMap<String, String>,
    /// Workers that let a lease run out, as it was reported.
    lost: HashSet<String>,
    last_news: Instant,
    looked: Instant,
    compared: Instant,
    /// Redis may have lost something.
    unsure: bool,
    priority: i32,
    /// Where the queue knows a listener to be.
    position: usize,
    closed: bool,
}

/// Whoever gives up a round in the middle needs nothing more of it.
impl Drop for QueueRound<'_> {
    fn drop(&mut self) {
        self.news.close();
        if !self.closed {
            tokio::spawn(self.producer.leave(&self.id));
        }
    }
}

impl<'a> QueueRound<'a> {
    /// Listens for news of the plan.
    pub(super) fn new(
        producer: &'a Producer,
        plan: &'a Arc<Plan>,
        title: &str,
        settings: Settings,
        events: UnboundedSender<Event>,
    ) -> Self {
        let id = LaneId::new(
            &Skill::of(&plan.narration),
            &producer.settings.name,
            &digest(plan),
        );
        Self {
            store: producer.patient_store(&events),
            news: producer.listen(&id),
            lane: Lane {
                narration: plan.narration.clone(),
                engine: plan.narration.engine.engine.clone(),
                master: producer.settings.name.clone(),
                title: title.to_owned(),
                store: producer.settings.store_id.clone(),
            },
            id,
            priority: settings.priority.get(),
            position: 0,
            producer,
            plan,
            settings,
            events,
            missing: Missing::new(plan, &HashSet::new()),
            tasks: HashMap::new(),
            states: Vec::new(),
            histories: BTreeMap::new(),
            open: plan.segments.len(),
            fetching: JoinSet::new(),
            lack: None,
            speakers: HashMap::new(),
            troubles: HashMap::new(),
            lost: HashSet::new(),
            last_news: Instant::now(),
            looked: Instant::now(),
            compared: Instant::now(),
            unsure: false,
            closed: false,
        }
    }

    /// Adds, listens and waits, until everything is settled.
    pub(super) async fn run(mut self, cancel: CancellationToken) -> Result<Outcome, DispatchError> {
        let cancelled = tokio::select! {
            biased;
            () = cancel.cancelled() => true,
            done = self.go() => {
                if let Err(error) = done {
                    self.close().await;
                    return Err(error);
                }
                false
            }
        };
        let dead = std::mem::take(&mut self.histories).into_iter();
        let dead = dead.filter(|(task, _)| self.states[*task] == State::Dead);
        let dead = dead.map(|(task, history)| DeadLetter {
            task: self.missing.segments[task],
            history,
        });
        let dead = dead.collect();
        self.close().await;
        Ok(Outcome {
            dead,
            cancelled: cancelled && self.open > 0,
        })
    }

    async fn go(&mut self) -> Result<(), DispatchError> {
        self.begin().await?;
        let mut position = self.settings.position.watch();
        let mut next_look = pin!(rest(Duration::ZERO));
        while self.open > 0 {
            tokio::select! {
                Ok(()) = position.changed() => self.follow().await,
                Some(news) = self.news.recv() => self.hear(news).await?,
                Some(fetched) = self.fetching.join_next() => {
                    let (task, by, clip) = fetched.expect("fetching does not panic");
                    self.fetched(task, by, clip?).await;
                }
                () = &mut next_look => {
                    self.tick().await?;
                    next_look.set(rest(TICK));
                }
            }
        }
        Ok(())
    }

    /// Adds what is missing.
    async fn begin(&mut self) -> Result<(), DispatchError> {
        let known = self.take_over().await;
        self.look_up().await?;
        let mut new = self.in_order();
        new.retain(|task| !known.contains(&self.key(*task)));
        self.add(new).await;
        if self.producer.settings.fetch.is_some() {
            // An earlier run of this master may have left clips in Redis.
            self.compare().await?;
        }
        Ok(())
    }

    /// What an earlier run of this master left in the queue is told to this one from now on. Returns the keys: looking into
    /// the store comes after that, so that what is spoken meanwhile is not added again, and spoken twice.
    async fn take_over(&self) -> HashSet<SegmentKey> {
        let queue = &self.producer.queue;
        let known = match self.try_to_add(&[]).await {
            Ok(_) => queue.open(&self.id).await,
            Err(error) => Err(error),
        };
        // Without Redis nothing is spoken.
        known.unwrap_or_default().into_iter().collect()
    }

    /// Asks the store what is missing.
    async fn look_up(&mut self) -> Result<(), DispatchError> {
        self.missing = look_up(self.plan, &*self.store, &self.events).await?;
        let count = self.missing.segments.len();
        self.tasks = (0..count).map(|task| (self.key(task), task)).collect();
        self.states = vec![State::Open; count];
        self.open = count;
        Ok(())
    }

    async fn hear(&mut self, news: News) -> Result<(), DispatchError> {
        match news {
            News::Told(told) => {
                self.last_news = Instant::now();
                self.told(told).await?;
            }
            News::Back => {
                self.unsure = true;
                self.compare().await?;
            }
            News::Away(reason) => self.report_lack(reason),
        }
        Ok(())
    }

    async fn told(&mut self, told: Told) -> Result<(), DispatchError> {
        let Some(&task) = self.tasks.get(&told.key) else {
            return Ok(());
        };
        match told.what {
            What::Spoken { audio, took } => match &self.producer.settings.fetch {
                Some(clips) if matches!(self.states[task], State::Open | State::Dead) => {
                    let clips = clips.clone();
                    self.fetch(task, By::told(told.worker, took), clips).await?;
                }
                Some(_) => {}
                None => self.spoken(task, By::told(told.worker, took), audio),
            },
            What::Retried { reason } => self.retried(task, told.tries, reason, told.worker),
            What::Lapsed => {
                self.report_lost(&told.worker);
                let reason = "its lease ran out".to_owned();
                self.retried(task, told.tries, reason, told.worker);
            }
            What::Dead { history } if self.states[task] == State::Open => {
                self.states[task] = State::Dead;
                self.open -= 1;
                let reason = history.last().cloned().unwrap_or_default();
                self.histories.insert(task, history);
                self.refused(&reason)?;
                self.report(Event::Died {
                    segment: self.missing.segments[task],
                    reason,
                });
            }
            What::Dead { .. } => {}
        }
        Ok(())
    }

    fn retried(&mut self, task: usize, attempt: u32, reason: String, worker: String) {
        self.speakers.remove(&task);
        self.report(Event::Retried {
            segment: self.missing.segments[task],
            attempt,
            reason,
            worker,
        });
    }

    /// Gives up when the first segments were all refused, as [`crate::speak`] does.
    fn refused(&self, reason: &str) -> Result<(), DispatchError> {
        let new = self.states.len() * 2 > self.plan.segments.len();
        if new && !self.states.contains(&State::Done) && self.histories.len() >= ALL_REFUSED {
            return Err(DispatchError::Refused {
                sentences: ALL_REFUSED,
                reason: reason.to_owned(),
            });
        }
        Ok(())
    }

    /// The clip of a task is in the store.
    fn spoken(&mut self, task: usize, By { worker, took }: By, audio: Duration) {
        // Whoever was believed to be dead lives.
        self.lost.remove(&worker);
        match std::mem::replace(&mut self.states[task], State::Done) {
            State::Done => return,
            // Somebody gave a dead letter new tries.
            State::Dead => {}
            State::Open | State::Fetching => self.open -= 1,
        }
        let segment = self.missing.segments[task];
        if self.lack.take().is_some() {
            // Somebody is at work again.
            let worker = worker.clone();
            self.report(Event::Speaking { segment, worker });
        }
        let planned = &self.plan.segments[segment];
        self.report(Event::Spoken {
            segment,
            key: planned.key.to_string(),
            characters: characters(planned),
            audio,
            worker,
            took,
        });
        for chapter in self.missing.arrived(task) {
            self.report(Event::ChapterSpoken { chapter });
        }
    }

    async fn tick(&mut self) -> Result<(), DispatchError> {
        let priority = self.settings.priority.get();
        if priority != self.priority
            && self
                .producer
                .queue
                .prioritise(&self.id, priority)
                .await
                .is_ok()
        {
            self.priority = priority;
        }
        self.follow().await;
        self.look_at_leases().await;
        self.look_at_workers().await;
        let silence = self.last_news.elapsed();
        let forgotten = matches!(self.producer.queue.knows(&self.id).await, Ok(false));
        if self.unsure || forgotten || silence.min(self.compared.elapsed()) >= COMPARE {
            self.compare().await?;
        }
        Ok(())
    }

    /// Adds tasks, in their order, however long Redis is away.
    async fn add(&mut self, tasks: Vec<usize>) {
        for tasks in tasks.chunks(BATCH) {
            let tasks: Vec<_> = tasks.iter().map(|task| self.task(*task)).collect();
            while let Err(error) = self.try_to_add(&tasks).await {
                self.report_lack(error.to_string());
                rest(PAUSE).await;
            }
        }
    }

    async fn try_to_add(&self, tasks: &[(SegmentKey, Queued)]) -> Result<u64, QueueError> {
        let Producer { queue, reply, .. } = self.producer;
        queue
            .add((&self.id, &self.lane), reply, self.priority, false, tasks)
            .await
    }

    fn task(&self, task: usize) -> (SegmentKey, Queued) {
        let segment: &Segment = &self.plan.segments[self.missing.segments[task]];
        let Segment { key, utterance, .. } = segment;
        let task = Queued {
            text: utterance.text.to_string(),
            language: utterance.language.clone(),
            most: self.producer.settings.tries,
        };
        (*key, task)
    }

    fn keys(&self, tasks: &[usize]) -> Vec<SegmentKey> {
        tasks.iter().map(|task| self.key(*task)).collect()
    }

    fn key(&self, task: usize) -> SegmentKey {
        self.plan.segments[self.missing.segments[task]].key
    }

    /// Takes back what is not spoken, unless another round needs it, too.
    async fn close(&mut self) {
        self.closed = true;
        self.news.close();
        self.producer.leave(&self.id).await;
    }

    fn report_lack(&mut self, reason: String) {
        if self.lack.as_ref() != Some(&reason) {
            tracing::warn!(reason, "nobody is at work");
            self.report(Event::Waiting {
                reason: reason.clone(),
            });
            self.lack = Some(reason);
        }
    }

    fn report(&self, event: Event) {
        // Nobody listening is fine: events are for displays.
        let _ = self.events.send(event);
    }
}

/// Names the plan: the same book read in the same way is the same lane.
fn digest(plan: &Plan) -> String {
    let mut hasher = blake3::Hasher::new();
    for segment in &plan.segments {
        hasher.update(segment.key.as_bytes());
    }
    hasher.finalize().to_hex()[..16].to_owned()
}
