//! One place at which a member is served: lease, speak, check, keep.

use std::sync::Arc;
use std::time::{Duration, Instant};

use audiotome_core::{Clip, Event, Lease, Segment, Verdict};
use tracing::{debug, info, warn};

use super::{DispatchError, Round, TERM, characters, lock};
use crate::member::Member;
use crate::speaker::{Failure, Request};
use crate::turns::Turn;

/// Suspect clips of a segment before it needs a person.
const MOST_SUSPECTS: u32 = 2;
/// The length of text after which an answer counts as late, for all texts: a long sentence.
const LONG_SENTENCE: usize = 200;

/// What there is to do for a speaker.
enum Next {
    Task(Lease),
    /// Nothing before then, or before something changes.
    Wait(Duration),
    Nothing,
}

impl Round {
    /// Lease, speak, check, keep, until nothing is left.
    pub(super) async fn serve(self: Arc<Self>, member: Arc<Member>) -> Result<(), DispatchError> {
        while let Some((lease, turn)) = self.next(&member).await {
            let started = Instant::now();
            match self.attempt(lease, &member, turn).await {
                None => {}
                Some(Ok(clip)) => {
                    self.praise(&member, lease, started.elapsed());
                    if let Err(error) = self.keep(lease, clip, &member).await {
                        self.over.cancel();
                        return Err(error);
                    }
                }
                Some(Err(failure)) => self.fail(lease, &member, failure),
            }
            self.end_if_finished();
            self.changed.notify_waiters();
        }
        Ok(())
    }

