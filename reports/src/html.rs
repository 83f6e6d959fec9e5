//! The report as one page for a browser: an SRE opens it in an incident and understands it in ten
//! seconds.
//!
//! The page stands alone: its styles, its charts and its little script are in it, and its policy
//! forbids everything else, so it asks no network and runs nothing that a tree or a report from
//! elsewhere could have written. Every text is complete without the script. It is bounded: of what
//! a list has beyond its room, the page says how much it is.

mod advice;
mod bars;
mod comparison;
mod components;
mod device;
mod environment;
mod finding_filter;
mod findings;
mod origin;
mod page;
mod policy;
mod roots;
mod round_trips;
mod rows;
mod section;
mod stress;
mod stress_charts;
mod stress_coverage;
mod stress_divergences;
mod suppressed;
mod treemap;
mod treemap_drawing;
mod treemap_layout;
mod unexamined;
mod verdict;
mod words;

use std::io::{self, Write};

pub(crate) use policy::head;

use crate::{Report, ReportFile};

/// What the page is for.
#[derive(Clone, Debug, Default)]
pub struct HtmlOptions {
    /// The file that holds the whole report, where there is one.
    pub report_file: Option<ReportFile>,
}

/// Writes a report as one page: the verdict first, then everything that led to it.
pub fn write_html(report: &Report, options: &HtmlOptions, out: &mut impl Write) -> io::Result<()> {
    let sections = [
        roots::section(report),
        components::section(report),
        advice::section(&report.recommendations),
        findings::section(&report.findings),
        treemap::section(report),
        device::section(report),
        report.diff.as_ref().map(comparison::section),
        report.tar.as_ref().map(round_trips::section),
        report.stress.as_ref().map(stress::section),
        suppressed::section(&report.suppressed),
        unexamined::section(report),
        environment::section(report),
        Some(origin::section(report, options.report_file.as_ref())),
    ];
    let sections: Vec<_> = sections.into_iter().flatten().collect();
    out.write_all(page::page(report, &sections).into_string().as_bytes())
}

#[cfg(test)]
mod tests;
