//! From lines on pages to paragraphs in pages of HTML.

use audiotome_core::Metadata;

use super::furniture;
use super::headings::Sizes;
use super::initials;
use super::join::Words;
use super::layout::{Line, Sheet};
use super::outline::Item;
use crate::document::Entry;
use crate::pages::{Pages, push_text};

/// Ends of sentences.
const ENDS: &[char] = &[
    '.', '!', '?', ':', '”', '"', '»', '…', '’', ')', '。', '！', '？', '」', '۔', '।',
];
/// Times the size of type by which a line that begins a paragraph is set in.
const INDENT: f32 = 0.7;
/// Times the size of type that may lie between two lines of a paragraph, from top to top.
const LINE_GAP: f32 = 2.1;

/// A paragraph in the making.
#[derive(Debug, Default)]
struct Paragraph {
    text: String,
    heading: Option<usize>,
    note: bool,
    /// The page that it begins on.
    sheet: usize,
    /// Its last line, and whether that is on this page's block.
    last: Line,
    /// How far left its lines begin, and how far right the text goes.
    right: f32,
}

/// The book as one page of HTML.
pub(crate) fn pages(mut sheets: Vec<Sheet>, outline: Vec<Item>, metadata: Metadata) -> Pages {
    furniture::remove(&mut sheets);
    initials::join(&mut sheets);
    let paragraphs = paragraphs(&sheets);
    let places = places(&outline, &paragraphs);
    let mut html = String::new();
    for (index, paragraph) in paragraphs.iter().enumerate() {
        let named = outline
            .iter()
            .zip(&places)
            .find(|(_, place)| **place == Some(index));
        write(&mut html, paragraph, index, named.map(|(item, _)| item));
    }
    let mut toc = Vec::new();
    let mut items = outline.into_iter().zip(places).peekable();
    while items.peek().is_some() {
        toc.extend(tree(&mut items, 0));
    }
    Pages {
        toc,
        ..Pages::single(metadata, html)
    }
}

fn write(html: &mut String, paragraph: &Paragraph, index: usize, item: Option<&Item>) {
    // What the outline names is a heading, whatever its type.
    let named = item.map(|item| item.level + 1);
    let level = paragraph
        .heading
        .or(named.filter(|_| paragraph.text.len() < 200));
    let (open, close) = match level {
        _ if paragraph.note => (
            "<aside epub:type=\"footnote\"><p".to_owned(),
            "</p></aside>".to_owned(),
        ),
        Some(level) => (
            format!("<h{}", level.min(6)),
            format!("</h{}>", level.min(6)),
        ),
        None => ("<p".to_owned(), "</p>".to_owned()),
    };
    html.push_str(&open);
    html.push_str(&format!(" id=\"p{index}\">"));
    push_text(html, &paragraph.text);
    html.push_str(&close);
}

fn tree(
    items: &mut std::iter::Peekable<impl Iterator<Item = (Item, Option<usize>)>>,
    level: usize,
) -> Option<Entry> {
    let (item, place) = items.next()?;
    let mut children = Vec::new();
    while items.peek().is_some_and(|(next, _)| next.level > level) {
        children.extend(tree(items, level + 1));
    }
    Some(Entry {
        label: item.label,
        target: place.map(|index| (0, Some(format!("p{index}")))),
        children,
        is_title: false,
    })
}

/// The paragraph that each item of the outline means: on its page the one that reads like it, else
/// the page's first.
fn places(outline: &[Item], paragraphs: &[Paragraph]) -> Vec<Option<usize>> {
    let mut after = 0;
    outline
        .iter()
        .map(|item| {
            let page = item.page?;
            let start = paragraphs.partition_point(|paragraph| paragraph.sheet < page);
            let end = paragraphs.partition_point(|paragraph| paragraph.sheet <= page);
            let wanted = letters(&item.label);
            let on_page = start.max(after)..end.max(start.max(after));
            let same = on_page.clone().find(|index| {
                let own = letters(&paragraphs[*index].text);
                own.len() < wanted.len() + 40 && own.contains(&wanted)
            });
            let place = same
                .or((start < end).then_some(start))
                .or_else(|| (start < paragraphs.len()).then_some(start))?;
            after = if same.is_some() { place + 1 } else { after };
            Some(place)
        })
        .collect()
}

