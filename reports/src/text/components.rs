//! What works and what does not: the table that ends a report's account.

use std::io::{self, Write};

use crate::path_name::escape_prose;
use crate::{Component, ComponentStatus};

use super::page::{Page, Style};

/// Columns of the longest name and of the longest status.
const NAME: usize = 23;
const STATUS: usize = 7;

pub(super) fn write<W: Write>(rows: &[Component], page: &mut Page<'_, W>) -> io::Result<()> {
    if rows.is_empty() {
        return Ok(());
    }
    page.heading("Components")?;
    rows.iter().try_for_each(|row| {
        let label = format!("{:<NAME$}  {:<STATUS$}", row.name.title(), row.status.as_str());
        page.labelled(2, style(row.status), &label, &escape_prose(&row.note))
    })
}

fn style(status: ComponentStatus) -> Style {
    match status {
        ComponentStatus::Works => Style::Good,
        ComponentStatus::Fails => Style::Bad,
        ComponentStatus::AtRisk => Style::Doubtful,
        ComponentStatus::Unknown => Style::Plain,
    }
}
