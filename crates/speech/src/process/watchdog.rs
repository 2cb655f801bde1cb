//! One thread that kills the children that overstay, so that a call costs no thread of its own.

use std::process::Child;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, Once, PoisonError, Weak};
use std::time::Instant;

/// Keeps a child watched while it lives.
pub(super) struct Watch(Arc<Watched>);

struct Watched {
    child: Arc<Mutex<Child>>,
    deadline: Instant,
    bitten: AtomicBool,
}

/// Children by insertion; the list is as long as there are slots, so it is simply searched.
static WATCHED: Mutex<Vec<Weak<Watched>>> = Mutex::new(Vec::new());
static NEWS: Condvar = Condvar::new();
static START: Once = Once::new();

/// Kills `child` at `deadline`, unless the returned watch is dropped before.
pub(super) fn watch(child: &Arc<Mutex<Child>>, deadline: Instant) -> Watch {
    let watched = Arc::new(Watched {
        child: Arc::clone(child),
        deadline,
        bitten: AtomicBool::new(false),
    });
    let mut list = WATCHED.lock().unwrap_or_else(PoisonError::into_inner);
    list.retain(|watched| watched.strong_count() > 0);
    list.push(Arc::downgrade(&watched));
    drop(list);
    NEWS.notify_one();
    START.call_once(|| {
        std::thread::spawn(patrol);
    });
    Watch(watched)
}

impl Watch {
    /// Whether the child was killed for overstaying.
    pub(super) fn has_bitten(&self) -> bool {
        self.0.bitten.load(Ordering::Acquire)
    }
}

fn patrol() {
    let mut list = WATCHED.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        let now = Instant::now();
        let living: Vec<_> = list.iter().filter_map(Weak::upgrade).collect();
        for overdue in living.iter().filter(|watched| watched.deadline <= now) {
            bite(overdue);
        }
        let next = living
            .iter()
            .map(|watched| watched.deadline)
            .filter(|deadline| *deadline > now)
            .min();
        drop(living);
        list = match next {
            None => NEWS.wait(list).unwrap_or_else(PoisonError::into_inner),
            Some(deadline) => {
                NEWS.wait_timeout(list, deadline - now)
                    .unwrap_or_else(PoisonError::into_inner)
                    .0
            }
        };
    }
}

fn bite(watched: &Watched) {
    watched.bitten.store(true, Ordering::Release);
    let mut child = watched.child.lock().unwrap_or_else(PoisonError::into_inner);
    // It may have ended just now, which is as good.
    let _ = child.kill();
}
