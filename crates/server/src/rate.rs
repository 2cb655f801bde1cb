//! How fast a job advances, learnt from the last minute.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

/// What counts as now.
const WINDOW: Duration = Duration::from_secs(60);

/// Characters and seconds of audio that were spoken within the window.
#[derive(Clone, Debug, Default)]
pub(crate) struct Rate {
    spoken: VecDeque<(Instant, usize, f64)>,
}

/// What a rate comes to.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Speed {
    pub(crate) characters_per_second: f64,
    /// Seconds of audio for each second.
    pub(crate) times_real_time: f64,
}

impl Rate {
    pub(crate) fn add(&mut self, characters: usize, audio_seconds: f64, now: Instant) {
        self.spoken.push_back((now, characters, audio_seconds));
        self.forget(now);
    }

    /// Forgets what is older than the window, but keeps a few: slow engines speak rarely.
    fn forget(&mut self, now: Instant) {
        while self.spoken.len() > 8
            && self
                .spoken
                .front()
                .is_some_and(|(at, ..)| now - *at > WINDOW)
        {
            self.spoken.pop_front();
        }
    }

    pub(crate) fn speed(&self, now: Instant) -> Speed {
        let Some((first, ..)) = self.spoken.front() else {
            return Speed::default();
        };
        // The first one was being spoken before it counted: its share is not known, so it is left out.
        let counted = self.spoken.iter().skip(1);
        let seconds = (now - *first).as_secs_f64().max(0.001);
        let (characters, audio) = counted.fold((0, 0.0), |(c, a), (_, characters, audio)| {
            (c + characters, a + audio)
        });
        #[expect(clippy::cast_precision_loss, reason = "a rate")]
        let characters = characters as f64;
        Speed {
            characters_per_second: characters / seconds,
            times_real_time: audio / seconds,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_minute_counts() {
        let start = Instant::now();
        let mut rate = Rate::default();
        assert_eq!(rate.speed(start), Speed::default());
        let at = |second: u64| start + Duration::from_secs(second);
        // Slow for two minutes, then ten times as fast.
        for second in 0..120 {
            rate.add(10, 1.0, at(second));
        }
        for second in 120..200 {
            rate.add(100, 10.0, at(second));
        }
        let speed = rate.speed(at(199));
        assert!(
            (speed.characters_per_second - 100.0).abs() < 2.0,
            "{speed:?}"
        );
        assert!((speed.times_real_time - 10.0).abs() < 0.2, "{speed:?}");
        // Nobody speaks any more: it slows down.
        assert!(rate.speed(at(400)).characters_per_second < 30.0);
    }
}
