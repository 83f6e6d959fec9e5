use std::collections::BTreeSet;

use super::*;
use crate::sample::{diff, environment, finding, healthy, hostile, huge, tar_trips, with_findings};
use crate::{Code, Unchecked, UncheckedReason};

fn metrics(report: &Report) -> String {
    let mut out = Vec::new();
    write_prometheus(report, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn expect(report: &Report, lines: &[&str]) {
    let text = metrics(report);
    for line in lines {
        assert!(text.lines().any(|other| other == *line), "{line}\n\nis missing in\n\n{text}");
    }
}

#[test]
fn a_healthy_report_has_every_verdict_and_severity() {
    expect(
        &healthy(),
        &[
            "fscan_build_info{version=\"0.1.0\",schema_version=\"1\"} 1",
            "fscan_report_verdict{verdict=\"healthy\"} 1",
            "fscan_report_verdict{verdict=\"at-risk\"} 0",
            "fscan_report_verdict{verdict=\"suspect\"} 0",
            "fscan_report_verdict{verdict=\"corrupt\"} 0",
            "fscan_findings{severity=\"info\"} 0",
            "fscan_findings{severity=\"warning\"} 0",
            "fscan_findings{severity=\"suspect\"} 0",
            "fscan_findings{severity=\"corrupt\"} 0",
            "fscan_scan_complete 1",
            "fscan_scan_examined 1",
            "fscan_scan_gaps 0",
            "fscan_scan_started_timestamp_seconds 1700000000",
            "fscan_scan_duration_seconds 1.25",
            "fscan_entries{kind=\"file\"} 165001",
            "fscan_checks{status=\"ran\"} 3",
            "# TYPE fscan_read_bytes gauge",
        ],
    );
    let text = metrics(&healthy());
    for absent in ["fscan_tar_", "fscan_stress_", "fscan_diff_", "fscan_component_", "_by_code"] {
        assert!(!text.contains(absent), "{absent} was not done:\n{text}");
    }
}

#[test]
fn what_was_found_and_done_is_counted() {
    let mut found = finding(Code::DirentDangling, b"/home/coder/a");
    found.occurrences = 177;
    let mut report = with_findings(vec![found.clone(), found]);
    report.unchecked = vec![Unchecked {
        reason: UncheckedReason::PermissionDenied,
        what: "directory".into(),
        count: 12,
        examples: Vec::new(),
    }];
    (report.complete, report.environment) = (false, Some(environment()));
    (report.diff, report.tar) = (Some(diff()), Some(tar_trips()));
    expect(
        &report,
        &[
            "fscan_report_verdict{verdict=\"corrupt\"} 1",
            "fscan_findings{severity=\"corrupt\"} 354",
            "fscan_findings_by_code{code=\"dirent-dangling\",severity=\"corrupt\"} 354",
            "fscan_unchecked{reason=\"permission-denied\"} 12",
            "fscan_scan_gaps 1",
            "fscan_scan_complete 0",
            "fscan_component_status{component=\"docker-builds\",status=\"at-risk\"} 1",
            "fscan_component_status{component=\"docker-builds\",status=\"works\"} 0",
            "fscan_diff_entries{state=\"missing\"} 2",
            "fscan_tar_entries{pattern=\"npm\",control=\"true\"} 38112",
            "fscan_tar_duration_seconds{pattern=\"npm\",control=\"false\"} 1.58",
        ],
    );
}

/// The name and labels of a sample, if the line is one; panics where it is none.
fn series(line: &str) -> &str {
    let (series, value) = line.rsplit_once(' ').unwrap();
    assert!(value.parse::<f64>().is_ok_and(f64::is_finite), "{line}");
    let name = series.split('{').next().unwrap();
    assert!(
        name.strip_prefix("fscan_").unwrap().bytes().all(|b| b == b'_' || b.is_ascii_lowercase())
    );
    let Some(labels) = series[name.len()..].strip_prefix('{') else { return series };
    let mut rest = labels.strip_suffix('}').unwrap();
    while !rest.is_empty() {
        let (label, quoted) = rest.split_once("=\"").unwrap();
        assert!(label.bytes().all(|b| b == b'_' || b.is_ascii_lowercase()), "{line}");
        let mut chars = quoted.char_indices();
        let end = loop {
            match chars.next().unwrap() {
                (_, '\\') => assert!(matches!(chars.next(), Some((_, '\\' | '"' | 'n'))), "{line}"),
                (at, '"') => break at,
                _ => {}
            }
        };
        rest = &quoted[end + 1..];
        rest = rest.strip_prefix(',').unwrap_or(rest);
    }
    series
}

#[test]
fn any_report_gives_metrics_that_read_and_are_few() {
    for report in [healthy(), hostile(), huge()] {
        let text = metrics(&report);
        let samples: Vec<_> = text.lines().filter(|line| !line.starts_with('#')).collect();
        let names: BTreeSet<_> = samples.iter().map(|line| series(line)).collect();
        assert_eq!(names.len(), samples.len(), "no series stands twice");
        assert!(samples.len() < 1000, "{} series", samples.len());
        let types: Vec<_> = text.lines().filter(|line| line.starts_with("# TYPE ")).collect();
        assert_eq!(types.iter().collect::<BTreeSet<_>>().len(), types.len(), "{types:?}");
        assert!(types.iter().all(|line| line.ends_with(" gauge")));
        assert!(text.ends_with('\n') && !text.contains("\n\n"));
    }
}
