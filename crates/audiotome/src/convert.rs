//! `audiotome convert`: books in, audiobooks out.

use std::path::{Path, PathBuf};
use std::time::Duration;

use audiotome_audio::Target;
use audiotome_dispatch::{Position, Priority, Slots};
use audiotome_production::{DataFolder, Edits, Order, Report, Run, make};
use tokio_util::sync::CancellationToken;

use crate::cli::ConvertArgs;
use crate::exit::{self, DONE, Ending, FAILED, STOPPED, USAGE};
use crate::lexicon;
use crate::progress::Progress;
use crate::signals;
use crate::studio;

/// Extensions of audio that is not made.
const OTHER_FORMATS: [&str; 8] = ["aiff", "mka", "mp4", "oga", "ogg", "webm", "wma", "ape"];

/// Makes one audiobook after the other. A book that fails does not stop the others; the exit code is
/// that of the only failure, or [`FAILED`] after several books.
pub(crate) fn run(args: ConvertArgs, data: &DataFolder) -> anyhow::Result<u8> {
    check(&args)?;
    let runtime = signals::runtime()?;
    let cancel = signals::stop(&runtime);
    let mut progress = Progress::new(args.wish.progress);
    let slots = args
        .slots
        .map_or_else(Slots::per_core, |slots| Slots::new(slots.into()));
    // Members serve the queue until the last book is done.
    let stop = CancellationToken::new();
    let staffed = studio::of_convert(&args.cluster, &args.wish.voice, data, slots, &stop);
    let staffed = runtime.block_on(staffed)?;
    let studio = &staffed.studio;
    let mut order = Order {
        reading: args.wish.reading.reading(),
        voice: args.wish.cast.complete(args.wish.voice.wish())?,
        output: args.output.wish(&args.wish.format),
        edits: Edits::default(),
        corrections: Vec::new(),
        skip_failed: args.wish.skip_failed,
    };
    let mut failures = Vec::new();
    for book in &args.wish.books {
        let run = Run {
            force: args.force,
            dry_run: args.dry_run,
            priority: Priority::default(),
            position: Position::default(),
            cancel: cancel.clone(),
            job: None,
        };
        let rules = lexicon::of_book(data, book, &args.wish.lexicon.lexicon);
        let made = rules.and_then(|rules| {
            order.reading.lexicon = rules;
            let mut report = |news: Report<'_>| progress.report(book, news);
            Ok(runtime.block_on(make(studio, book, &order, run, &mut report))?)
        });
        match made {
            Ok(made) => progress.finish(&made),
            Err(error) => {
                progress.fail(book, exit::code(&error), &exit::describe(&error));
                failures.push(exit::code(&error));
            }
        }
        if cancel.is_cancelled() {
            break;
        }
    }
    runtime.block_on(staffed.leave(&stop));
    // A speaker that hangs must not hold the program: what counts is durable.
    runtime.shutdown_timeout(Duration::from_millis(100));
    Ok(verdict(
        &failures,
        args.wish.books.len(),
        cancel.is_cancelled(),
    ))
}

fn verdict(failures: &[u8], books: usize, stopped: bool) -> u8 {
    match failures {
        _ if stopped => STOPPED,
        [] => DONE,
        [code] if books == 1 => *code,
        _ => FAILED,
    }
}

fn check(args: &ConvertArgs) -> Result<(), Ending> {
    let one_file = args.output.names_file();
    if one_file && args.wish.books.len() > 1 {
        let message = format!(
            "`{}` is one file, but there are {} books",
            args.output.output.display(),
            args.wish.books.len()
        );
        return Err(Ending::new(USAGE, message, "name a folder with `--output`"));
    }
    if one_file && args.wish.format.per_chapter {
        let message = format!(
            "`{}` is one file, but `--per-chapter` makes several",
            args.output.output.display()
        );
        return Err(Ending::new(USAGE, message, "name a folder with `--output`"));
    }
    check_timeline(args)?;
    check_name(&args.output.output)?;
    if let Some((asked, named)) = args
        .wish
        .format
        .format
        .zip(Target::format(&args.output.output))
        .filter(|(asked, named)| asked != named)
    {
        let message = format!(
            "`--format {asked}` does not go with `{}`, which is {named} by its name",
            args.output.output.display()
        );
        return Err(Ending::new(USAGE, message, "leave one of them out"));
    }
    if let Some(twice) = args
        .wish
        .books
        .iter()
        .enumerate()
        .find(|(index, book)| args.wish.books[..*index].contains(book))
    {
        return Err(Ending::new(
            USAGE,
            format!("`{}` is given twice", twice.1.display()),
            "name each book once",
        ));
    }
    Ok(())
}

/// A folder that is called like a file of audio is one by mistake.
fn check_name(output: &Path) -> Result<(), Ending> {
    let extension = output.extension().unwrap_or_default().to_string_lossy();
    let is_other = OTHER_FORMATS.contains(&extension.to_ascii_lowercase().as_str());
    if !is_other || output.is_dir() {
        return Ok(());
    }
    let message = format!("`.{extension}` is no format of an audiobook");
    let hint = "take m4b, mp3, opus, flac or wav, or name a folder with `--output`";
    Err(Ending::new(USAGE, message, hint))
}

/// A timeline is of one book, and no other file of it.
fn check_timeline(args: &ConvertArgs) -> Result<(), Ending> {
    let Some(timeline) = &args.output.timeline else {
        return Ok(());
    };
    if args.wish.books.len() > 1 {
        let message = format!(
            "`{}` is one timeline, but there are {} books",
            timeline.display(),
            args.wish.books.len()
        );
        return Err(Ending::new(USAGE, message, "convert them one by one"));
    }
    let real = |path: &Path| fs_err::canonicalize(path).ok();
    let is_same = |path: &PathBuf| {
        path == timeline || real(path).is_some_and(|path| Some(path) == real(timeline))
    };
    let mut others = args.wish.books.iter().chain([&args.output.output]);
    if others.any(is_same) {
        let message = format!("`{}` would be overwritten", timeline.display());
        return Err(Ending::new(
            USAGE,
            message,
            "name another file with `--timeline`",
        ));
    }
    Ok(())
}
