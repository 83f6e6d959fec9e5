//! The filesystem on the volume, by what was found on it.

use std::collections::BTreeSet;

use super::Judged;
use crate::ComponentStatus::{AtRisk, Fails, Unknown, Works};
use crate::{Environment, FactName, FactValue, Finding, Report, Severity};

/// Codes that a note names.
const NAMED: usize = 3;

pub(super) fn judge(known: &Environment, report: &Report) -> Judged {
    // What is known of volume and space is no word on the filesystem.
    let about_it = |finding: &&Finding| finding.code.text().check != "environment";
    let found: Vec<_> = report.findings.iter().filter(about_it).collect();
    match found.iter().map(|finding| finding.severity).max() {
        Some(Severity::Corrupt) => (Fails, format!("Damage is proven: {}.", codes(&found))),
        Some(Severity::Suspect) => {
            (AtRisk, format!("Corruption explains best what was found: {}.", codes(&found)))
        }
        Some(Severity::Warning) => (AtRisk, format!("A risk was found: {}.", codes(&found))),
        _ if report.totals.entries == 0 => unscanned(known, report),
        _ if !report.complete => (Unknown, "The run stopped before its end.".into()),
        _ => (Works, format!("No damage in {} entries.", report.totals.entries)),
    }
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
