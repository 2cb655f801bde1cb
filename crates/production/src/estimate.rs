//! How long a text is heard, before it is spoken.

use std::time::Duration;

use audiotome_core::Language;

/// Characters of narration that are heard in a second at normal speed, pauses included: an hour of
/// audiobook holds about 54,000.
const CHARACTERS_PER_SECOND: f64 = 15.0;
/// Characters per second where a character is a syllable or more.
const DENSE_CHARACTERS_PER_SECOND: f64 = 4.5;

/// How long so many characters are heard, about.
#[must_use]
pub fn expected_duration(characters: usize, language: &Language) -> Duration {
    let rate = if language.is_dense_script() {
        DENSE_CHARACTERS_PER_SECOND
    } else {
        CHARACTERS_PER_SECOND
    };
    #[expect(clippy::cast_precision_loss, reason = "an estimate")]
    Duration::from_secs_f64(characters as f64 / rate)
}
