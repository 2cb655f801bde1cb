//! The order of lines on a page in columns: down each of them, between what goes across.
//!
//! Poppler orders what it takes for blocks, and a space between paragraphs makes new ones: where
//! those of two columns are of equal height, it reads from one to the other and back.

use std::collections::{HashMap, HashSet};

use super::layout::Line;

/// Lines of a column.
const LEAST_LINES: usize = 4;
/// Characters of its lines; those of a table's cells and of page numbers are shorter.
const LEAST_CHARACTERS: usize = 15;
/// Times the size of type that columns are apart.
const GUTTER: f32 = 0.5;
/// Times the size of the text from which a line is a heading.
const LARGER: f32 = 1.12;

/// Places that are tried as a column's left edge, and lines before and after a heading that are
/// looked at: enough for a newspaper, and no page takes long.
const MOST_EDGES: usize = 16;
const NEAR: usize = 40;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Left,
    Right,
    Across,
}

/// The lines as they are read: as they are unless there are columns. Lines of one column are told so.
pub(super) fn order(mut lines: Vec<Line>) -> Vec<Line> {
    let all = (0..lines.len()).collect();
    let order = order_of(&mut lines, all);
    let mut lines: Vec<Option<Line>> = lines.into_iter().map(Some).collect();
    let in_order = order.into_iter().filter_map(|at| lines[at].take());
    in_order.collect()
}

/// The order of some lines. More than two columns are two of which one is made of columns.
fn order_of(lines: &mut [Line], some: Vec<usize>) -> Vec<usize> {
    let Some(runs) = columns(lines, &some) else {
        return some;
    };
    let mut order = Vec::with_capacity(some.len());
    for run in runs {
        if run.is_in_columns(lines) {
            for side in [run.left, run.right] {
                let side = by_blocks(lines, side);
                for at in &side {
                    lines[*at].column = side[0] + 1;
                }
                order.extend(order_of(lines, side));
            }
        } else {
            let mut both = [run.left, run.right].concat();
            both.sort_unstable();
            order.extend(both);
        }
        order.extend(run.across);
    }
    order
}

/// What stands between two lines that go across, and the latter of these.
#[derive(Debug, Default)]
struct Run {
    left: Vec<usize>,
    right: Vec<usize>,
    across: Option<usize>,
}

/// The runs at the gutter that has the most lines at its sides.
fn columns(lines: &[Line], some: &[usize]) -> Option<Vec<Run>> {
    let found = left_edges(lines, some)
        .into_iter()
        .map(|edge| runs(lines, some, edge));
    let in_columns = |runs: &Vec<Run>| -> usize {
        let runs = runs.iter().filter(|run| run.is_in_columns(lines));
        runs.map(|run| run.left.len() + run.right.len()).sum()
    };
    let measured = found.map(|runs| (in_columns(&runs), runs));
    let most = measured.max_by_key(|(count, _)| *count);
    most.filter(|(count, _)| *count > 0).map(|(_, runs)| runs)
}

/// Where columns can begin: at several lines, and not at the first of all.
fn left_edges(lines: &[Line], some: &[usize]) -> Vec<f32> {
    let mut lefts: Vec<f32> = some.iter().map(|at| lines[*at].left).collect();
    lefts.sort_by(f32::total_cmp);
    let mut edges: Vec<(f32, usize)> = Vec::new();
    for left in lefts {
        match edges.last_mut().filter(|(edge, _)| left - *edge < 1.0) {
            Some((_, count)) => *count += 1,
            None => edges.push((left, 1)),
        }
    }
    let mut common: Vec<(f32, usize)> = edges.into_iter().skip(1).collect();
    common.retain(|(_, count)| *count >= LEAST_LINES);
    common.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    common.truncate(MOST_EDGES);
    common.into_iter().map(|(edge, _)| edge).collect()
}

fn runs(lines: &[Line], some: &[usize], begin: f32) -> Vec<Run> {
    let mut downward = some.to_vec();
    downward.sort_by(|a, b| lines[*a].top.total_cmp(&lines[*b].top));
    let sides: Vec<Side> = downward.iter().map(|at| side(&lines[*at], begin)).collect();
    let mut sizes: Vec<f32> = some.iter().map(|at| lines[*at].size).collect();
    sizes.sort_by(f32::total_cmp);
    let text = sizes.get(sizes.len() / 2).copied().unwrap_or_default();
    let mut runs = vec![Run::default()];
    for (index, at) in downward.iter().enumerate() {
        let is_heading =
            || lines[*at].size > text * LARGER && stands_between(lines, &downward, &sides, index);
        let Some(run) = runs.last_mut() else { break };
        match sides[index] {
            Side::Left if !is_heading() => run.left.push(*at),
            Side::Right if !is_heading() => run.right.push(*at),
            _ => {
                run.across = Some(*at);
                runs.push(Run::default());
            }
        }
    }
    runs
}

fn side(line: &Line, begin: f32) -> Side {
    if line.left > begin - 1.0 {
        Side::Right
    } else if line.right < begin - line.size * GUTTER {
        Side::Left
    } else {
        Side::Across
    }
}

/// Whether nothing stands beside a line, while the other column goes on above and below it.
fn stands_between(lines: &[Line], downward: &[usize], sides: &[Side], index: usize) -> bool {
    let own = &lines[downward[index]];
    let near = index.saturating_sub(NEAR)..downward.len().min(index + NEAR);
    let others = || {
        let others = near.clone().filter(|at| sides[*at] != sides[index]);
        others.map(|at| &lines[downward[at]])
    };
    others().any(|other| other.bottom <= own.top)
        && others().any(|other| other.top >= own.bottom)
        && others().all(|other| other.bottom <= own.top || other.top >= own.bottom)
}

