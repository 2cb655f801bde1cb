//! `audiotome jobs`, and the steps that a person takes with one.

use std::io::{self, Write as _};
use std::time::Duration;

use audiotome_server::JobState;
use reqwest::Method;
use serde_json::{Value, json};

use super::answers::{Job, Progress};
use super::args::{DeleteArgs, JobsArgs, StepArgs};
use super::master::{Master, both};
use super::{ids, print_json, table, tell};
use crate::format::{clock, thousands};

/// Jobs that are asked for at once.
const PAGE: usize = 500;

/// Lists jobs, the newest first.
pub(crate) async fn list(master: &Master, args: &JobsArgs) -> anyhow::Result<()> {
    let jobs = all(master, args.state).await?;
    if args.json {
        return Ok(print_json(&json!({ "total": jobs.len(), "jobs": jobs }))?);
    }
    if jobs.is_empty() {
        tell(&match args.state {
            Some(state) => format!("no job is {state}"),
            None => "there are no jobs: `audiotome submit BOOK` makes one".to_owned(),
        });
        return Ok(());
    }
    let rows = jobs.into_iter().map(|job| Ok(row(&both::<Job>(job)?.1)));
    let rows: Vec<_> = rows.collect::<anyhow::Result<_>>()?;
    let header = ["ID", "STATE", "DONE", "SPEED", "LEFT", "TITLE"];
    table::write(&mut io::stdout().lock(), header, &rows)?;
    Ok(())
}

/// Jobs as the API shows them, from all of its pages.
pub(crate) async fn all(master: &Master, state: Option<JobState>) -> anyhow::Result<Vec<Value>> {
    let mut jobs = Vec::new();
    loop {
        let mut request = master.request(Method::GET, &["jobs"]);
        request = request.query(&[("offset", jobs.len()), ("limit", PAGE)]);
        if let Some(state) = state {
            request = request.query(&[("state", state.to_string())]);
        }
        let mut page: Value = master.ask(request).await?;
        let total = page["total"].as_u64().unwrap_or(0);
        match page["jobs"].take() {
            Value::Array(page) if !page.is_empty() => jobs.extend(page),
            _ => return Ok(jobs),
        }
        if jobs.len() as u64 >= total {
            return Ok(jobs);
        }
    }
}

fn row(job: &Job) -> [String; 6] {
    let progress = &job.progress;
    let speed = match speed(progress) {
        Some(_) => format!("{:.0}×", progress.times_real_time),
        None => String::new(),
    };
    [
        ids::short(&job.id).to_owned(),
        job.state.to_string(),
        percent(progress),
        speed,
        left(progress).unwrap_or_default(),
        job.title.clone(),
    ]
}

/// `47 %`.
pub(crate) fn percent(progress: &Progress) -> String {
    format!("{:.0} %", progress.percent.floor())
}

/// `1,932 characters/s  128× real time`, while something is spoken.
pub(crate) fn speed(progress: &Progress) -> Option<String> {
    let rate = progress.characters_per_second;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a rate for people"
    )]
    let rounded = rate.round() as usize;
    (rounded > 0).then(|| {
        format!(
            "{} characters/s  {:.0}× real time",
            thousands(rounded),
            progress.times_real_time
        )
    })
}

/// `2:10`, while that is known.
pub(crate) fn left(progress: &Progress) -> Option<String> {
    progress
        .eta_seconds
        .map(|seconds| clock(Duration::from_secs(seconds)))
}

/// Takes a step with a job: `pause`, `resume`, `cancel` or `retry`.
pub(crate) async fn step(master: &Master, args: &StepArgs, step: &str) -> anyhow::Result<()> {
    let id = ids::whole(master, &args.id).await?;
    let request = master.request(Method::POST, &["jobs", &id, step]);
    let (answer, job) = both::<Job>(master.ask(request).await?)?;
    if args.json {
        return Ok(print_json(&answer)?);
    }
    // One that is being carried out stops by itself in a moment.
    let state = match (step, job.state) {
        ("pause", JobState::Running | JobState::Assembling) => {
            "stops and will be paused".to_owned()
        }
        ("cancel", JobState::Running | JobState::Assembling) => {
            "stops and will be cancelled".to_owned()
        }
        (_, state) => format!("is {state}"),
    };
    writeln!(
        io::stdout(),
        "{} {state}: {}",
        ids::short(&job.id),
        job.title
    )?;
    Ok(())
}

/// Deletes a job.
pub(crate) async fn delete(master: &Master, args: &DeleteArgs) -> anyhow::Result<()> {
    let id = ids::whole(master, &args.id).await?;
    let request = master.request(Method::DELETE, &["jobs", &id]);
    master.send(request.query(&[("files", args.files)])).await?;
    writeln!(io::stdout(), "{} is deleted", ids::short(&id))?;
    Ok(())
}
