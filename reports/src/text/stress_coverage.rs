//! What a run reached: how many operations and outcomes, or each of them with its count.

use std::io::{self, Write};

use crate::path_name::escape_prose;
use crate::{Stress, StressCoverage};

use super::numbers::{counted, grouped};
use super::page::{Page, Style};

pub(super) fn write<W: Write>(stress: &Stress, page: &mut Page<'_, W>) -> io::Result<()> {
    if stress.coverage.is_empty() {
        return Ok(());
    }
    let summary = format!(
        "{} x {} seen, {}",
        counted(stress.operations_covered() as u64, "operation", "operations"),
        counted(stress.outcomes_covered() as u64, "outcome", "outcomes"),
        counted(stress.covered().count() as u64, "combination", "combinations"),
    );
    page.labelled(2, Style::Faint, "coverage:", &summary)?;
    if page.verbose() { write_operations(stress, page) } else { Ok(()) }
}

/// A line an operation: every outcome, and how often it was seen on all targets.
fn write_operations<W: Write>(stress: &Stress, page: &mut Page<'_, W>) -> io::Result<()> {
    let operations = by_operation(stress);
    let names = operations.iter().map(|(name, _)| name.chars().count());
    let width = names.max().unwrap_or_default();
    for (name, rows) in operations {
        let outcomes = rows
            .iter()
            .map(|row| format!("{} {}", escape_prose(&row.outcome), grouped(row.count())));
        let outcomes = outcomes.collect::<Vec<_>>().join(", ");
        page.labelled(4, Style::Plain, &format!("{name:<width$}"), &outcomes)?;
    }
    Ok(())
}

/// The rows of each operation, in the order in which the operations come first.
pub(crate) fn by_operation(stress: &Stress) -> Vec<(String, Vec<&StressCoverage>)> {
    let mut operations: Vec<(String, Vec<&StressCoverage>)> = Vec::new();
    for row in stress.covered() {
        let name = escape_prose(&row.operation);
        match operations.iter_mut().find(|(known, _)| *known == name) {
            Some((_, rows)) => rows.push(row),
            None => operations.push((name, vec![row])),
        }
    }
    operations
}
