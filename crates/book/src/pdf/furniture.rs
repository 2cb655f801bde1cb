//! What stands on every page: running headers, footers, page numbers.

use super::headings::Sizes;
use super::layout::{Line, Sheet};
use crate::running::{self, Edge};

/// Lines at the upper and lower edge of a page that can be such.
const EDGE_LINES: usize = 3;
/// Share of a page's height that is its edge.
const EDGE: f32 = 0.14;
/// Share of a page's height by which the heads of a book may differ in place.
const PLACE: f32 = 0.004;

/// Takes them out.
pub(super) fn remove(sheets: &mut [Sheet]) {
    let sizes = Sizes::of(sheets);
    let mut places = Vec::new();
    let mut all: Vec<Edge> = Vec::new();
    for (page, sheet) in sheets.iter().enumerate() {
        for index in edges(sheet) {
            places.push((page, index));
            all.push(edge(page, sheet, &sheet.lines[index], &sizes));
        }
    }
    let mut goes = running::find(&all);
    add_heads_of_short_chapters(&all, &mut goes);
    let gone = places.iter().zip(goes).filter(|(_, goes)| *goes);
    // From behind, for indices change.
    for ((page, index), _) in gone.rev() {
        sheets[*page].lines.remove(*index);
    }
}

fn edge(page: usize, sheet: &Sheet, line: &Line, sizes: &Sizes) -> Edge {
    let middle = (line.top + line.bottom) / 2.0;
    let place = middle / sheet.height.max(1.0);
    Edge::new(
        page,
        place,
        line.size,
        sizes.is_large(line.size),
        &line.text,
    )
}

/// A head that names its chapter is on too few pages to prove itself where chapters are short, but
/// it stands just where other heads do, with nothing between it and the edge of the page.
fn add_heads_of_short_chapters(edges: &[Edge], goes: &mut [bool]) {
    let outermost: Vec<bool> = edges.iter().map(|edge| is_outermost(edge, edges)).collect();
    let is_among_heads = |edge: &Edge| {
        let near = running::near(edges, edge.page);
        let pages = |range: std::ops::Range<usize>, is_head: &dyn Fn(usize) -> bool| {
            let heads = range.filter(|at| is_head(*at));
            let mut pages: Vec<usize> = heads.map(|at| edges[at].page).collect();
            pages.dedup();
            pages.len()
        };
        let heads = pages(near.clone(), &|at| {
            goes[at] && outermost[at] && edges[at].is_at_place_of(edge, PLACE)
        });
        heads >= 3 && heads * 3 >= pages(near, &|_| true)
    };
    let may_be_one = |at: usize| !goes[at] && outermost[at] && !edges[at].is_large;
    let found: Vec<usize> = (0..edges.len())
        .filter(|at| may_be_one(*at) && is_among_heads(&edges[*at]))
        .collect();
    for at in found {
        goes[at] = true;
    }
}

fn is_outermost(edge: &Edge, edges: &[Edge]) -> bool {
    let near = &edges[running::near(edges, edge.page)];
    let mut own = near.iter().filter(|other| other.page == edge.page);
    own.all(|other| match edge.place < 0.5 {
        true => edge.place <= other.place + PLACE,
        false => edge.place + PLACE >= other.place,
    })
}

/// The lines at the edges of a page.
fn edges(sheet: &Sheet) -> Vec<usize> {
    let mut order: Vec<usize> = (0..sheet.lines.len()).collect();
    order.sort_by(|a, b| sheet.lines[*a].top.total_cmp(&sheet.lines[*b].top));
    let upper = order
        .iter()
        .take(EDGE_LINES)
        .filter(|index| sheet.lines[**index].bottom < sheet.height * EDGE);
    let lower = order
        .iter()
        .rev()
        .take(EDGE_LINES)
        .filter(|index| sheet.lines[**index].top > sheet.height * (1.0 - EDGE));
    let mut edges: Vec<usize> = upper.chain(lower).copied().collect();
    edges.sort_unstable();
    edges.dedup();
    edges
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(top: f32, text: &str) -> Line {
        Line {
            top,
            bottom: top + 10.0,
            size: 10.0,
            text: text.to_owned(),
            ..Line::default()
        }
    }

    fn sheet(lines: Vec<Line>) -> Sheet {
        Sheet {
            width: 400.0,
            height: 600.0,
            lines,
        }
    }

    /// A page with its first line, text, and its last line.
    fn page(first: Line, last: &str) -> Sheet {
        let text = line(100.0, TEXT);
        sheet(vec![first, text, line(570.0, last)])
    }

    fn texts(sheet: &Sheet) -> Vec<&str> {
        sheet.lines.iter().map(|line| line.text.as_str()).collect()
    }

    const TEXT: &str = "Words that fill the page from its left to its right.";

    #[test]
    fn headers_and_numbers_go_and_text_stays() {
        let head = |page| line(20.0, &format!("A Book {page}"));
        let mut sheets: Vec<Sheet> = (1..=6)
            .map(|number| page(head(number), &format!("– {number} –")))
            .collect();
        sheets[0].lines.push(line(560.0, "A last line of text"));
        remove(&mut sheets);
        assert_eq!(texts(&sheets[0]), [TEXT, "A last line of text"]);
        assert_eq!(texts(&sheets[5]), [TEXT]);
    }

    #[test]
    fn headings_at_the_top_of_pages_stay() {
        let large = |text: &str| Line {
            size: 16.0,
            ..line(60.0, text)
        };
        for headings in [["Chapter 1", "Chapter 2", "Chapter 3"], ["I", "II", "III"]] {
            let mut sheets = Vec::new();
            for heading in headings {
                sheets.push(page(large(heading), ""));
                sheets.push(page(line(60.0, &format!("It goes on after {heading}")), ""));
            }
            remove(&mut sheets);
            assert_eq!(texts(&sheets[2])[0], headings[1]);
            assert_eq!(sheets[3].lines.len(), 3);
        }
    }

    #[test]
    fn a_line_at_the_place_of_the_heads_is_one() {
        let heads = [
            "A Book",
            "The Storm",
            "A Book",
            "The Storm",
            "A Book",
            "A Dog",
        ];
        let mut sheets: Vec<Sheet> = heads
            .iter()
            .map(|head| page(line(20.0, head), ""))
            .collect();
        sheets.push(page(line(60.0, "A first line of text"), ""));
        // Words that come again below the heads make no place for heads.
        for (sheet, words) in sheets.iter_mut().zip(["A", "A", "A", "A", "A", "Another"]) {
            sheet.lines.push(line(40.0, &format!("{words} table")));
        }
        remove(&mut sheets);
        assert_eq!(texts(&sheets[5])[2], "Another table");
        assert_eq!(texts(&sheets[5])[0], TEXT);
        assert_eq!(texts(&sheets[6])[0], "A first line of text");
    }
}
