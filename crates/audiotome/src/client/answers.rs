//! What a master answers, as far as the client looks at it.

use audiotome_server::JobState;
use serde::Deserialize;

#[derive(Debug, Deserialize)]
pub(crate) struct Job {
    pub(crate) id: String,
    pub(crate) book: String,
    pub(crate) title: String,
    pub(crate) authors: Vec<String>,
    pub(crate) state: JobState,
    pub(crate) priority: i32,
    pub(crate) created: String,
    pub(crate) narrator: Option<String>,
    pub(crate) language: Option<String>,
    pub(crate) progress: Progress,
    pub(crate) error: Option<String>,
    pub(crate) hint: Option<String>,
    pub(crate) audio_seconds: Option<f64>,
    pub(crate) warnings: Vec<String>,
    pub(crate) order: Order,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Order {
    pub(crate) per_chapter: bool,
}

#[derive(Clone, Debug, Default, Deserialize)]
pub(crate) struct Progress {
    pub(crate) percent: f64,
    pub(crate) chapters: usize,
    pub(crate) chapters_ready: usize,
    pub(crate) characters: usize,
    pub(crate) characters_done: usize,
    pub(crate) characters_per_second: f64,
    pub(crate) times_real_time: f64,
    pub(crate) eta_seconds: Option<u64>,
    pub(crate) waiting_for: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ChapterList {
    pub(crate) chapters: Vec<Chapter>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Chapter {
    pub(crate) number: usize,
    pub(crate) title: String,
    pub(crate) segments: usize,
    pub(crate) segments_done: usize,
    pub(crate) ready: bool,
    pub(crate) seconds: Option<f64>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct DeadLetterList {
    pub(crate) dead_letters: Vec<DeadLetter>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct DeadLetter {
    pub(crate) job: String,
    pub(crate) key: String,
    pub(crate) chapter: usize,
    pub(crate) title: String,
    pub(crate) text: String,
    pub(crate) history: Vec<String>,
    pub(crate) resolution: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct WorkerList {
    pub(crate) workers: Vec<Worker>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct Worker {
    pub(crate) name: String,
    pub(crate) state: String,
    pub(crate) reason: Option<String>,
    pub(crate) requests: usize,
    pub(crate) busy: usize,
    pub(crate) segments: u64,
    pub(crate) failures: u64,
    pub(crate) characters_per_second: f64,
}

#[derive(Debug, Deserialize)]
pub(crate) struct FileList {
    pub(crate) files: Vec<File>,
}

#[derive(Debug, Deserialize)]
pub(crate) struct File {
    pub(crate) name: String,
    pub(crate) href: String,
}

/// A book that was uploaded.
#[derive(Debug, Deserialize)]
pub(crate) struct Book {
    pub(crate) id: String,
    #[serde(default)]
    pub(crate) series: Option<String>,
}

/// Every answer that is no success.
#[derive(Debug, Deserialize)]
pub(crate) struct ErrorBody {
    pub(crate) error: ErrorDetail,
}

#[derive(Debug, Deserialize)]
pub(crate) struct ErrorDetail {
    pub(crate) message: String,
    pub(crate) hint: Option<String>,
}
