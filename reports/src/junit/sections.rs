//! Suites of round trips, of stress and of a comparison.

use crate::clip::clip_end;
use crate::numbers::counted;
use crate::path_name::escape_prose;
use crate::text::tar_runs::troubles;
use crate::text::{comparison, stress, tar_trips};
use crate::{Diff, Report, Stress, StressEnding, StressTarget, TarRun, TarTrips};

use super::case::Case;
use super::suite::Suite;

/// Bytes of a text.
const TEXT: usize = 2000;

/// Every one that the report has. The class of each is the name of the check whose findings it has.
pub(super) fn all(report: &Report) -> Vec<Suite> {
    let suites = [
        report.tar.as_ref().map(round_trips),
        report.stress.as_ref().map(hammered),
        report.diff.as_ref().map(compared),
    ];
    suites.into_iter().flatten().collect()
}

/// Whether what a check found is told in a suite of its own.
pub(super) fn has_own(check: &str, report: &Report) -> bool {
    match check {
        "tar" => report.tar.is_some(),
        "stress" => report.stress.is_some(),
        "baseline" => report.diff.is_some(),
        _ => false,
    }
}

fn round_trips(trips: &TarTrips) -> Suite {
    let mut suite = Suite::new("tar round trips", "tar");
    suite.seconds = Some(trips.runs.iter().map(|run| run.seconds).sum());
    suite.output = vec![tar_trips::what_and_where(trips), trips.conclusion().text().to_owned()];
    suite.cases = trips.runs.iter().filter_map(of_run).collect();
    suite
}

/// A run that was not clean passed nothing, and what it met is among the findings.
fn of_run(run: &TarRun) -> Option<Case> {
    let control = if run.control { " (control)" } else { "" };
    let (pattern, place) = (run.pattern.as_str(), shown(&run.directory.escaped()));
    let name = format!("{pattern} in {place}{control}");
    if run.entries == 0 {
        return Some(Case::skipped(name, "nothing was extracted"));
    }
    let entries = counted(run.entries, "entry", "entries");
    let said = format!("{entries} on {}: {}", shown(&run.filesystem), troubles(run).join(", "));
    run.is_clean().then(|| Case::passed(name, said))
}

fn hammered(report: &Stress) -> Suite {
    let mut suite = Suite::new("stress", "stress");
    // Targets are worked on one beside the other.
    suite.seconds = report.targets.iter().map(|target| target.seconds).max_by(f64::total_cmp);
    suite.output = vec![stress::what_and_where(report), report.conclusion().text().to_owned()];
    let targets = report.targets.iter().filter_map(|target| of_target(target, report));
    let not_there = report.not_provided.iter();
    let not_there = not_there.map(|row| Case::skipped(shown(&row.name), shown(&row.why)));
    suite.cases = targets.chain(not_there).collect();
    suite
}

/// A target on which something diverged, or that was lost, passed nothing.
fn of_target(target: &StressTarget, report: &Stress) -> Option<Case> {
    let name = format!("{} in {}", shown(&target.name), shown(&target.directory.escaped()));
    if target.operations == 0 {
        return Some(Case::skipped(name, target.ended.text()));
    }
    let operations = counted(target.operations, "operation", "operations");
    let said = format!("{operations} on {}; {}", shown(&target.filesystem), target.ended.text());
    let diverged = report.divergences_on(&target.name).next().is_some();
    (!diverged && target.ended != StressEnding::Lost).then(|| Case::passed(name, said))
}

fn compared(diff: &Diff) -> Suite {
    let mut suite = Suite::new("comparison with the manifest", "baseline");
    let (label, _, text) = comparison::verdict(diff);
    let sides = [("before", &diff.before), ("after", &diff.after)];
    suite.output = vec![format!("{label} {text}")];
    suite.output.extend(sides.map(|(word, of)| comparison::side(word, of)));
    if diff.nothing_differs() {
        suite.cases.push(Case::passed("nothing differs", ""));
    }
    suite
}

fn shown(text: &str) -> String {
    clip_end(&escape_prose(text), TEXT)
}
