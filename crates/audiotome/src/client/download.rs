//! `audiotome download`: audiobooks come from a master.

use std::io::{self, Write as _};
use std::path::Path;
use std::time::Duration;

use anyhow::Context as _;
use audiotome_audio::{Tags, Target, safe_file_name};
use audiotome_core::{Metadata, Series};
use audiotome_files::Staged;
use audiotome_server::JobState;
use reqwest::header::{CONTENT_TYPE, HeaderValue, LAST_MODIFIED, RANGE};
use reqwest::{Method, Response, StatusCode};

use super::answers::{Book, ChapterList, FileList, Job};
use super::args::DownloadArgs;
use super::ids;
use super::master::{Master, Trouble};
use crate::exit::{Ending, FAILED, USAGE};

/// A connection on which nothing comes for so long is broken.
const SILENCE: Duration = Duration::from_secs(60);
/// Wait before each try to go on with a download that broke.
const AGAIN: [Duration; 4] = [
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(5),
    Duration::from_secs(10),
];

/// Downloads an audiobook or one of its chapters.
pub(crate) async fn run(master: &Master, args: &DownloadArgs) -> anyhow::Result<()> {
    let id = ids::whole(master, &args.id).await?;
    let job: Job = master.get(&["jobs", &id]).await?;
    let output = args.output.as_deref();
    match args.chapter {
        Some(number) => chapter(master, &job, number, output.unwrap_or(Path::new("."))).await,
        None => audiobook(master, &job, output.unwrap_or(Path::new("audiobooks"))).await,
    }
}

/// Downloads all files of a job that is done, or only the audio when `output` names a file. Prints
/// their paths.
pub(crate) async fn audiobook(master: &Master, job: &Job, output: &Path) -> anyhow::Result<()> {
    if job.state != JobState::Done {
        let id = ids::short(&job.id);
        let message = format!("`{}` is {}, not done", job.title, job.state);
        let hint = format!(
            "`audiotome job --follow {id}` shows how far it is; `--chapter N` gets what is ready"
        );
        return Err(Ending::new(FAILED, message, hint).into());
    }
    let list: FileList = master.get(&["jobs", &job.id, "files"]).await?;
    let target = target(master, job, output).await?;
    for file in &list.files {
        let (path, last) = match &target {
            Target::File(path) => {
                same_format(&file.name, path)?;
                (path.clone(), true)
            }
            Target::Folder { folder, .. } | Target::Chapters { folder } => {
                (folder.join(safe_file_name(&file.name)), false)
            }
        };
        let href: Vec<&str> = file
            .href
            .split('/')
            .filter(|part| !part.is_empty())
            .collect();
        fetch(master, &href, &path).await?;
        if last {
            break;
        }
    }
    Ok(())
}

/// A file keeps its format, whatever it is called.
fn same_format(name: &str, path: &Path) -> Result<(), Ending> {
    let (made, named) = (Target::format(Path::new(name)), Target::format(path));
    match made.filter(|made| Some(*made) != named) {
        Some(made) => {
            let message = format!("the audiobook is {made}, `{}` is not", path.display());
            let hint = format!("name it `….{made}`, or a folder");
            Err(Ending::new(USAGE, message, hint))
        }
        None => Ok(()),
    }
}

/// Where `convert` would have put it.
async fn target(master: &Master, job: &Job, output: &Path) -> anyhow::Result<Target> {
    // Without the book, its series is not known.
    let book = master.get::<Book>(&["books", &job.book]).await.ok();
    let series = book.and_then(|book| book.series);
    let tags = Tags {
        metadata: Metadata {
            title: job.title.clone(),
            authors: job.authors.clone(),
            series: series.map(|name| Series {
                name,
                position: None,
            }),
            ..Metadata::default()
        },
        narrator: job.narrator.clone().unwrap_or_default(),
    };
    Ok(Target::new(output, &tags, job.order.per_chapter)?)
}

