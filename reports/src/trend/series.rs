//! The reports of one path and one kind of run.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::numbers::counted;
use crate::trend::change::{changes, replaced};
use crate::trend::counter::counter;
use crate::trend::measure::measures;
use crate::trend::moment::Moments;
use crate::trend::rows::rows;
use crate::trend::run::{Seen, looks, of_report};
use crate::trend::{
    Dated, Trend, TrendChange, TrendCode, TrendCounter, TrendFinding, TrendKind, TrendMeasure,
    TrendRun, TrendState, TrendTally,
};
use crate::{PathName, Severity};

/// The reports of one path and one kind of run, in the order in which they began.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TrendSeries {
    /// The path; of a target that is made for each run its name.
    #[serde(flatten)]
    pub path: PathName,
    /// What kind of run.
    pub kind: TrendKind,
    /// The filesystem type in the newest report.
    pub filesystem: String,
    /// The device in the newest report.
    pub device: String,
    /// The reports.
    pub runs: Vec<TrendRun>,
    /// What changed from one to the next besides the findings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<TrendChange>,
    /// Findings, what is worse first; the first 300. None where there is one report alone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub findings: Vec<TrendFinding>,
    /// How many more there are.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub findings_beyond: u64,
    /// How many findings became what.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tallies: Vec<TrendTally>,
    /// The worst severity of what is worse in the newest report.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worse: Option<Severity>,
    /// How many findings of each code.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub codes: Vec<TrendCode>,
    /// ext4's record of errors.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kernel_errors: Option<TrendCounter>,
    /// Numbers.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub measures: Vec<TrendMeasure>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

/// A series for each path and kind.
pub(super) fn all(reports: &[&Dated]) -> Vec<TrendSeries> {
    let mut groups: BTreeMap<(PathName, TrendKind), Vec<Seen<'_>>> = BTreeMap::new();
    for seen in reports.iter().enumerate().flat_map(|(index, dated)| of_report(index, dated)) {
        let runs = groups.entry((seen.place(), seen.kind)).or_default();
        // A root that was given twice is one.
        if runs.last().is_none_or(|last| last.index != seen.index) {
            runs.push(seen);
        }
    }
    let series = groups
        .into_iter()
        .filter_map(|((path, kind), runs)| TrendSeries::of(path, kind, &runs, reports));
    series.collect()
}

impl TrendSeries {
    fn of(path: PathName, kind: TrendKind, runs: &[Seen<'_>], reports: &[&Dated]) -> Option<Self> {
        let newest = runs.last()?;
        let changes = changes(runs);
        let replaced = replaced(&changes);
        let kernel_errors = counter(runs, &replaced, reports);
        let rows = rows(runs, &replaced, kernel_errors.as_ref());
        Some(TrendSeries {
            path,
            kind,
            filesystem: newest.root.filesystem.clone(),
            device: newest.root.device.clone(),
            runs: runs.iter().zip(looks(runs)).map(|(run, look)| TrendRun::of(run, look)).collect(),
            changes,
            findings: rows.first,
            findings_beyond: rows.beyond,
            tallies: rows.tallies,
            worse: rows.worst,
            codes: rows.codes,
            kernel_errors,
            measures: measures(runs),
        })
    }

    /// How the times of its runs are told.
    pub(super) fn moments(&self, trend: &Trend) -> Moments {
        let times = (0..self.runs.len()).filter_map(|run| trend.report(self, run));
        Moments::of(times.map(|report| report.started_at))
    }

    /// Whether there is something to compare.
    pub fn compares(&self) -> bool {
        let newest = self.runs.last().map(|run| run.look);
        self.runs.iter().any(|run| Some(run.look) != newest)
    }

    /// The worst of what the newest report has that the earlier ones have not, or have less of.
    pub fn worst(&self) -> Option<Severity> {
        self.worse
    }

    /// How many findings became this.
    pub fn count(&self, state: TrendState) -> u64 {
        self.tallies.iter().find(|tally| tally.state == state).map_or(0, |tally| tally.rows)
    }

    /// What is odd about it.
    pub(super) fn remark(&self, reports: &[&Dated]) -> Option<String> {
        let run = self.runs.first().filter(|_| !self.compares() && reports.len() > 1)?;
        let file = reports.get(run.report as usize)?.file.escaped();
        Some(format!(
            "{file}: no other report is of a {} of {}, so nothing was compared with it ({} in all)",
            self.kind.as_str(),
            self.path.escaped(),
            counted(reports.len() as u64, "report", "reports"),
        ))
    }
}
