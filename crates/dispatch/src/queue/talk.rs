//! What a worker says to the queue.

use std::sync::PoisonError;
use std::time::{Duration, Instant};

use audiotome_queue::{Again, Leased, Leases, QueueError, QueueErrorKind, Retry, rest};
use tokio::task::JoinSet;
use tracing::{debug, warn};

use super::consumer::{Consumer, PAUSE};
use crate::speaker::Failure;

/// Tries that are made to say that something is done, or given back, before the lease is left to run out.
const LAST_WORDS: u32 = 5;
/// Between two tries to reach Redis or the store, at most.
const LONGEST_PAUSE: Duration = Duration::from_secs(1);
const RETRY: Retry = Retry {
    first: Duration::from_millis(200),
    longest: Duration::from_secs(30),
};

impl Consumer {
    /// Says what is spoken and leases more, or waits a little where the queue is away.
    pub(super) async fn exchange_or_pause(
        &self,
        count: usize,
        pause: &mut Duration,
    ) -> Option<Leases> {
        match self.exchange(count).await {
            Ok(leases) => {
                *pause = PAUSE;
                self.refused(None);
                Some(leases)
            }
            Err(error) => {
                warn!(worker.name = self.settings.name, %error, "waits for the queue");
                self.refused(Some(&error));
                self.pause(pause).await;
                None
            }
        }
    }

    /// Remembers, for the next sign of life, that the queue lets it do less than it has to.
    fn refused(&self, error: Option<&QueueError>) {
        let refusal = error
            .filter(|error| error.kind() == QueueErrorKind::Refused)
            .map(|error| format!("waits for the queue: {}; {}", error.reason(), error.hint()));
        *self.refusal.lock().unwrap_or_else(PoisonError::into_inner) = refusal;
    }

    /// Says what is spoken, and leases `count` segments.
    async fn exchange(&self, count: usize) -> Result<Leases, QueueError> {
        let (leased, spoken) = self.outbox.all();
        if count == 0 && spoken.is_empty() {
            return Ok(Leases::default());
        }
        let Self {
            queue, settings, ..
        } = self;
        let skills = self.known.skills();
        let exchange = queue
            .exchange(&settings.name, &spoken, count, settings.lease, &skills)
            .await?;
        self.outbox.heard(leased.len());
        for (leased, first) in leased.iter().zip(exchange.news) {
            debug!(segment.key = %leased.key, first, "spoken");
            self.held.drop(leased);
        }
        Ok(exchange.leases)
    }

    /// Lets what has begun come to its end, and says so as it does.
    pub(super) async fn finish_up(&self, tasks: &mut JoinSet<()>) {
        loop {
            tokio::select! {
                biased;
                () = self.outbox.filled() => {
                    if self.insist(|| self.exchange(0)).await.is_none() {
                        // What a shared store keeps is found under its key, even if nobody hears of it.
                        while tasks.join_next().await.is_some() {}
                        return;
                    }
                }
                ended = tasks.join_next() => if ended.is_none() { return },
            }
        }
    }

    pub(super) async fn fail(&self, leased: &Leased, failure: Failure) {
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

    pub(super) async fn say_failed(&self, leased: &Leased, reason: &str, again: Again) {
        self.member.counters.failed();
        warn!(segment.key = %leased.key, segment.attempt = leased.tries + 1, reason, "a segment failed");
        let name = &self.settings.name;
        self.insist(|| self.queue.fail(name, leased, reason, again, RETRY))
            .await;
    }

    pub(super) async fn release(&self, leased: &Leased) {
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
            rest(pause).await;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
        None
    }

    pub(super) async fn pause(&self, pause: &mut Duration) {
        tokio::select! {
            () = rest(*pause) => {}
            () = self.drain.cancelled() => {}
        }
        *pause = (*pause * 2).min(LONGEST_PAUSE);
    }
}
