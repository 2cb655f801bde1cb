//! From encoded chapters to the files of an audiobook.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::available_parallelism;

use audiotome_core::{Cover, Plan, Timeline};
use audiotome_files::is_staged;
use tokio::task::JoinSet;

use crate::assembly::{Assembly, Codec};
use crate::chapter::{EncodedChapter, timeline};
use crate::metadata_file::{self, Tags, Track};
use crate::mux::{Recipe, make};
use crate::target::{Target, chapter_name};
use crate::{AudioError, OutputFormat, library};

/// Everything that an audiobook is made of.
#[derive(Clone, Copy, Debug)]
pub struct Audiobook<'a> {
    /// The plan that the chapters were made by.
    pub plan: &'a Plan,
    /// Encoded chapters in reading order; made by the [`Assembly`] that publishes them.
    pub chapters: &'a [EncodedChapter],
    /// Title, authors, narrator and so on.
    pub tags: &'a Tags,
    /// The cover.
    pub cover: Option<&'a Cover>,
    /// The ebook, of which a library folder gets a copy.
    pub ebook: Option<&'a Path>,
}

/// A published audiobook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Published {
    /// All files, audio first.
    pub files: Vec<PathBuf>,
    /// When what is said.
    pub timeline: Timeline,
    /// What could not be done as wished (a broken cover left out, say).
    pub warnings: Vec<String>,
}

/// Makes the files of an audiobook. Each appears whole or not at all; one that is there already is
/// replaced.
///
/// # Errors
/// When there are no chapters, ffmpeg fails or the disk refuses.
pub async fn publish(
    book: Audiobook<'_>,
    format: OutputFormat,
    target: &Target,
    assembly: &Assembly,
) -> Result<Published, AudioError> {
    let Some(first) = book.chapters.first() else {
        return Err(AudioError::NoChapters);
    };
    same_rate(book, first.sample_rate)?;
    let timeline = timeline(book.plan, book.chapters);
    let cover = book.cover.cloned().map(Arc::new);
    let recipes = match target.file(format) {
        Some(file) => vec![whole_book(book, format, &timeline, cover, file, assembly)],
        None => one_per_chapter(book, format, cover, target, assembly),
    };
    let mut files: Vec<PathBuf> = recipes.iter().map(|r| r.target.clone()).collect();
    let mut warnings = make_all(recipes, assembly).await?;
    if let Some(folder) = target.folder() {
        warnings.extend(strangers(folder, &files));
        files.extend(accompany(book, &timeline, folder)?);
    }
    Ok(Published {
        files,
        timeline,
        warnings,
    })
}

fn same_rate(book: Audiobook<'_>, expected: u32) -> Result<(), AudioError> {
    let other = book.chapters.iter().find(|c| c.sample_rate != expected);
    other.map_or(Ok(()), |chapter| {
        Err(AudioError::MixedRates {
            expected,
            found: chapter.sample_rate,
            text: book.plan.chapters[chapter.chapter].title.clone(),
        })
    })
}

fn whole_book(
    book: Audiobook<'_>,
    format: OutputFormat,
    timeline: &Timeline,
    cover: Option<Arc<Cover>>,
    target: PathBuf,
    assembly: &Assembly,
) -> Recipe {
    Recipe {
        parts: book.chapters.iter().map(|c| c.path.clone()).collect(),
        metadata: metadata_file::for_book(
            book.tags,
            format,
            &timeline.chapters,
            timeline.sample_rate,
            cover.as_deref(),
        ),
        chapters: timeline.chapters.len(),
        encoded: matches!(assembly.codec, Codec::Aac(_)),
        cover,
        format,
        target,
    }
}

