//! What a person, or a program, sees of a job that is followed.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use audiotome_server::JobState;
use indicatif::ProgressBar;
use serde_json::json;

use super::answers::{Job, Progress};
use super::events::News;
use super::jobs::{left, percent, speed};
use super::{ids, tell};
use crate::cli::ProgressKind;
use crate::format::{clock, count};
use crate::progress::{PLAIN_EVERY, bar};

/// The display of the jobs that are followed, one after the other.
pub(crate) struct Display {
    form: Form,
    /// The job that was announced.
    announced: Option<String>,
    state: Option<JobState>,
    waiting_for: Option<String>,
    /// A chapter was finished since the last line.
    milestone: bool,
}

enum Form {
    Bar(ProgressBar),
    Plain { last: Instant },
    Json,
    None,
}

impl Display {
    pub(crate) fn new(kind: ProgressKind) -> Self {
        let plain = || Form::Plain {
            last: Instant::now(),
        };
        let form = match kind {
            ProgressKind::Auto if io::stderr().is_terminal() => Form::Bar(bar()),
            ProgressKind::Bar => Form::Bar(bar()),
            ProgressKind::Auto | ProgressKind::Plain => plain(),
            ProgressKind::Json => Form::Json,
            ProgressKind::None => Form::None,
        };
        Self {
            form,
            announced: None,
            state: None,
            waiting_for: None,
            milestone: false,
        }
    }

    /// The job as it stands.
    pub(crate) fn job(&mut self, job: &Job) {
        if let Some(narrator) = &job.narrator
            && job.progress.chapters > 0
            && self.announced.as_ref() != Some(&job.id)
        {
            self.announced = Some(job.id.clone());
            self.announce(job, narrator);
        }
        let before = self.state.replace(job.state);
        if job.state == JobState::Paused && before != Some(JobState::Paused) {
            let id = ids::short(&job.id);
            self.say(&format!("paused: `audiotome resume {id}` lets it go on"));
        }
        if !job.state.is_end() {
            self.show(&job.progress);
        }
    }

    fn announce(&self, job: &Job, narrator: &str) {
        let author = match job.authors.as_slice() {
            [] => String::new(),
            authors => format!(" by {}", authors.join(", ")),
        };
        self.say(&format!(
            "{}{author}: {}, read by {narrator}",
            job.title,
            count(job.progress.chapters, "chapter")
        ));
        for warning in &job.warnings {
            self.say(&format!("warning: {warning}"));
        }
    }

    /// Something happened.
    pub(crate) fn news(&mut self, news: &News) {
        if matches!(self.form, Form::Json) {
            let line = json!({ "event": news.kind, "data": news.data });
            // A closed stdout is the reader's choice.
            let _ = writeln!(io::stdout(), "{line}");
        }
        let data = &news.data;
        let text = |name: &str| data[name].as_str().unwrap_or_default();
        match text("event") {
            "chapter-encoded" => self.milestone = true,
            "worker-away" => self.say(&format!(
                "{} is away: {}; it is asked again",
                text("worker"),
                text("reason")
            )),
            "worker-held-up" => self.say(&format!("{} {}", text("worker"), text("reason"))),
            "worker-unfit" => self.say(&format!(
                "{} can't help with this book: {}",
                text("worker"),
                text("reason")
            )),
            "died" => self.say(&format!(
                "sentence {} could not be spoken: {}",
                data["segment"].as_u64().unwrap_or(0) + 1,
                text("reason")
            )),
            _ => {}
        }
    }

    /// How far the job is.
    pub(crate) fn show(&mut self, progress: &Progress) {
        if progress.waiting_for != self.waiting_for {
            self.waiting_for.clone_from(&progress.waiting_for);
            if let Some(reason) = &self.waiting_for {
                self.say(&format!("nobody speaks now: {reason}"));
            }
        }
        let state = self.state;
        match &mut self.form {
            Form::Bar(bar) => {
                bar.set_length(progress.characters.max(1) as u64);
                bar.set_position(progress.characters_done as u64);
                bar.set_prefix(prefix(progress));
                bar.set_message(rates(progress, state));
            }
            Form::Plain { last }
                if last.elapsed() >= PLAIN_EVERY
                    || (self.milestone && last.elapsed() >= PLAIN_EVERY / 10) =>
            {
                *last = Instant::now();
                self.milestone = false;
                self.say(&line(progress, state));
            }
            Form::Plain { .. } | Form::Json | Form::None => {}
        }
    }

    /// The audiobook is there.
    pub(crate) fn done(&mut self, job: &Job) {
        let length = Duration::from_secs_f64(job.audio_seconds.unwrap_or(0.0).max(0.0));
        self.say(&format!(
            "done: {}, {} of audio in {}",
            job.title,
            clock(length),
            count(job.progress.chapters, "chapter")
        ));
    }

    /// Makes room for what is said after it.
    pub(crate) fn clear(&mut self) {
        if let Form::Bar(old) = &self.form {
            old.finish_and_clear();
            self.form = Form::Bar(bar());
        }
        self.state = None;
        self.waiting_for = None;
    }

    /// A line for people, above the bar where there is one.
    pub(crate) fn say(&self, line: &str) {
        match &self.form {
            Form::Bar(bar) => bar.suspend(|| tell(line)),
            Form::Plain { .. } => tell(line),
            Form::Json | Form::None => {}
        }
    }
}

fn prefix(progress: &Progress) -> String {
    let (ready, all) = (progress.chapters_ready, progress.chapters);
    format!("chapter {} of {all}", (ready + 1).min(all))
}

/// What a job does that is not being spoken, or how fast it goes.
fn rates(progress: &Progress, state: Option<JobState>) -> String {
    match state {
        Some(JobState::Queued) => "waiting for its turn".to_owned(),
        Some(JobState::Paused) => "paused".to_owned(),
        Some(JobState::Assembling) => "writing the audiobook".to_owned(),
        _ => {
            let left = left(progress).map(|left| format!("{left} left"));
            let parts: Vec<_> = speed(progress).into_iter().chain(left).collect();
            parts.join("  ")
        }
    }
}

/// One line for a log.
fn line(progress: &Progress, state: Option<JobState>) -> String {
    let done = format!(
        "{} of {} done  {}  {}",
        progress.chapters_ready,
        count(progress.chapters, "chapter"),
        percent(progress),
        rates(progress, state)
    );
    done.trim_end().to_owned()
}
