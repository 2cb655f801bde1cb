//! A finished book as files that podcast players take.
//!
//! Where there is a file for each chapter already, those; where there are encoded chapters, each wrapped
//! into a file without encoding again, kept beside what belongs to the job; else the audiobook as one.

use std::path::{Path, PathBuf};

use audiotome_audio::ffmpeg::Ffmpeg;
use audiotome_audio::{OutputFormat, Target, wrap_chapter};
use audiotome_core::ChapterMark;
use futures_util::stream::{self, StreamExt as _, TryStreamExt as _};
use serde::Deserialize;
use tokio::sync::Mutex;

use crate::api::problem::{Kind, Problem};
use crate::job::Job;
use crate::master::Master;
use crate::runner::{chain, seconds};

/// Chapters that are wrapped at once.
const AT_ONCE: usize = 2;

/// Chapters of two books are not wrapped at once, and those of one not twice.
static WRAPPING: Mutex<()> = Mutex::const_new(());

/// Something to be heard.
pub(super) struct Episode {
    /// The last part of its address.
    pub(super) file: String,
    pub(super) title: String,
    pub(super) number: usize,
    pub(super) path: PathBuf,
    pub(super) bytes: u64,
    pub(super) seconds: f64,
}

/// When the chapters of an audiobook begin; the timeline has more.
#[derive(Deserialize)]
pub(super) struct Marks {
    pub(super) sample_rate: u32,
    pub(super) chapters: Vec<ChapterMark>,
}

/// The episodes of a finished book, in reading order.
pub(super) async fn of(master: &Master, job: &Job) -> Result<Vec<Episode>, Problem> {
    let (audio, marks) = (audio(job), marks(job).await);
    let chapters = marks.as_ref().map_or(0, |marks| marks.chapters.len());
    let parts = if job.order.output.per_chapter && audio.len() == chapters {
        audio
    } else if let Some(marks) = &marks
        && let Some(parts) = wrapped(master, job, marks).await?
    {
        parts
    } else {
        return whole(job).map(|episode| vec![episode]);
    };
    let Some(marks) = marks else {
        return Ok(Vec::new());
    };
    let numbered = parts.into_iter().zip(&marks.chapters).enumerate();
    let episodes = numbered.map(|(index, (path, mark))| {
        let kind = extension(&path);
        Ok(Episode {
            file: format!("{}.{kind}", index + 1),
            title: mark.title.clone(),
            number: index + 1,
            bytes: bytes(&path)?,
            seconds: seconds(mark.end - mark.start, marks.sample_rate),
            path,
        })
    });
    episodes.collect()
}

/// The files that were made: the audiobook, or its chapters. Name in an address, media type, bytes.
pub(super) fn files(job: &Job) -> Vec<(String, &'static str, u64)> {
    let audio = audio(job).into_iter().enumerate();
    let files = audio.filter_map(|(index, path)| {
        let kind = extension(&path);
        let name = if job.order.output.per_chapter {
            format!("{}.{kind}", index + 1)
        } else {
            format!("book.{kind}")
        };
        Some((name, media_type(&path), bytes(&path).ok()?))
    });
    files.collect()
}

/// The audiobook as one file.
pub(super) fn whole(job: &Job) -> Result<Episode, Problem> {
    let path = audio(job).into_iter().next();
    let path = path.filter(|_| !job.order.output.per_chapter);
    let path = path.ok_or_else(|| Problem::new(Kind::NotFound, "it is not one file"))?;
    Ok(Episode {
        file: format!("book.{}", extension(&path)),
        title: job.record.title.clone(),
        number: 1,
        bytes: bytes(&path)?,
        seconds: job.record.audio_seconds.unwrap_or(0.0),
        path,
    })
}

/// The episode of this file name.
pub(super) async fn find(master: &Master, job: &Job, file: &str) -> Result<Episode, Problem> {
    if file.starts_with("book.") {
        return whole(job);
    }
    let episodes = of(master, job).await?.into_iter();
    let mut episodes = episodes.filter(|episode| episode.file == file);
    episodes.next().ok_or_else(|| Problem::no("episode", file))
}

