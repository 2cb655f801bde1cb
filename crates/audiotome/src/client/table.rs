//! Columns.

use std::io::{self, Write};

/// Writes rows below a header, with columns as wide as their widest cell; the last column takes what
/// it needs.
pub(crate) fn write<const N: usize>(
    out: &mut impl Write,
    header: [&str; N],
    rows: &[[String; N]],
) -> io::Result<()> {
    let mut widths = header.map(|cell| cell.chars().count());
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut write = |cells: [&str; N]| {
        let mut line = String::new();
        for (cell, width) in cells.iter().zip(widths) {
            line.push_str(&format!("{cell:<width$}  "));
        }
        writeln!(out, "{}", line.trim_end())
    };
    write(header)?;
    rows.iter()
        .try_for_each(|row| write(row.each_ref().map(String::as_str)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_below_each_other() {
        let mut out = Vec::new();
        let rows = [["é1", "x"], ["2", "long"]].map(|row| row.map(str::to_owned));
        write(&mut out, ["ID", "TITLE"], &rows).unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "ID  TITLE\né1  x\n2   long\n"
        );
    }
}
