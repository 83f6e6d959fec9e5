//! The report for people at a terminal.
//!
//! The verdict stands first, then what was looked at, what was found, what was not examined and
//! what to do. Nothing that a tree, a mount table or a report from elsewhere says reaches the
//! terminal unescaped.

mod advice;
pub(crate) mod comparison;
mod components;
mod facts;
pub(crate) mod findings;
pub(crate) mod page;
pub(crate) mod stress;
mod stress_capabilities;
pub(crate) mod stress_coverage;
pub(crate) mod stress_divergences;
mod stress_quirks;
pub(crate) mod stress_targets;
pub(crate) mod summary;
pub(crate) mod suppressed;
pub(crate) mod table;
mod tar_failures;
pub(crate) mod tar_runs;
pub(crate) mod tar_trips;
pub(crate) mod unexamined;

use std::io::{self, Write};

use crate::{Code, Report, listed, numbers};
use page::{Page, Style};

/// How to lay the text out.
#[derive(Clone, Copy, Debug)]
pub struct TextOptions {
    /// Colour the verdict, severities and headings.
    pub color: bool,
    /// Columns to fill. Paths and commands may go beyond, so that they can be copied.
    pub width: usize,
    /// Show every row and piece of evidence instead of two examples a code.
    pub verbose: bool,
}

impl Default for TextOptions {
    /// 80 columns without colour.
    fn default() -> Self {
        TextOptions { color: false, width: 80, verbose: false }
    }
}

/// Writes a report: the verdict first, then findings by code, what was not examined, what to do.
pub fn write_text(report: &Report, options: TextOptions, out: &mut impl Write) -> io::Result<()> {
    let page = &mut Page::new(out, options);
    summary::write(report, page)?;
    if let Some(diff) = &report.diff {
        comparison::write(diff, page)?;
    }
    if let Some(trips) = &report.tar {
        tar_trips::write(trips, page)?;
    }
    if let Some(hammered) = &report.stress {
        stress::write(hammered, page)?;
    }
    let known = report.environment.as_ref();
    if let Some(known) = known.filter(|_| report.is_about_environment()) {
        facts::write(known, page)?;
    }
    findings::write(&report.findings, page)?;
    suppressed::write(&report.suppressed, page)?;
    if !report.is_about_environment() {
        unexamined::write(report, page)?;
    }
    if let Some(known) = known {
        components::write(&known.components, page)?;
    }
    if let Some(known) = known.filter(|_| options.verbose && !report.is_about_environment()) {
        facts::write(known, page)?;
    }
    advice::write(&report.recommendations, page)
}

/// Writes what a code means, how it is detected and what to do.
pub fn write_explanation(code: Code, options: TextOptions, out: &mut impl Write) -> io::Result<()> {
    let page = &mut Page::new(out, options);
    let text = code.text();
    page.labelled(0, Style::Strong, text.word, text.title)?;
    let origin =
        format!("Severity: {}. Found by the check `{}`.", text.severity.as_str(), text.check);
    page.paragraph(0, &origin)?;
    let sections = [
        ("What it means", text.meaning),
        ("How it is found", text.detection),
        ("What to do", text.remedy),
    ];
    for (heading, prose) in sections {
        page.heading(heading)?;
        page.paragraph(2, prose)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
