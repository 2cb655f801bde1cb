//! Who speaks, what is being spoken, and what could not be.

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;
use audiotome_dispatch::{Dispatcher, MemberStatus};
use audiotome_production::THIS_MACHINE;
use audiotome_queue::{QueueStats, WorkerStatus};
use axum::extract::State;
use axum::response::Response;

use super::page::{Page, show, trouble};
use super::ring::Ring;
use super::strings::Strings;
use crate::api::progress::Progress;
use crate::api::queue::queue;
use crate::api::workers::state;
use crate::database::dead_letters::{self, DeadLetter, Resolution};
use crate::database::{DatabaseError, jobs};
use crate::job::{Job, JobState};
use crate::master::{Master, lock};

/// Jobs of each state that are shown, at most.
const MOST: usize = 100;
/// States of jobs that are shown, in this order.
const SHOWN: [JobState; 5] = [
    JobState::Running,
    JobState::Assembling,
    JobState::Queued,
    JobState::Paused,
    JobState::Failed,
];

#[derive(Template)]
#[template(path = "cluster.html")]
struct Cluster {
    page: Page,
    workers: Vec<Worker>,
    jobs: Vec<Row>,
    letters: Vec<Letters>,
    /// Nothing without a queue.
    queue: Option<Lanes>,
    /// How another machine serves the queue.
    queue_worker: Option<String>,
}

/// A worker, wherever it is.
struct Worker {
    name: String,
    shown: String,
    state: &'static str,
    reason: Option<String>,
    busy: usize,
    slots: usize,
    segments: u64,
    failures: u64,
    rate: u64,
    /// Rates of the last minutes, with commas between.
    rates: String,
    saying: Vec<Saying>,
    lacks: Vec<String>,
    can: Leave,
}

/// How a worker can be sent away.
#[derive(PartialEq)]
enum Leave {
    /// The master's own machine stays.
    No,
    Yes,
    /// It is the queue's, and can only be asked to.
    AskedTo,
}

/// What a worker says.
struct Saying {
    /// Job and segment.
    key: String,
    text: String,
    title: String,
    voice: String,
}

/// A job.
struct Row {
    id: String,
    title: String,
    narrator: String,
    priority: i32,
    ring: Ring,
    waiting: usize,
    speaking: usize,
    left: usize,
    rate: f64,
    error: Option<String>,
    hint: Option<String>,
}

/// Dead letters of a job.
struct Letters {
    job: String,
    title: String,
    letters: Vec<DeadLetter>,
}

struct Lanes {
    answers: bool,
    lanes: Vec<Lane>,
}

struct Lane {
    title: String,
    waiting: u64,
    leased: u64,
    delayed: u64,
    dead: u64,
    oldest: String,
    nobody_can: bool,
}

/// The cluster.
pub(crate) async fn page(State(master): State<Arc<Master>>, page: Page) -> Response {
    let found = master.database.call(|connection| {
        let letters = dead_letters::list(connection, None)?;
        Ok((jobs_in_work(connection)?, letters))
    });
    let (jobs, letters) = match found.await {
        Ok(found) => found,
        Err(error) => return trouble(page, error.into()),
    };
    let stats = match queue(&master) {
        Some(queue) => Some(master.metrics.broker.look(queue).await),
        None => None,
    };
    let letters = grouped(letters, &jobs);
    show(&Cluster {
        workers: workers(
            &master,
            &page,
            stats.as_ref().and_then(Option::as_deref),
            &jobs,
        ),
        queue_worker: queue_worker(&master),
        queue: stats.map(|stats| lanes(&page, stats.as_deref())),
        letters,
        jobs: jobs
            .into_iter()
            .map(|job| row(&master, page.say, job))
            .collect(),
        page,
    })
}

/// What starts a worker of the queue elsewhere, without the password.
fn queue_worker(master: &Master) -> Option<String> {
    let Dispatcher::Queue(producer) = &master.studio.dispatcher else {
        return None;
    };
    let address = producer.queue().address().without_secrets();
    let store = producer.shared_store().unwrap_or("redis");
    Some(format!(
        "audiotome worker --queue '{address}' --store {store}"
    ))
}

fn jobs_in_work(connection: &rusqlite::Connection) -> Result<Vec<Job>, DatabaseError> {
    let mut found = Vec::new();
    for state in SHOWN {
        found.extend(jobs::list(connection, Some(state), 0, MOST)?.0);
    }
    Ok(found)
}

