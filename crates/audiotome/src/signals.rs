//! Threads, and the signals that stop them.

use anyhow::Context as _;
use tokio::runtime::{Builder, Runtime};
use tokio_util::sync::CancellationToken;

use crate::exit::STOPPED;

/// Threads for everything that waits.
pub(crate) fn runtime() -> anyhow::Result<Runtime> {
    Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("can't start threads")
}

/// One thread for everything that waits, for a program that hardly does anything else: what wakes what is then no
/// matter of threads. Speaking has threads of its own either way.
pub(crate) fn small_runtime() -> anyhow::Result<Runtime> {
    Builder::new_current_thread()
        .enable_all()
        .build()
        .context("can't start threads")
}

/// The first Ctrl-C or SIGTERM finishes what is being done; a second one leaves at once.
pub(crate) fn stop(runtime: &Runtime) -> CancellationToken {
    let cancel = CancellationToken::new();
    let stop = cancel.clone();
    runtime.spawn(async move {
        signal().await;
        stop.cancel();
        signal().await;
        #[expect(
            clippy::exit,
            reason = "the user asked twice; files appear whole or not at all"
        )]
        std::process::exit(i32::from(STOPPED));
    });
    cancel
}

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut terminate) = signal(SignalKind::terminate()) else {
        return std::future::pending().await;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(not(unix))]
async fn signal() {
    let _ = tokio::signal::ctrl_c().await;
}
