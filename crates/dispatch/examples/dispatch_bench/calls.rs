//! The client alone: one call after the other in each lane.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use audiotome_core::Plan;
use audiotome_dispatch::{HttpWorker, Request, Speaker as _};
use tokio::task::JoinSet;

use crate::figures::{Clock, Figures};

pub(crate) async fn run(plan: &Arc<Plan>, worker: &Arc<HttpWorker>, lanes: usize) -> Figures {
    let next = Arc::new(AtomicUsize::new(0));
    let clock = Clock::start();
    let mut tasks = JoinSet::new();
    for _ in 0..lanes {
        tasks.spawn(lane(plan.clone(), worker.clone(), next.clone()));
    }
    let latencies = tasks.join_all().await.concat();
    clock.stop(latencies)
}

async fn lane(plan: Arc<Plan>, worker: Arc<HttpWorker>, next: Arc<AtomicUsize>) -> Vec<Duration> {
    let mut latencies = Vec::new();
    while let Some(segment) = plan.segments.get(next.fetch_add(1, Ordering::Relaxed)) {
        let started = Instant::now();
        let request = Request {
            segment,
            engine: &plan.narration.engine,
            trace: "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        };
        worker.speak(request).await.unwrap();
        latencies.push(started.elapsed());
    }
    latencies
}
