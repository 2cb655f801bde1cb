//! How long speaking takes, learnt as it goes.

use std::time::Duration;

/// Weight of the newest answer in the average.
const NEWEST: f64 = 0.1;
/// An answer may take so many times the expected time before it is given up.
const GENEROUS: f64 = 10.0;
/// An answer that takes so many times the expected time is worth a second try elsewhere.
const LATE: f64 = 3.0;
/// Nobody is late before.
const SOONEST_LATE: Duration = Duration::from_secs(1);

/// Seconds for each character, from asking to having the clip.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Pace {
    seconds_per_character: Option<f64>,
}

impl Pace {
    /// Learns from an answer.
    pub(crate) fn learn(&mut self, characters: usize, took: Duration) {
        #[expect(clippy::cast_precision_loss, reason = "texts are short")]
        let newest = took.as_secs_f64() / characters.max(1) as f64;
        let average = self.seconds_per_character.unwrap_or(newest);
        self.seconds_per_character = Some(average + NEWEST * (newest - average));
    }

    /// How long to wait for a text, at least `patience`.
    pub(crate) fn limit(&self, characters: usize, patience: Duration) -> Duration {
        self.expected(characters).mul_f64(GENEROUS).max(patience)
    }

    /// After which time a text of that length is late.
    pub(crate) fn late(&self, characters: usize) -> Duration {
        self.expected(characters).mul_f64(LATE).max(SOONEST_LATE)
    }

    /// The rate learnt; 0 while nothing was.
    pub(crate) fn characters_per_second(&self) -> f64 {
        let seconds = self.seconds_per_character.filter(|seconds| *seconds > 0.0);
        seconds.map_or(0.0, f64::recip)
    }

    fn expected(&self, characters: usize) -> Duration {
        #[expect(clippy::cast_precision_loss, reason = "texts are short")]
        let seconds = self.seconds_per_character.unwrap_or(0.0) * characters as f64;
        Duration::from_secs_f64(seconds.min(3_600.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn limits_follow_the_pace_and_never_fall_below_patience() {
        let (mut pace, patience) = (Pace::default(), Duration::from_secs(30));
        assert_eq!(pace.limit(400, patience), patience);
        assert!(pace.characters_per_second() <= 0.0);
        for _ in 0..100 {
            pace.learn(100, Duration::from_secs(10));
        }
        assert_eq!(pace.limit(10, patience), patience);
        let limit = pace.limit(400, patience).as_secs_f64();
        assert!((limit - 400.0).abs() < 0.1, "{limit}");
        assert!((pace.characters_per_second() - 10.0).abs() < 0.1);
        assert!((pace.late(100).as_secs_f64() - 30.0).abs() < 0.1);
    }

    #[test]
    fn nobody_is_late_within_a_second() {
        let mut pace = Pace::default();
        pace.learn(100, Duration::from_millis(15));
        assert_eq!(pace.late(100), Duration::from_secs(1));
    }
}
