//! Tables: a row is read as "header: cell; header: cell".

use std::ops::Range;

use audiotome_core::{Block, BlockKind, LeftOutKind};

use super::reader::{Open, Reader};
use crate::document::Located;
use crate::markup::Tag;

/// A longer cell is text that a table only lays out.
const LONGEST_CELL: usize = 400;
/// Columns of a table that have a header.
const MOST_COLUMNS: usize = 1_000;
/// Rows that a cell can cover.
const MOST_ROWS: usize = 1_000;
/// Cells of a row that go on in the rows below, and the characters of one that is said again there.
const MOST_HELD: usize = 20;
const LONGEST_HELD: usize = 100;

/// A table in the making.
#[derive(Default)]
pub(super) struct Table {
    /// Headers by column.
    headers: Vec<String>,
    /// The block that follows the headers.
    below_headers: usize,
    /// Whether the row of headers has cells over several columns or rows, so that more may follow.
    heads_go_on: bool,
    /// Whether a row was read with the headers.
    used: bool,
    /// The first block of the current row.
    row: usize,
    /// How many links were kept before the table, and before the current row.
    links: usize,
    row_links: usize,
    cells: Vec<Cell>,
    /// Cells of rows above that go on in this one.
    held: Vec<Value>,
}

/// How many columns and rows a cell covers.
#[derive(Clone, Copy)]
pub(super) struct Extent {
    pub(super) columns: usize,
    pub(super) rows: usize,
}

impl Extent {
    pub(super) fn of(tag: &Tag) -> Self {
        let span = |name| tag.attribute(name).and_then(|span| span.parse().ok());
        Self {
            columns: span("colspan").unwrap_or(1).clamp(1, 100),
            rows: match span("rowspan").unwrap_or(1) {
                // All that follow.
                0 => MOST_ROWS,
                rows => rows.min(MOST_ROWS),
            },
        }
    }
}

struct Cell {
    header: bool,
    extent: Extent,
    blocks: Range<usize>,
}

/// What a row says in a column.
#[derive(Clone)]
struct Value {
    text: String,
    header: bool,
    column: usize,
    extent: Extent,
    /// Whether it stands in the row itself, not in one above.
    own: bool,
}

impl Value {
    fn columns(&self) -> Range<usize> {
        self.column..self.column.saturating_add(self.extent.columns)
    }

    /// What it says in the row below.
    fn below(mut self) -> Option<Self> {
        self.extent.rows -= 1;
        self.own = false;
        if self.text.chars().count() > LONGEST_HELD {
            self.text.clear();
        }
        (self.extent.rows > 0).then_some(self)
    }
}

impl Table {
    /// Takes a row as headers. Of two rows one stands below the other: "Score" and "A" is "Score A".
    fn add_headers(&mut self, row: &[Value]) {
        for value in row.iter().filter(|value| value.own) {
            for column in value.columns().take_while(|column| *column < MOST_COLUMNS) {
                if self.headers.len() <= column {
                    self.headers.resize(column + 1, String::new());
                }
                let header = &mut self.headers[column];
                if header.is_empty() {
                    header.clone_from(&value.text);
                } else if *header != value.text && header.len() < LONGEST_CELL {
                    header.push(' ');
                    header.push_str(&value.text);
                }
            }
        }
        let mut extents = row.iter().map(|value| value.extent);
        self.heads_go_on = extents.any(|extent| extent.columns > 1 || extent.rows > 1);
    }

    fn takes_headers(&self) -> bool {
        self.headers.is_empty() || self.heads_go_on && !self.used
    }
}

impl Reader<'_, '_> {
    pub(super) fn start_table(&mut self) {
        let links = self.document.note_links.len();
        self.tables.push(Table {
            links,
            row_links: links,
            ..Table::default()
        });
    }

    pub(super) fn start_row(&mut self) {
        let row = self.document.blocks.len();
        if let Some(table) = self.tables.last_mut() {
            table.row = row;
            table.row_links = self.document.note_links.len();
            table.cells.clear();
        }
    }

    pub(super) fn end_cell(&mut self, open: &Open, header: bool, extent: Extent) {
        let end = self.document.blocks.len();
        if let Some(table) = self.tables.last_mut() {
            table.cells.push(Cell {
                header,
                extent,
                blocks: open.first_block.min(end)..end,
            });
        }
    }

