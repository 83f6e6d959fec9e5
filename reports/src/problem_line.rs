//! The report in one short line, for what watches nodes and shows no more.

use std::collections::BTreeSet;

use crate::numbers::{counted, grouped};
use crate::path_name::escape_prose;
use crate::sum::sum;
use crate::{Finding, Known, Report, Severity};

/// Bytes of the line with its end: node-problem-detector cuts what is longer, wherever that is.
const MOST: usize = 80;

/// What the line comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProblemState {
    /// Nothing as severe as asked for.
    Ok,
    /// Something.
    Problem,
    /// Nothing so far, and not all was seen; or nothing at all was.
    Unknown,
}

/// What a report comes to, and the line that says so, without its end. `whole` says that nothing
/// else is known to be missing.
pub fn problem_line(report: &Report, fail_on: Severity, whole: bool) -> (ProblemState, String) {
    let (state, sentence) = if report.worst().is_some_and(|worst| worst >= fail_on) {
        (ProblemState::Problem, judged(report))
    } else if report.saw_nothing() {
        (ProblemState::Unknown, "unknown: nothing was examined".to_owned() + &in_root(report, 0))
    } else if !report.complete {
        (ProblemState::Unknown, format!("unknown: incomplete, so far {}", judged(report)))
    } else if report.compared_nothing() {
        let so_far = judged(report);
        (ProblemState::Unknown, format!("unknown: nothing was compared, so far {so_far}"))
    } else if report.left_something_uncompared() {
        let so_far = judged(report);
        (ProblemState::Unknown, format!("unknown: not all was compared, so far {so_far}"))
    } else if let Some(shard) = report.shard() {
        // What the other parts hold decides as well.
        (ProblemState::Unknown, format!("unknown: part {shard} alone, so far {}", judged(report)))
    } else if !whole {
        (ProblemState::Unknown, format!("unknown: not all was done, so far {}", judged(report)))
    } else {
        (ProblemState::Ok, judged(report))
    };
    (state, in_a_line(&sentence))
}

/// A sentence as such a line.
pub fn in_a_line(sentence: &str) -> String {
    let whole = format!("fscan: {}", escape_prose(sentence));
    if whole.len() < MOST {
        return whole;
    }
    let (head, _) = whole.split_at(whole.floor_char_boundary(MOST - 1 - "...".len()));
    format!("{head}...")
}

/// The verdict, then the worst that was found and where.
fn judged(report: &Report) -> String {
    let verdict = report.verdict.as_str();
    let Some(worst) = worst(report) else {
        if report.is_about_environment() {
            return format!("no risk known{}", in_root(report, 0));
        }
        let entries = counted(report.totals.entries, "entry", "entries");
        return format!("{verdict}: nothing found in {entries}{}", in_root(report, 0));
    };
    let alike = |row: &&Finding| (row.severity, row.code) == (worst.severity, worst.code);
    let count = sum(report.findings.iter().filter(alike).map(|row| row.occurrences));
    let codes: BTreeSet<_> = defects(report).map(|row| row.code).collect();
    let others = match codes.len() {
        0 | 1 => String::new(),
        codes => format!(" (+{} more)", codes - 1),
    };
    let place = Known::of(report).position_of(worst).unwrap_or_default();
    let root = in_root(report, place);
    format!("{verdict}: {} x {}{others}{root}", grouped(count), worst.code.as_str())
}

/// Findings that are no mere notes.
fn defects(report: &Report) -> impl DoubleEndedIterator<Item = &Finding> {
    report.findings.iter().filter(|row| row.severity > Severity::Info)
}

/// The first of the most severe ones.
fn worst(report: &Report) -> Option<&Finding> {
    defects(report).rev().max_by_key(|row| row.severity)
}

