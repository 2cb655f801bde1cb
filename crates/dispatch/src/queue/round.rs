//! One run over the missing segments of a plan, spoken by whoever serves the queue.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::time::{Duration, Instant};

use audiotome_core::{AudioStore as _, DeadLetter, Event, Plan, Segment, SegmentKey, StoreError};
use audiotome_queue::{
    Lane, LaneId, QueueError, RedisStore, Skill, Task, Told, What, WorkerStatus,
};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender};
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

use super::producer::{News, Producer};
use crate::missing::Missing;
use crate::round::{ALL_REFUSED, DispatchError, Outcome, characters, look_up};
use crate::settings::Settings;

mod compare;
mod follow;

/// Segments that are added in one call: Redis does nothing else meanwhile.
const CHUNK: usize = 250;
/// Between two looks at priority and workers.
const TICK: Duration = Duration::from_secs(1);
/// After so long without news, somebody wants to know why.
const SILENCE: Duration = Duration::from_secs(5);
/// After so long without news, what Redis knows is compared with what it should know.
const COMPARE: Duration = Duration::from_secs(30);
/// Clips that are fetched out of Redis at once.
const FETCHES: usize = 16;
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

pub(super) struct QueueRound<'a> {
    producer: &'a Producer,
    plan: &'a Arc<Plan>,
    settings: Settings,
    events: UnboundedSender<Event>,
    id: LaneId,
    lane: Lane,
    news: UnboundedReceiver<News>,
    missing: Missing,
    /// Task of each key.
    tasks: HashMap<SegmentKey, usize>,
    states: Vec<State>,
    histories: BTreeMap<usize, Vec<String>>,
    open: usize,
    fetching: JoinSet<(usize, String, Result<Option<Duration>, StoreError>)>,
    /// Why nothing goes on, as it was reported.
    lack: Option<String>,
    last_news: Instant,
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
        if !self.closed && self.producer.leave(&self.id) {
            let (queue, id) = (self.producer.queue.clone(), self.id.clone());
            tokio::spawn(async move { queue.close(&id, false).await });
        }
    }
}