async fn chapter(master: &Master, job: &Job, number: usize, output: &Path) -> anyhow::Result<()> {
    let list: ChapterList = master.get(&["jobs", &job.id, "chapters"]).await?;
    let mut chapters = list.chapters.iter();
    let Some(chapter) = chapters.find(|chapter| chapter.number == number) else {
        let message = format!("the job reads no chapter {number}");
        let hint = format!("`audiotome job {}` lists its chapters", ids::short(&job.id));
        return Err(Ending::new(FAILED, message, hint).into());
    };
    let number = number.to_string();
    let href = ["jobs", &job.id, "chapters", &number, "audio"];
    let answer = open(master, &href, 0).await?;
    let path = if output.extension().is_some() && !output.is_dir() {
        output.to_owned()
    } else {
        let kind = answer.headers().get(CONTENT_TYPE);
        let flac = kind.is_some_and(|kind| kind.as_bytes().ends_with(b"flac"));
        let extension = if flac { "flac" } else { "aac" };
        let name = safe_file_name(&format!("{number:0>2} - {}", chapter.title));
        output.join(format!("{name}.{extension}"))
    };
    save(master, &href, answer, &path).await
}

async fn fetch(master: &Master, href: &[&str], path: &Path) -> anyhow::Result<()> {
    let answer = open(master, href, 0).await?;
    save(master, href, answer, path).await
}

/// Asks for a file from byte `from` on.
async fn open(master: &Master, href: &[&str], from: u64) -> Result<Response, Trouble> {
    let mut request = master.request(Method::GET, href);
    if from > 0 {
        request = request.header(RANGE, format!("bytes={from}-"));
    }
    master.send(request).await
}

/// Writes an answer to a file, which appears when it is whole. A connection that breaks is opened
/// again where it broke. Prints the path.
async fn save(
    master: &Master,
    href: &[&str],
    mut answer: Response,
    path: &Path,
) -> anyhow::Result<()> {
    let unwritable = || format!("can't write `{}`", path.display());
    let mut staged = Staged::new(path).with_context(unwritable)?;
    let version = version(&answer);
    let (mut written, mut waits) = (0, AGAIN.into_iter());
    loop {
        let broke = drain(master, &mut answer, &mut staged, &mut written).await;
        let Some(trouble) = broke.with_context(unwritable)? else {
            break;
        };
        answer = reopen(master, href, written, &mut waits, trouble).await?;
        let goes_on = written == 0 || answer.status() == StatusCode::PARTIAL_CONTENT;
        if !goes_on || self::version(&answer) != version {
            let message = format!("`{}` changed at the master meanwhile", path.display());
            return Err(Ending::new(FAILED, message, "download it again").into());
        }
    }
    staged.commit().with_context(unwritable)?;
    writeln!(io::stdout(), "{}", path.display())?;
    Ok(())
}

/// What tells a file from one that took its place.
fn version(answer: &Response) -> Option<HeaderValue> {
    answer.headers().get(LAST_MODIFIED).cloned()
}

/// Writes what comes. Returns what ended it, when it was not the end.
async fn drain(
    master: &Master,
    answer: &mut Response,
    staged: &mut Staged,
    written: &mut u64,
) -> io::Result<Option<Trouble>> {
    loop {
        match tokio::time::timeout(SILENCE, answer.chunk()).await {
            Ok(Ok(Some(chunk))) => {
                staged.write_all(&chunk)?;
                *written += chunk.len() as u64;
            }
            Ok(Ok(None)) => return Ok(None),
            Ok(Err(error)) => return Ok(Some(master.away(&error))),
            Err(_) => return Ok(Some(master.silent())),
        }
    }
}

/// Goes on after `trouble`, as often as there are `waits`.
async fn reopen(
    master: &Master,
    href: &[&str],
    written: u64,
    waits: &mut impl Iterator<Item = Duration>,
    trouble: Trouble,
) -> Result<Response, Trouble> {
    for wait in waits {
        tokio::time::sleep(wait).await;
        match open(master, href, written).await {
            Err(again) if again.passes => {}
            answer => return answer,
        }
    }
    Err(trouble)
}
