//! The whole master: leases, retries, checks, a store.

use std::sync::Arc;

use audiotome_core::{AudioStore, Plan};
use audiotome_dispatch::{Cluster, HttpWorker, Settings, Speaker, speak};
use tokio::sync::mpsc::unbounded_channel;
use tokio_util::sync::CancellationToken;

use crate::figures::{Clock, Figures};
use crate::ledger::{Ledger, Watched};

pub(crate) async fn run(plan: &Arc<Plan>, worker: &Arc<HttpWorker>) -> Figures {
    let ledger = Arc::new(Ledger::default());
    let watched = Watched::new(worker.clone(), ledger.clone());
    let cluster = Arc::new(Cluster::of([Arc::new(watched) as Arc<dyn Speaker>]));
    let (sender, mut events) = unbounded_channel();
    let display = tokio::spawn(async move { while events.recv().await.is_some() {} });
    let store = ledger.clone() as Arc<dyn AudioStore>;
    let clock = Clock::start();
    let stop = CancellationToken::new();
    let spoken = speak(plan, &cluster, store, Settings::default(), sender, stop);
    let outcome = spoken.await.unwrap();
    let figures = clock.stop(ledger.latencies());
    assert!(outcome.dead.is_empty(), "{:?}", outcome.dead);
    display.await.unwrap();
    figures
}