/// Where, if there is a root.
fn in_root(report: &Report, place: usize) -> String {
    let path = report.roots.get(place).map(|root| root.path.escaped());
    path.map_or_else(String::new, |path| format!(" in {path}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{finding, healthy, hostile, root, with_findings};
    use crate::{CheckRun, CheckStatus, Code, PathName, Totals, Verdict};

    fn told(report: &Report) -> (ProblemState, String) {
        problem_line(report, Severity::Suspect, true)
    }

    #[test]
    fn the_line_says_verdict_count_code_and_root() {
        let mut report = with_findings(vec![finding(Code::DirentDangling, b"/home/coder/a")]);
        report.findings[0].occurrences = 1_203;
        let expected = "fscan: corrupt: 1,203 x dirent-dangling in /home/coder";
        assert_eq!(told(&report), (ProblemState::Problem, expected.to_owned()));

        report.roots.push(root("/data", "ext4", "/dev/sdb"));
        report.findings[0].subject.path = Some(PathName::new(b"/data/x".to_vec()));
        report.findings.push(finding(Code::SpaceLow, b"/home/coder"));
        report.findings.push(finding(Code::NameUnsafe, b"/home/coder/b"));
        let expected = "fscan: corrupt: 1,203 x dirent-dangling (+1 more) in /data";
        assert_eq!(told(&report).1, expected);
    }

    #[test]
    fn what_is_not_severe_enough_is_no_problem() {
        let report = with_findings(vec![finding(Code::SpaceLow, b"/home/coder")]);
        let expected = "fscan: at-risk: 1 x space-low in /home/coder";
        assert_eq!(told(&report), (ProblemState::Ok, expected.to_owned()));
        assert_eq!(problem_line(&report, Severity::Warning, true).0, ProblemState::Problem);
        let expected = "fscan: healthy: nothing found in 190,312 entries in /home/coder";
        assert_eq!(told(&healthy()), (ProblemState::Ok, expected.to_owned()));
    }

    #[test]
    fn what_was_not_seen_is_unknown_and_what_is_proven_stays_so() {
        let mut report = healthy();
        report.complete = false;
        let (state, line) = told(&report);
        assert_eq!(state, ProblemState::Unknown);
        assert!(line.starts_with("fscan: unknown: incomplete, so far healthy: "), "{line}");
        report.complete = true;
        report.roots[0].checks.push(CheckRun {
            name: "baseline".to_owned(),
            status: CheckStatus::Partial,
            reason: None,
        });
        let (state, line) = told(&report);
        assert_eq!(state, ProblemState::Unknown);
        assert!(line.starts_with("fscan: unknown: nothing was compared, so far heal"), "{line}");
        report.roots[0].checks.pop();
        let (state, line) = problem_line(&report, Severity::Suspect, false);
        assert_eq!(state, ProblemState::Unknown);
        assert!(line.starts_with("fscan: unknown: not all was done, so far healthy: "), "{line}");
        let mut unsure = report.clone();
        let mut diff = crate::sample::diff();
        diff.totals.unchecked.entries = 7;
        unsure.diff = Some(diff);
        let (state, line) = told(&unsure);
        assert_eq!(state, ProblemState::Unknown);
        assert!(line.starts_with("fscan: unknown: not all was compared, so far heal"), "{line}");
        report.roots[0].shard = Some("3/8".into());
        let (state, line) = told(&report);
        assert_eq!(state, ProblemState::Unknown);
        assert!(line.starts_with("fscan: unknown: part 3/8 alone, so far healthy: "), "{line}");
        report.roots[0].shard = None;
        report.totals = Totals::default();
        let expected = "fscan: unknown: nothing was examined in /home/coder";
        assert_eq!(told(&report), (ProblemState::Unknown, expected.to_owned()));
        report = with_findings(vec![finding(Code::DirentDangling, b"/home/coder/a")]);
        report.complete = false;
        assert_eq!(report.verdict, Verdict::Corrupt);
        assert_eq!(told(&report).0, ProblemState::Problem);
    }

    #[test]
    fn no_name_makes_the_line_long_or_two() {
        let mut report = hostile();
        for name in ["/\n\u{1b}[2J\u{202e}".to_owned(), format!("/{}", "€".repeat(100))] {
            report.roots.iter_mut().for_each(|root| root.path = PathName::new(name.clone().into()));
            let (_, line) = told(&report);
            assert!(line.len() < MOST, "{line}");
            assert!(!line.contains(crate::path_name::is_unsafe_to_show), "{line}");
        }
        assert!(told(&report).1.ends_with("€..."), "{}", told(&report).1);
        for length in 0..120 {
            let name = format!("/{}", "x".repeat(length)).into_bytes();
            report.roots.iter_mut().for_each(|root| root.path = PathName::new(name.clone()));
            assert!(told(&report).1.len() < MOST, "{}", told(&report).1);
        }
    }
}
