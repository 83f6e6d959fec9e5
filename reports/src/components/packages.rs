//! Packages are extracted as npm and pnpm do it, compared and removed.

use super::Judged;
use crate::ComponentStatus::{AtRisk, Fails, Unknown, Works};
use crate::{Finding, Report, Severity, TarConclusion, TarRun};

pub(super) fn judge(report: &Report) -> Judged {
    let Some(trips) = &report.tar else {
        return untried(report);
    };
    let entries: u64 = trips.runs.iter().filter(|run| !run.control).map(|run| run.verified).sum();
    let conclusion = trips.conclusion();
    match conclusion {
        TarConclusion::NothingExtracted => (Unknown, conclusion.text().into()),
        TarConclusion::Passed | TarConclusion::PassedSoFar if is_damaged(report) => {
            let note = "entries were extracted without a fault; but damage was found";
            (AtRisk, format!("{entries} {note}."))
        }
        TarConclusion::Passed => {
            (Works, format!("{entries} entries were extracted, compared and removed."))
        }
        TarConclusion::PassedSoFar => {
            (Works, format!("{entries} entries were extracted and compared; not all were tried."))
        }
        TarConclusion::NotAccused => {
            let failed = failed(&trips.runs);
            (Fails, format!("{failed} calls failed, for causes that do not accuse the filesystem."))
        }
        TarConclusion::FailsHereOnly
        | TarConclusion::FailsInControlToo
        | TarConclusion::NoControl => {
            (Fails, format!("{} calls failed. {}", failed(&trips.runs), conclusion.text()))
        }
    }
}

fn untried(report: &Report) -> Judged {
    let status = if is_damaged(report) { AtRisk } else { Unknown };
    let mut checks = report.roots.iter().flat_map(|root| &root.checks);
    let tar = checks.find(|check| check.name == "tar").and_then(|check| check.reason.as_ref());
    let why = tar.map(|reason| format!(": {reason}")).unwrap_or_default();
    (status, format!("No package was extracted{why}."))
}

fn failed(runs: &[TarRun]) -> u64 {
    runs.iter().filter(|run| !run.control).map(TarRun::error_count).sum()
}

fn is_damaged(report: &Report) -> bool {
    let accepted = report.suppressed.iter().any(crate::Suppressed::is_of_damage);
    let speaks_of_it =
        |found: &Finding| found.severity >= Severity::Suspect && !found.code.may_be_work();
    accepted || report.findings.iter().any(speaks_of_it)
}
