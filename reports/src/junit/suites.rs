//! The suites of a report: one a root, then those of what was done beside a scan.

use std::collections::BTreeMap;

use crate::clip::{clip_end, clip_middle};
use crate::numbers::{counted, grouped};
use crate::path_name::escape_prose;
use crate::text::suppressed;
use crate::{CheckRun, CheckStatus, Code, Finding, Known, PathName, Report, Root, Unchecked};

use super::JunitOptions;
use super::case::Case;
use super::examples;
use super::sections;
use super::suite::Suite;

/// Bytes of a root's path, which stands with each of its tests.
const NAME: usize = 300;

/// Bytes of a path or a text.
const TEXT: usize = 2000;

/// Every suite; there is always one, so that a report of nothing does not pass for one of success.
pub(super) fn of(report: &Report, options: JunitOptions) -> Vec<Suite> {
    let mut suites: Vec<Suite> = report.roots.iter().map(root_suite).collect();
    if suites.is_empty() {
        suites.push(Suite::new("nothing", "root"));
    }
    let own = sections::all(report);
    let findings = by_root(report, suites.len());
    for (place, (suite, findings)) in suites.iter_mut().zip(&findings).enumerate() {
        let checks = report.roots.get(place).map_or(&[][..], |root| &root.checks);
        let checks = checks.iter().filter(|check| !own.iter().any(|s| s.class == check.name));
        suite.cases = cases(&checks.collect::<Vec<_>>(), findings, options);
    }
    let walked = suites.len();
    suites.extend(own.into_iter().map(|suite| with_findings(suite, report, options)));
    note_suppressed(&mut suites, report);
    note_ending(&mut suites, report);
    note_unchecked(&mut suites, report);
    share_time(&mut suites, walked, report.duration_seconds);
    suites
}

fn root_suite(root: &Root) -> Suite {
    let mut suite = Suite::new(clip_middle(&root.path.escaped(), NAME), "root");
    let known = [
        ("filesystem", &root.filesystem),
        ("device", &root.device),
        ("mount_options", &root.mount_options),
        ("mount_point", &root.mount_point),
    ];
    suite.properties =
        known.map(|(name, value)| (name, clip_end(&escape_prose(value), TEXT))).to_vec();
    suite
}

/// The findings of each root: those that lie in it, or on its device. Each is told of one root
/// alone; those of what has a suite of its own are told there.
fn by_root(report: &Report, roots: usize) -> Vec<Vec<&Finding>> {
    let mut findings = vec![Vec::new(); roots];
    let told_here = |finding: &&Finding| !sections::has_own(finding.code.text().check, report);
    for finding in report.findings.iter().filter(told_here) {
        let place = Known::of(report).position_of(finding).unwrap_or_default();
        if let Some(of_root) = findings.get_mut(place) {
            of_root.push(finding);
        }
    }
    findings
}

/// A section's suite with what its check found, wherever that was.
fn with_findings(mut suite: Suite, report: &Report, options: JunitOptions) -> Suite {
    let checks = report.roots.iter().flat_map(|root| &root.checks);
    let checks: Vec<_> = checks.filter(|check| check.name == suite.class).collect();
    let mine = |finding: &&Finding| finding.code.text().check == suite.class;
    let findings: Vec<_> = report.findings.iter().filter(mine).collect();
    let mut found = cases(&checks, &findings, options);
    found.append(&mut suite.cases);
    suite.cases = found;
    suite
}

/// Tests of checks that found nothing, then one of each code that was found.
fn cases(checks: &[&CheckRun], findings: &[&Finding], options: JunitOptions) -> Vec<Case> {
    let mut by_code: BTreeMap<Code, Vec<&Finding>> = BTreeMap::new();
    findings.iter().for_each(|finding| by_code.entry(finding.code).or_default().push(finding));
    let found = |check: &CheckRun| by_code.keys().any(|code| code.text().check == check.name);
    let without = checks.iter().filter(|check| check.status != CheckStatus::Ran || !found(check));
    let mut cases: Vec<_> = without.map(|check| of_check(check)).collect();
    cases.extend(by_code.iter().map(|(&code, rows)| examples::case(code, rows, options.fail_on)));
    cases
}

/// The test of a check by itself.
fn of_check(check: &CheckRun) -> Case {
    let name = clip_end(&escape_prose(&check.name), TEXT);
    let reason = check.reason.as_ref().map(|reason| clip_end(&escape_prose(reason), TEXT));
    match check.status {
        CheckStatus::Ran => Case::passed(name, reason.unwrap_or_default()),
        CheckStatus::Partial => {
            let reason = reason.unwrap_or_else(|| "no reason given".to_owned());
            Case::skipped(name, format!("checked in part: {reason}"))
        }
        CheckStatus::Skipped => {
            Case::skipped(name, reason.unwrap_or_else(|| "no reason given".to_owned()))
        }
    }
}

/// What somebody accepts is no failure, and is not hidden either.
fn note_suppressed(suites: &mut [Suite], report: &Report) {
    let rows = report.suppressed.iter().filter(|row| row.count > 0);
    let cases = rows.map(|row| {
        let why = clip_end(&escape_prose(&suppressed::sentence(row)), TEXT);
        Case::skipped(row.code.as_str().to_owned(), format!("suppressed: {why}"))
    });
    if let Some(first) = suites.first_mut() {
        first.cases.extend(cases);
    }
}

/// That the run did not come to its end, or saw nothing.
fn note_ending(suites: &mut [Suite], report: &Report) {
    let error = if !report.complete {
        Case::error("complete", "incomplete", "The run stopped before its end.")
    } else if report.saw_nothing() {
        Case::error("complete", "nothing-examined", "Nothing was examined.")
    } else if report.compared_nothing() {
        Case::error("complete", "nothing-compared", "Nothing was compared with the manifest.")
    } else {
        return;
    };
    if let Some(first) = suites.first_mut() {
        first.cases.push(error);
    }
}

/// What stayed unexamined stands with the first root that one of its examples lies in.
fn note_unchecked(suites: &mut [Suite], report: &Report) {
    for row in &report.unchecked {
        let lies_in = |root: &Root| {
            let root = root.path.as_bytes();
            row.examples.iter().any(|path| path.as_bytes().starts_with(root))
        };
        let place = report.roots.iter().position(lies_in).unwrap_or_default();
        if let Some(suite) = suites.get_mut(place) {
            suite.output.push(unchecked(row));
        }
    }
}

fn unchecked(row: &Unchecked) -> String {
    let examples = row.examples.iter().map(PathName::escaped);
    let mut shown: Vec<_> = examples.map(|path| clip_middle(&path, TEXT)).collect();
    let more = row.count.saturating_sub(shown.len() as u64);
    if more > 0 {
        shown.push(format!("... and {} more", grouped(more)));
    }
    format!(
        "not examined: {}: {} ({}): {}",
        clip_end(&escape_prose(&row.what), TEXT),
        row.reason.text(),
        counted(row.count, "place", "places"),
        shown.join(", ")
    )
}

/// Roots are walked one beside the other: what is known of one alone is the time that the sections
/// leave.
fn share_time(suites: &mut [Suite], walked: usize, whole: f64) {
    let sections: f64 = suites.iter().filter_map(|suite| suite.seconds).sum();
    if walked == 1
        && let Some(first) = suites.first_mut()
    {
        first.seconds = Some((whole - sections).max(0.0));
    }
}
