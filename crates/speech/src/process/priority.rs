//! How much of the processors a child may take from others.

use std::process::Child;

/// Lets others go first: who listens, on this machine, to the book that is being spoken would wait
/// for pages and for sound otherwise. Where nothing else runs, it speaks as fast as before.
#[cfg(unix)]
pub(super) fn lower(child: &Child) {
    use rustix::process::{Pid, getpriority_process, setpriority_process};

    let child = i32::try_from(child.id()).ok().and_then(Pid::from_raw);
    if let (Some(child), Ok(own)) = (child, getpriority_process(None)) {
        // A system that refuses it loses nothing but this courtesy.
        let _ = setpriority_process(Some(child), (own + STEPS).min(LOWEST));
    }
}

/// About a tenth of the time of one that is not lowered, where both want all of it.
#[cfg(unix)]
const STEPS: i32 = 10;
#[cfg(unix)]
const LOWEST: i32 = 19;

#[cfg(not(unix))]
pub(super) fn lower(_: &Child) {}
