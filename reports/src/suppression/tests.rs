use super::*;
use crate::sample::{finding, hostile_text, root, with_findings};
use crate::{FindingCollector, Report, Subject, Verdict};

/// A suppression until 2027-01-31.
fn rule(code: Code, glob: Option<&str>) -> Suppression {
    Suppression {
        code,
        place: glob.map(|glob| SuppressedPlace::new(glob, None).unwrap()),
        reason: "known".into(),
        expires: Day::new(2027, 1, 31),
        file: PathName::new(b"/etc/accepted.toml".to_vec()),
    }
}

fn applied(rules: &[Suppression], findings: Vec<Finding>) -> (Vec<Finding>, Vec<Suppressed>) {
    let roots = [root("/home/coder", "ext4", "/dev/sda1")];
    suppress(rules, findings, &roots, Day::new(2027, 1, 31).unwrap())
}

fn dangling(path: &str) -> Finding {
    finding(Code::DirentDangling, path.as_bytes())
}

#[test]
fn what_is_covered_is_counted_and_the_rest_stays_as_it_is() {
    let findings = vec![
        dangling("/home/coder/app/a"),
        Finding { occurrences: 5, ..dangling("/home/coder/app/b") },
        dangling("/home/coder/other"),
        finding(Code::DirentBadInode, b"/home/coder/app/a"),
    ];
    let rules = [rule(Code::DirentDangling, Some("app/*")), rule(Code::NameCollision, None)];
    let (kept, rows) = applied(&rules, findings.clone());
    assert_eq!(kept, findings[2..]);
    let told: Vec<_> = rows.iter().map(|row| (row.code, row.severity, row.count)).collect();
    let expected =
        [(Code::DirentDangling, Severity::Corrupt, 6), (Code::NameCollision, Severity::Info, 0)];
    assert_eq!(told, expected);
    assert_eq!(rows[0].glob.as_deref(), Some("app/*"));
    assert!(!rows[0].expired);
}

#[test]
fn the_first_of_several_counts_it() {
    let rules = [Code::DirentBadInode, Code::DirentDangling, Code::DirentDangling];
    let (kept, rows) = applied(&rules.map(|code| rule(code, None)), vec![dangling("/a")]);
    assert!(kept.is_empty());
    assert_eq!(rows.iter().map(|row| row.count).collect::<Vec<_>>(), [0, 1, 0]);
}

#[test]
fn the_day_after_its_last_one_it_no_longer_holds() {
    let last = rule(Code::DirentDangling, None);
    let (kept, _) = applied(std::slice::from_ref(&last), vec![dangling("/a")]);
    assert!(kept.is_empty(), "on its last day it holds");
    let over = Suppression { expires: Day::new(2027, 1, 30), ..last.clone() };
    let (kept, rows) = applied(std::slice::from_ref(&over), vec![dangling("/a")]);
    let note = "the suppression of this expired on 2027-01-30 (/etc/accepted.toml): known";
    assert_eq!(kept[0].evidence, [note]);
    assert_eq!((rows[0].count, rows[0].expired), (0, true));
    let (kept, _) = applied(&[over, last], vec![dangling("/a")]);
    assert!(kept.is_empty(), "another one that holds");
}

#[test]
fn what_is_worse_than_a_warning_takes_a_day() {
    let endless = |code| Suppression { expires: None, ..rule(code, None) };
    let (kept, _) = applied(
        &[endless(Code::TarEntryError), endless(Code::NameCollision)],
        vec![
            Finding { severity: Severity::Suspect, ..finding(Code::TarEntryError, b"/a") },
            Finding { severity: Severity::Warning, ..finding(Code::TarEntryError, b"/b") },
            finding(Code::NameCollision, b"/c"),
        ],
    );
    assert_eq!(kept.len(), 1);
    let note = "what is suspect takes a suppression that expires (/etc/accepted.toml)";
    assert_eq!(kept[0].evidence, [note]);
}

#[test]
fn a_path_does_not_cover_what_has_none() {
    let mut collector = FindingCollector::new(false);
    (0..103).for_each(|index| collector.add(dangling(&format!("/home/coder/app/{index:03}"))));
    let rows = collector.into_rows();
    let (kept, told) = applied(&[rule(Code::DirentDangling, Some("app"))], rows.clone());
    assert_eq!((kept.len(), kept[0].occurrences, told[0].count), (1, 3, 100));
    let note = "a suppression for `app` (/etc/accepted.toml) cannot cover what has no path; \
                --all-findings gives each finding its path";
    assert_eq!(kept[0].evidence.last().unwrap(), note);
    let (kept, told) = applied(&[rule(Code::DirentDangling, None)], rows);
    assert_eq!((kept.len(), told[0].count), (0, 103));

    let long = dangling(&"/home/coder/app".repeat(1000));
    let (kept, _) = applied(&[rule(Code::DirentDangling, Some("app"))], vec![long]);
    let note = "a suppression for `app` (/etc/accepted.toml) cannot cover what has no path";
    assert_eq!(kept[0].evidence, [note], "the middle of its path is not known");
}

#[test]
fn notes_are_few_however_many_suppressions_there_are() {
    let over = Suppression { expires: Day::new(2020, 1, 1), ..rule(Code::DirentDangling, None) };
    let (kept, rows) = applied(&vec![over; 50], vec![dangling("/a")]);
    assert_eq!((kept[0].evidence.len(), rows.len()), (NOTES, 50));
}

#[test]
fn counts_of_a_crafted_report_do_not_overflow() {
    let many = || Finding { occurrences: u64::MAX, ..dangling("/a") };
    let (_, rows) = applied(&[rule(Code::DirentDangling, None)], vec![many(), many()]);
    assert_eq!(rows[0].count, u64::MAX);
}

fn suppressed(mut report: Report, code: Code) -> Report {
    let reason = hostile_text();
    let rule = Suppression { reason, expires: Day::new(9999, 12, 31), ..rule(code, None) };
    report.suppress(&[rule], Day::today());
    report
}

#[test]
fn verdict_and_recommendations_are_those_of_what_is_left() {
    let found = vec![dangling("/home/coder/a"), finding(Code::MountErrorsContinue, b"/home/coder")];
    let report = suppressed(with_findings(found.clone()), Code::DirentDangling);
    assert_eq!((report.verdict, report.worst()), (Verdict::AtRisk, Some(Severity::Warning)));
    let left = with_findings(vec![found[1].clone()]);
    assert_eq!(report.recommendations, left.recommendations);

    let report = suppressed(with_findings(found), Code::SymlinkInvalid);
    assert_eq!((report.verdict, report.findings.len()), (Verdict::Corrupt, 2));
}

#[test]
fn a_run_whose_findings_are_all_suppressed_saw_something() {
    let mut report = with_findings(vec![dangling("/a")]);
    report.totals = crate::Totals::default();
    report.findings[0].subject = Subject::default();
    assert!(!report.saw_nothing());
    let mut report = suppressed(report, Code::DirentDangling);
    assert!(report.findings.is_empty() && !report.saw_nothing());
    report.suppressed[0].count = 0;
    assert!(report.saw_nothing());
}
