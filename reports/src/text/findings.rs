//! What was found: defects a code at a time with examples, then notes.

use std::io::{self, Write};

use crate::path_name::escape_prose;
use crate::sum::sum;
use crate::{Finding, PathName, Severity};

use super::numbers::grouped;
use super::page::{Page, Style};

/// Rows shown of one code when not everything is to be shown.
const EXAMPLES: usize = 2;

/// Where the text beside a severity begins.
const INDENT: usize = 9;

pub(super) fn write<W: Write>(findings: &[Finding], page: &mut Page<'_, W>) -> io::Result<()> {
    // Findings come sorted by severity, then by code: equal ones stand side by side.
    let groups = findings.chunk_by(|a, b| (a.severity, a.code) == (b.severity, b.code));
    let (notes, defects): (Vec<_>, Vec<_>) =
        groups.partition(|group| severity(group) == Severity::Info);
    for group in &defects {
        page.blank()?;
        write_defect(group, page)?;
    }
    if !notes.is_empty() {
        page.heading("Notes (no defects)")?;
        notes.iter().try_for_each(|group| write_note(group, page))?;
    }
    if !findings.is_empty() {
        page.blank()?;
        page.paragraph(0, "`fscan explain CODE` says what a finding means and how it is found.")?;
    }
    Ok(())
}

fn severity(group: &[Finding]) -> Severity {
    group.first().map_or(Severity::Info, |row| row.severity)
}

fn write_defect<W: Write>(group: &[Finding], page: &mut Page<'_, W>) -> io::Result<()> {
    let Some(first) = group.first() else {
        return Ok(());
    };
    let style = match first.severity {
        Severity::Corrupt => Style::Bad,
        Severity::Suspect | Severity::Warning => Style::Doubtful,
        Severity::Info => Style::Plain,
    };
    let label = format!("{:<7}", first.severity.as_str());
    page.labelled(0, style, &label, first.code.text().title)?;
    page.verbatim(INDENT, Style::Faint, &code_and_count(group))?;
    write_examples(group, page)
}

/// Brief: the title, and where.
fn write_note<W: Write>(group: &[Finding], page: &mut Page<'_, W>) -> io::Result<()> {
    let Some(first) = group.first() else {
        return Ok(());
    };
    page.paragraph(2, first.code.text().title)?;
    page.verbatim(4, Style::Faint, &code_and_count(group))?;
    if page.verbose() {
        return write_examples(group, page);
    }
    page.verbatim(4, Style::Plain, &subject(first))
}

fn code_and_count(group: &[Finding]) -> String {
    let code = group.first().map_or("", |row| row.code.as_str());
    match occurrences(group) {
        1 => format!("{code}, once"),
        count => format!("{code}, {} times", grouped(count)),
    }
}

pub(crate) fn occurrences(rows: &[Finding]) -> u64 {
    sum(rows.iter().map(|row| row.occurrences))
}

/// Writes the first rows (all if verbose), and how many there are more.
fn write_examples<W: Write>(group: &[Finding], page: &mut Page<'_, W>) -> io::Result<()> {
    let (limit, hint) = if page.verbose() {
        (usize::MAX, "--all-findings lists them")
    } else {
        (EXAMPLES, "-v shows more")
    };
    let mut shown = 0_u64;
    for (_, row) in group.iter().enumerate().filter(is_example).take(limit) {
        write_example(row, page)?;
        shown = shown.saturating_add(row.occurrences);
    }
    match occurrences(group).saturating_sub(shown) {
        0 => Ok(()),
        more => page.paragraph(2, &format!("... and {} more ({hint})", grouped(more))),
    }
}

/// Whether a row speaks for itself; a later one without a subject stands for a rest.
pub(crate) fn is_example((index, row): &(usize, &Finding)) -> bool {
    *index == 0 || !row.subject.is_empty()
}

fn write_example<W: Write>(row: &Finding, page: &mut Page<'_, W>) -> io::Result<()> {
    page.verbatim(2, Style::Strong, &subject(row))?;
    page.labelled(4, Style::Faint, "expected", &escape_prose(&row.expected))?;
    page.labelled(4, Style::Faint, "found   ", &escape_prose(&row.found))?;
    let limit = if page.verbose() { usize::MAX } else { 1 };
    for line in row.evidence.iter().take(limit) {
        page.labelled(4, Style::Faint, "evidence", &escape_prose(line))?;
    }
    Ok(())
}

/// What a row speaks of, and how often it was seen.
pub(crate) fn subject(row: &Finding) -> String {
    let known = [
        row.subject.path.as_ref().map(PathName::escaped),
        row.subject.inode.map(|number| format!("inode {number}")),
        row.subject.device.as_deref().map(|name| format!("device {}", escape_prose(name))),
    ];
    let mut known = known.into_iter().flatten();
    let first = known.next().unwrap_or_else(|| "the whole filesystem".to_owned());
    let times = (row.occurrences > 1).then(|| format!("{} times", grouped(row.occurrences)));
    let rest: Vec<_> = known.chain(times).collect();
    if rest.is_empty() { first } else { format!("{first} ({})", rest.join(", ")) }
}
