//! What is looked after now and then: room on the disk, workers that fell silent or have nothing to do.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use audiotome_dispatch::Change;
use serde_json::json;

use crate::api::progress::Progress;
use crate::api::queue::queue;
use crate::api::workers::WorkerView;
use crate::master::{Master, lock};
use crate::metrics::set;
use crate::pulse::STEP;
use crate::storage;

/// A large store takes a while to go through: it is not done when somebody asks.
const EVERY: Duration = Duration::from_secs(30);
/// Workers are asked so often: one that is down shows within ten seconds.
const EVERY_WORKER: Duration = Duration::from_secs(4);
/// What people watch.
const EVERY_PROGRESS: Duration = Duration::from_secs(1);

/// Asks workers that have nothing to do whether they are there, until the master drains.
pub(crate) async fn look_after_workers(master: Arc<Master>) {
    while !master.drain.is_cancelled() {
        for (worker, change) in master.studio.cluster.look_after().await {
            let data = match change {
                Change::Back => json!({ "worker": worker, "state": "back" }),
                Change::Away(reason) => {
                    json!({ "worker": worker, "state": "away", "reason": reason })
                }
            };
            master.hub.tell("worker", None, data);
        }
        tokio::select! {
            () = tokio::time::sleep(EVERY_WORKER) => {}
            () = master.drain.cancelled() => {}
        }
    }
}

/// Looks now and then, until the master drains.
pub(crate) async fn run(master: Arc<Master>) {
    while !master.drain.is_cancelled() {
        let data = &master.studio.data;
        for (what, folder) in [("clips", data.clips()), ("chapters", data.chapters())] {
            let measured = tokio::task::spawn_blocking(move || {
                storage::files(&folder).map(|file| file.bytes).sum::<u64>()
            })
            .await;
            let bytes = usize::try_from(measured.unwrap_or(0)).unwrap_or(usize::MAX);
            set(&master.metrics.store, "of", what, bytes);
        }
        master.forget_silent_workers();
        tokio::select! {
            () = tokio::time::sleep(EVERY) => {}
            () = master.drain.cancelled() => {}
        }
    }
}

/// Tells everybody once a second how far the jobs are that advance, until the master drains.
pub(crate) async fn tell_progress(master: Arc<Master>) {
    let mut told = HashMap::new();
    let mut turns = tokio::time::interval(EVERY_PROGRESS);
    while !master.drain.is_cancelled() {
        let running = master.running().clone();
        told.retain(|id, _| running.contains_key(id));
        for (id, board) in running
            .iter()
            .filter_map(|(id, job)| Some((id, job.board.as_ref()?)))
        {
            let progress = Progress::live(&lock(board));
            if told.get(id) != Some(&progress) {
                master.hub.tell("progress", Some(id), json!(progress));
                told.insert(id.clone(), progress);
            }
        }
        tokio::select! {
            _ = turns.tick() => {}
            () = master.drain.cancelled() => {}
        }
    }
}

/// Tells everybody now and then how the workers do of whom something has changed, until the master
/// drains.
pub(crate) async fn tell_pulse(master: Arc<Master>) {
    let mut told = HashMap::new();
    let mut turns = tokio::time::interval(STEP);
    while !master.drain.is_cancelled() {
        let members = master.studio.cluster.members();
        let statuses: Vec<_> = members.iter().map(|member| member.status()).collect();
        let totals = statuses
            .iter()
            .map(|status| (status.name.clone(), status.characters));
        let mut totals: HashMap<_, _> = totals.collect();
        if let Some(queue) = queue(&master)
            && let Some(stats) = master.metrics.broker.look(queue).await
        {
            let workers = stats.workers.iter();
            totals.extend(workers.map(|worker| (worker.name.clone(), worker.characters)));
        }
        master.pulse.beat(&totals);
        told.retain(|name, _| statuses.iter().any(|status| status.name == *name));
        let mut changed = Vec::new();
        for status in statuses {
            let name = status.name.clone();
            let data = json!(WorkerView::of(&master, status));
            if told.get(&name) != Some(&data) {
                changed.push(data.clone());
                told.insert(name, data);
            }
        }
        if !changed.is_empty() {
            let data = json!({ "workers": changed });
            master.hub.tell("pulse", None, data);
        }
        tokio::select! {
            _ = turns.tick() => {}
            () = master.drain.cancelled() => {}
        }
    }
}
