//! Several reports of one root over time: what is new, gone, growing.
//!
//! Reports stand in the order in which their runs began, and those of one path and one kind of run
//! make a series. Each finding is judged in the newest report of its series against the last
//! earlier one that looked where it is. Where a report did not look, because a check did not run, a
//! place was left out or the run was stopped, nothing is told to be gone.

mod by_look;
mod change;
mod code_counts;
mod counter;
mod finding;
mod html;
mod identity;
mod judge;
mod kind;
mod line;
mod look;
mod measure;
mod moment;
mod order;
mod rows;
mod run;
mod schema;
mod series;
mod table;
#[cfg(test)]
mod tests;
mod text;

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::json::write_shown;
use crate::{PathName, Report, Severity, Timestamp, Verdict};

pub use change::{TrendAspect, TrendChange};
pub use code_counts::TrendCode;
pub use counter::TrendCounter;
pub use finding::{TrendFinding, TrendState};
pub use html::write_trend_html;
pub use kind::TrendKind;
pub use measure::{TrendMeasure, TrendQuantity};
pub use rows::TrendTally;
pub use run::TrendRun;
pub use schema::trend_schema;
pub use series::TrendSeries;
pub use text::write_trend_text;

/// The version of this contract. It rises when a reader of the older version would misread a trend.
pub const TREND_SCHEMA_VERSION: u32 = 1;

/// A report, and the file it comes from.
#[derive(Clone, Debug)]
pub struct Dated {
    /// The file.
    pub file: PathName,
    /// What stands in it.
    pub report: Report,
    /// The night that it is of (`fscan nightly`): what several reports of one night saw counts as
    /// one look.
    pub night: Option<PathName>,
}

/// What several reports say together.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Trend {
    /// [`TREND_SCHEMA_VERSION`] of the writer.
    pub schema_version: u32,
    /// The reports, in the order in which their runs began.
    pub reports: Vec<TrendReport>,
    /// A series for each path and kind of run, by path.
    pub series: Vec<TrendSeries>,
    /// What is odd about the reports, in sentences.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
}

/// One of the reports.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TrendReport {
    /// The file that it comes from.
    pub file: PathName,
    /// When its run began.
    pub started_at: Timestamp,
    /// How long that took, in seconds.
    pub duration_seconds: f64,
    /// Whether the run came to its end.
    pub complete: bool,
    /// What it says in one word.
    pub verdict: Verdict,
}

impl Trend {
    /// What `reports` say together, in whatever order they come.
    pub fn of(reports: &[Dated]) -> Self {
        let (reports, mut remarks) = order::in_order(reports);
        let (parts, reports): (Vec<&Dated>, Vec<&Dated>) =
            reports.into_iter().partition(|dated| dated.report.shard().is_some());
        remarks.extend(of_parts(&parts));
        let series = series::all(&reports);
        remarks.extend(reports.iter().filter_map(|dated| of_no_path(dated)));
        remarks.extend(series.iter().filter_map(|series| series.remark(&reports)));
        Trend {
            schema_version: TREND_SCHEMA_VERSION,
            reports: reports.iter().copied().map(TrendReport::of).collect(),
            series,
            remarks,
        }
    }

    /// Whether there is a series of more than one report: else nothing was compared.
    pub fn compares(&self) -> bool {
        self.series.iter().any(TrendSeries::compares)
    }

    /// The report of a run of a series.
    pub fn report(&self, series: &TrendSeries, run: usize) -> Option<&TrendReport> {
        self.reports.get(series.runs.get(run)?.report as usize)
    }

    /// The newest report of a series.
    pub fn newest(&self, series: &TrendSeries) -> Option<&TrendReport> {
        self.report(series, series.runs.len().checked_sub(1)?)
    }

    /// The worst of what the newest reports have that the earlier ones have not, or have less of.
    pub fn worst(&self) -> Option<Severity> {
        self.series.iter().filter_map(TrendSeries::worst).max()
    }
}

impl TrendReport {
    fn of(dated: &Dated) -> Self {
        TrendReport {
            file: dated.file.clone(),
            started_at: dated.report.started_at,
            duration_seconds: dated.report.duration_seconds,
            complete: dated.report.came_to_its_end(),
            verdict: dated.report.verdict,
        }
    }
}

/// What is said of reports of parts of a scan: each saw another part of the tree.
fn of_parts(parts: &[&Dated]) -> Option<String> {
    let (file, count) = (parts.first()?.file.escaped(), parts.len());
    Some(format!(
        "{file}: a part of a scan, which stands for no tree; {count} such reports were left out, and \
         `fscan merge` makes one of them"
    ))
}

/// What is said of a report that is part of no series.
fn of_no_path(dated: &Dated) -> Option<String> {
    let file = dated.file.escaped();
    let is_none = dated.report.roots.is_empty();
    is_none.then(|| format!("{file}: it is about no path, so nothing was compared with it"))
}

/// Writes a trend as indented JSON that is safe to show on a terminal.
pub fn write_trend_json(trend: &Trend, out: &mut impl Write) -> io::Result<()> {
    write_shown(trend, out)
}
