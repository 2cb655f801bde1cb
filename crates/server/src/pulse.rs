//! How fast each worker has spoken lately, for small curves.

use std::collections::{HashMap, VecDeque};
use std::sync::Mutex;
use std::time::Duration;

use crate::master::lock;

/// From one look to the next.
pub(crate) const STEP: Duration = Duration::from_secs(2);
/// Looks that are kept: two minutes.
const KEPT: usize = 60;
/// Looks that a rate is taken over: a sentence counts only when it is spoken, and long ones take a while.
const WINDOW: usize = 5;

/// Characters that each worker has spoken in all, look by look.
#[derive(Debug, Default)]
pub(crate) struct Pulse(Mutex<HashMap<String, VecDeque<u64>>>);

impl Pulse {
    /// Takes in what each has spoken so far; whoever is not among them is forgotten.
    pub(crate) fn beat(&self, totals: &HashMap<String, u64>) {
        let mut tracks = lock(&self.0);
        tracks.retain(|name, _| totals.contains_key(name));
        for (name, total) in totals {
            let track = tracks.entry(name.clone()).or_default();
            if track.back().is_some_and(|last| last > total) {
                // It was started again.
                track.clear();
            }
            if track.len() == KEPT + WINDOW {
                track.pop_front();
            }
            track.push_back(*total);
        }
    }

    /// Characters per second at each look, the latest last.
    pub(crate) fn rates(&self, name: &str) -> Vec<u64> {
        let tracks = lock(&self.0);
        let Some(track) = tracks.get(name) else {
            return Vec::new();
        };
        let first = track.len().saturating_sub(KEPT).max(1);
        let rate = |at: usize| {
            let from = at.saturating_sub(WINDOW);
            (track[at] - track[from]) / ((at - from) as u64 * STEP.as_secs())
        };
        (first..track.len()).map(rate).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_follow_the_totals() {
        let pulse = Pulse::default();
        let beat = |total| pulse.beat(&HashMap::from([("a".to_owned(), total)]));
        beat(100);
        assert!(pulse.rates("a").is_empty(), "one look tells no speed");
        for look in 1..=10 {
            beat(100 + look * 40);
        }
        assert_eq!(pulse.rates("a"), [20; 10]);
        beat(500);
        beat(500);
        assert_eq!(pulse.rates("a").last(), Some(&12), "it slows down");
        for _ in 0..200 {
            beat(500);
        }
        assert_eq!(pulse.rates("a"), [0; KEPT]);
        beat(0);
        assert!(pulse.rates("a").is_empty(), "it was started again");
        pulse.beat(&HashMap::new());
        assert!(pulse.rates("a").is_empty());
    }
}