    pub(super) fn end_row(&mut self) {
        let Some(mut table) = self.tables.pop() else {
            return;
        };
        let cells = std::mem::take(&mut table.cells);
        let held = std::mem::take(&mut table.held);
        let row = self.row(&cells, held);
        if !cells.is_empty() && row.len() > 1 && cells.iter().all(|cell| self.is_short(cell)) {
            self.merge(&mut table, &row);
        }
        let held = row.into_iter().filter_map(Value::below);
        table.held = held.take(MOST_HELD).collect();
        self.tables.push(table);
    }

    /// The rows of a head or a body end, and with them the cells that cover several.
    pub(super) fn end_rows(&mut self) {
        if let Some(table) = self.tables.last_mut() {
            table.held.clear();
        }
    }

    pub(super) fn end_table(&mut self) {
        let Some(table) = self.tables.pop() else {
            return;
        };
        let mut headers = table.headers;
        headers.retain(|header| !header.is_empty());
        headers.dedup();
        if table.used || headers.is_empty() {
            return;
        }
        let at = table.below_headers.min(self.document.blocks.len());
        let row = self.located_row(headers.join(", "), 0);
        self.document.blocks.insert(at, row);
        let anchors = self.document.anchors.values_mut();
        let marks = self.document.note_links[table.links..].iter_mut();
        let marks = marks.filter_map(|link| Some(&mut link.mark.as_mut()?.block));
        for block in anchors
            .filter(|block| **block > at)
            .chain(marks.filter(|block| **block >= at))
        {
            *block += 1;
        }
    }

    fn is_short(&self, cell: &Cell) -> bool {
        match &self.document.blocks[cell.blocks.clone()] {
            [] => true,
            [only] => !only.is_heading() && only.characters() <= LONGEST_CELL,
            _ => false,
        }
    }

    /// What a row says, column by column: its own cells stand beside those of the rows above.
    fn row(&self, cells: &[Cell], held: Vec<Value>) -> Vec<Value> {
        let mut values = held;
        let from_above = values.len();
        let mut column = 0;
        for cell in cells {
            let above = |column| {
                let mut above = values[..from_above].iter().map(Value::columns);
                above.find(|columns| columns.contains(&column))
            };
            while let Some(columns) = above(column) {
                column = columns.end;
            }
            let block = self.document.blocks[cell.blocks.clone()].first();
            let text = block.filter(|_| self.is_short(cell));
            values.push(Value {
                text: text.map_or_else(String::new, |block| block.block.text.replace('\n', " ")),
                header: cell.header,
                column,
                extent: cell.extent,
                own: true,
            });
            column += cell.extent.columns;
        }
        values.sort_by_key(|value| value.column);
        values
    }

    /// Makes one block of a row, or headers.
    fn merge(&mut self, table: &mut Table, row: &[Value]) {
        let start = table.row;
        let blocks = &self.document.blocks[start..];
        let linked = blocks.iter().map(|block| block.linked).sum();
        let left_out = blocks.first().and_then(|block| block.left_out);
        self.drop_from(start, table.row_links);
        if row.iter().all(|value| value.header) && table.takes_headers() {
            table.add_headers(row);
            table.below_headers = start;
            return;
        }
        table.used |= !table.headers.is_empty();
        let text = row_text(&table.headers, row);
        if !text.is_empty() {
            let row = self.located_row(text, linked);
            self.document.blocks.push(Located { left_out, ..row });
        }
    }

    /// Drops the blocks from `start` on; their links are those from `links` on.
    fn drop_from(&mut self, start: usize, links: usize) {
        self.document.blocks.truncate(start);
        for link in &mut self.document.note_links[links..] {
            link.mark = None;
        }
        for at in self.document.anchors.values_mut() {
            *at = (*at).min(start);
        }
    }

    fn located_row(&self, text: String, linked: usize) -> Located {
        let state = self.state();
        let mut parts = state.parts;
        parts.add(LeftOutKind::Tables);
        Located {
            block: Block::new(BlockKind::ListItem, text),
            left_out: state.left_out,
            parts,
            linked,
        }
    }
}

fn row_text(headers: &[String], row: &[Value]) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut label = None;
    for value in row.iter().filter(|value| !value.text.is_empty()) {
        let text = &value.text;
        let header = headers
            .get(value.column)
            .filter(|header| !header.is_empty());
        match header {
            Some(header) if header != text => parts.push(format!("{header}: {text}")),
            None if value.header && value.column == 0 && headers.is_empty() => label = Some(text),
            _ => parts.push(text.clone()),
        }
    }
    let separator = if headers.is_empty() { ", " } else { "; " };
    let row = parts.join(separator);
    match label {
        Some(label) if row.is_empty() => label.clone(),
        Some(label) => format!("{label}: {row}"),
        None => row,
    }
}
