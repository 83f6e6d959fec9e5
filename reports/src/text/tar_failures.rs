//! Why entries could not be extracted: for each cause what it says, and examples.

use std::io::{self, Write};

use crate::path_name::escape_prose;
use crate::sum::sum;
use crate::{TarClassification, TarError, TarRun, TarTrips};

use super::numbers::{counted, grouped};
use super::page::{Page, Style};

/// Messages shown of one cause when not everything is to be shown.
const EXAMPLES: usize = 2;

pub(super) fn write<W: Write>(runs: &[TarRun], page: &mut Page<'_, W>) -> io::Result<()> {
    for class in TarClassification::ALL {
        let count = sum(runs.iter().map(|run| run.count(class)));
        if count > 0 {
            page.blank()?;
            write_class(class, count, runs, page)?;
        }
    }
    Ok(())
}

fn write_class<W: Write>(
    class: TarClassification,
    count: u64,
    runs: &[TarRun],
    page: &mut Page<'_, W>,
) -> io::Result<()> {
    let style = if class.accuses_filesystem() { Style::Bad } else { Style::Doubtful };
    let heading = format!("{}, {}", class.as_str(), counted(count, "time", "times"));
    page.verbatim(2, style, &heading)?;
    page.paragraph(4, class.text())?;
    let limit = if page.verbose() { usize::MAX } else { EXAMPLES };
    let mut shown = 0;
    for error in in_order(runs).filter(|error| error.classification == class).take(limit) {
        write_error(error, page)?;
        shown += 1;
    }
    let hint = if page.verbose() { "the report lists no more of them" } else { "-v shows more" };
    match count.saturating_sub(shown) {
        0 => Ok(()),
        more => page.paragraph(4, &format!("... and {} more ({hint})", grouped(more))),
    }
}

/// What of the tree that was packed could not be read, with the classes of its causes.
pub(super) fn write_unreadable<W: Write>(
    trips: &TarTrips,
    page: &mut Page<'_, W>,
) -> io::Result<()> {
    let count = trips.unreadable_beyond.saturating_add(trips.unreadable.len() as u64);
    if count == 0 {
        return Ok(());
    }
    page.blank()?;
    let heading = format!(
        "{} of the tree that was packed could not be read",
        counted(count, "entry", "entries")
    );
    page.verbatim(2, Style::Bad, &heading)?;
    let limit = if page.verbose() { usize::MAX } else { EXAMPLES };
    for error in trips.unreadable.iter().take(limit) {
        write_error(error, page)?;
    }
    match count.saturating_sub(limit as u64) {
        0 => Ok(()),
        more => page.paragraph(4, &format!("... and {} more (-v shows more)", grouped(more))),
    }
}

/// Every failure that has a row, those of the control arm last.
fn in_order(runs: &[TarRun]) -> impl Iterator<Item = &TarError> {
    let arm = |control| runs.iter().filter(move |run| run.control == control);
    arm(false).chain(arm(true)).flat_map(|run| &run.errors)
}

/// The message as npm prints it, and what was seen at once.
fn write_error<W: Write>(error: &TarError, page: &mut Page<'_, W>) -> io::Result<()> {
    page.verbatim(4, Style::Strong, &escape_prose(&error.message))?;
    let limit = if page.verbose() { usize::MAX } else { 1 };
    for line in error.evidence.iter().take(limit) {
        page.labelled(6, Style::Faint, "evidence", &escape_prose(line))?;
    }
    Ok(())
}
