//! The rules by which words are said, from the files that hold them.

use std::io::Read as _;
use std::path::{Path, PathBuf};

use audiotome_book::{Lexicon, LexiconError, MOST_LEXICON_BYTES};
use audiotome_production::DataFolder;

use crate::exit::{Ending, FAILED};

/// The name of a file of rules that is found by itself.
const NAME: &str = "audiotome.lexicon";

/// The rules for a book: those of the user, those for all books of its folder, its own, and those that
/// were `given`; the later ones count for more.
///
/// # Errors
/// Names the file and the line that is no rule.
pub(crate) fn of_book(data: &DataFolder, book: &Path, given: &[PathBuf]) -> anyhow::Result<String> {
    let beside = [book.with_file_name(NAME), book.with_extension("lexicon")];
    let found = std::iter::once(data.path().join(NAME)).chain(beside);
    // A book that is itself called so is no lexicon.
    let found = found.filter(|path| path.is_file() && path != book);
    let files: Vec<PathBuf> = found.chain(given.iter().cloned()).collect();
    texts(&files)
}

/// The rules of the user and those that were `given`.
///
/// # Errors
/// As [`of_book`].
pub(crate) fn of_text(data: &DataFolder, given: &[PathBuf]) -> anyhow::Result<String> {
    let own = Some(data.path().join(NAME)).filter(|path| path.is_file());
    let files: Vec<PathBuf> = own.into_iter().chain(given.iter().cloned()).collect();
    texts(&files)
}

/// Rules as they were read before; one of the program's own errors where they are wrong.
///
/// # Errors
/// As [`of_book`].
pub(crate) fn parsed(text: &str) -> anyhow::Result<Lexicon> {
    Lexicon::parse("lexicon", text).map_err(refused)
}

fn texts(files: &[PathBuf]) -> anyhow::Result<String> {
    let texts: Vec<String> = files
        .iter()
        .map(|path| text(path))
        .collect::<Result<_, _>>()?;
    Ok(Lexicon::join(texts.iter().map(String::as_str)))
}

fn text(path: &Path) -> anyhow::Result<String> {
    let mut content = Vec::new();
    let file = fs_err::File::open(path)?;
    // One byte more than is taken, so that too much is seen.
    file.take(MOST_LEXICON_BYTES as u64 + 1)
        .read_to_end(&mut content)?;
    Lexicon::text_of(&path.display().to_string(), &content).map_err(refused)
}

fn refused(error: LexiconError) -> anyhow::Error {
    let hint = error.hint();
    Ending::new(FAILED, error.to_string(), hint).into()
}
