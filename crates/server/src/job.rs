//! Jobs: books that are to become audiobooks, and the states that they go through.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use audiotome_production::Order;
use serde::{Deserialize, Serialize};
use thiserror::Error;
use utoipa::ToSchema;

/// Where a job stands.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, ToSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum JobState {
    /// Waits for its turn.
    Queued,
    /// Is being spoken.
    Running,
    /// Everything is spoken; the files are being written.
    Assembling,
    /// Stopped by a person, until they say `resume`.
    Paused,
    /// The audiobook is there.
    Done,
    /// It needs a person: some segments could not be spoken, or something is wrong.
    Failed,
    /// Given up by a person; `retry` takes it up again.
    Cancelled,
}

/// What happens to a job.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Step {
    /// Its turn has come.
    Start,
    /// Everything is spoken.
    Assemble,
    /// The audiobook is there.
    Finish,
    /// It can't go on.
    Fail,
    /// A person wants it to rest.
    Pause,
    /// A person wants it to go on.
    Resume,
    /// A person gives it up.
    Cancel,
    /// A person wants another try.
    Retry,
    /// The master was stopped while it ran.
    Interrupt,
}

/// A step that a job in this state can't take.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
#[error("a job that is {from} can't {step}")]
pub(crate) struct IllegalStep {
    from: JobState,
    step: Step,
}

impl JobState {
    /// All states.
    pub const ALL: [Self; 7] = [
        Self::Queued,
        Self::Running,
        Self::Assembling,
        Self::Paused,
        Self::Done,
        Self::Failed,
        Self::Cancelled,
    ];

    /// The name as the API and the database write it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Assembling => "assembling",
            Self::Paused => "paused",
            Self::Done => "done",
            Self::Failed => "failed",
            Self::Cancelled => "cancelled",
        }
    }

    /// Whether nothing more happens by itself.
    #[must_use]
    pub fn is_end(self) -> bool {
        matches!(self, Self::Done | Self::Failed | Self::Cancelled)
    }

    /// The state after a step.
    pub(crate) fn after(self, step: Step) -> Result<Self, IllegalStep> {
        use JobState::{Assembling, Cancelled, Done, Failed, Paused, Queued, Running};
        Ok(match (self, step) {
            (Queued, Step::Start) => Running,
            (Running | Assembling, Step::Assemble) => Assembling,
            (Running | Assembling, Step::Finish) => Done,
            (Running | Assembling, Step::Fail) => Failed,
            (Queued | Running | Assembling, Step::Pause) => Paused,
            (Paused, Step::Resume) => Queued,
            (Queued | Running | Assembling | Paused | Failed, Step::Cancel) => Cancelled,
            (Failed | Cancelled | Done, Step::Retry) => Queued,
            (Running | Assembling, Step::Interrupt) => Queued,
            (from, step) => return Err(IllegalStep { from, step }),
        })
    }
}

impl fmt::Display for JobState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for JobState {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        let mut states = Self::ALL.into_iter();
        states
            .find(|state| state.name() == name)
            .ok_or_else(|| format!("`{name}` is no state of a job"))
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Start => "start",
            Self::Assemble => "be assembled",
            Self::Finish => "finish",
            Self::Fail => "fail",
            Self::Pause => "pause",
            Self::Resume => "resume",
            Self::Cancel => "be cancelled",
            Self::Retry => "be retried",
            Self::Interrupt => "be interrupted",
        })
    }
}

/// A job as the master remembers it.
#[derive(Clone, Debug)]
pub(crate) struct Job {
    pub(crate) id: String,
    /// The book's id.
    pub(crate) book: String,
    pub(crate) order: Order,
    pub(crate) state: JobState,
    /// Higher goes first.
    pub(crate) priority: i32,
    pub(crate) created: String,
    pub(crate) updated: String,
    pub(crate) record: Record,
}

impl Job {
    /// The files of its audiobook; none while it is made, also when it was there before.
    pub(crate) fn files(&self) -> &[PathBuf] {
        match self.state {
            JobState::Done => &self.record.files,
            _ => &[],
        }
    }
}

/// What became of a job so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub(crate) struct Record {
    pub(crate) title: String,
    pub(crate) authors: Vec<String>,
    /// Who reads, as the tags say it.
    pub(crate) narrator: Option<String>,
    /// The language that it is read in.
    pub(crate) language: Option<String>,
    pub(crate) chapters: usize,
    pub(crate) segments: usize,
    pub(crate) characters: usize,
    /// When it ended last.
    pub(crate) segments_done: usize,
    pub(crate) characters_done: usize,
    pub(crate) chapters_ready: usize,
    /// What went wrong.
    pub(crate) error: Option<String>,
    /// What to do about it.
    pub(crate) hint: Option<String>,
    /// The segment (index in the plan) at which somebody listens.
    pub(crate) position: usize,
    /// The folder of the audiobook, which no other job writes to.
    pub(crate) folder: Option<PathBuf>,
    /// All files of the audiobook, audio first.
    pub(crate) files: Vec<PathBuf>,
    /// Length of the audiobook.
    pub(crate) audio_seconds: Option<f64>,
    pub(crate) warnings: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_as_they_are_written() {
        for state in JobState::ALL {
            assert_eq!(state.name().parse(), Ok(state));
            assert_eq!(
                serde_json::to_value(state).unwrap(),
                serde_json::json!(state.name())
            );
        }
    }

    #[test]
    fn illegal_steps_name_both() {
        let error = JobState::Done.after(Step::Pause).unwrap_err();
        assert_eq!(error.to_string(), "a job that is done can't pause");
        assert!(JobState::Paused.after(Step::Start).is_err());
        assert_eq!(
            JobState::Running.after(Step::Interrupt),
            Ok(JobState::Queued)
        );
    }
}
