//! Figures of a book in the making.

use std::time::{Duration, Instant};

use audiotome_core::Event;

use crate::format::{clock, count};

#[derive(Debug)]
pub(super) struct Tally {
    started: Instant,
    pub(super) characters: usize,
    reused_characters: usize,
    /// Characters spoken in this run.
    fresh_characters: usize,
    fresh_audio: Duration,
    pub(super) chapters: usize,
    pub(super) chapters_done: usize,
}

impl Default for Tally {
    fn default() -> Self {
        Self {
            started: Instant::now(),
            characters: 0,
            reused_characters: 0,
            fresh_characters: 0,
            fresh_audio: Duration::ZERO,
            chapters: 0,
            chapters_done: 0,
        }
    }
}

impl Tally {
    pub(super) fn count(&mut self, event: &Event) {
        match event {
            // A round that repairs damaged clips plans again: the figures start anew with it.
            Event::Planned {
                chapters,
                characters,
                reused_characters,
                ..
            } => {
                let started = self.started;
                *self = Self {
                    started,
                    chapters: *chapters,
                    characters: *characters,
                    reused_characters: *reused_characters,
                    ..Self::default()
                };
            }
            Event::Spoken {
                characters, audio, ..
            } => {
                self.fresh_characters += characters;
                self.fresh_audio += *audio;
            }
            Event::ChapterEncoded { .. } => self.chapters_done += 1,
            _ => {}
        }
    }

    pub(super) fn elapsed(&self) -> Duration {
        self.started.elapsed()
    }

    pub(super) fn spoken_characters(&self) -> usize {
        // Sentences that occur twice are spoken once.
        (self.reused_characters + self.fresh_characters).min(self.characters)
    }

    /// `4,210 characters/s  61× real time  2:10 left`.
    pub(super) fn rates(&self) -> String {
        let seconds = self.elapsed().as_secs_f64();
        if self.fresh_characters == 0 || seconds < 0.2 {
            return String::new();
        }
        #[expect(clippy::cast_precision_loss, reason = "rates for people")]
        let (rate, left) = (
            self.fresh_characters as f64 / seconds,
            (self.characters - self.spoken_characters()) as f64,
        );
        let left = Duration::from_secs_f64(left / rate);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a positive rate"
        )]
        let rounded = rate.round() as usize;
        format!(
            "{}/s  {:.0}× real time  {} left",
            count(rounded, "character"),
            self.fresh_audio.as_secs_f64() / seconds,
            clock(left)
        )
    }

    /// One line for a log.
    pub(super) fn line(&self) -> String {
        let percent = 100 * self.spoken_characters() / self.characters.max(1);
        format!(
            "{} of {} done  {percent} %  {}",
            self.chapters_done,
            count(self.chapters, "chapter"),
            self.rates()
        )
        .trim_end()
        .to_owned()
    }
}
