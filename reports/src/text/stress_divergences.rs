//! What diverged: each class with its operation, what was expected and found, how to see it again.

use std::io::{self, Write};

use crate::path_name::escape_prose;
use crate::remediation::shell_word;
use crate::{Stress, StressDivergence, StressElsewhereOutcome};

use super::listed::listed;
use super::numbers::{counted, grouped};
use super::page::{Page, Style};

/// Divergences shown when not everything is to be shown.
const EXAMPLES: usize = 5;

/// Lines of a reproducer shown then.
const LINES: usize = 12;

pub(super) fn write<W: Write>(stress: &Stress, page: &mut Page<'_, W>) -> io::Result<()> {
    let limit = if page.verbose() { usize::MAX } else { EXAMPLES };
    for divergence in stress.divergences.iter().take(limit) {
        page.blank()?;
        write_one(divergence, page)?;
    }
    let shown = stress.divergences.len().min(limit) as u64;
    let hint = if page.verbose() { "the report lists no more of them" } else { "-v shows more" };
    match stress.divergence_count().saturating_sub(shown) {
        0 => Ok(()),
        more => {
            page.blank()?;
            let more = counted(more, "divergence", "divergences");
            page.paragraph(2, &format!("... and {more} more ({hint})"))
        }
    }
}

fn write_one<W: Write>(row: &StressDivergence, page: &mut Page<'_, W>) -> io::Result<()> {
    let times = match row.occurrences {
        0 | 1 => "once".to_owned(),
        count => format!("{} times", grouped(count)),
    };
    let class = escape_prose(&row.class);
    let heading = format!("{class}, on {} {times}", escape_prose(&row.target));
    page.verbatim(2, Style::Bad, &heading)?;
    page.labelled(4, Style::Faint, "operation ", &escape_prose(&row.operation))?;
    page.labelled(4, Style::Faint, "expected  ", &escape_prose(&row.expected))?;
    page.labelled(4, Style::Faint, "found     ", &escape_prose(&row.found))?;
    let limit = if page.verbose() { usize::MAX } else { 1 };
    for line in row.evidence.iter().take(limit) {
        page.labelled(4, Style::Faint, "evidence  ", &escape_prose(line))?;
    }
    if page.verbose() {
        let place = format!("round {}, operation {}", grouped(row.round), grouped(row.position));
        page.labelled(4, Style::Faint, "met in    ", &place)?;
    }
    write_reproducer(row, page)?;
    let elsewhere = elsewhere(row);
    if elsewhere.is_empty() {
        return Ok(());
    }
    page.labelled(4, Style::Faint, "elsewhere ", &elsewhere)
}

/// The lines, whole, so that they can be copied; then what runs them.
fn write_reproducer<W: Write>(row: &StressDivergence, page: &mut Page<'_, W>) -> io::Result<()> {
    let lines = row.reproducer.len();
    let what = if lines == 0 {
        row.minimised.text().to_owned()
    } else {
        let count = operations(&row.reproducer).len() as u64;
        format!("{}, {}", counted(count, "operation", "operations"), row.minimised.text())
    };
    page.labelled(4, Style::Faint, "reproducer", &what)?;
    let operations = operations(&row.reproducer);
    let (shown, limit) =
        if page.verbose() { (row.reproducer.as_slice(), usize::MAX) } else { (operations, LINES) };
    for line in shown.iter().take(limit) {
        page.verbatim(6, Style::Plain, &escape_prose(line))?;
    }
    if shown.len() > limit {
        let more = grouped((shown.len() - limit) as u64);
        page.paragraph(6, &format!("... and {more} more (-v shows them)"))?;
    }
    match &row.replay_file {
        Some(file) if !file.is_shortened() => {
            let command = format!("fscan replay {}", shell_word(file.as_bytes()));
            page.verbatim(4, Style::Plain, &format!("replay it   {command}"))
        }
        _ if lines > 0 => {
            let how = "fscan replay FILE; --reproducers DIR writes FILE, and -v shows its lines";
            page.labelled(4, Style::Faint, "replay it ", how)
        }
        _ => Ok(()),
    }
}

/// The operations of a reproducer: what is behind its header, which ends in an empty line.
pub(crate) fn operations(lines: &[String]) -> &[String] {
    let header = lines.iter().position(String::is_empty);
    header.and_then(|end| lines.get(end + 1..)).unwrap_or(lines)
}

/// What the reproducer came to on the other targets.
pub(crate) fn elsewhere(row: &StressDivergence) -> String {
    let parts = StressElsewhereOutcome::ALL.map(|outcome| {
        let names = listed(row.elsewhere_with(outcome).map(escape_prose));
        (!names.is_empty()).then(|| format!("{} {names}", outcome.text()))
    });
    parts.into_iter().flatten().collect::<Vec<_>>().join("; ")
}
