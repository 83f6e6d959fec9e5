//! The report as metrics in Prometheus' text format, for node_exporter's textfile collector.
//!
//! Names and labels stay the same from report to report, everything is a gauge in base units, and
//! there are always less than a thousand series, whatever the report holds: no label has a path
//! other than a root's. Metrics of what was not done (`fscan_tar_...`) are not there.

mod exposition;
mod facts;
mod found;
mod round_trips;
mod run;
mod stress;

use std::io::{self, Write};

use serde::Serialize;

use crate::Report;
pub(crate) use exposition::{Exposition, Metric};

/// Roots or targets that have series of their own; those beyond have none.
const PLACES: usize = 64;

/// Writes the metrics of a report.
pub fn write_prometheus(report: &Report, out: &mut impl Write) -> io::Result<()> {
    let mut page = Exposition::default();
    add_report(report, &mut page);
    out.write_all(page.text().as_bytes())
}

/// Adds the metrics of a report.
pub(crate) fn add_report(report: &Report, page: &mut Exposition) {
    run::add(report, page);
    found::add(report, page);
    facts::add(report, page);
    if let Some(diff) = &report.diff {
        found::add_diff(diff, page);
    }
    if let Some(trips) = &report.tar {
        round_trips::add(trips, page);
    }
    if let Some(hammered) = &report.stress {
        stress::add(hammered, page);
    }
}

/// The word that a value has in JSON, for those that people read otherwise.
fn wire_word(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests;
