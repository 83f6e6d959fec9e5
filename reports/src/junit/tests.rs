use super::*;
use crate::sample::{finding, healthy, hostile, huge, root, stress, tar_trips, with_findings};
use crate::{CheckRun, CheckStatus, Code, PathName, Totals, Unchecked, UncheckedReason};

fn junit(report: &Report, fail_on: Severity) -> String {
    let mut out = Vec::new();
    write_junit(report, JunitOptions { fail_on }, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn usual(report: &Report) -> String {
    junit(report, JunitOptions::default().fail_on)
}

#[test]
fn checks_that_found_nothing_passed() {
    let expected = r#"<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="fscan" tests="3" failures="0" errors="0" time="1.250">
  <testsuite name="/home/coder" id="0" tests="3" failures="0" errors="0" skipped="0" time="1.250" timestamp="2023-11-14T22:13:20.000Z" hostname="pod-0">
    <properties>
      <property name="filesystem" value="ext4"/>
      <property name="device" value="/dev/longhorn/pvc-3f0c0a52-8d2f-4a64-b0b2-6f9f7a1c2d3e"/>
      <property name="mount_options" value="rw,relatime"/>
      <property name="mount_point" value="/home/coder"/>
    </properties>
    <testcase classname="fscan /home/coder" name="entries"/>
    <testcase classname="fscan /home/coder" name="inodes"/>
    <testcase classname="fscan /home/coder" name="links"/>
  </testsuite>
</testsuites>
"#;
    assert_eq!(usual(&healthy()), expected);
}

#[test]
fn a_code_is_a_test_that_fails_by_its_severity() {
    let findings =
        [Code::DirentDangling, Code::LinkCountWrong, Code::SpaceLow, Code::NameCollision];
    let report = with_findings(findings.map(|code| finding(code, b"/home/coder/a")).into());
    for (fail_on, failures) in [(Severity::Corrupt, 2), (Severity::Warning, 3), (Severity::Info, 4)]
    {
        let text = junit(&report, fail_on);
        let counts = format!(r#" tests="5" failures="{failures}" errors="0" "#);
        assert_eq!(text.matches(&counts).count(), 2, "{text}");
        assert_eq!(text.matches("<failure ").count(), failures, "{text}");
    }
    let text = usual(&report);
    for expected in [
        r#"name="inodes"/>"#,
        "name=\"entries: dirent-dangling\">\n      <failure type=\"dirent-dangling\" \
         message=\"corrupt: A listed name that lookup says does not exist, 1 finding, the first: \
         /home/coder/a (inode 18446744073709551615)\">/home/coder/a (inode 18446744073709551615) \
         (corrupt)\n  expected: statx finds the name\n  found: ENOENT, 4 times in 0.7 s\n</failure>",
        "name=\"environment: space-low\">\n      <system-out>/home/coder/a ",
    ] {
        assert!(text.contains(expected), "{expected}\n\nis missing in\n\n{text}");
    }
    assert!(!text.contains(r#"name="entries"/>"#), "a check that found something passed nothing");
}

#[test]
fn what_was_left_out_or_seen_in_part_is_told() {
    let mut report = healthy();
    let check = |name: &str, status, reason: &str| CheckRun {
        name: name.into(),
        status,
        reason: Some(reason.into()),
    };
    report.roots[0].checks = vec![
        check("content", CheckStatus::Skipped, "--quick"),
        check("kernel", CheckStatus::Partial, "no /dev/kmsg"),
    ];
    report.roots.push(root("/data", "xfs", "/dev/sdb"));
    report.unchecked = vec![Unchecked {
        reason: UncheckedReason::PermissionDenied,
        what: "directory".into(),
        count: 7,
        examples: vec![PathName::new(b"/data/x".into())],
    }];
    let text = usual(&report);
    let (first, second) = text.split_once(r#"<testsuite name="/data""#).unwrap();
    assert!(first.contains(r#"tests="2" failures="0" errors="0" skipped="2" timestamp"#), "{text}");
    assert!(first.contains(r#"<skipped message="--quick"/>"#), "{text}");
    let partial = r#"<skipped message="checked in part: no /dev/kmsg"/>"#;
    assert!(first.contains(partial), "{text}");
    let unchecked = "    <system-out>not examined: directory: permission denied (7 places): \
                     /data/x, ... and 6 more</system-out>\n";
    assert!(second.contains(unchecked) && !first.contains("not examined"), "{text}");
}

#[test]
fn a_run_that_stopped_or_saw_nothing_is_an_error() {
    let mut report = healthy();
    report.complete = false;
    let text = usual(&report);
    assert!(text.contains(r#" tests="4" failures="0" errors="1" "#), "{text}");
    assert!(text.contains(r#"<error type="incomplete" message="#), "{text}");
    report.complete = true;
    report.roots[0].checks.push(CheckRun {
        name: "baseline".to_owned(),
        status: CheckStatus::Partial,
        reason: None,
    });
    let text = usual(&report);
    assert!(text.contains(r#"<error type="nothing-compared" message="#), "{text}");
    (report.complete, report.totals) = (true, Totals::default());
    report.roots.clear();
    let text = usual(&report);
    assert!(text.contains(r#" tests="1" failures="0" errors="1" "#), "{text}");
    assert!(text.contains(r#"<error type="nothing-examined" message="#), "{text}");
}

#[test]
fn each_finding_fails_in_one_suite() {
    let mut report = with_findings(vec![
        finding(Code::DirentDangling, b"/data/a"),
        finding(Code::TarEntryError, b"/data/b"),
        finding(Code::StressDivergence, b"/data/c"),
        finding(Code::UsedBlocksMismatch, b"/elsewhere"),
    ]);
    report.roots.push(root("/data", "xfs", "/dev/sdb"));
    report.roots[1].checks.push(CheckRun {
        name: "tar".into(),
        status: CheckStatus::Ran,
        reason: None,
    });
    (report.tar, report.stress) = (Some(tar_trips()), Some(stress()));
    let text = junit(&report, Severity::Info);
    let suites: Vec<&str> = text.split("<testsuite ").skip(1).collect();
    let has = |code: &str| {
        let failure = format!("<failure type=\"{code}\"");
        suites.iter().map(|suite| suite.matches(&failure).count()).collect::<Vec<_>>()
    };
    assert_eq!(has("used-blocks-mismatch"), [1, 0, 0, 0]);
    assert_eq!(has("dirent-dangling"), [0, 1, 0, 0]);
    assert_eq!(has("tar-entry-error"), [0, 0, 1, 0]);
    assert_eq!(has("stress-divergence"), [0, 0, 0, 1]);
    assert!(!suites[1].contains(r#"name="tar""#), "its suite tells of it");
    assert!(suites[2].contains(r#"name="npm in /dev/shm (control)""#), "{text}");
    assert!(suites[3].contains(r#"name="shm in /mnt/shm""#), "{text}");
}

/// What each suite says of its tests is what it has, and all suites together are the whole.
#[test]
fn the_numbers_of_any_report_agree() {
    for report in [healthy(), hostile(), huge()] {
        let text = usual(&report);
        let count = |part: &str, what: &str| part.matches(what).count();
        let said = |part: &str, name: &str| -> usize {
            let value = part.split(&format!(" {name}=\"")).nth(1).unwrap();
            value.split('"').next().unwrap().parse().unwrap()
        };
        let mut suites = text.split("<testsuite ");
        let whole = suites.next().unwrap();
        let mut sums = [0; 3];
        for suite in suites {
            let real = ["<testcase ", "<failure ", "<error ", "<skipped "].map(|w| count(suite, w));
            let names = ["tests", "failures", "errors", "skipped"];
            assert_eq!(names.map(|name| said(suite, name)), real, "{suite}");
            (0..3).for_each(|index| sums[index] += real[index]);
        }
        assert_eq!(["tests", "failures", "errors"].map(|name| said(whole, name)), sums);
        assert!(text.len() < 16 << 20, "{} bytes", text.len());
    }
}
