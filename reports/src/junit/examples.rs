//! Findings of one code as a test.

use crate::clip::{clip_end, clip_middle};
use crate::numbers::{counted, grouped};
use crate::path_name::escape_prose;
use crate::text::findings::{occurrences, subject};
use crate::{Code, Finding, Severity};

use super::case::{Case, CaseResult};

/// Rows that are told.
const EXAMPLES: usize = 20;

/// Pieces of evidence that are told of a row.
const EVIDENCE: usize = 5;

/// Bytes of a text, and of a path.
const TEXT: usize = 2000;

/// The test of a code: failed where a finding is severe enough, else passed with a remark.
pub(super) fn case(code: Code, findings: &[&Finding], fail_on: Severity) -> Case {
    let (severe, other): (Vec<&Finding>, Vec<&Finding>) =
        findings.iter().partition(|finding| finding.severity >= fail_on);
    let name = format!("{}: {}", code.text().check, code.as_str());
    let Some(first) = severe.first() else {
        return Case::passed(name, lines(&other));
    };
    let times = counted(total(&severe), "finding", "findings");
    let message = format!(
        "{}: {}, {times}, the first: {}",
        first.severity.as_str(),
        code.text().title,
        clip_middle(&subject(first), TEXT)
    );
    let result =
        CaseResult::Failed { kind: code.as_str().to_owned(), message, text: lines(&severe) };
    Case { name, result, output: lines(&other) }
}

fn total(findings: &[&Finding]) -> u64 {
    findings.iter().fold(0, |sum, row| sum.saturating_add(occurrences(std::slice::from_ref(row))))
}

/// Some rows in words, and how many there are more.
fn lines(findings: &[&Finding]) -> String {
    let shown = findings.iter().take(EXAMPLES);
    let told = shown.clone().fold(0_u64, |sum, row| sum.saturating_add(row.occurrences));
    let more = match total(findings).saturating_sub(told) {
        0 => String::new(),
        more => format!("... and {} more\n", grouped(more)),
    };
    shown.map(|row| example(row)).chain([more]).collect()
}

fn example(row: &Finding) -> String {
    let said =
        |word: &str, text: &str| format!("  {word} {}\n", clip_end(&escape_prose(text), TEXT));
    let evidence = row.evidence.iter().take(EVIDENCE).map(|line| said("evidence:", line));
    let (place, severity) = (clip_middle(&subject(row), TEXT), row.severity.as_str());
    let (expected, found) = (said("expected:", &row.expected), said("found:", &row.found));
    let left = row.evidence.len().saturating_sub(EVIDENCE) as u64;
    let left = Some(left).filter(|left| *left > 0);
    let more = left.map_or_else(String::new, |left| {
        format!("  ... and {} of evidence more\n", counted(left, "piece", "pieces"))
    });
    format!("{place} ({severity})\n{expected}{found}{}{more}", evidence.collect::<String>())
}
