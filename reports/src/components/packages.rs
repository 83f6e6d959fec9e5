//! Packages are extracted as npm and pnpm do it, compared and removed.

use super::Judged;
use crate::ComponentStatus::{AtRisk, Fails, Unknown, Works};
use crate::{Report, Severity, TarConclusion, TarRun};

pub(super) fn judge(report: &Report) -> Judged {
    let Some(trips) = &report.tar else {
        return untried(report);
    };
    let entries: u64 = trips.runs.iter().filter(|run| !run.control).map(|run| run.verified).sum();
    let conclusion = trips.conclusion();
    match conclusion {
        TarConclusion::NothingExtracted => (Unknown, conclusion.text().into()),
        TarConclusion::Passed | TarConclusion::PassedSoFar if is_damaged(report) => {
            let note = "entries were extracted without a fault; but the filesystem is damaged";
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
    if is_damaged(report) {
        (AtRisk, "None was extracted: nothing is written to a filesystem that is damaged.".into())
    } else {
        (Unknown, "No package was extracted in this run.".into())
    }
}

fn failed(runs: &[TarRun]) -> u64 {
    runs.iter().filter(|run| !run.control).map(TarRun::error_count).sum()
}

fn is_damaged(report: &Report) -> bool {
    report.worst().is_some_and(|worst| worst >= Severity::Suspect)
}
