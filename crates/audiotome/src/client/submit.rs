//! `audiotome submit`: books go to a master, audiobooks come back.

use std::io::{self, Write as _};
use std::path::Path;

use anyhow::Context as _;
use audiotome_core::Speed;
use audiotome_speech::EngineKind;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE};
use reqwest::{Body, Method};
use serde_json::{Value, json};
use tokio_util::sync::CancellationToken;

use super::answers::{Book, Job};
use super::args::SubmitArgs;
use super::display::Display;
use super::master::{Master, both};
use super::{download, follow, ids, print_json, tell};
use crate::exit::{self, DONE, Ending, FAILED, STOPPED};

/// Makes one job after the other, and follows them if that is wanted. A book that fails does not stop
/// the others; the exit code is that of the only failure, or [`FAILED`] after several books.
pub(crate) async fn run(
    master: &Master,
    args: &SubmitArgs,
    stop: &CancellationToken,
) -> anyhow::Result<u8> {
    // A master that is away or locked says so once, and before it gets a book.
    master.get::<Value>(&["status"]).await?;
    let mut failures = Vec::new();
    let mut jobs = Vec::new();
    for book in &args.wish.books {
        match submit(master, args, book).await {
            Ok(job) => jobs.push(job),
            Err(error) => failures.push(report(&error)),
        }
    }
    if args.follow {
        let mut display = Display::new(args.wish.progress);
        for job in &jobs {
            match follow(master, args, job, &mut display, stop).await {
                Ok(()) => {}
                Err(error) if stop.is_cancelled() => return Ok(report(&error)),
                Err(error) => failures.push(report(&error)),
            }
        }
    } else if let [job, ..] = jobs.as_slice() {
        let id = ids::short(&job.id);
        tell(&format!(
            "`audiotome job --follow {id}` shows how far it is"
        ));
    }
    Ok(match failures.as_slice() {
        [] => DONE,
        [code] if args.wish.books.len() == 1 => *code,
        _ => FAILED,
    })
}

fn report(error: &anyhow::Error) -> u8 {
    tell(&exit::describe(error));
    exit::code(error)
}

async fn submit(master: &Master, args: &SubmitArgs, path: &Path) -> anyhow::Result<Job> {
    let book = upload(master, args, path).await?;
    let request = master.request(Method::POST, &["jobs"]);
    let answer: Value = master.ask(request.json(&order(args, &book))).await?;
    let (answer, job) = both::<Job>(answer)?;
    if args.json {
        print_json(&answer)?;
    } else {
        writeln!(io::stdout(), "{}", job.id)?;
    }
    Ok(job)
}

/// Sends a book. It is read as it is sent, so that its size does not matter.
async fn upload(master: &Master, args: &SubmitArgs, path: &Path) -> anyhow::Result<Book> {
    let unreadable = || format!("can't read `{}`", path.display());
    let file = tokio::fs::File::open(path).await.with_context(unreadable)?;
    let metadata = file.metadata().await.with_context(unreadable)?;
    if metadata.is_dir() {
        let message = format!("`{}` is a folder", path.display());
        return Err(Ending::new(FAILED, message, "name the books in it").into());
    }
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let request = master
        .request(Method::POST, &["books"])
        .query(&[("name", name)])
        .query(&scanned(args))
        .header(CONTENT_TYPE, "application/octet-stream")
        .header(CONTENT_LENGTH, metadata.len())
        .body(Body::from(file));
    let book = async { master.read(master.send(request).await?).await };
    book.await.map_err(|trouble| {
        let mut ending = trouble.ending;
        ending.message = format!("`{}`: {}", path.display(), ending.message);
        if trouble.passes {
            // A master that wants no more of a book hangs up, sometimes before its refusal is read.
            let hint = "try again, or look whether `audiotome serve --max-upload` allows its size";
            ending.hint = Some(hint.to_owned());
        }
        ending.into()
    })
}

/// How a scanned book is to be read, which must be known to take it in.
fn scanned(args: &SubmitArgs) -> Vec<(&'static str, String)> {
    let reading = &args.wish.reading;
    if !reading.ocr {
        return Vec::new();
    }
    let language = reading.language.clone().map(|tag| ("language", tag));
    language
        .into_iter()
        .chain([("ocr", "true".to_owned())])
        .collect()
}

/// What is wanted, as the API takes it.
fn order(args: &SubmitArgs, book: &Book) -> Value {
    let wish = &args.wish;
    let reading = wish.reading.reading();
    // What was not asked for, the master's settings say.
    let flag = |set: bool| set.then_some(true);
    json!({
        "book": book.id,
        "priority": args.priority,
        "language": reading.language,
        "chapters": reading.chapters,
        "include": Some(reading.include).filter(|include| !include.is_empty()),
        "skip": Some(reading.skip).filter(|skip| !skip.is_empty()),
        "alt_text": flag(reading.alt_text),
        "ocr": flag(reading.ocr),
        "engine": wish.voice.engine.map(EngineKind::name),
        "voice": wish.voice.voice,
        "speed": wish.voice.speed.map(Speed::factor),
        "format": wish.format.format.map(|format| format.to_string()),
        "per_chapter": flag(wish.format.per_chapter),
        "loudness": wish.format.loudness.map(|loudness| loudness.to_string()),
        "skip_failed": flag(wish.skip_failed),
    })
}

async fn follow(
    master: &Master,
    args: &SubmitArgs,
    job: &Job,
    display: &mut Display,
    stop: &CancellationToken,
) -> anyhow::Result<()> {
    let done = follow::to_its_end(master, &job.id, display, stop).await?;
    let Some(folder) = &args.download else {
        let id = ids::short(&job.id);
        tell(&format!("`audiotome download {id}` fetches the audiobook"));
        return Ok(());
    };
    tokio::select! {
        downloaded = download::audiobook(master, &done, folder) => downloaded,
        () = stop.cancelled() => {
            let message = "the download was stopped";
            let hint = format!("`audiotome download {}` fetches it", ids::short(&job.id));
            Err(Ending::new(STOPPED, message, hint).into())
        }
    }
}