impl<'a> QueueRound<'a> {
    /// Asks the store what is missing, and listens for news of it.
    pub(super) async fn begin(
        producer: &'a Producer,
        plan: &'a Arc<Plan>,
        title: &str,
        settings: Settings,
        events: UnboundedSender<Event>,
    ) -> Result<Self, DispatchError> {
        let missing = look_up(plan, &*producer.patient, &events).await?;
        let keys = missing
            .segments
            .iter()
            .map(|index| plan.segments[*index].key);
        let tasks: HashMap<_, _> = keys.enumerate().map(|(task, key)| (key, task)).collect();
        let skill = Skill::of(&plan.narration);
        let id = LaneId::new(&skill, &producer.settings.name, &digest(plan));
        let count = missing.segments.len();
        Ok(Self {
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
            missing,
            tasks,
            states: vec![State::Open; count],
            histories: BTreeMap::new(),
            open: count,
            fetching: JoinSet::new(),
            lack: None,
            last_news: Instant::now(),
            compared: Instant::now(),
            unsure: false,
            closed: false,
        })
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
        self.add(self.in_order()).await;
        let mut position = self.settings.position.watch();
        let mut ticks = tokio::time::interval(TICK);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        while self.open > 0 {
            tokio::select! {
                Ok(()) = position.changed() => self.follow().await,
                Some(news) = self.news.recv() => self.hear(news).await?,
                Some(fetched) = self.fetching.join_next() => {
                    let (task, worker, clip) = fetched.expect("fetching does not panic");
                    self.fetched(task, worker, clip?).await;
                }
                _ = ticks.tick() => self.tick().await?,
            }
        }
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
            What::Spoken { audio } => match &self.producer.settings.fetch {
                Some(clips) if matches!(self.states[task], State::Open | State::Dead) => {
                    let clips = clips.clone();
                    self.fetch(task, told.worker, clips).await?;
                }
                Some(_) => {}
                None => self.spoken(task, told.worker, audio),
            },
            What::Retried { reason } => self.report(Event::Retried {
                segment: self.missing.segments[task],
                attempt: told.tries,
                reason,
                worker: told.worker,
            }),
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
    fn spoken(&mut self, task: usize, worker: String, audio: Duration) {
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
        });
        for chapter in self.missing.arrived(task) {
            self.report(Event::ChapterSpoken { chapter });
        }
    }

    /// Fetches a clip out of Redis; a few at a time.
    async fn fetch(
        &mut self,
        task: usize,
        worker: String,
        clips: RedisStore,
    ) -> Result<(), DispatchError> {
        while self.fetching.len() >= FETCHES {
            if let Some(fetched) = self.fetching.join_next().await {
                let (task, worker, clip) = fetched.expect("fetching does not panic");
                self.fetched(task, worker, clip?).await;
            }
        }
        if self.states[task] == State::Dead {
            self.open += 1;
        }
        self.states[task] = State::Fetching;
        let store = self.producer.patient_store();
        let key = self.plan.segments[self.missing.segments[task]].key;
        self.fetching.spawn(async move {
            let Ok(Some(clip)) = clips.get(&key).await else {
                return (task, worker, Ok(None));
            };
            let audio = clip.duration();
            let kept = store.put(&key, clip).await;
            if kept.is_ok() {
                // One that stays is forgotten by itself.
                let _ = clips.remove(&key).await;
            }
            (task, worker, kept.map(|()| Some(audio)))
        });
        Ok(())
    }

    async fn fetched(&mut self, task: usize, worker: String, audio: Option<Duration>) {
        if let Some(audio) = audio {
            self.spoken(task, worker, audio);
        } else {
            // Redis has lost it, or can't be reached: it is spoken again.
            self.states[task] = State::Open;
            self.add(vec![task]).await;
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
        let silence = self.last_news.elapsed();
        if silence >= SILENCE {
            match self.producer.queue.workers().await {
                Ok(workers) => {
                    if let Some(lack) = lack(&workers, &self.id.skill()) {
                        self.report_lack(lack);
                    }
                }
                Err(error) => self.report_lack(error.to_string()),
            }
        }
        let forgotten = matches!(self.producer.queue.knows(&self.id).await, Ok(false));
        if self.unsure || forgotten || silence.min(self.compared.elapsed()) >= COMPARE {
            self.compare().await?;
        }
        Ok(())
    }

    /// Adds tasks, in their order, however long Redis is away.
    async fn add(&mut self, tasks: Vec<usize>) {
        for tasks in tasks.chunks(CHUNK) {
            let tasks: Vec<_> = tasks.iter().map(|task| self.task(*task)).collect();
            while let Err(error) = self.try_to_add(&tasks).await {
                self.report_lack(error.to_string());
                tokio::time::sleep(PAUSE).await;
            }
        }
    }

    async fn try_to_add(&self, tasks: &[(SegmentKey, Task)]) -> Result<u64, QueueError> {
        let Producer { queue, reply, .. } = self.producer;
        queue
            .add((&self.id, &self.lane), reply, self.priority, false, tasks)
            .await
    }

    fn task(&self, task: usize) -> (SegmentKey, Task) {
        let segment: &Segment = &self.plan.segments[self.missing.segments[task]];
        let Segment { key, utterance, .. } = segment;
        let task = Task {
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
        if self.producer.leave(&self.id)
            && let Err(error) = self.producer.queue.close(&self.id, false).await
        {
            tracing::warn!(%error, "could not take back what was not spoken");
        }
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

/// Why nobody can be at work at a lane, if so.
fn lack(workers: &[WorkerStatus], skill: &Skill) -> Option<String> {
    if workers.is_empty() {
        return Some("no worker is connected to the queue".to_owned());
    }
    let lacks: Option<Vec<_>> = workers
        .iter()
        .map(|worker| Some(format!("{}: {}", worker.name, worker.lacks.get(skill)?)))
        .collect();
    lacks.map(|lacks| format!("no worker can speak this: {}", lacks.join("; ")))
}

/// Names the plan: the same book read in the same way is the same lane.
fn digest(plan: &Plan) -> String {
    let mut hasher = blake3::Hasher::new();
    for segment in &plan.segments {
        hasher.update(segment.key.as_bytes());
    }
    hasher.finalize().to_hex()[..16].to_owned()
}
