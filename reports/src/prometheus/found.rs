//! What was found, what was not examined, and what a comparison came to.

use std::collections::BTreeMap;

use crate::{Code, Diff, Report, Severity};

use super::{Exposition, Metric, wire_word};

/// Every severity, so that each always has a sample.
const SEVERITIES: [Severity; 4] =
    [Severity::Info, Severity::Warning, Severity::Suspect, Severity::Corrupt];

/// Adds findings and what was not examined.
pub(super) fn add(report: &Report, page: &mut Exposition) {
    let mut by_severity = SEVERITIES.map(|severity| (severity, 0_u64));
    let mut by_code: BTreeMap<(Code, Severity), u64> = BTreeMap::new();
    for row in &report.findings {
        for (severity, count) in &mut by_severity {
            if *severity == row.severity {
                *count = count.saturating_add(row.occurrences);
            }
        }
        let count = by_code.entry((row.code, row.severity)).or_default();
        *count = count.saturating_add(row.occurrences);
    }
    page.labelled(
        Metric { name: "findings", help: "Findings by severity." },
        by_severity.map(|(severity, count)| ([of(severity)], count)),
    );
    page.labelled(
        Metric { name: "findings_by_code", help: "Findings by code; one not found has none." },
        by_code.into_iter().map(|((code, severity), count)| {
            ([("code", code.as_str().to_owned()), of(severity)], count)
        }),
    );
    add_suppressed(report, page);
    add_unchecked(report, page);
}

fn add_suppressed(report: &Report, page: &mut Exposition) {
    let mut by_code: BTreeMap<Code, u64> = BTreeMap::new();
    for row in &report.suppressed {
        let count = by_code.entry(row.code).or_default();
        *count = count.saturating_add(row.count);
    }
    page.labelled(
        Metric { name: "findings_suppressed", help: "Findings that somebody accepts, by code." },
        by_code.into_iter().map(|(code, count)| ([("code", code.as_str().to_owned())], count)),
    );
}

fn of(severity: Severity) -> (&'static str, String) {
    ("severity", severity.as_str().to_owned())
}

fn add_unchecked(report: &Report, page: &mut Exposition) {
    let mut by_reason = BTreeMap::new();
    for row in &report.unchecked {
        let count: &mut u64 = by_reason.entry(row.reason).or_default();
        *count = count.saturating_add(row.count);
    }
    page.labelled(
        Metric {
            name: "unchecked",
            help: "Places that were not examined, by reason; a reason not met has none.",
        },
        by_reason.into_iter().map(|(reason, count)| ([("reason", wire_word(reason))], count)),
    );
    page.number(
        Metric {
            name: "scan_gaps",
            help: "1 if something stayed unexamined that was not left out by request.",
        },
        u8::from(report.left_something_unchecked()),
    );
}

/// Adds a comparison.
pub(super) fn add_diff(diff: &Diff, page: &mut Exposition) {
    let totals = &diff.totals;
    let states = [
        ("missing", totals.missing),
        ("added", totals.added),
        ("moved", totals.moved),
        ("changed", totals.changed),
        ("metadata", totals.metadata),
        ("unchanged", totals.unchanged),
        ("unchecked", totals.unchecked),
    ];
    let label = |word: &str| [("state", word.to_owned())];
    page.labelled(
        Metric { name: "diff_entries", help: "Entries of both sides, by what became of them." },
        states.map(|(word, tally)| (label(word), tally.entries)),
    );
    page.labelled(
        Metric { name: "diff_bytes", help: "Size of their files, by what became of them." },
        states.map(|(word, tally)| (label(word), tally.bytes)),
    );
}
