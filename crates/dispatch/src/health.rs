//! Whether a speaker is worth asking: a circuit breaker.

use std::time::{Duration, Instant};

/// How long a speaker is left alone after its first failure; it doubles with each further one.
const FIRST_REST: Duration = Duration::from_millis(100);
/// The longest rest.
const LONGEST_REST: Duration = Duration::from_secs(10);

/// Where a speaker stands. One that fails rests, is then asked whether it is there, and comes back;
/// each failure without a clip in between doubles the rest.
#[derive(Clone, Debug, Default)]
pub(crate) struct Health {
    failures: u32,
    resting_until: Option<Instant>,
    reason: Option<String>,
}

impl Health {
    /// It spoke: all is forgiven.
    pub(crate) fn succeeded(&mut self) {
        *self = Self::default();
    }

    /// It failed. Returns whether it was well before.
    pub(crate) fn failed(&mut self, reason: &str, now: Instant) -> bool {
        let was_well = self.resting_until.is_none();
        // Requests that were under way together fail together: that is one failure.
        if was_well {
            self.failures = self.failures.saturating_add(1);
            self.rest(now);
        }
        self.reason = Some(reason.to_owned());
        was_well
    }

    /// It has its hands full.
    pub(crate) fn busy(&mut self, wait: Duration, now: Instant) {
        if self.resting_until.is_none() {
            self.resting_until = Some(now + wait.min(LONGEST_REST));
        }
    }

    /// It was asked and is there.
    pub(crate) fn answered(&mut self) {
        self.resting_until = None;
    }

    /// It was asked and is still away.
    pub(crate) fn still_away(&mut self, reason: &str, now: Instant) {
        self.failures = self.failures.saturating_add(1);
        self.rest(now);
        self.reason = Some(reason.to_owned());
    }

    /// It was asked while it had nothing to do, and is not there. Returns whether that is news. It is
    /// soon asked again: nobody waits for it.
    pub(crate) fn absent(&mut self, reason: &str, now: Instant) -> bool {
        let is_news = self.resting_until.is_none();
        self.resting_until = Some(now + FIRST_REST);
        self.reason = Some(reason.to_owned());
        is_news
    }

    /// When it may be asked again, while it rests.
    pub(crate) fn resting_until(&self) -> Option<Instant> {
        self.resting_until
    }

    /// What went wrong last.
    pub(crate) fn reason(&self) -> Option<&str> {
        self.reason.as_deref()
    }

    fn rest(&mut self, now: Instant) {
        let doubled = FIRST_REST.saturating_mul(1 << (self.failures.saturating_sub(1)).min(16));
        self.resting_until = Some(now + doubled.min(LONGEST_REST));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rests_double_until_it_speaks() {
        let (mut health, now) = (Health::default(), Instant::now());
        let mut rests = Vec::new();
        for _ in 0..9 {
            assert!(health.failed("gone", now));
            assert!(!health.failed("gone too", now), "the same failure");
            rests.push((health.resting_until().unwrap() - now).as_millis());
            health.answered();
        }
        assert_eq!(rests[..3], [100, 200, 400]);
        assert_eq!(rests[8], 10_000);
        health.succeeded();
        health.failed("gone", now);
        assert_eq!(health.resting_until(), Some(now + FIRST_REST));
    }

    #[test]
    fn an_absence_is_news_once_and_no_failure() {
        let (mut health, now) = (Health::default(), Instant::now());
        assert!(health.absent("gone", now) && !health.absent("still gone", now));
        assert_eq!(health.reason(), Some("still gone"));
        health.answered();
        health.failed("gone", now);
        assert_eq!(health.resting_until(), Some(now + FIRST_REST));
    }

    #[test]
    fn to_be_busy_is_no_failure() {
        let (mut health, now) = (Health::default(), Instant::now());
        health.busy(Duration::from_secs(2), now);
        assert_eq!(health.resting_until(), Some(now + Duration::from_secs(2)));
        assert_eq!(health.reason(), None);
        health.answered();
        health.failed("gone", now);
        assert_eq!(health.resting_until(), Some(now + FIRST_REST));
    }
}
