//! A new job.

use std::collections::BTreeSet;
use std::sync::Arc;

use audiotome_audio::{Loudness, OutputFormat};
use audiotome_core::{Language, LeftOutKind, PauseLength, Speed};
use audiotome_production::{Chapters, Edits, Order, OutputWish, Reading, VoiceWish};
use audiotome_speech::EngineKind;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use serde::Deserialize;
use serde_json::json;
use utoipa::ToSchema;
use uuid::Uuid;

use super::extract::Json;
use super::jobs::{JobView, view};
use super::kept::Kept;
use super::problem::{Kind, Problem, Refusals};
use super::settings::{self, JobSettings};
use crate::clock::now;
use crate::database::{books, history, jobs};
use crate::job::{Job, JobState, Record};
use crate::master::Master;

/// Jobs that may wait.
const MOST_WAITING: usize = 1_000;

/// What is wanted of a book. Only `book` must be named; the rest is as it was kept for the book
/// (`PATCH /books/{id}`), else as `/settings` say, or has sane defaults.
#[derive(Clone, Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewJob {
    /// Id of an uploaded book.
    pub(super) book: String,
    /// Higher goes first.
    pub(crate) priority: Option<i32>,
    /// Language, where the book is wrong about it.
    pub(super) language: Option<String>,
    /// Only these chapters: `3`, `3-7`, `1,4-6`, `10-`; without it, those that were not switched off.
    pub(super) chapters: Option<String>,
    /// Kinds of part that are read although they are usually left out: `notes`, `index`, …
    pub(crate) include: Option<Vec<String>>,
    /// Kinds of part that are left out, usually read or not: `front-matter`, `tables`, …
    pub(crate) skip: Option<Vec<String>>,
    /// Read the descriptions of pictures.
    pub(crate) alt_text: Option<bool>,
    /// Recognise the text on scanned pages and pictures.
    pub(crate) ocr: Option<bool>,
    /// `hibari`, `piper`, `espeak` or `tone`, or `openai` for a speech server of others; without it,
    /// that of a server, where there is one, else that of the best voice.
    pub(crate) engine: Option<String>,
    /// A voice from `/voices`, or another one that a speech server has; without it, that of the
    /// server's address, or the best one for the language.
    pub(crate) voice: Option<String>,
    /// How fast, 0.5 to 2.0.
    #[schema(minimum = 0.5, maximum = 2.0)]
    pub(crate) speed: Option<f32>,
    /// How long pauses are, 0.5 to 3.0.
    #[schema(minimum = 0.5, maximum = 3.0)]
    pub(crate) pauses: Option<f32>,
    /// `m4b` (the default), `mp3`, `opus`, `flac` or `wav`.
    pub(crate) format: Option<String>,
    /// One file for each chapter.
    pub(crate) per_chapter: Option<bool>,
    /// `audiobook` (−19 LUFS, the default), `podcast` (−16), `none`, or a number of LUFS.
    pub(crate) loudness: Option<String>,
    /// Leave out sentences that could not be spoken.
    pub(crate) skip_failed: Option<bool>,
}

impl NewJob {
    /// Of a book, read so.
    pub(super) fn of_book(book: &str, language: Option<String>, alt_text: Option<bool>) -> Self {
        Self {
            book: book.to_owned(),
            language,
            alt_text,
            ..Self::default()
        }
    }

    /// Takes from the settings what was not asked for.
    pub(super) fn fill(&mut self, settings: JobSettings) {
        // A voice belongs to its engine.
        let voice = self.engine.is_none() || self.engine == settings.engine;
        if self.voice.is_none() {
            self.engine = self.engine.take().or(settings.engine);
            self.voice = settings.voice.filter(|_| voice);
        }
        self.priority = self.priority.or(settings.priority);
        if self.include.is_none() {
            let skip = self.skip.as_deref().unwrap_or_default();
            self.include = settings.include;
            if let Some(include) = &mut self.include {
                include.retain(|kind| !skip.contains(kind));
            }
        }
        self.skip = self.skip.take().or(settings.skip);
        self.alt_text = self.alt_text.or(settings.alt_text);
        self.ocr = self.ocr.or(settings.ocr);
        self.speed = self.speed.or(settings.speed);
        self.pauses = self.pauses.or(settings.pauses);
        self.format = self.format.take().or(settings.format);
        self.per_chapter = self.per_chapter.or(settings.per_chapter);
        self.loudness = self.loudness.take().or(settings.loudness);
        self.skip_failed = self.skip_failed.or(settings.skip_failed);
    }
}

