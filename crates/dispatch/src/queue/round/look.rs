//! Looking at who is at work, and at what holds them up.

use std::collections::HashMap;
use std::time::Instant;

use audiotome_core::Event;
use audiotome_queue::{Skill, WorkerStatus};

use super::{LOOK, QueueRound, SILENCE, State};

impl QueueRound<'_> {
    /// Lets the queue settle what is due, and reports who has begun with what.
    pub(super) async fn look_at_leases(&mut self) {
        // Where it can't be asked, whoever hears from it says so.
        let Ok(leases) = self.producer.queue.watch(&self.id).await else {
            return;
        };
        let leases = leases.into_iter().filter_map(|(key, worker)| {
            let task = *self.tasks.get(&key)?;
            (self.states[task] == State::Open).then_some((task, worker))
        });
        let now: HashMap<_, _> = leases.collect();
        // Why nobody is at work is shown until a clip has come.
        if self.lack.is_none() {
            for (task, worker) in &now {
                if self.speakers.get(task) != Some(worker) {
                    let segment = self.missing.segments[*task];
                    let worker = worker.clone();
                    self.report(Event::Speaking { segment, worker });
                }
            }
            self.speakers = now;
        }
    }

    /// Reports workers that are held up, and why nothing goes on, if nothing does.
    pub(super) async fn look_at_workers(&mut self) {
        if self.looked.elapsed() < LOOK {
            return;
        }
        self.looked = Instant::now();
        let silent = self.last_news.elapsed() >= SILENCE;
        match self.producer.queue.workers().await {
            Ok(workers) => {
                self.report_troubles(&workers);
                if silent && let Some(lack) = self.lack(&workers).await {
                    self.report_lack(lack);
                }
            }
            Err(error) if silent => self.report_lack(error.to_string()),
            Err(_) => {}
        }
    }

    /// Why nothing goes on, if so.
    async fn lack(&self, workers: &[WorkerStatus]) -> Option<String> {
        if let Some(lack) = lack(workers, &self.id.skill()) {
            return Some(lack);
        }
        let stats = self.producer.queue.stats().await.ok()?;
        stats.holds_up(&self.id)
    }

    /// A worker that is held up says so with its heartbeats; it is reported once.
    fn report_troubles(&mut self, workers: &[WorkerStatus]) {
        let skill = self.id.skill();
        let troubled = workers
            .iter()
            .filter(|worker| worker.skills.contains(&skill))
            .filter_map(|worker| Some((worker.name.clone(), worker.trouble.clone()?)));
        let now: HashMap<_, _> = troubled.collect();
        for (worker, reason) in &now {
            if self.troubles.get(worker) != Some(reason) {
                tracing::warn!(worker.name = worker, reason, "a worker is held up");
                let (worker, reason) = (worker.clone(), reason.clone());
                self.report(Event::WorkerHeldUp { worker, reason });
            }
        }
        self.troubles = now;
    }

    /// A worker has let a lease run out: most likely it has died. It is reported once, not for all that it had.
    pub(super) fn report_lost(&mut self, worker: &str) {
        if self.lost.insert(worker.to_owned()) {
            tracing::warn!(worker.name = worker, "gives no sign of life");
            self.report(Event::WorkerAway {
                worker: worker.to_owned(),
                reason: "it gave no sign of life, and others speak what it had".to_owned(),
            });
        }
    }
}

/// Why nobody can be at work at a lane, if so.
fn lack(workers: &[WorkerStatus], skill: &Skill) -> Option<String> {
    if workers.is_empty() {
        return Some("no worker is connected to the queue".to_owned());
    }
    let lacks: Option<Vec<_>> = workers
        .iter()
        .map(|worker| Some((worker, worker.lacks.get(skill).or(worker.trouble.as_ref())?)))
        .collect();
    let lacks = lacks?;
    let reasons = lacks
        .iter()
        .map(|(worker, reason)| format!("{}: {reason}", worker.name));
    let reasons = reasons.take(TOLD).collect::<Vec<_>>().join("; ");
    let held_up = lacks
        .iter()
        .any(|(worker, _)| !worker.lacks.contains_key(skill));
    Some(if held_up {
        format!("no worker gets on: {reasons}")
    } else {
        format!("no worker can speak this: {reasons}")
    })
}

/// Of so many workers people are told; of a thousand they would read no more.
const TOLD: usize = 5;

#[cfg(test)]
mod tests {
    use super::*;

    fn worker(name: &str) -> WorkerStatus {
        WorkerStatus {
            name: name.to_owned(),
            ..WorkerStatus::default()
        }
    }

    #[test]
    fn a_worker_that_gets_on_is_enough() {
        let skill = audiotome_queue::LaneId::parse("0123456789abcdef.master.book").skill();
        let mut held_up = worker("a");
        held_up.trouble = Some("waits for the store".to_owned());
        assert_eq!(lack(&[held_up.clone(), worker("b")], &skill), None);
        let mut unfit = worker("b");
        unfit.lacks.insert(skill.clone(), "no voice".to_owned());
        assert_eq!(
            lack(&[held_up, unfit.clone()], &skill).as_deref(),
            Some("no worker gets on: a: waits for the store; b: no voice")
        );
        assert_eq!(
            lack(&[unfit], &skill).as_deref(),
            Some("no worker can speak this: b: no voice")
        );
    }
}