    /// Waits for a task while the member is well. The turn comes first and then the task, so that
    /// segments are spoken in the order of their leases; a turn is never kept without a task.
    async fn next<'a>(&self, member: &'a Member) -> Option<(Lease, Turn<'a>)> {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            // Registered before looking, so that no change between looking and waiting is missed.
            changed.as_mut().enable();
            let turn = tokio::select! {
                // Once there is no use in going on, nothing is begun, even if there is a turn.
                biased;
                () = self.left(member) => return None,
                turn = self.turn(member) => turn?,
            };
            let wait = match self.look(member) {
                Next::Task(lease) => return Some((lease, turn)),
                Next::Nothing => return None,
                Next::Wait(wait) => wait,
            };
            drop(turn);
            tokio::select! {
                () = changed => {}
                () = tokio::time::sleep(wait) => {}
                () = self.left(member) => return None,
            }
        }
    }

    /// Waits until the member is well and has a turn; `None` when it can't take part any more.
    async fn turn<'a>(&self, member: &'a Member) -> Option<Turn<'a>> {
        if self.is_unfit(member) {
            return None;
        }
        let rested = member.resting().is_some();
        if rested {
            self.look_around();
        }
        if let Err(reason) = member.wait_until_well(&self.plan.narration).await {
            self.report_unfit(member, reason);
            return None;
        }
        if rested {
            info!(worker.name = member.name(), "a worker is back");
        }
        let turn = member.turns.take(&self.settings.priority).await;
        // Another place may have learnt meanwhile that it turns everybody away.
        (!self.is_unfit(member)).then_some(turn)
    }

    fn look(&self, member: &Member) -> Next {
        let now = self.started.elapsed();
        if member.resting().is_some() {
            return Next::Wait(Duration::ZERO);
        }
        let mut scheduler = self.scheduler();
        if scheduler.is_finished() {
            return Next::Nothing;
        }
        if let Some(lease) = scheduler.lease(member.id, now, TERM) {
            return Next::Task(lease);
        }
        let late = member.pace().late(LONG_SENTENCE);
        if let Some(lease) = scheduler.hedge(member.id, now, late, TERM) {
            self.report(Event::Hedged {
                segment: self.segments[lease.task],
                worker: member.name().to_owned(),
            });
            return Next::Task(lease);
        }
        let change = scheduler.next_change(now);
        let change = change.map_or(TERM, |at| at.saturating_sub(now));
        Next::Wait(change.min(late))
    }

    /// Speaks once and checks the clip. `None` when nothing is to be done: it is settled meanwhile, or
    /// the member was taken out.
    async fn attempt(
        &self,
        lease: Lease,
        member: &Member,
        turn: Turn<'_>,
    ) -> Option<Result<Clip, Failure>> {
        let segment = self.segment(lease);
        self.report_speaking(lease, member);
        let limit = member
            .pace()
            .limit(characters(segment), self.settings.patience);
        let request = Request {
            segment,
            engine: &segment.engine,
            trace: &trace(segment, lease),
        };
        let spoken = tokio::select! {
            biased;
            () = self.settled(lease.task) => None,
            () = member.gone.cancelled() => {
                lock(&self.scheduler).release(lease.task, member.id);
                None
            }
            spoken = tokio::time::timeout(limit, member.speaker.speak(request)) => Some(spoken),
        };
        drop(turn);
        let clip = match spoken? {
            Ok(Ok(clip)) => clip,
            Ok(Err(failure)) => return Some(Err(failure)),
            Err(_) => {
                let limit = limit.as_secs();
                return Some(Err(Failure::Speaker(format!("no answer within {limit} s"))));
            }
        };
        Some(self.judge(lease, clip))
    }

    /// The clip, if it passes the check.
    fn judge(&self, lease: Lease, clip: Clip) -> Result<Clip, Failure> {
        let text = &self.segment(lease).utterance.text;
        let judged = lock(&self.check).judge(text, &clip);
        judged.map(|()| clip).map_err(|suspect| {
            let mut suspects = lock(&self.suspects);
            let count = suspects.entry(lease.task).or_default();
            *count += 1;
            Failure::Segment {
                again: *count < MOST_SUSPECTS,
                reason: suspect.to_string(),
            }
        })
    }

    /// Makes the clip durable, and only then says so.
    async fn keep(&self, lease: Lease, clip: Clip, member: &Member) -> Result<(), DispatchError> {
        let segment = self.segment(lease);
        let audio = clip.duration();
        self.store.put(&segment.key, clip).await?;
        if !lock(&self.scheduler).complete(lease.task) {
            return Ok(());
        }
        self.is_spoken();
        let index = self.segments[lease.task];
        debug!(segment.index = index, segment.key = %segment.key, segment.attempt = lease.attempt, worker.name = member.name(), "spoken");
        self.report(Event::Spoken {
            segment: index,
            key: segment.key.to_string(),
            characters: characters(segment),
            audio,
            worker: member.name().to_owned(),
            took: None,
        });
        for chapter in lock(&self.missing).arrived(lease.task) {
            self.report(Event::ChapterSpoken { chapter });
        }
        Ok(())
    }

    fn praise(&self, member: &Member, lease: Lease, took: Duration) {
        let characters = characters(self.segment(lease));
        member.counters.spoke(characters);
        member.pace().learn(characters, took);
        member.health().succeeded();
    }

    fn fail(&self, lease: Lease, member: &Member, failure: Failure) {
        let (again, reason) = match failure {
            Failure::Busy(wait) => {
                member.health().busy(wait, Instant::now());
                lock(&self.scheduler).release(lease.task, member.id);
                return;
            }
            Failure::Unfit(reason) => {
                lock(&self.scheduler).release(lease.task, member.id);
                self.report_unfit(member, reason);
                return;
            }
            Failure::Speaker(reason) => {
                if member.health().failed(&reason, Instant::now()) {
                    self.report_away(member);
                }
                self.look_around();
                (true, reason)
            }
            Failure::Segment { again, reason } => (again, reason),
        };
        member.counters.failed();
        let segment = self.segments[lease.task];
        let worker = member.name().to_owned();
        warn!(
            segment.index = segment,
            segment.attempt = lease.attempt,
            worker.name = worker,
            reason,
            "a segment failed"
        );
        let now = self.started.elapsed();
        let verdict = lock(&self.scheduler).fail(lease.task, member.id, reason.clone(), again, now);
        match verdict {
            Verdict::Again(_) => self.report(Event::Retried {
                segment,
                attempt: lease.attempt,
                reason,
                worker,
            }),
            Verdict::Dead => {
                self.report(Event::Died { segment, reason });
                self.is_refused();
            }
            Verdict::Elsewhere => {}
        }
    }

    /// Ends when somebody has settled the task, or there is no use in going on.
    async fn settled(&self, task: usize) {
        loop {
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            if lock(&self.scheduler).is_settled(task) {
                return;
            }
            tokio::select! {
                () = changed => {}
                () = self.over.cancelled() => return,
            }
        }
    }
}

/// A W3C trace context: the segment is the trace, the try is the span.
fn trace(segment: &Segment, lease: Lease) -> String {
    let key = segment.key.to_string();
    format!("00-{}-{}{:04x}-01", &key[..32], &key[32..44], lease.attempt)
}