/// Starts a job.
#[utoipa::path(
    post, path = "/jobs", tag = "jobs", request_body = NewJob,
    responses((status = 201, body = JobView, headers(("location" = String))), Refusals)
)]
pub(crate) async fn create(
    State(master): State<Arc<Master>>,
    Json(new): Json<NewJob>,
) -> Result<(StatusCode, HeaderMap, Json<JobView>), Problem> {
    let id = Uuid::now_v7().to_string();
    let kept = Kept::of(&master.database, &new.book).await?;
    let settings = settings::of(&master.database).await?;
    let (new, order) = kept.wanted(new, settings, &master, &id)?;
    let (book, priority) = (new.book, new.priority.unwrap_or(0));
    let created = now();
    let asked = book.clone();
    let waiting = master.database.call(jobs::counts).await?;
    let waiting = waiting
        .iter()
        .filter(|(state, _)| *state == JobState::Queued);
    if waiting.map(|(_, count)| count).sum::<usize>() >= MOST_WAITING {
        let message = format!("{MOST_WAITING} jobs wait already");
        return Err(Problem::new(Kind::Busy, message));
    }
    let kept = master.database.call(move |connection| {
        let Some(book) = books::get(connection, &asked)? else {
            return Ok(None);
        };
        let job = Job {
            id,
            book: book.id,
            order,
            state: JobState::Queued,
            priority,
            updated: created.clone(),
            created,
            record: Record {
                title: book.title,
                authors: book.authors,
                ..Record::default()
            },
        };
        jobs::insert(connection, &job)?;
        history::append(
            connection,
            &job.id,
            &json!({ "step": "create", "state": job.state }),
        )?;
        Ok(Some(job))
    });
    let job = kept.await?.ok_or_else(|| {
        let hint = "upload it first: `POST /books`".to_owned();
        Problem::new(Kind::Unprocessable, format!("there is no book `{book}`"))
            .with_hint(Some(hint))
    })?;
    master.tell_job(&job);
    master.queue_changed.notify_one();
    let mut headers = HeaderMap::new();
    if let Ok(location) = HeaderValue::from_str(&format!("/jobs/{}", job.id)) {
        headers.insert(header::LOCATION, location);
    }
    Ok((StatusCode::CREATED, headers, Json(view(&master, job))))
}

fn kinds(field: &str, names: Option<&[String]>) -> Result<BTreeSet<LeftOutKind>, Problem> {
    let kind = |name: &String| {
        serde_json::from_value(name.as_str().into())
            .map_err(|_| wrong(field, format!("`{name}` is no kind of part")))
    };
    names.unwrap_or_default().iter().map(kind).collect()
}

/// What was asked for, checked.
pub(super) fn order(new: &NewJob, master: &Master, id: &str) -> Result<Order, Problem> {
    let speed = new.speed.map_or(Ok(Speed::NORMAL), |speed| {
        speed.to_string().parse::<Speed>()
    });
    let pauses = new.pauses.map(|pauses| pauses.to_string());
    let loudness = new.loudness.as_deref().unwrap_or("audiobook");
    Ok(Order {
        reading: Reading {
            language: new.language.as_deref().map(Language::new),
            chapters: parsed::<Chapters>("chapters", new.chapters.as_deref())?,
            include: kinds("include", new.include.as_deref())?,
            skip: kinds("skip", new.skip.as_deref())?,
            alt_text: new.alt_text.unwrap_or(false),
            ocr: new.ocr.unwrap_or(false),
        },
        voice: VoiceWish {
            engine: parsed::<EngineKind>("engine", new.engine.as_deref())?,
            voice: new.voice.clone(),
            speed: speed.map_err(|error| wrong("speed", error.to_string()))?,
            pauses: parsed::<PauseLength>("pauses", pauses.as_deref())?.unwrap_or_default(),
        },
        output: OutputWish {
            path: master.settings.library.clone(),
            folder: None,
            format: parsed::<OutputFormat>("format", new.format.as_deref())?,
            per_chapter: new.per_chapter.unwrap_or(false),
            loudness: loudness
                .parse::<Loudness>()
                .map_err(|error| wrong("loudness", error.to_string()))?,
            timeline: Some(master.job_folder(id).join("timeline.json")),
        },
        edits: Edits::default(),
        corrections: Vec::new(),
        skip_failed: new.skip_failed.unwrap_or(false),
    })
}

fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(
    field: &str,
    text: Option<&str>,
) -> Result<Option<T>, Problem> {
    let parsed = text.map(|text| {
        text.parse()
            .map_err(|error: T::Err| wrong(field, error.to_string()))
    });
    parsed.transpose()
}

fn wrong(field: &str, message: String) -> Problem {
    Problem::new(Kind::Unprocessable, format!("`{field}`: {message}"))
}
