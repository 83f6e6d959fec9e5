//! The filesystem on the volume, by what was found on it.

use std::collections::BTreeSet;

use super::Judged;
use crate::ComponentStatus::{AtRisk, Fails, Unknown, Works};
use crate::numbers::counted;
use crate::{CheckStatus, Environment, FactName, FactValue, Finding, Report, Severity};

/// Codes that a note names.
const NAMED: usize = 3;

pub(super) fn judge(known: &Environment, report: &Report) -> Judged {
    // What is known of volume and space is no word on the filesystem, nor is work on the tree.
    let about_it = |finding: &&Finding| {
        finding.code.text().check != "environment" && !finding.code.may_be_work()
    };
    let found: Vec<_> = report.findings.iter().filter(about_it).collect();
    match found.iter().map(|finding| finding.severity).max() {
        Some(Severity::Corrupt) => (Fails, format!("Damage is proven: {}.", codes(&found))),
        Some(Severity::Suspect) => {
            (AtRisk, format!("Corruption explains best what was found: {}.", codes(&found)))
        }
        Some(Severity::Warning) => (AtRisk, format!("A risk was found: {}.", codes(&found))),
        _ if accepted(report).is_some() => (AtRisk, accepted(report).unwrap_or_default()),
        _ if report.totals.entries == 0 => unscanned(known, report),
        _ if !report.complete => (Unknown, "The run stopped before its end.".into()),
        _ if !asked_for_entries(report) => {
            (Unknown, "What was asked for does not show damage of names.".into())
        }
        _ if report.left_something_unchecked() => {
            let note = "not everything could be examined";
            (Works, format!("No damage in {}; {note}.", entries(report)))
        }
        _ => (Works, format!("No damage in {}.", entries(report))),
    }
}

fn entries(report: &Report) -> String {
    counted(report.totals.entries, "entry", "entries")
}

/// Damage that somebody accepts is none that is gone.
fn accepted(report: &Report) -> Option<String> {
    let row = report.suppressed.iter().find(|row| row.is_of_damage())?;
    let until = row.expires.map(|day| format!(" until {day}")).unwrap_or_default();
    Some(format!("Damage is known, and accepted{until}: {}.", row.code))
}

/// Whether names were looked up.
fn asked_for_entries(report: &Report) -> bool {
    let checks = report.roots.iter().flat_map(|root| &root.checks);
    let mut entries = checks.filter(|check| check.name == "entries");
    entries.any(|check| check.status != CheckStatus::Skipped)
}

/// The worst codes, each once.
fn codes(found: &[&Finding]) -> String {
    let worst = found.iter().map(|finding| finding.severity).max();
    let worst = found.iter().filter(|finding| Some(finding.severity) == worst);
    let codes: BTreeSet<_> = worst.map(|finding| finding.code).collect();
    let named: Vec<_> = codes.iter().take(NAMED).map(|code| code.as_str()).collect();
    match codes.len().saturating_sub(NAMED) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

fn unscanned(known: &Environment, report: &Report) -> Judged {
    let errors = report.roots.iter().filter_map(|root| {
        known.of_path(FactName::KernelErrors, &root.path).and_then(FactValue::number)
    });
    match errors.max() {
        Some(errors) if errors > 0 => {
            (AtRisk, format!("The kernel has {errors} errors of it on record; it was not scanned."))
        }
        _ => (Unknown, "It was not scanned.".into()),
    }
}
