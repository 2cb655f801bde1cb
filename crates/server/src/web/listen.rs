//! A book that is being made, or is made: to be heard, read along, and corrected.

use std::sync::Arc;

use askama::Template;
use audiotome_core::Plan;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;

use super::cover::Cover;
use super::page::{Page, show, trouble};
use super::ring::Ring;
use super::strings::{Strings, as_data};
use crate::api::jobs::find;
use crate::api::problem::Problem;
use crate::api::progress::Progress;
use crate::feeds;
use crate::job::{Job, JobState};
use crate::master::{Master, lock};

#[derive(Template)]
#[template(path = "listen.html")]
struct Listen {
    page: Page,
    job: Job,
    title: String,
    authors: String,
    cover: Cover,
    ring: Ring,
    files: Vec<File>,
    /// The podcast of it, once it is done.
    podcast: Option<String>,
    /// What the page's program needs to know.
    facts: String,
}

/// A download.
struct File {
    name: String,
    href: String,
    megabytes: String,
}

/// A job's page.
pub(crate) async fn page(
    State(master): State<Arc<Master>>,
    page: Page,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Response {
    let job = match find(&master, &id).await {
        Ok(job) => job,
        Err(problem) => return trouble(page, problem),
    };
    let title = job.record.title.clone();
    let facts = serde_json::json!({ "job": job.id, "title": title, "book": job.book });
    show(&Listen {
        authors: job.record.authors.join(", "),
        cover: Cover::of(&master, &job.book, &title),
        ring: Ring::of(page.say, job.state, &Progress::of(&master, &job)),
        files: files(&job),
        podcast: (job.state == JobState::Done)
            .then(|| feeds::podcast_address(&master, &headers, &job.id)),
        facts: as_data(&facts),
        title,
        job,
        page,
    })
}

fn files(job: &Job) -> Vec<File> {
    let numbered = job.files().iter().enumerate();
    let found = numbered.filter_map(|(index, path)| {
        let bytes = fs_err::metadata(path).ok()?.len();
        Some(File {
            name: path.file_name()?.to_string_lossy().into_owned(),
            href: format!("/jobs/{}/files/{index}", job.id),
            megabytes: format!("{:.1}", bytes as f64 / 1e6),
        })
    });
    found.collect()
}

/// A chapter's text, sentence by sentence.
#[derive(Template)]
#[template(path = "chapter.html")]
struct Chapter {
    say: Strings,
    title: String,
    paragraphs: Vec<Paragraph>,
}

struct Paragraph {
    language: Option<String>,
    sentences: Vec<Sentence>,
}

struct Sentence {
    segment: usize,
    text: String,
    /// What is spoken, where that is something else.
    spoken: Option<String>,
}

/// A chapter's text as a part of the page.
pub(crate) async fn chapter(
    State(master): State<Arc<Master>>,
    page: Page,
    Path((id, number)): Path<(String, usize)>,
) -> Response {
    match read(&master, &id, number).await {
        Ok((title, paragraphs)) => show(&Chapter {
            say: page.say,
            title,
            paragraphs,
        }),
        Err(problem) => trouble(page, problem),
    }
}

async fn read(
    master: &Master,
    id: &str,
    number: usize,
) -> Result<(String, Vec<Paragraph>), Problem> {
    let job = find(master, id).await?;
    let board = master.board(&job).await?;
    let plan = Arc::clone(&lock(&board).plan);
    let chapter = plan
        .chapters
        .iter()
        .find(|chapter| chapter.number == number);
    let chapter = chapter.ok_or_else(|| Problem::no("chapter", &number.to_string()))?;
    Ok((
        chapter.title.clone(),
        paragraphs(&plan, chapter.segments.clone()),
    ))
}

/// Sentences with a longer pause after them end a paragraph.
fn paragraphs(plan: &Plan, segments: std::ops::Range<usize>) -> Vec<Paragraph> {
    let inside = plan
        .narration
        .pauses
        .sentence
        .max(plan.narration.pauses.clause);
    let mut paragraphs: Vec<Paragraph> = Vec::new();
    let mut begins = true;
    for index in segments {
        let segment = &plan.segments[index];
        if begins {
            let language = &segment.utterance.language;
            let other = *language != plan.narration.language;
            paragraphs.push(Paragraph {
                language: other.then(|| language.to_string()),
                sentences: Vec::new(),
            });
        }
        if let Some(paragraph) = paragraphs.last_mut() {
            paragraph.sentences.push(Sentence {
                segment: index,
                text: segment.source.to_string(),
                spoken: segment.spoken_otherwise().map(str::to_owned),
            });
        }
        begins = segment.pause_after > inside;
    }
    paragraphs
}
