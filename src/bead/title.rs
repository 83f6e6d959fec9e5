//! The title of a bead: the verdict, because of what, and where.

use std::collections::BTreeSet;

use reports::{Report, Severity, escape, escape_prose};

/// The longest title, in characters; clients take 500.
const LONGEST: usize = 240;

/// `fscan: corrupt: dirent-dangling and 2 more kinds in /home/coder on pod-0`.
pub fn of(report: &Report) -> String {
    let kinds = kinds(report).map(|kinds| format!(" {kinds}")).unwrap_or_default();
    let verdict = report.verdict.as_str();
    let host = escape_prose(&report.tool.host);
    let title = format!("fscan: {verdict}:{kinds} in {} on {host}", places(report));
    match title.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", title.get(..end).unwrap_or_default()),
        None => title,
    }
}

/// The worst kind of finding, and how many others there are.
fn kinds(report: &Report) -> Option<String> {
    let defects = || report.findings.iter().filter(|row| row.severity > Severity::Info);
    let all: BTreeSet<_> = defects().map(|row| row.code).collect();
    // Of equals the first: a report stands in order.
    let worst = defects().rev().max_by_key(|row| row.severity)?;
    Some(match all.len() - 1 {
        0 => worst.code.to_string(),
        1 => format!("{} and 1 more kind", worst.code),
        more => format!("{} and {more} more kinds", worst.code),
    })
}

fn places(report: &Report) -> String {
    let first = report.roots.first().map(|root| escape(root.path.as_bytes()));
    let first = first.unwrap_or_else(|| "no place".to_owned());
    match report.roots.len() {
        0 | 1 => first,
        many => format!("{first} and {} more", many - 1),
    }
}
