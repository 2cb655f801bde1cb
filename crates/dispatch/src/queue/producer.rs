//! A master of the queue: it adds what is missing, and hears what becomes of it.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use audiotome_core::{AudioStore, Event, Plan};
use audiotome_queue::{LaneId, Queue, QueueError, RedisStore, Results, Told, rest};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::patient::Patient;
use super::round::QueueRound;
use crate::cluster::Cluster;
use crate::queue::consumer::{Consumer, ConsumerSettings, Transport};
use crate::round::{DispatchError, Outcome};
use crate::settings::Settings;

/// Between two tries to hear from Redis.
const PAUSE: Duration = Duration::from_millis(250);

/// How a master uses the queue.
#[derive(Clone)]
pub struct ProducerSettings {
    /// Its name: the same after a restart, so that it finds its own again.
    pub name: String,
    /// Unique to this process: where it is told what happened.
    pub process: String,
    /// Where clips are looked for.
    pub store: Arc<dyn AudioStore>,
    /// Names that store, so that workers with another one don't fill it in vain.
    pub store_id: String,
    /// What people call that store, where others share it.
    pub shared: Option<String>,
    /// Clips that travel through Redis are fetched from there into `store`.
    pub fetch: Option<RedisStore>,
    /// Tries before a segment is dead.
    pub tries: u32,
}

/// What a round is told.
pub(super) enum News {
    /// About one of its segments.
    Told(Told),
    /// Redis is back, or was never away: what it knows may be less than what it was told.
    Back,
    /// Redis can't be used, and why.
    Away(String),
}

/// A master of the queue.
pub struct Producer {
    pub(super) queue: Queue,
    pub(super) settings: ProducerSettings,
    pub(super) reply: String,
    rounds: Arc<Rounds>,
    hearing: JoinHandle<()>,
}

/// Who is told about a lane.
#[derive(Default)]
struct Rounds {
    listeners: Mutex<HashMap<LaneId, Vec<UnboundedSender<News>>>>,
    /// Lanes that nobody here needs any more, and of which Redis could not be told so.
    ended: Mutex<HashSet<LaneId>>,
}

impl Producer {
    /// Begins to listen to workers.
    #[must_use]
    pub fn start(queue: Queue, settings: ProducerSettings) -> Arc<Self> {
        let results = Results::new(&queue, &settings.process);
        let reply = results.stream().to_owned();
        let rounds = Arc::new(Rounds::default());
        let hearing = tokio::spawn(hear(results, queue.clone(), Arc::clone(&rounds)));
        Arc::new(Self {
            queue,
            settings,
            reply,
            rounds,
            hearing,
        })
    }

    /// The queue itself.
    #[must_use]
    pub fn queue(&self) -> &Queue {
        &self.queue
    }

    /// Where clips are looked for.
    #[must_use]
    pub fn store(&self) -> Arc<dyn AudioStore> {
        Arc::clone(&self.settings.store)
    }

    /// What people call that store, where others share it.
    #[must_use]
    pub fn shared_store(&self) -> Option<&str> {
        self.settings.shared.as_deref()
    }

    /// The same, for whoever makes a book: while it is away, it is waited for, which `events` are told, and a clip that
    /// was told to be there is looked for more than once.
    pub(crate) fn patient_store(&self, events: &UnboundedSender<Event>) -> Arc<dyn AudioStore> {
        Arc::new(Patient {
            store: self.store(),
            master: self.settings.name.clone(),
            events: events.downgrade(),
        })
    }

    /// Speaks every segment of `plan` that the store does not have, as [`crate::speak`] does, through
    /// the queue. It waits for as long as there is no worker, or no Redis.
    ///
    /// # Errors
    /// When the store can't be read.
    pub async fn speak(
        &self,
        plan: &Arc<Plan>,
        title: &str,
        settings: Settings,
        events: UnboundedSender<Event>,
        cancel: CancellationToken,
    ) -> Result<Outcome, DispatchError> {
        QueueRound::new(self, plan, title, settings, events)
            .run(cancel)
            .await
    }