impl Run {
    fn is_in_columns(&self, lines: &[Line]) -> bool {
        let (Some(left), Some(right)) = (extent(lines, &self.left), extent(lines, &self.right))
        else {
            return false;
        };
        let common = left.1.min(right.1) - left.0.max(right.0);
        let lower = (left.1 - left.0).min(right.1 - right.0);
        common * 2.0 > lower && is_text(lines, &self.left) && is_text(lines, &self.right)
    }
}

/// From where to where lines reach.
fn extent(lines: &[Line], some: &[usize]) -> Option<(f32, f32)> {
    let mut extents = some.iter().map(|at| (lines[*at].top, lines[*at].bottom));
    let first = extents.next()?;
    Some(extents.fold(first, |all, own| (all.0.min(own.0), all.1.max(own.1))))
}

/// Whether lines are text: several in a block, and as long as each other but for the last ones of
/// paragraphs. The rows of a table are blocks of a line.
fn is_text(lines: &[Line], some: &[usize]) -> bool {
    let characters: usize = some.iter().map(|at| lines[*at].text.chars().count()).sum();
    let mut widths: Vec<f32> = some
        .iter()
        .map(|at| lines[*at].right - lines[*at].left)
        .collect();
    widths.sort_by(f32::total_cmp);
    let Some(full) = widths.get(widths.len() * 4 / 5) else {
        return false;
    };
    let blocks: HashSet<usize> = some.iter().map(|at| lines[*at].block).collect();
    let nearly_full = widths.iter().filter(|width| **width > full * 0.75).count();
    some.len() >= LEAST_LINES
        && some.len() * 2 >= blocks.len() * 3
        && characters >= some.len() * LEAST_CHARACTERS
        && nearly_full * 2 >= some.len()
}

/// The lines of a column: block by block, from above.
fn by_blocks(lines: &[Line], mut some: Vec<usize>) -> Vec<usize> {
    let mut tops: HashMap<usize, f32> = HashMap::new();
    for at in &some {
        let line = &lines[*at];
        let top = tops.entry(line.block).or_insert(line.top);
        *top = top.min(line.top);
    }
    some.sort_by(|a, b| {
        let top = |at: &usize| tops[&lines[*at].block];
        top(a).total_cmp(&top(b)).then(a.cmp(b))
    });
    some
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line at a column's left edge, as wide as its letters are many.
    fn line(block: usize, left: f32, top: f32, text: &str) -> Line {
        let letters = f32::from(u8::try_from(text.len()).unwrap());
        Line {
            block,
            left,
            right: left + letters * 5.0,
            top,
            bottom: top + 10.0,
            size: 10.0,
            text: text.to_owned(),
            ..Line::default()
        }
    }

    /// Paragraphs of two lines in columns, one after the other as they stand side by side.
    fn side_by_side(lefts: &[f32], rows: std::ops::Range<u8>) -> Vec<Line> {
        let mut lines = Vec::new();
        for row in rows {
            for (column, left) in lefts.iter().enumerate() {
                let top = f32::from(row) * 40.0;
                let text = |part: &str| format!("Column {column} row {row} line {part}");
                let block = usize::from(row) * 10 + column;
                lines.push(line(block, *left, top, &text("one")));
                lines.push(line(block, *left, top + 12.0, &text("two")));
            }
        }
        lines
    }

    fn begins(lines: Vec<Line>) -> Vec<String> {
        let short = |line: Line| line.text.chars().take(14).collect::<String>();
        let mut begins: Vec<String> = order(lines).into_iter().map(short).collect();
        begins.dedup();
        begins
    }

    #[test]
    fn columns_are_read_down_though_their_blocks_alternate() {
        let expected = [
            "Column 0 row 1",
            "Column 0 row 2",
            "Column 1 row 1",
            "Column 1 row 2",
        ];
        assert_eq!(begins(side_by_side(&[50.0, 200.0], 1..3)), expected);
        let three = begins(side_by_side(&[50.0, 200.0, 350.0], 1..3));
        assert_eq!(three[..4], expected);
        assert_eq!(three[4..], ["Column 2 row 1", "Column 2 row 2"]);
    }

    #[test]
    fn what_goes_across_or_stands_between_parts_columns() {
        let across = line(99, 50.0, 110.0, &"This goes across ".repeat(4));
        let short = Line {
            size: 16.0,
            ..line(99, 50.0, 110.0, "A large one")
        };
        for between in [across, short] {
            let mut lines = side_by_side(&[50.0, 200.0], 1..3);
            let text = between.text.clone();
            lines.push(between);
            lines.extend(side_by_side(&[50.0, 200.0], 4..6));
            let read = begins(lines);
            assert_eq!(read[3], "Column 1 row 2");
            assert!(text.starts_with(&read[4]));
            assert_eq!(read[5], "Column 0 row 4");
        }
    }

    #[test]
    fn tables_and_single_columns_stay_as_they_are() {
        let cells = side_by_side(&[50.0, 200.0], 1..5)
            .into_iter()
            .map(|line| Line {
                text: line
                    .text
                    .replace("Column ", "")
                    .replace(" row ", "")
                    .replace("line ", ""),
                ..line
            });
        let table: Vec<Line> = cells.collect();
        let texts = |lines: Vec<Line>| lines.into_iter().map(|line| line.text).collect::<Vec<_>>();
        assert_eq!(texts(order(table.clone())), texts(table));
        let rows = side_by_side(&[50.0, 200.0], 1..9);
        let rows: Vec<Line> = rows.into_iter().step_by(2).collect();
        assert_eq!(texts(order(rows.clone())), texts(rows));
        let single = side_by_side(&[50.0], 1..9);
        assert_eq!(texts(order(single.clone())), texts(single));
    }
}
