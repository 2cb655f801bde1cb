//! Scanned pages and pictures, by `tesseract`. Its words have places, so that pages are read like
//! those of a PDF with a text layer.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{BufRead, BufReader, Read as _};
use std::process::ChildStdout;
use std::time::Duration;

use audiotome_core::{Book, Language, Metadata};

use crate::child::{self, Call};
use crate::pdf::layout::{self, Line, Sheet, Word};
use crate::pdf::{POPPLER, flow};
use crate::{BookError, ReadOptions};

/// Pages of a book.
const MOST_PAGES: usize = 5_000;
/// How long a page may take; one takes seconds.
const PATIENCE: Duration = Duration::from_secs(120);
/// Memory of a program, in KiB.
const MEMORY: u32 = 3 << 20;
/// Bytes of a picture of a page.
const LONGEST_PICTURE: u64 = 256 << 20;
/// Bytes of what is found on a page.
const LONGEST_TABLE: u64 = 16 << 20;
/// Points of an inch, and dots of one in the pictures that are made.
const DOTS: &str = "300";
/// Below this confidence, in percent, what was found is dirt.
const LEAST_CONFIDENCE: f32 = 20.0;

const TESSERACT: &str = "tesseract with the book's language (`apt install tesseract-ocr tesseract-ocr-deu`, `brew install tesseract-lang`)";

/// Languages by two letters and as tesseract calls them.
const LANGUAGES: &[(&str, &str)] = &[
    ("en", "eng"),
    ("de", "deu"),
    ("fr", "fra"),
    ("es", "spa"),
    ("it", "ita"),
    ("pt", "por"),
    ("nl", "nld"),
    ("pl", "pol"),
    ("ru", "rus"),
    ("el", "ell"),
    ("ar", "ara"),
    ("fa", "fas"),
    ("hi", "hin"),
    ("zh", "chi_sim"),
    ("ja", "jpn"),
    ("ko", "kor"),
    ("sv", "swe"),
    ("da", "dan"),
    ("no", "nor"),
    ("nb", "nor"),
    ("fi", "fin"),
    ("cs", "ces"),
    ("hu", "hun"),
    ("ro", "ron"),
    ("tr", "tur"),
    ("uk", "ukr"),
    ("he", "heb"),
    ("ca", "cat"),
    ("bg", "bul"),
    ("hr", "hrv"),
    ("sk", "slk"),
    ("sl", "slv"),
    ("sr", "srp"),
    ("la", "lat"),
    ("vi", "vie"),
    ("th", "tha"),
];

/// Reads a picture as a book of one page; `name` is the file's name.
///
/// # Errors
/// [`BookError::Missing`], [`BookError::Child`], [`BookError::NoText`].
pub(crate) fn image(file: &File, name: &str, options: &ReadOptions) -> Result<Book, BookError> {
    let sheet = recognise(file, name, options)?;
    flow::pages(vec![sheet], Vec::new(), Metadata::default()).book(name, options)
}

/// The text on all pages of a scanned PDF.
///
/// # Errors
/// [`BookError::Missing`], [`BookError::Child`], [`BookError::TooLarge`].
pub(crate) fn pdf(
    file: &File,
    name: &str,
    count: usize,
    options: &ReadOptions,
) -> Result<Vec<Sheet>, BookError> {
    if count > MOST_PAGES {
        return Err(BookError::TooLarge {
            name: name.to_owned(),
            what: format!("it has over {MOST_PAGES} scanned pages"),
        });
    }
    let mut sheets = Vec::with_capacity(count);
    for page in 1..=count {
        tracing::info!(
            page,
            pages = count,
            "recognising the text of a scanned page"
        );
        let picture = picture(file, name, page)?;
        sheets.push(recognise(&picture, name, options)?);
    }
    Ok(sheets)
}

/// A page of a PDF as a picture.
fn picture(file: &File, name: &str, page: usize) -> Result<File, BookError> {
    let page = page.to_string();
    let arguments = ["-r", DOTS, "-gray", "-png", "-f", &page, "-l", &page, "-"];
    let save = |output: ChildStdout| {
        let mut picture = tempfile::tempfile()?;
        std::io::copy(&mut output.take(LONGEST_PICTURE), &mut picture)?;
        Ok(picture)
    };
    run("pdftoppm", &arguments, file, name, POPPLER, save)?.map_err(|source| BookError::Io {
        name: name.to_owned(),
        source,
    })
}

