//! The table of tar runs: a line a run, and one more for each further kind of failure.

use std::io::{self, Write};

use crate::TarRun;
use crate::path_name::escape_prose;

use super::numbers::grouped;
use super::page::Page;
use super::table::{self, Side};

/// Where the cells of each column stand.
const SIDES: [Side; 6] =
    [Side::Left, Side::Left, Side::Right, Side::Right, Side::Right, Side::Left];

pub(super) fn write<W: Write>(runs: &[TarRun], page: &mut Page<'_, W>) -> io::Result<()> {
    if runs.is_empty() {
        return Ok(());
    }
    page.blank()?;
    let head = ["pattern", "filesystem", "packages", "entries", "entries/s", "errors"];
    table::write(2, head, runs.iter().flat_map(rows), SIDES, page)
}

/// The run with its first trouble, then the other troubles.
fn rows(run: &TarRun) -> impl Iterator<Item = [String; 6]> {
    let control = if run.control { " (control)" } else { "" };
    let mut left = [
        run.pattern.as_str().to_owned(),
        format!("{}{control}", escape_prose(&run.filesystem)),
        grouped(run.packages),
        grouped(run.entries),
        rate(run),
    ];
    troubles(run).into_iter().map(move |trouble| {
        let [pattern, filesystem, packages, entries, rate] = std::mem::take(&mut left);
        [pattern, filesystem, packages, entries, rate, trouble]
    })
}

/// Entries a second, where the time is long enough to say so.
fn rate(run: &TarRun) -> String {
    if run.seconds < 0.01 {
        return "-".to_owned();
    }
    grouped((run.entries as f64 / run.seconds).round() as u64)
}

/// What went wrong, a kind an item.
pub(crate) fn troubles(run: &TarRun) -> Vec<String> {
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