/// The letters of a text, to compare headings that are numbered and spaced in different ways.
fn letters(text: &str) -> String {
    let letters = text.chars().filter(|c| c.is_alphanumeric());
    letters.flat_map(char::to_lowercase).collect()
}

fn paragraphs(sheets: &[Sheet]) -> Vec<Paragraph> {
    let sizes = Sizes::of(sheets);
    let words = Words::of(sheets);
    let mut paragraphs: Vec<Paragraph> = Vec::new();
    for (number, sheet) in sheets.iter().enumerate() {
        let mut first = true;
        for (index, line) in sheet.lines.iter().enumerate() {
            let column = column(sheet, line);
            let heading = sizes.heading(line.size, &line.text);
            let before = index.checked_sub(1).map(|before| &sheet.lines[before]);
            let begins_note = is_note(sheet, line, &sizes);
            let goes_on = paragraphs.last().is_some_and(|last| {
                let next = Next {
                    line,
                    column,
                    heading,
                    same_block: before.is_some_and(|before| before.block == line.block),
                    new_sheet: first,
                };
                !begins_note && continues(last, &next, &sizes)
            });
            first = false;
            match paragraphs.last_mut().filter(|_| goes_on) {
                Some(last) => {
                    words.join(&mut last.text, &line.text);
                    last.last = line.clone();
                    last.right = column.1;
                }
                None => paragraphs.push(Paragraph {
                    text: line.text.clone(),
                    heading,
                    note: begins_note,
                    sheet: number,
                    last: line.clone(),
                    right: column.1,
                }),
            }
        }
    }
    paragraphs
}

/// Small text at the foot of a page that begins with a mark.
fn is_note(sheet: &Sheet, line: &Line, sizes: &Sizes) -> bool {
    let marked = line
        .text
        .starts_with(|c: char| c.is_ascii_digit() || "*†‡§[".contains(c));
    marked && sizes.is_small(line.size) && line.top > sheet.height * 0.5
}

/// The left and right edge of the text around a line: of lines of its type and column that overlap it.
fn column(sheet: &Sheet, line: &Line) -> (f32, f32) {
    let beside = sheet.lines.iter().filter(|other| {
        other.column == line.column
            && other.left < line.right
            && other.right > line.left
            && (other.size - line.size).abs() < 1.0
    });
    beside.fold((line.left, line.right), |(left, right), other| {
        (left.min(other.left), right.max(other.right))
    })
}

/// A line that may go on a paragraph.
struct Next<'a> {
    line: &'a Line,
    column: (f32, f32),
    heading: Option<usize>,
    same_block: bool,
    new_sheet: bool,
}

fn continues(paragraph: &Paragraph, next: &Next<'_>, sizes: &Sizes) -> bool {
    let (last, line) = (&paragraph.last, next.line);
    if paragraph.heading != next.heading {
        return false;
    }
    let gap = line.top - last.top;
    if next.heading.is_some() {
        return !next.new_sheet && gap > 0.0 && gap < line.size * LINE_GAP;
    }
    if paragraph.note != (paragraph.note && sizes.is_small(line.size)) {
        return false;
    }
    let ended = paragraph.text.ends_with(ENDS);
    let lower = line.text.starts_with(char::is_lowercase);
    if !ended && lower {
        return true;
    }
    // The first word would have found room: the line was ended on purpose.
    let room = paragraph.right - last.right;
    if room > line.first_width + line.size * 0.4 {
        return false;
    }
    let indented = line.left > next.column.0 + line.size * INDENT;
    if next.same_block {
        let outdented = last.left > line.left + line.size * INDENT;
        return gap < line.size * LINE_GAP && (!indented || !ended && !outdented);
    }
    // In the next column or on the next page a paragraph goes on that has not ended.
    !ended && !indented && (next.new_sheet || gap < 0.0 || gap < line.size * LINE_GAP)
}
