//! Text that was laid out in pages: their numbers and running heads, and paragraphs that go on over
//! their ends.

use std::sync::LazyLock;

use regex::Regex;

use super::layout::{self, Line};
use crate::chapters::is_chapter_line;
use crate::pdf::running::{self, Edge};

/// Lines at the upper and lower edge of a page that can be a head or a number.
const EDGE_LINES: usize = 2;
/// Share of a full line, in percent, that the last one of a page has if its paragraph goes on.
const FULL: usize = 75;

/// Blank lines between pages; one may be between the lines of a paragraph.
const BETWEEN: usize = 2;

/// A page's number on a line of its own.
static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"^(?:\[(?i:pg|page|p|seite|s)\.? ?(?:\d{1,4}|[ivxlc]+)\]|\{(?i:pg|page|p)?\.? ?\d{1,4}\})$")
        .expect("a fixed pattern")
});

/// The lines of a text. Pages end with a form feed, or at a line that is a number in brackets.
pub(super) fn lines(text: &str) -> Vec<Line<'_>> {
    let mut pages: Vec<Vec<Line<'_>>> = text.split('\u{C}').map(layout::lines).collect();
    // Only a page of paper has heads; numbers in brackets were set among the text.
    if pages.len() > 1 {
        remove_furniture(&mut pages);
    }
    let width = layout::full_width(&pages.concat());
    let mut lines: Vec<Line<'_>> = Vec::new();
    for page in &pages {
        for part in page.split(|line| NUMBER.is_match(line.text)) {
            append(&mut lines, part, width);
        }
    }
    lines
}

fn remove_furniture(pages: &mut [Vec<Line<'_>>]) {
    let mut places = Vec::new();
    let mut edges = Vec::new();
    for (page, lines) in pages.iter().enumerate() {
        let full = || (0..lines.len()).filter(|at| !lines[*at].text.is_empty());
        let upper = full().take(EDGE_LINES).zip([0.0, 0.1]);
        let lower = full().rev().take(EDGE_LINES).zip([1.0, 0.9]);
        for (at, place) in upper.chain(lower) {
            places.push((page, at));
            edges.push(Edge::new(page, place, 1.0, false, lines[at].text));
        }
    }
    let goes = running::find(&edges);
    for ((page, at), _) in places.into_iter().zip(goes).filter(|(_, goes)| *goes) {
        pages[page][at].text = "";
    }
}

/// Adds a page: after blank lines unless the last paragraph goes on.
fn append<'a>(lines: &mut Vec<Line<'a>>, page: &[Line<'a>], width: usize) {
    let Some(from) = page.iter().position(|line| !line.text.is_empty()) else {
        return;
    };
    let end = lines.iter().rposition(|line| !line.text.is_empty());
    lines.truncate(end.map_or(0, |last| last + 1));
    if lines
        .last()
        .is_some_and(|last| !goes_on(*last, page[from], width))
    {
        lines.extend(
            [Line {
                indent: 0,
                text: "",
            }; BETWEEN],
        );
    }
    lines.extend(&page[from..]);
}

fn goes_on(last: Line<'_>, first: Line<'_>, width: usize) -> bool {
    let has_ended = !last
        .text
        .ends_with(|c: char| c.is_alphanumeric() || ",;-—–，、".contains(c));
    let is_full = layout::width(last.text) * 100 >= width * FULL;
    let is_new = first.indent > last.indent + 1 || is_chapter_line(first.text);
    !has_ended && (first.text.starts_with(char::is_lowercase) || is_full && !is_new)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> String {
        let lines: Vec<&str> = lines(text).into_iter().map(|line| line.text).collect();
        lines.join("\n").trim().to_owned()
    }

    #[test]
    fn numbers_and_heads_go_and_paragraphs_go_on() {
        let text = "Chapter 1\n\nA line that is as long as lines are\n\n     1\n\u{C}\nANN AUTHOR    RAIN\n\n\
            and goes on, and then has its end.\n\n     2\n\u{C}\nANN AUTHOR    RAIN\n\nChapter 2\n\n\
            Another line that is as long as the\n\n     3\n\u{C}\nANN AUTHOR    RAIN\n\nOther one, and the end.\n\n     4\n\u{C}";
        assert_eq!(
            read(text),
            "Chapter 1\n\nA line that is as long as lines are\nand goes on, and then has its end.\n\n\n\
             Chapter 2\n\nAnother line that is as long as the\nOther one, and the end."
        );
    }

    #[test]
    fn a_number_in_brackets_ends_a_page() {
        let text = "It went on and on until the end\n\n[Pg 12]\n\nof the page.\n\n{13}\n\nA paragraph.\n\n[see Pg 3]";
        assert_eq!(
            read(text),
            "It went on and on until the end\nof the page.\n\n\nA paragraph.\n\n[see Pg 3]"
        );
    }

    #[test]
    fn text_without_pages_is_as_it_was() {
        let text = "One.\n\n\nTwo.\n12\nThree.";
        assert_eq!(read(text), text);
    }
}
