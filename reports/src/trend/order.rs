//! Reports in the order in which their runs began, each once.

use crate::trend::Dated;

/// Sorts, drops what is there twice, and says what is odd.
pub(super) fn in_order(reports: &[Dated]) -> (Vec<&Dated>, Vec<String>) {
    let mut reports: Vec<&Dated> = reports.iter().collect();
    // Of reports that began at once the one that ended first stands first.
    reports.sort_by(|a, b| {
        let key = |dated: &Dated| (dated.report.started_at, dated.report.finished_at);
        key(a).cmp(&key(b)).then_with(|| a.file.cmp(&b.file))
    });
    let mut remarks = Vec::new();
    let mut kept: Vec<&Dated> = Vec::new();
    for dated in reports {
        let began = dated.report.started_at;
        let mut same = kept.iter().rev().take_while(|other| other.report.started_at == began);
        if let Some(other) = same.find(|other| other.report == dated.report) {
            let (file, other) = (dated.file.escaped(), other.file.escaped());
            remarks.push(format!("{file}: the same report as {other}; it counts once"));
            continue;
        }
        remarks.extend(clock(dated));
        kept.push(dated);
    }
    (kept, remarks)
}

/// A run that ended before it began shows that the clock was set meanwhile.
fn clock(dated: &Dated) -> Option<String> {
    let report = &dated.report;
    (report.finished_at < report.started_at).then(|| {
        format!(
            "{}: its clock went back during the run ({} to {}), so its place among the others is \
             not sure",
            dated.file.escaped(),
            report.started_at,
            report.finished_at
        )
    })
}
