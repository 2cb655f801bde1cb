//! The outline of a PDF, from `pdftohtml -xml`.

use std::io::Read as _;
use std::process::ChildStdout;

use crate::markup::{self, Syntax, Tag, Visitor};

/// Bytes of the program's output that are looked at: one page and the outline.
const MOST_BYTES: u64 = 16 << 20;
/// Items of an outline, and levels.
const MOST: usize = 10_000;
const DEPTH: usize = 16;
/// Bytes of a label.
const LONGEST: usize = 2_000;

/// An item of the outline.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Item {
    pub(crate) label: String,
    /// Number of its page, from 0.
    pub(crate) page: Option<usize>,
    /// How deep it stands, from 0.
    pub(crate) level: usize,
}

pub(super) fn read(output: ChildStdout) -> Vec<Item> {
    let mut bytes = Vec::new();
    let _ = output.take(MOST_BYTES).read_to_end(&mut bytes);
    parse(&String::from_utf8_lossy(&bytes))
}

fn parse(text: &str) -> Vec<Item> {
    let mut outline = Outline::default();
    markup::visit(text, Syntax::Xml, &mut outline);
    outline.items
}

#[derive(Default)]
struct Outline {
    items: Vec<Item>,
    depth: usize,
    in_item: bool,
}

impl Visitor for Outline {
    fn start(&mut self, tag: &Tag) {
        match tag.name() {
            "outline" => self.depth += 1,
            "item" if self.items.len() < MOST => {
                let page = tag
                    .attribute("page")
                    .and_then(|page| page.parse::<usize>().ok());
                self.in_item = true;
                self.items.push(Item {
                    label: String::new(),
                    page: page.and_then(|page| page.checked_sub(1)),
                    level: self.depth.saturating_sub(1).min(DEPTH),
                });
            }
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        match name {
            "outline" => self.depth = self.depth.saturating_sub(1),
            "item" => {
                self.in_item = false;
                if let Some(item) = self.items.last_mut() {
                    item.label = item.label.split_whitespace().collect::<Vec<_>>().join(" ");
                }
            }
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if let Some(item) = self.items.last_mut().filter(|_| self.in_item)
            && item.label.len() + text.len() <= LONGEST
        {
            item.label.push_str(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn items_stand_below_the_one_before_their_list() {
        let text = "<pdf2xml><page><text>x</text></page><outline><item page=\"3\">A &amp; B</item><outline>\
            <item page=\"4\">C</item></outline><item>D</item></outline></pdf2xml>";
        let item = |label: &str, page, level| Item {
            label: label.to_owned(),
            page,
            level,
        };
        assert_eq!(
            parse(text),
            [
                item("A & B", Some(2), 0),
                item("C", Some(3), 1),
                item("D", None, 0)
            ]
        );
    }
}
