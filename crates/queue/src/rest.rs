//! Waiting that no clock can shorten.

use std::time::{Duration, Instant};

/// Waits for so long.
///
/// Where the clock that only ever goes on goes back all the same (a virtual machine that was moved, a container that was
/// restored), every timer of the runtime ends at once until that clock has caught up: whoever waits and tries again would
/// try thousands of times a second. A timer that ended too early tells; then the thread itself is laid to sleep.
pub async fn rest(duration: Duration) {
    let begun = Instant::now();
    tokio::time::sleep(duration).await;
    if begun.elapsed() < duration {
        let asleep = tokio::task::spawn_blocking(move || std::thread::sleep(duration));
        // It does not panic, and is cancelled only with all else.
        let _ = asleep.await;
    }
}
