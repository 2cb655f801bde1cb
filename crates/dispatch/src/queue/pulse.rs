//! The signs of life of a worker.

use std::sync::Arc;
use std::time::Duration;

use audiotome_queue::{Leased, QueueError, WorkerStatus, rest};
use tracing::{debug, info};

use super::consumer::Consumer;

/// A sign of life comes at least so often, however long a lease is.
const SIGNS: Duration = Duration::from_secs(5);
/// After so long without one, a worker counts as gone.
const GONE: Duration = Duration::from_secs(15);

impl Consumer {
    /// Renews the leases and tells that it is alive, four times in the length of a lease.
    pub(super) async fn beat(self: Arc<Self>) {
        loop {
            if let Err(error) = self.beat_once().await {
                debug!(%error, "no heartbeat");
            }
            rest((self.settings.lease / 4).min(SIGNS)).await;
        }
    }

    /// Tells how it is now.
    pub(super) async fn beat_once(&self) -> Result<(), QueueError> {
        let held = self.held.all();
        let lease = self.settings.lease;
        let status = self.status(&held);
        let gone = lease.max(GONE);
        let orders = self.queue.beat(&status, gone, lease, &held).await?;
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
            trouble: self.trouble.get(),
            draining: self.drain.is_cancelled(),
            lacks: self.known.lacks(),
            skills: self.known.can(),
        }
    }
}
