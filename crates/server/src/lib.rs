//! The master: a job store, a REST API, and the jobs that it carries out with everybody who speaks.
//!
//! [`serve`] is everything: it takes up the jobs that an earlier run left, answers requests
//! (`api`, and pages for people: `web`), starts jobs in their order (`runner`), and tells what happens (`hub`). What must
//! survive is in the job store (`database`) and in the store of clips; everything else is learnt
//! again.

mod api;
mod board;
mod books;
mod clock;
mod covers;
mod database;
mod feeds;
mod hub;
mod job;
mod lately;
mod listen;
mod master;
mod metrics;
mod pulse;
mod queue_figures;
mod rate;
mod runner;
mod settings;
mod shelf;
mod storage;
mod upkeep;
mod web;

use std::net::SocketAddr;
use std::sync::Arc;

use audiotome_dispatch::Listener;
use audiotome_production::Studio;
use tokio_util::sync::CancellationToken;

pub use api::document;
pub use database::DatabaseError;
pub use job::JobState;
use master::Master;
pub use master::ServeError;
pub use settings::ServerSettings;

/// Serves until `drain`: then jobs are stopped where they are, to go on when the master is started
/// again, and requests are answered to their end.
///
/// # Errors
/// When the job store can't be opened or the listener breaks.
pub async fn serve(
    listener: Listener,
    studio: Arc<Studio>,
    settings: ServerSettings,
    drain: CancellationToken,
) -> Result<(), ServeError> {
    let master = Arc::new(Master::open(studio, settings, drain.clone()).await?);
    let jobs = tokio::spawn(runner::run(Arc::clone(&master)));
    tokio::spawn(upkeep::run(Arc::clone(&master)));
    tokio::spawn(upkeep::look_after_workers(Arc::clone(&master)));
    tokio::spawn(upkeep::tell_progress(Arc::clone(&master)));
    tokio::spawn(upkeep::tell_pulse(Arc::clone(&master)));
    let router = api::router(&master).merge(web::router(&master));
    let router = router.into_make_service_with_connect_info::<SocketAddr>();
    let served = axum::serve(listener, router)
        .with_graceful_shutdown(drain.clone().cancelled_owned())
        .await;
    drain.cancel();
    jobs.await.expect("the runner does not panic");
    Ok(served?)
}
