//! The check on every clip: listeners of other tools lost whole books to silent gaps.

use std::time::Duration;

use thiserror::Error;

use crate::{Clip, pronunciation};

/// Why a clip is not believed.
#[derive(Clone, Debug, PartialEq, Error)]
pub enum Suspect {
    /// Nothing rises above −60 dBFS.
    #[error("the clip is silent")]
    Silent,
    /// A long run of samples at full scale.
    #[error("the clip is clipped ({percent:.1} % of its samples are at full scale)")]
    Clipped {
        /// Share of samples at full scale.
        percent: f32,
    },
    /// Cut off.
    #[error(
        "the clip is too short: {actual:.1?} for {characters} characters, at least {least:.1?} expected"
    )]
    TooShort {
        /// Its length.
        actual: Duration,
        /// Characters of the text.
        characters: usize,
        /// The least that is believed.
        least: Duration,
    },
    /// The model ran away.
    #[error(
        "the clip is too long: {actual:.1?} for {characters} characters, at most {most:.1?} expected"
    )]
    TooLong {
        /// Its length.
        actual: Duration,
        /// Characters of the text.
        characters: usize,
        /// The most that is believed.
        most: Duration,
    },
}

/// Judges clips of one voice, and learns its characters per second from those that pass.
///
/// Before it has heard enough it uses bounds that hold for every language: 4 to 45 characters a
/// second (dense scripts: 1.5 to 15). After, a clip may be a third as long as the average or three
/// times as long; short texts get a second on top, since a single word varies more.
#[derive(Clone, Debug, Default)]
pub struct ClipCheck {
    characters: f64,
    seconds: f64,
}

/// Speech that has to be heard before the learnt rate counts.
const ENOUGH_SECONDS: f64 = 60.0;
/// −60 dBFS of 16-bit full scale.
const SILENCE: u16 = 33;
/// A clip with more of its samples at full scale is broken, not loud.
const CLIPPED_PERCENT: f32 = 2.0;
const SLACK_SECONDS: f64 = 1.5;

impl ClipCheck {
    /// Judges the clip that an engine gave for `text`, and learns from it.
    ///
    /// # Errors
    /// Says what is suspect.
    pub fn judge(&mut self, text: &str, clip: &Clip) -> Result<(), Suspect> {
        if clip
            .samples()
            .iter()
            .all(|sample| sample.unsigned_abs() < SILENCE)
        {
            return Err(Suspect::Silent);
        }
        let at_full_scale = clip
            .samples()
            .iter()
            .filter(|sample| sample.unsigned_abs() >= 32_767)
            .count();
        #[expect(clippy::cast_precision_loss, reason = "a percentage")]
        let percent = 100.0 * at_full_scale as f32 / clip.samples().len() as f32;
        if percent > CLIPPED_PERCENT {
            return Err(Suspect::Clipped { percent });
        }
        self.judge_length(&pronunciation::plain(text), clip.duration())
    }

    fn judge_length(&mut self, text: &str, actual: Duration) -> Result<(), Suspect> {
        let characters = text.chars().filter(|c| c.is_alphanumeric()).count();
        let weight = text.chars().map(weight).sum::<f64>();
        let (fastest, slowest) = self.rates();
        let least = Duration::from_secs_f64((weight / fastest - 0.3).max(0.02));
        let most = Duration::from_secs_f64(weight / slowest + SLACK_SECONDS);
        if actual < least {
            return Err(Suspect::TooShort {
                actual,
                characters,
                least,
            });
        }
        if actual > most {
            return Err(Suspect::TooLong {
                actual,
                characters,
                most,
            });
        }
        self.characters += weight;
        self.seconds += actual.as_secs_f64();
        Ok(())
    }

    /// Characters per second that are just believed: fastest, slowest.
    fn rates(&self) -> (f64, f64) {
        if self.seconds < ENOUGH_SECONDS {
            return (45.0, 3.0);
        }
        let average = self.characters / self.seconds;
        (average * 3.0, average / 3.0)
    }
}

/// How much speech a character stands for, in Latin letters: an ideograph is a syllable or two,
/// a digit or a symbol a word.
fn weight(c: char) -> f64 {
    match c {
        '0'..='9' | '%' | '$' | '€' | '£' | '&' | '+' | '=' | '@' | '§' | '№' => 5.0,
        _ if !c.is_alphanumeric() => 0.5,
        '\u{2E80}'..='\u{9FFF}'
        | '\u{AC00}'..='\u{D7FF}'
        | '\u{F900}'..='\u{FAFF}'
        | '\u{20000}'..='\u{3FFFF}' => 4.0,
        _ => 1.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(seconds: f64) -> Clip {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a small test figure"
        )]
        let samples = (0..(seconds * 8_000.0) as usize)
            .map(|i| if i % 20 < 10 { 8_000 } else { -8_000 })
            .collect();
        Clip::new(8_000, samples).unwrap()
    }

    const TEXT: &str = "It is a truth universally acknowledged, that a single man needs a wife.";

    #[test]
    fn speech_of_a_usual_length_passes() {
        assert_eq!(ClipCheck::default().judge(TEXT, &tone(4.5)), Ok(()));
        assert_eq!(ClipCheck::default().judge("Oh!", &tone(0.4)), Ok(()));
        assert_eq!(
            ClipCheck::default().judge("一九四九年十月一日，中华人民共和国成立。", &tone(5.0)),
            Ok(())
        );
    }

    #[test]
    fn silence_is_suspect() {
        assert_eq!(
            ClipCheck::default().judge(TEXT, &Clip::new(8_000, vec![3; 40_000]).unwrap()),
            Err(Suspect::Silent)
        );
    }

    #[test]
    fn clipping_is_suspect() {
        let samples = (0..40_000)
            .map(|i| if i % 2 == 0 { i16::MAX } else { i16::MIN })
            .collect();
        assert!(matches!(
            ClipCheck::default().judge(TEXT, &Clip::new(8_000, samples).unwrap()),
            Err(Suspect::Clipped { .. })
        ));
    }

    #[test]
    fn cut_off_and_run_away_are_suspect() {
        assert!(matches!(
            ClipCheck::default().judge(TEXT, &tone(0.5)),
            Err(Suspect::TooShort { .. })
        ));
        assert!(matches!(
            ClipCheck::default().judge(TEXT, &tone(60.0)),
            Err(Suspect::TooLong { .. })
        ));
    }

    #[test]
    fn the_bounds_follow_the_voice() {
        let mut check = ClipCheck::default();
        for _ in 0..20 {
            check.judge(TEXT, &tone(4.5)).unwrap();
        }
        assert!(matches!(
            check.judge(TEXT, &tone(0.9)),
            Err(Suspect::TooShort { .. })
        ));
        assert!(matches!(
            check.judge(TEXT, &tone(16.0)),
            Err(Suspect::TooLong { .. })
        ));
        assert_eq!(check.judge(TEXT, &tone(6.0)), Ok(()));
    }
}