fn recognise(picture: &File, name: &str, options: &ReadOptions) -> Result<Sheet, BookError> {
    let language = options.language.as_ref().map_or("eng", code);
    let arguments = ["-", "-", "-l", language, "--dpi", DOTS, "tsv"];
    let read = |output: ChildStdout| table(BufReader::new(output.take(LONGEST_TABLE)));
    let sheet = run("tesseract", &arguments, picture, name, TESSERACT, read);
    sheet.map_err(|error| match error {
        // It says on its last line that it can't begin, and above that the language is missing.
        BookError::Child { name, why, .. } if why.contains("initialize") => {
            BookError::MissingLanguage { name, language }
        }
        error => error,
    })
}

fn code(language: &Language) -> &'static str {
    let tag = language.as_str();
    if tag.contains("Hant") || tag.ends_with("TW") || tag.ends_with("HK") {
        return "chi_tra";
    }
    let known = LANGUAGES.iter().find(|(two, _)| *two == language.primary());
    known.map_or("eng", |(_, three)| three)
}

fn run<T>(
    program: &'static str,
    arguments: &[&str],
    input: &File,
    name: &str,
    package: &'static str,
    read: impl FnOnce(ChildStdout) -> T,
) -> Result<T, BookError> {
    let arguments: Vec<&OsStr> = arguments.iter().map(OsStr::new).collect();
    let call = Call {
        program,
        arguments: &arguments,
        input: Some(input),
        patience: PATIENCE,
        memory: MEMORY,
    };
    child::run(&call, read).map_err(|error| BookError::of_child(name, program, package, error))
}

/// A page from tesseract's table: a row for each word, with its block, paragraph and line.
fn table(input: impl BufRead) -> Sheet {
    let mut sheet = Sheet::default();
    let mut words: Vec<Word> = Vec::new();
    let mut open: Option<[usize; 3]> = None;
    let mut blocks = 0;
    for row in input.lines().map_while(Result::ok) {
        let fields: Vec<&str> = row.splitn(12, '\t').collect();
        let [
            level,
            _,
            block,
            paragraph,
            line,
            _,
            left,
            top,
            width,
            height,
            confidence,
            text,
        ] = fields.as_slice()
        else {
            continue;
        };
        let number = |field: &str| field.parse::<f32>().unwrap_or(0.0);
        if *level == "1" {
            (sheet.width, sheet.height) = (number(width), number(height));
        }
        if *level != "5" || number(confidence) < LEAST_CONFIDENCE || text.trim().is_empty() {
            continue;
        }
        let place = [*block, *paragraph, *line].map(|field| field.parse().unwrap_or(0));
        if open != Some(place) {
            end_line(&mut sheet.lines, &mut words, blocks);
            blocks += usize::from(open.is_none_or(|open| open[..2] != place[..2]));
            open = Some(place);
        }
        words.push(Word {
            left: number(left),
            top: number(top),
            right: number(left) + number(width),
            bottom: number(top) + number(height),
            text: text.trim().to_owned(),
        });
    }
    end_line(&mut sheet.lines, &mut words, blocks);
    even_sizes(&mut sheet.lines);
    sheet
}

fn end_line(lines: &mut Vec<Line>, words: &mut Vec<Word>, block: usize) {
    lines.extend(layout::line(words, block));
    words.clear();
}

/// Heights of recognised words depend on their letters: a line counts by its whole height, and
/// only clearly larger ones differ from the text.
fn even_sizes(lines: &mut [Line]) {
    let mut heights: Vec<f32> = lines.iter().map(|line| line.bottom - line.top).collect();
    heights.sort_by(f32::total_cmp);
    let Some(usual) = heights.get(heights.len() / 2).copied() else {
        return;
    };
    for line in lines {
        let height = line.bottom - line.top;
        line.size = if height > usual * 1.4 { height } else { usual };
    }
}
