//! The leases that a worker has.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use audiotome_core::SegmentKey;
use audiotome_queue::Leased;
use tokio_util::sync::CancellationToken;

/// Leases by the entry of each.
#[derive(Default)]
pub(super) struct Held(Mutex<HashMap<String, Holding>>);

struct Holding {
    leased: Leased,
    /// Another one has it now: what is done for it is of no use.
    lost: CancellationToken,
}

impl Held {
    /// Takes a lease on. The token tells when it is lost.
    pub(super) fn take(&self, leased: &Leased) -> CancellationToken {
        let lost = CancellationToken::new();
        let holding = Holding {
            leased: leased.clone(),
            lost: lost.clone(),
        };
        self.held().insert(name(leased), holding);
        lost
    }

    /// The lease is settled.
    pub(super) fn drop(&self, leased: &Leased) {
        self.held().remove(&name(leased));
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.held().len()
    }

    /// What is to be renewed.
    pub(super) fn all(&self) -> Vec<Leased> {
        self.held()
            .values()
            .map(|holding| holding.leased.clone())
            .collect()
    }

    /// These have been lost.
    pub(super) fn lost(&self, keys: &[SegmentKey]) {
        let held = self.held();
        let lost = held
            .values()
            .filter(|holding| keys.contains(&holding.leased.key));
        lost.for_each(|holding| holding.lost.cancel());
    }

    fn held(&self) -> MutexGuard<'_, HashMap<String, Holding>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn name(leased: &Leased) -> String {
    format!("{} {}", leased.lane, leased.entry)
}
