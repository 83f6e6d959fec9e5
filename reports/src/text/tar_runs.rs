//! The table of tar runs: a line a run, and one more for each further kind of failure.

use std::io::{self, Write};

use crate::TarRun;
use crate::path_name::escape_prose;

use super::numbers::grouped;
use super::page::{Page, Style};

/// Columns left of the failures.
const COLUMNS: usize = 5;

/// The first of them that holds numbers, which stand at the right.
const FIRST_NUMBER: usize = 2;

pub(super) fn write<W: Write>(runs: &[TarRun], page: &mut Page<'_, W>) -> io::Result<()> {
    if runs.is_empty() {
        return Ok(());
    }
    page.blank()?;
    let head = ["pattern", "filesystem", "packages", "entries", "entries/s"].map(str::to_owned);
    let rows: Vec<_> = runs.iter().map(cells).collect();
    let widths = widths(std::iter::once(&head).chain(&rows));
    let head = format!("{}errors", line(&head, &widths));
    page.verbatim(2, Style::Faint, &head)?;
    for (run, cells) in runs.iter().zip(&rows) {
        write_row(run, &line(cells, &widths), page)?;
    }
    Ok(())
}

fn write_row<W: Write>(run: &TarRun, left: &str, page: &mut Page<'_, W>) -> io::Result<()> {
    let mut left = left.to_owned();
    for troubles in troubles(run) {
        page.verbatim(2, Style::Plain, &format!("{left}{troubles}"))?;
        left = " ".repeat(left.chars().count());
    }
    Ok(())
}

fn cells(run: &TarRun) -> [String; COLUMNS] {
    let control = if run.control { " (control)" } else { "" };
    [
        run.pattern.as_str().to_owned(),
        format!("{}{control}", escape_prose(&run.filesystem)),
        grouped(run.packages),
        grouped(run.entries),
        rate(run),
    ]
}

/// Entries a second, where the time is long enough to say so.
fn rate(run: &TarRun) -> String {
    if run.seconds < 0.01 {
        return "-".to_owned();
    }
    grouped((run.entries as f64 / run.seconds).round() as u64)
}

/// What went wrong, a kind an item.
fn troubles(run: &TarRun) -> Vec<String> {
    let counts = run.by_classification.iter().filter(|row| row.count > 0);
    let classified = counts.map(|row| (row.count, row.classification.as_str()));
    let others = [(run.differing, "read back otherwise"), (run.left_behind, "not removed")];
    let troubles = classified.chain(others).filter(|(count, _)| *count > 0);
    let mut troubles: Vec<_> =
        troubles.map(|(count, word)| format!("{} {word}", grouped(count))).collect();
    if troubles.is_empty() {
        troubles.push("no errors".to_owned());
    }
    if run.not_compared() > 0 {
        troubles.push(format!("{} not compared", grouped(run.not_compared())));
    }
    if !run.complete {
        troubles.push("stopped early".to_owned());
    }
    troubles
}

fn widths<'a>(rows: impl Iterator<Item = &'a [String; COLUMNS]>) -> [usize; COLUMNS] {
    rows.fold([0; COLUMNS], |widths, row| {
        let mut cells = row.iter().map(|cell| cell.chars().count());
        widths.map(|width| width.max(cells.next().unwrap_or_default()))
    })
}

fn line(cells: &[String; COLUMNS], widths: &[usize; COLUMNS]) -> String {
    let columns = cells.iter().zip(widths).enumerate();
    let columns = columns.map(|(index, (cell, &width))| {
        if index < FIRST_NUMBER { format!("{cell:<width$}  ") } else { format!("{cell:>width$}  ") }
    });
    columns.collect()
}