/// When the chapters begin, where that is known.
pub(super) async fn marks(job: &Job) -> Option<Marks> {
    let path = job.order.output.timeline.clone()?;
    let read = tokio::task::spawn_blocking(move || {
        let bytes = fs_err::read(path).ok()?;
        serde_json::from_slice(&bytes).ok()
    });
    read.await.ok().flatten()
}

/// What players are told a file is.
pub(super) fn media_type(path: &Path) -> &'static str {
    match extension(path) {
        "mp3" => "audio/mpeg",
        "opus" => "audio/ogg",
        "flac" => "audio/flac",
        "wav" => "audio/wav",
        _ => "audio/mp4",
    }
}

/// Players know an M4B better by its plain name.
fn extension(path: &Path) -> &str {
    let kind = path.extension().and_then(|kind| kind.to_str());
    kind.filter(|kind| *kind != "m4b").unwrap_or("m4a")
}

fn audio(job: &Job) -> Vec<PathBuf> {
    let files = job.files().iter();
    let is_audio = |path: &&PathBuf| Target::format(path).is_some();
    files.filter(is_audio).cloned().collect()
}

fn bytes(path: &Path) -> Result<u64, Problem> {
    let gone = |_| {
        let hint = "retry the job to make it again".to_owned();
        Problem::new(Kind::Gone, "the file was moved or deleted").with_hint(Some(hint))
    };
    fs_err::metadata(path).map(|file| file.len()).map_err(gone)
}

/// The encoded chapters, each in a file of its own; nothing where they are gone, or no AAC.
async fn wrapped(
    master: &Master,
    job: &Job,
    marks: &Marks,
) -> Result<Option<Vec<PathBuf>>, Problem> {
    let chapters = master.chapters(&job.id).await?;
    let fits = job.order.output.format() == OutputFormat::M4b
        && !job.order.output.per_chapter
        && chapters.len() == marks.chapters.len();
    if !fits {
        return Ok(None);
    }
    // A book that is made anew gets new files.
    let stamp = blake3::hash(job.updated.as_bytes()).to_hex();
    let folder = master.job_folder(&job.id).join("episodes");
    let target = |number: usize| folder.join(format!("{}-{number}.m4a", &stamp[..12]));
    let targets: Vec<_> = (1..=chapters.len()).map(target).collect();
    if targets.iter().all(|target| target.is_file()) {
        return Ok(Some(targets));
    }
    if !chapters.iter().all(|chapter| chapter.path.is_file()) {
        return Ok(None);
    }
    let _wrapping = WRAPPING.lock().await;
    clear(&folder, &stamp[..12]);
    let ffmpeg = Ffmpeg::find().map_err(|error| broken(&error))?;
    let authors = job.record.authors.join(", ");
    let (ffmpeg, album, artist) = (&ffmpeg, job.record.title.as_str(), authors.as_str());
    let titles = marks.chapters.iter().map(|mark| mark.title.clone());
    let sources = chapters.into_iter().map(|chapter| chapter.path);
    let parts = sources.zip(titles).zip(targets.clone()).enumerate();
    let parts: Vec<_> = parts.filter(|(_, (_, target))| !target.is_file()).collect();
    let parts = parts
        .into_iter()
        .map(|(index, ((source, title), target))| async move {
            let track = (index + 1).to_string();
            let tags = [
                ("title", title.as_str()),
                ("album", album),
                ("artist", artist),
                ("track", &track),
            ];
            wrap_chapter(ffmpeg, &source, &tags, &target).await
        });
    let done = stream::iter(parts)
        .buffer_unordered(AT_ONCE)
        .try_collect::<()>();
    done.await.map_err(|error| broken(&error))?;
    Ok(Some(targets))
}

/// Deletes what was wrapped of an earlier audiobook.
fn clear(folder: &Path, stamp: &str) {
    for entry in fs_err::read_dir(folder).into_iter().flatten().flatten() {
        if !entry.file_name().to_string_lossy().starts_with(stamp) {
            // What can't be deleted only takes room.
            let _ = fs_err::remove_file(entry.path());
        }
    }
}

fn broken(error: &dyn std::error::Error) -> Problem {
    Problem::new(Kind::Broken, chain(error))
}
