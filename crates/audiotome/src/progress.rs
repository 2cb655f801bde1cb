//! What a person, or a program, sees while a book is made.

mod tally;

use std::io::{self, IsTerminal as _, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use audiotome_core::{Book, Event};
use audiotome_production::{Made, Narrator, Report};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde_json::{Value, json};

use crate::cli::ProgressKind;
use crate::format::{clock, count};
use tally::Tally;

/// Plain lines come no faster than this, so that a log of a long book stays short.
pub(crate) const PLAIN_EVERY: Duration = Duration::from_secs(10);

/// The display of one run.
#[derive(Debug)]
pub(crate) struct Progress {
    display: Display,
    tally: Tally,
    book: String,
    retries: usize,
}

#[derive(Debug)]
enum Display {
    Bar(ProgressBar),
    Plain { last: Instant },
    Json,
    None,
}

impl Progress {
    pub(crate) fn new(kind: ProgressKind) -> Self {
        let display = match kind {
            ProgressKind::Auto if io::stderr().is_terminal() => Display::Bar(bar()),
            ProgressKind::Bar => Display::Bar(bar()),
            ProgressKind::Auto | ProgressKind::Plain => Display::Plain {
                last: Instant::now(),
            },
            ProgressKind::Json => Display::Json,
            ProgressKind::None => Display::None,
        };
        Self {
            display,
            tally: Tally::default(),
            book: String::new(),
            retries: 0,
        }
    }

    /// News about the making of the book at `path`.
    pub(crate) fn report(&mut self, path: &Path, report: Report<'_>) {
        match report {
            Report::Planned(look) => self.start(path, &look.book, &look.narrator),
            Report::Event(event) => self.event(event),
            Report::Publishing => self.publishing(),
            Report::Encoded(_) => {}
        }
    }

    /// A book was read and a voice chosen.
    fn start(&mut self, path: &Path, book: &Book, narrator: &Narrator) {
        self.tally = Tally::default();
        self.retries = 0;
        self.book = path.display().to_string();
        let metadata = &book.metadata;
        let voice = &narrator.narration.voice;
        self.json(&json!({
            "event": "started", "title": metadata.title, "authors": metadata.authors, "chapters": book.chapters.len(),
            "engine": narrator.narration.engine.to_string(), "voice": voice, "advice": narrator.advice,
        }));
        let author = metadata
            .author_line()
            .map_or(String::new(), |author| format!(" by {author}"));
        self.say(&format!(
            "{}{author}: {}, read by {}",
            metadata.title,
            count(book.chapters.len(), "chapter"),
            narrator.name()
        ));
        for warning in &book.warnings {
            self.say(&format!("warning: {warning}"));
        }
        if let Some(advice) = &narrator.advice {
            self.say(&format!("a better voice: `{advice}`"));
        }
    }

    /// Something happened.
    fn event(&mut self, event: &Event) {
        self.tally.count(event);
        self.json(&serde_json::to_value(event).unwrap_or(Value::Null));
        match event {
            Event::Planned {
                segments, reused, ..
            } if *reused > 0 => {
                self.say(&format!(
                    "{} of {} already spoken: going on",
                    count(*reused, "sentence"),
                    count(*segments, "sentence")
                ));
            }
            // One sentence tried again is no news; many are.
            Event::Retried { reason, .. } => {
                self.retries += 1;
                if self.retries.is_power_of_two() && self.retries > 2 {
                    self.say(&format!(
                        "{} so far were needed; the last because {reason}",
                        count(self.retries, "retry").replace("retrys", "retries")
                    ));
                }
            }
            Event::WorkerAway { worker, reason } => {
                self.say(&format!("{worker} is away: {reason}; it is asked again"));
            }
            Event::WorkerHeldUp { worker, reason } => {
                self.say(&format!("{worker} {reason}"));
            }
            Event::WorkerUnfit { worker, reason } => {
                self.say(&format!("{worker} can't help with this book: {reason}"));
            }
            Event::Waiting { reason } => self.say(&format!("waiting: {reason}")),
            Event::Died { reason, segment } => self.say(&format!(
                "sentence {} could not be spoken: {reason}",
                segment + 1
            )),
            _ => {}
        }
        self.show(matches!(event, Event::ChapterEncoded { .. }));
    }

    /// All chapters are there; the file is being written.
    fn publishing(&mut self) {
        self.json(&json!({ "event": "publishing" }));
        if let Display::Bar(bar) = &self.display {
            bar.set_position(bar.length().unwrap_or_default());
            bar.set_message("writing the audiobook");
        }
    }

    /// The book is done. Paths go to stdout, so that scripts can use them.
    pub(crate) fn finish(&mut self, made: &Made) {
        self.clear();
        if let Made::New { warnings, .. } = made {
            for warning in warnings {
                self.json(&json!({ "event": "warning", "message": warning }));
                self.say(&format!("warning: {warning}"));
            }
        }
        let files = made.files();
        self.json(&json!({ "event": "finished", "files": files, "result": word(made) }));
        self.say(&describe(made, self.tally.elapsed()));
        if !matches!(self.display, Display::Json) {
            let mut stdout = io::stdout();
            for file in files {
                // A closed stdout is the reader's choice.
                let _ = writeln!(stdout, "{}", file.display());
            }
        }
    }

    /// The book failed, with the message that a person reads.
    pub(crate) fn fail(&mut self, path: &Path, code: u8, message: &str) {
        self.clear();
        if matches!(self.display, Display::Json) {
            self.book = path.display().to_string();
            self.json(&json!({ "event": "failed", "code": code, "message": message }));
        }
        let _ = writeln!(io::stderr(), "{message}");
    }

    fn show(&mut self, milestone: bool) {
        match &mut self.display {
            Display::Bar(bar) => {
                bar.set_length(self.tally.characters as u64);
                bar.set_position(self.tally.spoken_characters() as u64);
                bar.set_prefix(format!(
                    "chapter {} of {}",
                    (self.tally.chapters_done + 1).min(self.tally.chapters),
                    self.tally.chapters
                ));
                bar.set_message(self.tally.rates());
            }
            Display::Plain { last }
                if last.elapsed() >= PLAIN_EVERY
                    || (milestone && last.elapsed() >= PLAIN_EVERY / 10) =>
            {
                *last = Instant::now();
                let line = self.tally.line();
                self.say(&line);
            }
            Display::Plain { .. } | Display::Json | Display::None => {}
        }
    }

    /// A line for people, above the bar where there is one.
    fn say(&self, line: &str) {
        match &self.display {
            Display::Bar(bar) => bar.suspend(|| {
                let _ = writeln!(io::stderr(), "{line}");
            }),
            Display::Plain { .. } => {
                let _ = writeln!(io::stderr(), "{line}");
            }
            Display::Json | Display::None => {}
        }
    }

    fn json(&self, value: &Value) {
        if !matches!(self.display, Display::Json) {
            return;
        }
        let mut line = json!({ "book": self.book });
        if let (Some(line), Some(value)) = (line.as_object_mut(), value.as_object()) {
            line.extend(value.clone());
        }
        let mut stdout = io::stdout().lock();
        let _ = writeln!(stdout, "{line}");
        let _ = stdout.flush();
    }

    fn clear(&mut self) {
        if let Display::Bar(bar) = &self.display {
            bar.finish_and_clear();
            self.display = Display::Bar(self::bar());
        }
    }
}

/// The bar of a book in the making.
pub(crate) fn bar() -> ProgressBar {
    let style = ProgressStyle::with_template("{prefix} {bar:30} {percent:>3} %  {msg}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::with_draw_target(Some(1), ProgressDrawTarget::stderr_with_hz(8)).with_style(style)
}

fn word(made: &Made) -> &'static str {
    match made {
        Made::New { .. } => "new",
        Made::Already(_) => "already",
        Made::Planned { .. } => "planned",
    }
}

fn describe(made: &Made, elapsed: Duration) -> String {
    match made {
        Made::New {
            chapters, audio, ..
        } => {
            let speed = audio.as_secs_f64() / elapsed.as_secs_f64().max(0.001);
            format!(
                "done: {} of audio in {}, made in {} ({speed:.0}× real time)",
                clock(*audio),
                count(*chapters, "chapter"),
                clock(elapsed)
            )
        }
        Made::Already(_) => "already done and up to date (`--force` makes it again)".to_owned(),
        Made::Planned { target } => format!("would write `{}`", target.display()),
    }
}
