//! Trends of reports that are made for them.

mod hammered;
mod looks;
mod nights;
mod record;
mod replaced;
mod series;
mod shown;
mod states;

use std::collections::BTreeMap;

use super::*;
use crate::sample::{
    divergence, finding, healthy, hostile, stress, stress_target, suppressed, tar_trips, volume,
};
use crate::{
    Answer, CheckRun, CheckStatus, Code, Environment, Fact, FactName, Finding, Subject,
    TextOptions, Unchecked, UncheckedReason,
};

/// A report of the day of that number.
fn day(number: i64) -> Report {
    let at =
        |hour: i64| Timestamp::from_unix_seconds(1_700_000_000 + number * 86_400 + hour * 3600);
    Report { started_at: at(0).unwrap(), finished_at: at(1).unwrap(), ..healthy() }
}

fn dangling(name: &str) -> Finding {
    finding(Code::DirentDangling, format!("/home/coder/{name}").as_bytes())
}

fn with(mut report: Report, findings: &[Finding]) -> Report {
    report.findings.extend_from_slice(findings);
    report.judge();
    report
}

fn of(reports: impl IntoIterator<Item = Report>) -> Trend {
    let dated = |(number, report)| Dated {
        file: PathName::new(format!("{number}.json").into_bytes()),
        report,
        night: None,
    };
    Trend::of(&reports.into_iter().enumerate().map(dated).collect::<Vec<_>>())
}

/// The states of all rows that are not about suppressions.
fn states(trend: &Trend) -> Vec<TrendState> {
    let rows = trend.series.iter().flat_map(|series| &series.findings);
    rows.filter(|row| row.suppressed.is_none()).map(|row| row.state).collect()
}

fn check(mut report: Report, name: &str, status: CheckStatus) -> Report {
    let checks = &mut report.roots[0].checks;
    checks.retain(|check| check.name != name);
    checks.push(CheckRun { name: name.into(), status, reason: Some("not asked for".into()) });
    report
}

fn left_out(mut report: Report, reason: UncheckedReason, count: u64, places: &[&str]) -> Report {
    let path = |place: &&str| PathName::new(place.as_bytes().to_vec());
    let examples = places.iter().map(path).collect();
    report.unchecked.push(Unchecked { reason, what: "entry".into(), count, examples });
    report
}

fn accepting(mut report: Report, count: u64) -> Report {
    report.suppressed =
        vec![crate::Suppressed { code: Code::DirentDangling, count, ..suppressed() }];
    report
}

fn many(count: u64) -> Finding {
    Finding { subject: Subject::default(), occurrences: count, ..dangling("") }
}

fn facts(mut report: Report, facts: &[(FactName, u64)]) -> Report {
    let path = report.roots[0].path.clone();
    let fact =
        |(name, value): &(FactName, u64)| Fact::of_path(*name, &path, Answer::is(*value), "x");
    let facts = facts.iter().map(fact).collect();
    report.environment = Some(Environment { facts, components: Vec::new() });
    report
}

/// A report whose kernel has `count` errors on record, the first and the last at these times.
fn errors(number: i64, count: u64, first: i64, last: i64) -> Report {
    let second = |hour: i64| (1_700_000_000 + hour * 3600) as u64;
    let mut values = vec![(FactName::KernelErrors, count)];
    if count > 0 {
        values.push((FactName::KernelFirstError, second(first)));
        values.push((FactName::KernelLastError, second(last)));
    }
    let report = check(day(number), "kernel", CheckStatus::Ran);
    let recorded = Finding {
        subject: Subject {
            path: Some(PathName::new(b"/home/coder".to_vec())),
            device: Some("sda".into()),
            inode: None,
        },
        ..finding(Code::KernelErrorsRecorded, b"")
    };
    facts(with(report, if count > 0 { std::slice::from_ref(&recorded) } else { &[] }), &values)
}

fn text(trend: &Trend) -> String {
    let mut text = Vec::new();
    write_trend_text(trend, Severity::Suspect, TextOptions::default(), &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

fn page(trend: &Trend) -> String {
    let mut page = Vec::new();
    write_trend_html(trend, Severity::Suspect, &mut page).unwrap();
    String::from_utf8(page).unwrap()
}
