//! Who takes part in a round, and whether anybody does.

use std::sync::Arc;
use std::time::Duration;

use audiotome_core::Event;
use tokio::task::JoinSet;
use tracing::warn;

use super::{DispatchError, Round, lock};
use crate::member::Member;

/// How long a member that can't take part is left alone, where the round waits for members.
const UNFIT_REST: Duration = Duration::from_secs(30);

/// Why nobody is at work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Lack {
    NoMembers,
    NoneFits,
    AllAway,
}

impl Round {
    /// Takes a member on: asks whether it fits, and then gives it as much to do as it can take.
    pub(super) async fn employ(self: Arc<Self>, member: Arc<Member>) -> Result<(), DispatchError> {
        loop {
            // While it is left alone, others may ask whether it is there.
            let employed = member.employ();
            if self.admit(&member).await {
                self.seat(&member).await?;
            }
            drop(employed);
            if !self.settings.wait_for_members {
                return Ok(());
            }
            // It does not fit now, which may change.
            tokio::select! {
                () = self.left(&member) => return Ok(()),
                () = tokio::time::sleep(UNFIT_REST) => {}
            }
        }
    }

    /// Asks until the member is there. Returns whether it fits.
    async fn admit(&self, member: &Member) -> bool {
        let narration = &self.plan.narration;
        loop {
            self.report_away(member);
            let asked = async {
                member.wait_until_well(narration).await?;
                // Another book may have asked already, but for another engine or voice.
                member.ask(narration).await
            };
            tokio::select! {
                () = self.left(member) => return false,
                asked = asked => if let Err(reason) = asked {
                    self.report_unfit(member, reason);
                    return false;
                }
            }
            if member.resting().is_none() {
                lock(&self.unfit).remove(&member.id);
                return true;
            }
        }
    }

    /// Has a member served until there is nothing left for it. It speaks while its last clip is
    /// packed and written: two serve each turn.
    async fn seat(self: &Arc<Self>, member: &Arc<Member>) -> Result<(), DispatchError> {
        let mut desks = JoinSet::new();
        for _ in 0..member.requests() * 2 {
            desks.spawn(Arc::clone(self).serve(Arc::clone(member)));
        }
        while let Some(desk) = desks.join_next().await {
            desk.expect("a desk does not panic")?;
        }
        Ok(())
    }

    /// Ends when the member is asked for nothing more.
    pub(super) async fn left(&self, member: &Member) {
        tokio::select! {
            () = self.stopped() => {}
            () = member.leaving.cancelled() => {}
        }
    }

    /// An error when no member is left that could go on, and none is waited for.
    pub(super) fn somebody_is_left(&self, all_left: bool) -> Result<(), DispatchError> {
        if !all_left || self.is_stopped() || self.settings.wait_for_members {
            return Ok(());
        }
        let mut reasons: Vec<_> = lock(&self.unfit).values().cloned().collect();
        if reasons.is_empty() {
            reasons.push("there are no workers".to_owned());
        }
        Err(DispatchError::Nobody { reasons })
    }

    /// Reports once when nobody is at work any more, and why.
    pub(super) fn look_around(&self) {
        if self.is_stopped() {
            return;
        }
        let Some((lack, reason)) = self.lack() else {
            return;
        };
        // Where members are not waited for, the round ends instead.
        let waits = lack == Lack::AllAway || self.settings.wait_for_members;
        let mut reported = lock(&self.lack);
        if waits && reported.replace(lack) != Some(lack) {
            warn!(reason, "nobody is at work");
            self.report(Event::Waiting { reason });
        }
    }

    fn lack(&self) -> Option<(Lack, String)> {
        let members = self.cluster.members();
        if members.is_empty() {
            return Some((Lack::NoMembers, "there are no workers".to_owned()));
        }
        let unfit = lock(&self.unfit).clone();
        let fit = members.iter().filter(|m| !unfit.contains_key(&m.id));
        let away: Option<Vec<_>> = fit
            .map(|member| Some(format!("{}: {}", member.name(), member.away()?)))
            .collect();
        let away = away?;
        if away.is_empty() {
            let reasons = members.iter().filter_map(|m| unfit.get(&m.id).cloned());
            return Some((Lack::NoneFits, reasons.collect::<Vec<_>>().join("; ")));
        }
        Some((Lack::AllAway, away.join("; ")))
    }

    pub(super) fn report_away(&self, member: &Member) {
        if let Some(reason) = member.away() {
            let worker = member.name().to_owned();
            warn!(worker.name = worker, reason, "a worker is away");
            self.report(Event::WorkerAway { worker, reason });
            self.look_around();
        }
    }

    /// Whether the member was found unable to take part.
    pub(super) fn is_unfit(&self, member: &Member) -> bool {
        lock(&self.unfit).contains_key(&member.id)
    }

    pub(super) fn report_unfit(&self, member: &Member, reason: String) {
        let worker = member.name().to_owned();
        let line = format!("{worker}: {reason}");
        let before = lock(&self.unfit).insert(member.id, line.clone());
        if before != Some(line) {
            warn!(worker.name = worker, reason, "a worker can't take part");
            self.report(Event::WorkerUnfit { worker, reason });
            self.look_around();
        }
    }
}
