//! Which lines are headings: those in a larger type than the text.

use std::collections::HashMap;

use super::layout::Sheet;

/// Times the text's size from which a line is a heading.
const LARGER: f32 = 1.12;
/// Characters of a heading.
const LONGEST: usize = 160;
/// Times the text's size up to which text is a note's.
const SMALLER: f32 = 0.9;

/// Sizes of type in a book, in quarters of a point.
#[derive(Debug, Default)]
pub(super) struct Sizes {
    text: i32,
    /// Larger sizes, the largest first.
    larger: Vec<i32>,
}

impl Sizes {
    pub(super) fn of(sheets: &[Sheet]) -> Self {
        let mut characters: HashMap<i32, usize> = HashMap::new();
        for line in sheets.iter().flat_map(|sheet| &sheet.lines) {
            *characters.entry(quarters(line.size)).or_default() += line.text.chars().count();
        }
        let most = characters
            .iter()
            .max_by_key(|(size, count)| (**count, **size));
        let text = most.map_or(0, |(size, _)| *size);
        let mut larger: Vec<i32> = characters
            .into_keys()
            .filter(|size| is_larger(*size, text))
            .collect();
        larger.sort_unstable_by(|a, b| b.cmp(a));
        // Sizes that differ by less than a tenth are one.
        larger.dedup_by(|next, first| *next * 10 > *first * 9);
        Self { text, larger }
    }

    /// The level of a heading of this size, if it is one.
    pub(super) fn heading(&self, size: f32, text: &str) -> Option<usize> {
        let size = quarters(size);
        if !is_larger(size, self.text) || text.chars().count() > LONGEST {
            return None;
        }
        let rank = self
            .larger
            .iter()
            .position(|larger| size * 10 > *larger * 9);
        Some(rank.unwrap_or(5).min(5) + 1)
    }

    /// Whether text of this size is larger than the book's.
    pub(super) fn is_large(&self, size: f32) -> bool {
        is_larger(quarters(size), self.text)
    }

    /// Whether text of this size is smaller than the book's.
    pub(super) fn is_small(&self, size: f32) -> bool {
        size * 4.0 < as_float(self.text) * SMALLER
    }
}

fn is_larger(size: i32, text: i32) -> bool {
    as_float(size) > as_float(text) * LARGER
}

#[expect(clippy::cast_precision_loss, reason = "sizes of type are small")]
fn as_float(size: i32) -> f32 {
    size as f32
}

#[expect(clippy::cast_possible_truncation, reason = "sizes of type are small")]
fn quarters(size: f32) -> i32 {
    (size * 4.0).round() as i32
}