    /// Lets the members of a cluster serve the queue, those of now and those to come.
    pub async fn employ(
        self: Arc<Self>,
        cluster: Arc<Cluster>,
        settings: ConsumerSettings,
        drain: CancellationToken,
    ) {
        let mut members = cluster.watch();
        let mut known = std::collections::HashSet::new();
        let mut consumers = tokio::task::JoinSet::new();
        loop {
            for member in members.borrow_and_update().iter() {
                if !known.insert(member.id) {
                    continue;
                }
                let settings = ConsumerSettings {
                    name: format!("{}/{}", settings.name, member.name().replace(' ', "-")),
                    ..settings.clone()
                };
                let consumer = Consumer::of(
                    Arc::clone(member),
                    self.queue.clone(),
                    self.worker_store(),
                    settings,
                    member.leaving.clone(),
                );
                consumers.spawn(consumer.run());
            }
            tokio::select! {
                () = drain.cancelled() => break,
                changed = members.changed() => if changed.is_err() { break },
            }
        }
        for member in cluster.members() {
            member.leaving.cancel();
        }
        while consumers.join_next().await.is_some() {}
    }

    /// Where workers of this process put clips, which need not travel.
    fn worker_store(&self) -> (Transport, String) {
        let clips = match &self.settings.fetch {
            Some(clips) => Transport::Redis(clips.clone()),
            None => Transport::Shared(self.store()),
        };
        (clips, self.settings.store_id.clone())
    }

    pub(super) fn listen(&self, lane: &LaneId) -> UnboundedReceiver<News> {
        let (sender, receiver) = unbounded_channel();
        self.rounds
            .lock()
            .entry(lane.clone())
            .or_default()
            .push(sender);
        receiver
    }

    /// A round has ended: what is not spoken is taken back, unless another round is about the same lane. Where Redis is
    /// away, that is done when it is back.
    pub(super) fn leave(&self, lane: &LaneId) -> impl Future<Output = ()> + Send + use<> {
        let last = self.rounds.leave(lane);
        let (rounds, queue, lane) = (Arc::clone(&self.rounds), self.queue.clone(), lane.clone());
        async move {
            if last && let Err(error) = queue.close(&lane, false).await {
                warn!(%error, "what is not spoken is taken back later");
                rounds.ended().insert(lane);
            }
        }
    }
}

impl Drop for Producer {
    fn drop(&mut self) {
        self.hearing.abort();
    }
}

impl Rounds {
    fn lock(&self) -> MutexGuard<'_, HashMap<LaneId, Vec<UnboundedSender<News>>>> {
        let listeners = self.listeners.lock();
        listeners.unwrap_or_else(PoisonError::into_inner)
    }

    fn ended(&self) -> MutexGuard<'_, HashSet<LaneId>> {
        self.ended.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns whether nobody else listens.
    fn leave(&self, lane: &LaneId) -> bool {
        let mut rounds = self.lock();
        let Some(listeners) = rounds.get_mut(lane) else {
            return true;
        };
        listeners.retain(|listener| !listener.is_closed());
        let last = listeners.is_empty();
        if last {
            rounds.remove(lane);
        }
        last
    }

    /// Takes back what is not spoken of lanes that ended while Redis was away, unless somebody needs them again.
    async fn close_ended(&self, queue: &Queue) {
        let ended = std::mem::take(&mut *self.ended());
        for lane in ended {
            let is_needed = self.lock().contains_key(&lane);
            if !is_needed && queue.close(&lane, false).await.is_err() {
                self.ended().insert(lane);
            }
        }
    }

    fn tell(&self, told: Told) {
        let rounds = self.lock();
        for listener in rounds.get(&told.lane).into_iter().flatten() {
            let _ = listener.send(News::Told(told.clone()));
        }
    }

    fn is_back(&self, away: &mut bool) {
        if std::mem::take(away) {
            info!("the queue is back");
            self.tell_all(|| News::Back);
        }
    }

    fn is_away(&self, away: &mut bool, error: &QueueError) {
        if !std::mem::replace(away, true) {
            warn!(%error, "the queue is away");
            self.tell_all(|| News::Away(error.to_string()));
        }
    }

    fn tell_all(&self, news: impl Fn() -> News) {
        for listener in self.lock().values().flatten() {
            let _ = listener.send(news());
        }
    }
}

/// Passes on what workers tell, for as long as the process lives.
async fn hear(mut results: Results, queue: Queue, rounds: Arc<Rounds>) {
    let mut away = false;
    loop {
        match results.next().await {
            Ok(told) => {
                rounds.is_back(&mut away);
                told.into_iter().for_each(|told| rounds.tell(told));
                rounds.close_ended(&queue).await;
            }
            Err(error) => {
                rounds.is_away(&mut away, &error);
                rest(PAUSE).await;
            }
        }
    }
}