fn one_per_chapter(
    book: Audiobook<'_>,
    format: OutputFormat,
    cover: Option<Arc<Cover>>,
    target: &Target,
    assembly: &Assembly,
) -> Vec<Recipe> {
    let folder = target.folder().unwrap_or(Path::new("."));
    let planned = |chapter: &EncodedChapter| &book.plan.chapters[chapter.chapter];
    let of = book.chapters.last().map_or(1, |last| planned(last).number);
    let recipe = |chapter| {
        let planned = planned(chapter);
        let track = Track {
            title: &planned.title,
            number: planned.number,
            of,
        };
        Recipe {
            parts: vec![chapter.path.clone()],
            metadata: metadata_file::for_track(book.tags, format, track, cover.as_deref()),
            chapters: 0,
            encoded: matches!(assembly.codec, Codec::Aac(_)),
            cover: cover.clone(),
            format,
            target: folder.join(chapter_name(planned.number, of, &planned.title, format)),
        }
    };
    book.chapters.iter().map(recipe).collect()
}

/// Runs as many ffmpegs at a time as there are cores. Gives the warnings.
async fn make_all(recipes: Vec<Recipe>, assembly: &Assembly) -> Result<Vec<String>, AudioError> {
    let cores = available_parallelism().map_or(1, usize::from);
    let mut waiting = recipes.into_iter();
    let mut running = JoinSet::new();
    let mut warnings = Vec::new();
    loop {
        while running.len() < cores
            && let Some(recipe) = waiting.next()
        {
            let assembly = assembly.clone();
            running.spawn(async move { make(&recipe, &assembly).await });
        }
        match running.join_next().await {
            Some(Ok(made)) => warnings.extend(made?),
            Some(Err(error)) => {
                return Err(AudioError::Encoder {
                    encoder: "ffmpeg",
                    reason: error.to_string(),
                });
            }
            None => return Ok(warnings),
        }
    }
}

/// Warns of other audio in a book's folder, from before a chapter had another name, say: a library would play it, too.
/// Whose it is, is not known here, so that it stays.
fn strangers(folder: &Path, own: &[PathBuf]) -> Option<String> {
    let entries = fs_err::read_dir(folder).ok()?.flatten();
    let is_strange =
        |path: &PathBuf| Target::format(path).is_some() && !own.contains(path) && !is_staged(path);
    let mut strangers: Vec<_> = entries
        .map(|entry| entry.path())
        .filter(is_strange)
        .collect();
    strangers.sort();
    let first = strangers.first()?.file_name()?.to_string_lossy();
    let which = match strangers.len() - 1 {
        0 => format!("`{first}` from an earlier time lies"),
        more => format!("`{first}` and {more} more from an earlier time lie"),
    };
    Some(format!(
        "{which} in the same folder: players may play that with this book"
    ))
}

/// Writes what lies beside the audio in a library.
fn accompany(
    book: Audiobook<'_>,
    timeline: &Timeline,
    folder: &Path,
) -> Result<Vec<PathBuf>, AudioError> {
    let mut files = Vec::new();
    let mut write = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        audiotome_files::write(&path, bytes).map_err(AudioError::file("write", &path))?;
        files.push(path);
        Ok::<(), AudioError>(())
    };
    if let Some(cover) = book.cover {
        let png = cover.media_type == "image/png";
        write(if png { "cover.png" } else { "cover.jpg" }, &cover.bytes)?;
    }
    write(
        "metadata.json",
        &library::metadata_json(book.tags, timeline),
    )?;
    if let Some(ebook) = book.ebook
        && let Some(name) = ebook.file_name()
    {
        let path = folder.join(name);
        if !same_file(ebook, &path) {
            let bytes = fs_err::read(ebook).map_err(AudioError::file("read", ebook))?;
            write(&name.to_string_lossy(), &bytes)?;
        }
    }
    Ok(files)
}

/// Whether the ebook already lies in the library.
fn same_file(a: &Path, b: &Path) -> bool {
    let real = |path: &Path| fs_err::canonicalize(path).ok();
    real(a).is_some_and(|a| Some(a) == real(b))
}
