//! The report as Markdown, for an issue tracker's comment or a merge request.
//!
//! It is never larger than such a place takes. Where the report is, lists are cut first and then
//! sections left out, and what was left out is said; the verdict, the table of components and the
//! recommendations stay longest. Nothing that a tree or a report from elsewhere says becomes
//! markup, and no path stands for a link.

mod advice;
mod comparison;
mod components;
mod detail;
mod environment;
mod findings;
mod headline;
mod markup;
mod origin;
mod round_trips;
mod scanned;
mod section;
mod stress;
mod suppressed;
mod table;
mod unexamined;

use std::io::{self, Write};

use crate::{PathName, Report};
use detail::{Detail, PLANS, Plan};
use section::{Section, joined};

/// What the Markdown is for.
#[derive(Clone, Debug)]
pub struct MarkdownOptions {
    /// The file that holds the whole report, where there is one.
    pub report_file: Option<ReportFile>,
    /// The text has fewer bytes than this.
    pub limit: usize,
}

/// A file that holds a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportFile {
    /// Where it is.
    pub path: PathName,
    /// The BLAKE3 hash of its content, in hexadecimal digits.
    pub blake3: String,
}

impl MarkdownOptions {
    /// What a comment may have, with room to spare for what a tracker adds.
    pub const USUAL_LIMIT: usize = 60_000;
}

impl Default for MarkdownOptions {
    /// Without a file, below 60,000 bytes.
    fn default() -> Self {
        MarkdownOptions { report_file: None, limit: MarkdownOptions::USUAL_LIMIT }
    }
}

/// Writes a report: the verdict first, the most telling part of each section, what to do, and
/// where the whole report is.
pub fn write_markdown(
    report: &Report,
    options: &MarkdownOptions,
    out: &mut impl Write,
) -> io::Result<()> {
    let fits = |text: &String| text.len() < options.limit;
    let whole = PLANS.iter().map(|plan| render(report, options, plan)).find(fits);
    let text = whole.unwrap_or_else(|| headline_alone(report, options.limit));
    out.write_all(text.as_bytes())
}

/// The page as a plan wants it.
fn render(report: &Report, options: &MarkdownOptions, plan: &Plan) -> String {
    let (kept, left_out): (Vec<_>, Vec<_>) =
        sections(report, plan).into_iter().partition(|section| section.worth >= plan.least_worth);
    let end = origin::end(options.report_file.as_ref(), &left_out);
    joined(&headline::text(report), &kept, &end)
}

/// Every section that has something to say, in the order of the page.
fn sections(report: &Report, plan: &Plan) -> Vec<Section> {
    let Plan { others, lasting, .. } = plan;
    let all = [
        Some(scanned::section(report, others)),
        environment::section(report, others),
        findings::section(&report.findings, others),
        suppressed::section(&report.suppressed, others),
        report.diff.as_ref().map(|diff| comparison::section(diff, others)),
        report.tar.as_ref().map(|trips| round_trips::section(trips, others)),
        report.stress.as_ref().map(|stress| stress::section(stress, others)),
        components::section(report, lasting),
        unexamined::section(report, others),
        advice::section(&report.recommendations, lasting),
    ];
    all.into_iter().flatten().collect()
}

/// What can be said in next to no room. It is plain words: it can be cut anywhere.
fn headline_alone(report: &Report, limit: usize) -> String {
    let mut text = headline::text(report);
    text.truncate(text.floor_char_boundary(limit.saturating_sub(1)));
    text
}

/// "... and 5 more", where there are more.
fn more(count: u64, detail: &Detail) -> Option<String> {
    let shown = detail.rows as u64;
    let rest = count.checked_sub(shown).filter(|rest| *rest > 0)?;
    Some(format!("... and {} more", crate::numbers::grouped(rest)))
}

#[cfg(test)]
mod tests;
