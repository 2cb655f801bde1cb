//! Tables: a row is read as "header: cell; header: cell".

use std::ops::Range;

use audiotome_core::{Block, BlockKind, LeftOutKind};

use super::reader::{Open, Reader};
use crate::document::Located;

/// A longer cell is text that a table only lays out.
const LONGEST_CELL: usize = 400;
/// Columns of a table that have a header.
const MOST_COLUMNS: usize = 1_000;

/// A table in the making.
#[derive(Default)]
pub(super) struct Table {
    /// Headers by column.
    headers: Vec<String>,
    /// Whether a row was read with the headers.
    used: bool,
    /// The first block of the current row.
    row: usize,
    cells: Vec<Cell>,
}

struct Cell {
    header: bool,
    column: usize,
    span: usize,
    blocks: Range<usize>,
}

impl Reader<'_, '_> {
    pub(super) fn start_row(&mut self) {
        let row = self.document.blocks.len();
        if let Some(table) = self.tables.last_mut() {
            table.row = row;
            table.cells.clear();
        }
    }

    pub(super) fn end_cell(&mut self, open: &Open, header: bool, span: usize) {
        let end = self.document.blocks.len();
        let Some(table) = self.tables.last_mut() else {
            return;
        };
        let column = table.cells.last().map_or(0, |cell| cell.column + cell.span);
        table.cells.push(Cell {
            header,
            column,
            span,
            blocks: open.first_block.min(end)..end,
        });
    }

    pub(super) fn end_row(&mut self) {
        let Some(mut table) = self.tables.pop() else {
            return;
        };
        let cells = std::mem::take(&mut table.cells);
        if cells.len() > 1 && cells.iter().all(|cell| self.is_short(cell)) {
            self.merge(&mut table, &cells);
        }
        self.tables.push(table);
    }

    pub(super) fn end_table(&mut self) {
        let Some(table) = self.tables.pop() else {
            return;
        };
        let headers: Vec<_> = table
            .headers
            .iter()
            .filter(|header| !header.is_empty())
            .collect();
        if !table.used && !headers.is_empty() {
            let text = headers
                .iter()
                .map(|header| header.as_str())
                .collect::<Vec<_>>()
                .join(", ");
            self.push_row(text, 0);
        }
    }

    fn is_short(&self, cell: &Cell) -> bool {
        match &self.document.blocks[cell.blocks.clone()] {
            [] => true,
            [only] => !only.is_heading() && only.characters() <= LONGEST_CELL,
            _ => false,
        }
    }

    fn merge(&mut self, table: &mut Table, cells: &[Cell]) {
        let text = |cell: &Cell| {
            let block = self.document.blocks[cell.blocks.clone()].first();
            block
                .map(|block| block.block.text.replace('\n', " "))
                .unwrap_or_default()
        };
        let texts: Vec<String> = cells.iter().map(text).collect();
        let linked = self.document.blocks[table.row..]
            .iter()
            .map(|block| block.linked)
            .sum();
        let left_out = self
            .document
            .blocks
            .get(table.row)
            .and_then(|block| block.left_out);
        let start = table.row;
        if cells.iter().all(|cell| cell.header) && table.headers.is_empty() {
            for (cell, text) in cells.iter().zip(&texts) {
                table
                    .headers
                    .resize(cell.column.min(MOST_COLUMNS), String::new());
                let span = cell
                    .span
                    .min(MOST_COLUMNS.saturating_sub(table.headers.len()));
                table
                    .headers
                    .extend(std::iter::repeat_n(text.clone(), span));
            }
            self.drop_from(start);
            return;
        }
        table.used |= !table.headers.is_empty();
        let row = row_text(&table.headers, cells, &texts);
        self.drop_from(start);
        if !row.is_empty() {
            self.push_row(row, linked);
            if let Some(last) = self.document.blocks.last_mut() {
                last.left_out = left_out;
            }
        }
    }

    fn drop_from(&mut self, start: usize) {
        self.document.blocks.truncate(start);
        for at in self.document.anchors.values_mut() {
            *at = (*at).min(start);
        }
    }

    fn push_row(&mut self, text: String, linked: usize) {
        let state = self.state();
        let mut parts = state.parts;
        parts.add(LeftOutKind::Tables);
        self.document.blocks.push(Located {
            block: Block::new(BlockKind::ListItem, text),
            left_out: state.left_out,
            parts,
            linked,
        });
    }
}

fn row_text(headers: &[String], cells: &[Cell], texts: &[String]) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut label = None;
    for (cell, text) in cells.iter().zip(texts).filter(|(_, text)| !text.is_empty()) {
        let header = headers.get(cell.column).filter(|header| !header.is_empty());
        match header {
            Some(header) if header != text => parts.push(format!("{header}: {text}")),
            None if cell.header && cell.column == 0 && headers.is_empty() => label = Some(text),
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
