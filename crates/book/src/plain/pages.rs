//! Text that was laid out in pages: their numbers and running heads, and paragraphs that go on over
//! their ends.

use std::sync::LazyLock;

use regex::Regex;

use super::inline::PAGE_NUMBER;
use super::layout::{self, Line};
use crate::chapters::is_chapter_line;
use crate::running::{self, Edge};

/// Lines at the upper and lower edge of a page that can be a head or a number.
const EDGE_LINES: usize = 2;
/// Share of a full line, in percent, that the last one of a page has if its paragraph goes on.
const FULL: usize = 75;

/// Lines of a page of paper, and by how many those of most pages may differ from the median.
const PAGE_LINES: usize = 25;
const LIKE_LINES: usize = 3;
/// Share of the pages, in percent, that are as long as others, and over whose ends text goes on.
const LIKE_SHARE: usize = 60;
const GOES_ON_SHARE: usize = 25;

/// Blank lines between pages; one may be between the lines of a paragraph.
const BETWEEN: usize = 2;

/// A page's number on a line of its own.
static NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(&format!(r"^(?:{PAGE_NUMBER}|\{{\d{{1,4}}\}})$")).expect("a fixed pattern")
});

/// The lines of a text. Pages end with a form feed, or at a line that is a number in brackets.
pub(super) fn lines(text: &str) -> Vec<Line<'_>> {
    let mut pages: Vec<Vec<Line<'_>>> = text.split('\u{C}').map(layout::lines).collect();
    let width = layout::full_width(&pages.concat());
    // Only a page of paper has heads; numbers in brackets were set among the text.
    if pages.len() > 1 {
        let mut without = pages.clone();
        remove_furniture(&mut without);
        if are_alike(&pages) || text_goes_on(&without, width) {
            pages = without;
        }
    }
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

/// Whether most pages have as many lines: poems, letters and chapters do not. The last may be short.
/// One page more proves nothing.
fn are_alike(pages: &[Vec<Line<'_>>]) -> bool {
    let is_full = |line: &Line<'_>| !line.text.is_empty();
    let lines = |page: &Vec<Line<'_>>| {
        let first = page.iter().position(is_full)?;
        Some(page.iter().rposition(is_full)? + 1 - first)
    };
    let mut counts: Vec<usize> = pages.iter().filter_map(lines).collect();
    counts.pop();
    counts.sort_unstable();
    let Some(median) = counts.get(counts.len() / 2).copied() else {
        return false;
    };
    let like = counts
        .iter()
        .filter(|count| count.abs_diff(median) <= LIKE_LINES);
    median >= PAGE_LINES && counts.len() > 1 && like.count() * 100 >= counts.len() * LIKE_SHARE
}

/// Whether sentences go on from page to page; the pages are without heads and numbers.
fn text_goes_on(pages: &[Vec<Line<'_>>], width: usize) -> bool {
    let edges = pages.iter().filter_map(|page| {
        let mut full = page.iter().filter(|line| !line.text.is_empty());
        let first = full.next()?;
        Some((*first, *full.next_back().unwrap_or(first)))
    });
    let edges: Vec<(Line<'_>, Line<'_>)> = edges.collect();
    let going = edges.windows(2).filter(|two| {
        let (last, first) = (two[0].1, two[1].0);
        // Verse and letters have capital letters there, and need not have full stops.
        let is_within = |c: char| c.is_alphabetic() && !c.is_uppercase();
        first.text.starts_with(is_within) && goes_on(last, first, width)
    });
    let going = going.count();
    going > 0 && going * 100 >= edges.len().saturating_sub(1) * GOES_ON_SHARE
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

    #[test]
    fn form_feeds_between_poems_letters_and_chapters_make_no_pages() {
        let texts = |make: &dyn Fn(usize) -> String| {
            let texts: Vec<String> = (0..4).map(make).collect();
            texts.join("\n\u{C}\n")
        };
        let numeral = |at: usize| ["I", "II", "III", "IV"][at];
        let words = |at: usize| ["It rains", "It snows", "Wind blows", "Sun shines"][at];
        for text in [
            texts(&|at| {
                format!(
                    "SONNET {}\n\n{} in a line\nand in the next.",
                    numeral(at),
                    words(at)
                )
            }),
            texts(&|at| format!("{}\n\n{}, and that is all.", numeral(at), words(at))),
            texts(&|at| format!("{}\n\n{}, and that is all.", at + 1, words(at))),
            texts(&|at| format!("My dear Anna,\n\n{} here.\n\nYour loving Tom", words(at))),
            texts(&|at| format!("{} and we pray.\n\nAmen.", words(at))),
        ] {
            let all = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(all(&read(&text)), all(&text));
        }
    }

    #[test]
    fn pages_of_like_length_have_heads() {
        let chapter = |number: usize| format!("{number}\n\n{}", "It rains.\n".repeat(30));
        let two = format!("{}\u{C}{}", chapter(1), chapter(2));
        assert!(read(&two).starts_with('1') && read(&two).contains('2'));
        let page = |number: usize| format!("A BOOK\n\n{}\n{number}\n", "It rains.\n".repeat(24));
        let text: Vec<String> = (7..12).map(page).collect();
        let read = read(&text.join("\u{C}"));
        assert!(!read.contains("BOOK") && !read.contains("8"), "{read}");
    }

    #[test]
    fn words_in_brackets_are_no_numbers() {
        assert_eq!(
            read("It was.\n\n[sic]\n\nIt is."),
            "It was.\n\n[sic]\n\nIt is."
        );
        assert_eq!(read("It was\n\n[S. xii]\n\nall."), "It was\nall.");
    }
}
