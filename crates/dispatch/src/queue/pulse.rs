//! The signs of life of a worker.

use std::sync::{Arc, PoisonError};
use std::time::Duration;

use audiotome_queue::{Leased, QueueError, WorkerStatus, rest};
use tracing::{debug, info};

use super::consumer::Consumer;

/// A sign of life comes at least so often, however long a lease is.
const SIGNS: Duration = Duration::from_secs(5);
/// A hiccup of the network or of the machine is no death.
const HICCUP: Duration = Duration::from_secs(5);

impl Consumer {
    /// Renews the leases and tells that it is alive, four times in the length of a lease.
    pub(super) async fn beat(self: Arc<Self>) {
        loop {
            if let Err(error) = self.beat_once().await {
                debug!(%error, "no heartbeat");
            }
            rest(every(self.settings.lease)).await;
        }
    }

    /// Tells how it is now.
    pub(super) async fn beat_once(&self) -> Result<(), QueueError> {
        let held = self.held.all();
        let lease = self.settings.lease;
        let status = self.status(&held);
        let orders = self
            .queue
            .beat(&status, gone_after(lease), lease, &held)
            .await?;
        self.held.lost(&orders.lost);
        if orders.drain && !self.drain.is_cancelled() {
            info!(worker.name = self.settings.name, "was asked to leave");
            self.drain.cancel();
        }
        Ok(())
    }

    fn status(&self, held: &[Leased]) -> WorkerStatus {
        let member = self.member.status();
        let speaking = held
            .iter()
            .map(|leased| leased.segment.text.chars().take(60).collect());
        let refusal = self.refusal.lock();
        let refusal = refusal.unwrap_or_else(PoisonError::into_inner).clone();
        WorkerStatus {
            name: self.settings.name.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            slots: member.requests,
            busy: member.busy,
            speaking: speaking.collect(),
            segments: member.segments,
            characters: member.characters,
            failures: member.failures,
            characters_per_second: member.characters_per_second,
            memory_bytes: crate::worker::memory(),
            uptime_s: self.started.elapsed().as_secs_f64(),
            trouble: self.trouble.get().or(refusal),
            draining: self.drain.is_cancelled(),
            sign_every_s: every(self.settings.lease).as_secs_f64(),
            gone_after_s: gone_after(self.settings.lease).as_secs_f64(),
            overdue: false,
            lacks: self.known.lacks(),
            skills: self.known.can(),
        }
    }
}

/// The time between two signs of life.
fn every(lease: Duration) -> Duration {
    (lease / 4).min(SIGNS)
}

/// The time without a sign of life after which a worker counts as gone: its leases have run out by then.
fn gone_after(lease: Duration) -> Duration {
    lease.max(every(lease) * 3).max(HICCUP)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_is_gone_when_its_leases_have_run_out_but_not_for_a_hiccup() {
        for (lease, signs, gone) in [
            (30, 5_000, 30),
            (8, 2_000, 8),
            (1, 250, 5),
            (600, 5_000, 600),
        ] {
            let lease = Duration::from_secs(lease);
            assert_eq!(every(lease), Duration::from_millis(signs));
            assert_eq!(gone_after(lease), Duration::from_secs(gone));
        }
    }
}
