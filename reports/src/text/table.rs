//! Cells in columns.

use std::io::{self, Write};

use super::page::{Page, Style};

/// Where the cells of a column stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// Writes rows below a head, each column as wide as its widest cell.
pub(crate) fn write<const COLUMNS: usize, W: Write>(
    indent: usize,
    head: [&str; COLUMNS],
    rows: impl Iterator<Item = [String; COLUMNS]>,
    sides: [Side; COLUMNS],
    page: &mut Page<'_, W>,
) -> io::Result<()> {
    let rows: Vec<_> = std::iter::once(head.map(str::to_owned)).chain(rows).collect();
    let mut style = Style::Faint;
    for line in aligned(&rows, sides) {
        page.verbatim(indent, style, &line)?;
        style = Style::Plain;
    }
    Ok(())
}

/// A line a row, without blanks at its end.
fn aligned<const COLUMNS: usize>(
    rows: &[[String; COLUMNS]],
    sides: [Side; COLUMNS],
) -> Vec<String> {
    let widths = rows.iter().fold([0; COLUMNS], |widths, row| {
        let mut cells = row.iter().map(|cell| cell.chars().count());
        widths.map(|width| width.max(cells.next().unwrap_or_default()))
    });
    let line = |row: &[String; COLUMNS]| {
        let cells = row.iter().zip(widths).zip(sides);
        let cells: Vec<_> = cells
            .map(|((cell, width), side)| match side {
                Side::Left => format!("{cell:<width$}"),
                Side::Right => format!("{cell:>width$}"),
            })
            .collect();
        cells.join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_stand_left_and_numbers_right() {
        let rows = [["name", "count", "note"], ["µ", "1,234", ""], ["", "5", "x"]];
        let rows = rows.map(|row| row.map(str::to_owned));
        assert_eq!(
            aligned(&rows, [Side::Left, Side::Right, Side::Left]),
            ["name  count  note", "µ     1,234", "          5  x"]
        );
    }
}
