//! What was found: a row a code, then an example of each defect.

use crate::numbers::grouped;
use crate::text::findings::{is_example, occurrences};
use crate::{Finding, Severity};

use super::detail::Detail;
use super::markup::{code, name, prose, quoted};
use super::more;
use super::section::{Section, list, worth};
use super::table::{Side, table};

/// Bytes of a name in the table, where there are many beside one another.
const NAME: usize = 120;

/// Bytes of the name of an example: code is not wrapped everywhere.
const EXAMPLE: usize = 300;

pub(super) fn section(findings: &[Finding], detail: &Detail) -> Option<Section> {
    if findings.is_empty() {
        return None;
    }
    // Findings come sorted by severity, then by code: equal ones stand side by side.
    let groups: Vec<&[Finding]> =
        findings.chunk_by(|a, b| (a.severity, a.code) == (b.severity, b.code)).collect();
    let defects: Vec<_> = groups
        .iter()
        .filter_map(|group| group.first())
        .filter(|first| first.severity > Severity::Info)
        .collect();
    let examples = defects.iter().take(detail.rows).map(|first| example(first, detail));
    let explain = "`fscan explain CODE` says what a code means and how it is found.";
    let blocks = [
        Some(code_table(&groups, detail)),
        more(groups.len() as u64, detail).map(|more| format!("{more} codes.")),
        Some(explain.to_owned()),
        (!defects.is_empty()).then(|| "The first of each kind of defect:".to_owned()),
        (!defects.is_empty()).then(|| list(examples)),
    ];
    let blocks: Vec<_> = blocks.into_iter().flatten().collect();
    Some(Section::new("Findings", worth::FINDINGS, &blocks))
}

fn code_table(groups: &[&[Finding]], detail: &Detail) -> String {
    let head = [
        ("Severity", Side::Left),
        ("Code", Side::Left),
        ("What was found", Side::Left),
        ("Count", Side::Right),
        ("First examples", Side::Left),
    ];
    table(head, groups.iter().take(detail.rows).filter_map(|group| row(group, detail)))
}

fn row(group: &[Finding], detail: &Detail) -> Option<[String; 5]> {
    let first = group.first()?;
    let count = occurrences(group);
    Some([
        severity(first.severity),
        code(first.code.as_str()),
        first.code.text().title.to_owned(),
        grouped(count),
        examples(group, count, detail),
    ])
}

fn severity(severity: Severity) -> String {
    let word = severity.as_str();
    if severity == Severity::Corrupt { format!("**{word}**") } else { word.to_owned() }
}

/// The first subjects of a code, and how many there are more.
fn examples(group: &[Finding], count: u64, detail: &Detail) -> String {
    let rows = group.iter().enumerate().filter(is_example).take(detail.examples);
    let (mut shown, mut told) = (Vec::new(), 0_u64);
    for (_, row) in rows {
        shown.push(subject(row, NAME.min(detail.text)));
        told = told.saturating_add(row.occurrences);
    }
    if count > told {
        shown.push(format!("... and {} more", grouped(count - told)));
    }
    shown.join(", ")
}

/// What a finding speaks of.
fn subject(row: &Finding, most: usize) -> String {
    match (&row.subject.path, row.subject.inode, &row.subject.device) {
        (Some(path), ..) => name(&path.escaped(), most),
        (None, Some(inode), _) => format!("inode {inode}"),
        (None, None, Some(device)) => quoted(device, most),
        (None, None, None) => "the whole filesystem".to_owned(),
    }
}

/// A finding with what was expected and found.
fn example(row: &Finding, detail: &Detail) -> String {
    let inode = row.subject.inode.filter(|_| row.subject.path.is_some());
    let inode = inode.map_or_else(String::new, |inode| format!(" (inode {inode})"));
    let evidence = row.evidence.first().map(|line| prose(line, detail.text));
    let evidence = evidence.map_or_else(String::new, |line| format!(" Evidence: {line}"));
    format!(
        "{} at {}{inode}: expected: {}; found: {}.{evidence}",
        code(row.code.as_str()),
        subject(row, detail.text.min(EXAMPLE)),
        prose(&row.expected, detail.text),
        prose(&row.found, detail.text),
    )
}
