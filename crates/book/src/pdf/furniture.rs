//! What stands on every page: running headers, footers, page numbers.

use std::collections::HashMap;

use super::layout::{Line, Sheet};

/// Lines at the upper and lower edge of a page that can be such.
const EDGE_LINES: usize = 3;
/// Share of a page's height that is its edge.
const EDGE: f32 = 0.14;
/// Pages on which a line must stand to be a header.
const OFTEN: usize = 3;

/// Takes them out.
pub(super) fn remove(sheets: &mut [Sheet]) {
    let mut counts: HashMap<(String, i32), usize> = HashMap::new();
    for sheet in sheets.iter() {
        for index in edges(sheet) {
            let line = &sheet.lines[index];
            *counts.entry(key(line)).or_default() += 1;
        }
    }
    let numbered = sheets.iter().filter(|sheet| has_number(sheet)).count();
    let are_numbered = numbered * 2 > sheets.len();
    for sheet in sheets {
        let edges = edges(sheet);
        let goes = |index: &usize| {
            let line = &sheet.lines[*index];
            let often = counts.get(&key(line)).is_some_and(|count| *count >= OFTEN);
            often || are_numbered && is_number(&line.text)
        };
        let gone: Vec<usize> = edges.into_iter().filter(goes).collect();
        let mut index = 0;
        sheet.lines.retain(|_| {
            index += 1;
            !gone.contains(&(index - 1))
        });
    }
}

/// A line without its numbers, and how high it stands: what is the same on every page.
fn key(line: &Line) -> (String, i32) {
    let mut text = String::new();
    for word in line.text.split_whitespace() {
        let number = is_number(word) || word.chars().any(|c| c.is_ascii_digit());
        text.push_str(if number { "#" } else { word });
        text.push(' ');
    }
    #[expect(clippy::cast_possible_truncation, reason = "places on paper are small")]
    let place = (line.top / 4.0).round() as i32;
    (text.to_lowercase(), place)
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

fn has_number(sheet: &Sheet) -> bool {
    edges(sheet)
        .iter()
        .any(|index| is_number(&sheet.lines[*index].text))
}

/// Whether a text is nothing but the number of a page: `12`, `- 12 -`, `xii`, `12 / 300`.
fn is_number(text: &str) -> bool {
    let inner = text.trim_matches(|c: char| !c.is_alphanumeric());
    let lower = inner.to_lowercase();
    let inner = lower.strip_prefix("page ").unwrap_or(&lower);
    let digits = !inner.is_empty()
        && inner.len() <= 12
        && inner.chars().any(|c| c.is_ascii_digit())
        && inner
            .chars()
            .all(|c| c.is_ascii_digit() || " /-–of".contains(c));
    let roman = !inner.is_empty() && inner.len() <= 7 && inner.chars().all(|c| "ivxlc".contains(c));
    digits || roman
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(top: f32, text: &str) -> Line {
        Line {
            top,
            bottom: top + 10.0,
            text: text.to_owned(),
            ..Line::default()
        }
    }

    #[test]
    fn headers_and_numbers_go_and_text_stays() {
        let mut sheets: Vec<Sheet> = (1..=6)
            .map(|page| Sheet {
                width: 400.0,
                height: 600.0,
                lines: vec![
                    line(20.0, &format!("A Book {page}")),
                    line(100.0, "The same words at the same place."),
                    line(570.0, &format!("– {page} –")),
                ],
            })
            .collect();
        sheets[0].lines.push(line(560.0, "A last line of text"));
        remove(&mut sheets);
        let texts = |sheet: &Sheet| {
            sheet
                .lines
                .iter()
                .map(|line| line.text.clone())
                .collect::<Vec<_>>()
        };
        assert_eq!(
            texts(&sheets[0]),
            ["The same words at the same place.", "A last line of text"]
        );
        assert_eq!(texts(&sheets[5]), ["The same words at the same place."]);
    }
}