fn row(master: &Master, say: Strings, job: Job) -> Row {
    let progress = Progress::of(master, &job);
    let rests = job.state != JobState::Running;
    let settled = progress.segments_done + progress.segments_dead + progress.segments_speaking;
    Row {
        waiting: if rests {
            0
        } else {
            progress.segments - settled.min(progress.segments)
        },
        speaking: progress.segments_speaking,
        left: progress.characters.saturating_sub(progress.characters_done),
        rate: progress.characters_per_second,
        ring: Ring::of(say, job.state, &progress),
        narrator: job.record.narrator.unwrap_or_default(),
        error: job.record.error.filter(|_| job.state == JobState::Failed),
        hint: job.record.hint.filter(|_| job.state == JobState::Failed),
        title: job.record.title,
        priority: job.priority,
        id: job.id,
    }
}

fn workers(master: &Master, page: &Page, stats: Option<&QueueStats>, jobs: &[Job]) -> Vec<Worker> {
    let mut said = said(master, jobs);
    let members = master.studio.cluster.members();
    let members = members.iter().map(|member| member.status());
    let mut workers: Vec<_> = members
        .map(|status| of_cluster(master, page, status, &mut said))
        .collect();
    for worker in stats.iter().flat_map(|stats| &stats.workers) {
        let lacks = stats.iter().flat_map(|stats| stats.lacks(worker));
        let lacks = lacks.map(|(lane, reason)| {
            let what = page.say.with("cluster.lacks", &lane.title);
            format!("{what}: {reason}")
        });
        workers.push(of_queue(master, worker, lacks.collect()));
    }
    workers
}

/// What each worker says, by its name.
fn said(master: &Master, jobs: &[Job]) -> HashMap<String, Vec<Saying>> {
    let mut said = HashMap::<_, Vec<_>>::new();
    for job in jobs {
        let Some(board) = master.live_board(&job.id) else {
            continue;
        };
        let board = lock(&board);
        for (segment, worker) in board.said() {
            said.entry(worker.to_owned()).or_default().push(Saying {
                key: format!("{}/{segment}", job.id),
                text: board.excerpt(segment),
                title: job.record.title.clone(),
                voice: job.record.narrator.clone().unwrap_or_default(),
            });
        }
    }
    said
}

fn of_cluster(
    master: &Master,
    page: &Page,
    status: MemberStatus,
    said: &mut HashMap<String, Vec<Saying>>,
) -> Worker {
    let here = status.name == THIS_MACHINE;
    let rates = master.pulse.rates(&status.name);
    Worker {
        shown: if here {
            page.say.say("cluster.this").to_owned()
        } else {
            status.name.clone()
        },
        state: state(status.state),
        reason: status.reason,
        busy: status.busy,
        slots: status.requests,
        segments: status.segments,
        failures: status.failures,
        rate: rates.last().copied().unwrap_or(0),
        rates: listed(&rates),
        saying: said.remove(&status.name).unwrap_or_default(),
        lacks: Vec::new(),
        can: if here { Leave::No } else { Leave::Yes },
        name: status.name,
    }
}

fn of_queue(master: &Master, worker: &WorkerStatus, lacks: Vec<String>) -> Worker {
    let rates = master.pulse.rates(&worker.name);
    let saying = worker.speaking.iter().enumerate();
    let saying = saying.map(|(slot, text)| Saying {
        key: slot.to_string(),
        text: text.clone(),
        title: String::new(),
        voice: String::new(),
    });
    Worker {
        name: worker.name.clone(),
        shown: worker.name.clone(),
        state: if worker.draining { "draining" } else { "well" },
        reason: None,
        busy: worker.busy,
        slots: worker.slots,
        segments: worker.segments,
        failures: worker.failures,
        rate: rates.last().copied().unwrap_or(0),
        rates: listed(&rates),
        saying: saying.collect(),
        lacks,
        can: Leave::AskedTo,
    }
}

fn listed(rates: &[u64]) -> String {
    let rates: Vec<_> = rates.iter().map(u64::to_string).collect();
    rates.join(",")
}

/// Dead letters by job, those of the newest jobs first.
fn grouped(letters: Vec<(String, DeadLetter)>, jobs: &[Job]) -> Vec<Letters> {
    let mut by_job = HashMap::<_, Vec<_>>::new();
    for (job, letter) in letters {
        by_job.entry(job).or_default().push(letter);
    }
    let groups = jobs.iter().filter_map(|job| {
        Some(Letters {
            letters: by_job.remove(&job.id)?,
            title: job.record.title.clone(),
            job: job.id.clone(),
        })
    });
    groups.collect()
}

fn lanes(page: &Page, stats: Option<&QueueStats>) -> Lanes {
    let lanes = stats.iter().flat_map(|stats| &stats.lanes);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "seconds, rounded"
    )]
    let lanes = lanes.map(|lane| Lane {
        title: lane.title.clone(),
        waiting: lane.waiting,
        leased: lane.leased,
        delayed: lane.delayed,
        dead: lane.dead,
        oldest: page.say.duration(&(lane.oldest_s as u64)),
        nobody_can: lane.somebody_can == Some(false),
    });
    Lanes {
        answers: stats.is_some(),
        lanes: lanes.collect(),
    }
}
