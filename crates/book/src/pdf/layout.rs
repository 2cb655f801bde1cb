//! What `pdftotext -bbox-layout` says: words with their places, in lines and blocks.

use std::io::{BufRead, Read as _};

use super::{columns, initials};
use crate::BookError;

/// Words of a book.
const MOST_WORDS: usize = 4_000_000;
/// Bytes of a line of the program's output.
const LONGEST_LINE: u64 = 64 << 10;

/// Times the size of type that two words of a line can be apart.
const FARTHEST: f32 = 3.0;
/// Times the size of type that two words are apart at least.
const CLOSEST: f32 = 0.12;
/// Times the size of the text that a letter has which begins it.
const LARGER: f32 = 1.15;

/// A page of a PDF, in points; the origin is the upper left corner.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sheet {
    pub(crate) width: f32,
    pub(crate) height: f32,
    pub(crate) lines: Vec<Line>,
}

/// A line of text.
#[derive(Clone, Debug, Default)]
pub(crate) struct Line {
    /// Number of its block on the page.
    pub(crate) block: usize,
    /// Number of its column, where there are several.
    pub(crate) column: usize,
    pub(crate) left: f32,
    pub(crate) top: f32,
    pub(crate) right: f32,
    pub(crate) bottom: f32,
    /// Height of its words.
    pub(crate) size: f32,
    /// Width of its first word.
    pub(crate) first_width: f32,
    pub(crate) text: String,
}

impl Sheet {
    pub(crate) fn has_letters(&self) -> bool {
        self.lines
            .iter()
            .any(|line| line.text.chars().any(char::is_alphanumeric))
    }
}

/// A word where it stands.
#[derive(Clone, Debug, Default)]
pub(crate) struct Word {
    pub(crate) left: f32,
    pub(crate) top: f32,
    pub(crate) right: f32,
    pub(crate) bottom: f32,
    pub(crate) text: String,
}

/// A line of these words.
pub(crate) fn line(words: &[Word], block: usize) -> Option<Line> {
    let first = words.first()?;
    let mut sizes: Vec<f32> = words.iter().map(|word| word.bottom - word.top).collect();
    sizes.sort_by(f32::total_cmp);
    let size = sizes[sizes.len() / 2];
    let edge = |of: fn(&Word) -> f32, choose: fn(f32, f32) -> f32| {
        words.iter().map(of).fold(of(first), choose)
    };
    let mut text = String::new();
    for (index, word) in words.iter().enumerate() {
        // A note's number stands small and high beside its word.
        let is_mark = index > 0
            && word.bottom - word.top < size * 0.8
            && word.text.len() <= 3
            && word
                .text
                .chars()
                .all(|c| c.is_ascii_digit() || "*†‡".contains(c))
            && word.bottom < words[index - 1].bottom - size * 0.1;
        if is_mark {
            continue;
        }
        let before = index.checked_sub(1).map(|before| &words[before]);
        let is_torn = before.is_some_and(|before| is_torn(before, word));
        if !text.is_empty() && !is_torn {
            text.push(' ');
        }
        text.push_str(&word.text);
    }
    Some(Line {
        block,
        left: edge(|word| word.left, f32::min),
        top: edge(|word| word.top, f32::min),
        right: edge(|word| word.right, f32::max),
        bottom: edge(|word| word.bottom, f32::max),
        size,
        first_width: first.right - first.left,
        text,
        ..Line::default()
    })
}

/// Whether a larger letter stands so close to what follows that both are one word.
fn is_torn(letter: &Word, rest: &Word) -> bool {
    let height = |word: &Word| word.bottom - word.top;
    initials::is_initial(&letter.text)
        && height(letter) > height(rest) * LARGER
        && rest.left - letter.right < height(rest) * CLOSEST
}

/// Reads all pages.
///
/// # Errors
/// [`BookError::TooLarge`].
pub(crate) fn read(mut output: impl BufRead, name: &str) -> Result<Vec<Sheet>, BookError> {
    let mut sheets: Vec<Sheet> = Vec::new();
    let (mut words, mut lines) = (Vec::new(), Vec::new());
    let (mut block, mut count) = (0, 0);
    let mut bytes = Vec::new();
    loop {
        bytes.clear();
        let read = output
            .by_ref()
            .take(LONGEST_LINE)
            .read_until(b'\n', &mut bytes);
        if !read.is_ok_and(|read| read > 0) {
            return Ok(sheets);
        }
        let text = String::from_utf8_lossy(&bytes);
        let text = text.trim();
        if text.starts_with("<page ") {
            sheets.push(Sheet {
                width: number(text, "width"),
                height: number(text, "height"),
                lines: Vec::new(),
            });
            block = 0;
        } else if text.starts_with("<block ") {
            block += 1;
        } else if text.starts_with("<word ") {
            count += 1;
            words.extend(word(text));
        } else if text.starts_with("</line>") {
            lines.extend(line(&words, block));
            words.clear();
        } else if text.starts_with("</page>")
            && let Some(sheet) = sheets.last_mut()
        {
            let ordered = columns::order(std::mem::take(&mut lines));
            sheet.lines = ordered.into_iter().fold(Vec::new(), push);
        }
        if count > MOST_WORDS {
            return Err(BookError::TooLarge {
                name: name.to_owned(),
                what: format!("it has over {MOST_WORDS} words"),
            });
        }
    }
}

/// Adds a line. Where words stand far apart, each is one by itself: those beside one another are one.
fn push(mut lines: Vec<Line>, next: Line) -> Vec<Line> {
    let beside = lines.last_mut().filter(|last| {
        let level = (last.bottom - next.bottom).abs() < last.size * 0.25;
        let gap = next.left - last.right;
        level && gap > 0.0 && gap < last.size * FARTHEST && !initials::begins(last, &next)
    });
    let Some(last) = beside else {
        lines.push(next);
        return lines;
    };
    last.text.push(' ');
    last.text.push_str(&next.text);
    last.right = next.right;
    last.top = last.top.min(next.top);
    last.bottom = last.bottom.max(next.bottom);
    lines
}

fn word(text: &str) -> Option<Word> {
    let (tag, rest) = text.split_once('>')?;
    let content = rest.strip_suffix("</word>")?;
    Some(Word {
        left: number(tag, "xMin"),
        top: number(tag, "yMin"),
        right: number(tag, "xMax"),
        bottom: number(tag, "yMax"),
        text: unescape(content),
    })
    .filter(|word| !word.text.trim().is_empty())
}

fn number(tag: &str, name: &str) -> f32 {
    let value = tag
        .split_once(&format!("{name}=\""))
        .and_then(|(_, rest)| rest.split('"').next());
    let value = value.and_then(|value| value.parse::<f32>().ok());
    value.filter(|value| value.is_finite()).unwrap_or(0.0)
}

pub(super) fn unescape(text: &str) -> String {
    let text = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'")
        .replace("&#39;", "'");
    text.replace("&amp;", "&")
}
