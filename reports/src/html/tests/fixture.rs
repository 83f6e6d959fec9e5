//! The report that the browser's test opens, kept beside that test.

use std::fs;
use std::path::Path;

use super::markup::with_text;
use crate::sample::{finding, hostile, hostile_text};
use crate::{Code, Finding, Report, Step, write_json};

/// What stands wherever others choose the text; the browser's test puts another one there.
const TEXT: &str = "TEXT OF OTHERS";

/// A report with something of everything.
fn fixture() -> Report {
    let mut report = hostile();
    let row = report.findings[0].clone();
    let mut findings: Vec<Finding> = (0..8).map(|_| row.clone()).collect();
    findings[6].evidence = vec!["second-row".into()];
    findings.push(finding(Code::NameUnsafe, b"/home/coder/plain"));
    report.findings = findings;
    report.recommendations[0].held_back = Some(hostile_text());
    let command = Some("one --first\n  two '--second'\nthree".into());
    report.recommendations[0].steps.push(Step { text: "Three lines.".into(), command });
    with_text(&report, TEXT)
}

/// `FSCAN_BLESS=1 cargo test -p fscan-reports` writes it anew.
#[test]
fn the_browsers_report_is_that_of_the_types() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/integration/html");
    let path = folder.join("report.json");
    let mut made = Vec::new();
    write_json(&fixture(), &mut made).unwrap();
    if std::env::var_os("FSCAN_BLESS").is_some() {
        fs::write(&path, &made).unwrap();
    }
    let kept = fs::read(&path).unwrap_or_default();
    assert!(kept == made, "FSCAN_BLESS=1 cargo test -p fscan-reports writes {path:?} anew");
}
