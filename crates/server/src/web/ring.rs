//! How far a job is, as a ring and in a few words.

use super::strings::Strings;
use crate::api::progress::Progress;
use crate::job::JobState;

/// How far a job is.
pub(crate) struct Ring {
    /// Name of the state, for the style sheet and the page's programs.
    pub(crate) state: &'static str,
    /// 0 to 100.
    pub(crate) percent: f64,
    pub(crate) words: String,
}

impl Ring {
    pub(crate) fn of(say: Strings, state: JobState, progress: &Progress) -> Self {
        let words = match (state, progress.eta_seconds) {
            (JobState::Running, _) if progress.waiting_for.is_some() => {
                say.say("state.waiting").to_owned()
            }
            (JobState::Running, Some(seconds)) => {
                say.with("state.running.left", say.duration(&seconds))
            }
            _ => say.say(&format!("state.{}", state.name())).to_owned(),
        };
        Self {
            state: state.name(),
            percent: progress.percent,
            words,
        }
    }

    /// Of a book without a job.
    pub(crate) fn idle(words: &str) -> Self {
        Self {
            state: "new",
            percent: 0.0,
            words: words.to_owned(),
        }
    }
}
