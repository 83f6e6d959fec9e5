//! What was not examined, and why. "Could not look" is not "looks fine".

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::path_name::escape_prose;
use crate::{CheckRun, CheckStatus, Report, Unchecked};

use super::numbers::{counted, grouped};
use super::page::{Page, Style};
use super::suppressed;

/// Places shown of one reason when not everything is to be shown.
const EXAMPLES: usize = 2;

pub(super) fn write<W: Write>(report: &Report, page: &mut Page<'_, W>) -> io::Result<()> {
    let unfinished = unfinished_sentences(report);
    if !report.unchecked.is_empty() || !unfinished.is_empty() {
        page.heading("Not examined")?;
        for row in &report.unchecked {
            write_row(row, page)?;
        }
        unfinished.iter().try_for_each(|sentence| page.paragraph(2, &escape_prose(sentence)))?;
    } else if report.complete {
        let wrote_here = report.tar.is_some() || report.stress.is_some();
        let verbose = page.verbose();
        let accepted = report.suppressed.iter().any(|row| suppressed::is_shown(row, verbose));
        if accepted || report.findings.is_empty() && (report.diff.is_some() || wrote_here) {
            page.blank()?;
        }
        page.paragraph(0, all_examined(report))?;
    }
    let open = open_sentences(report);
    if open.is_empty() {
        return Ok(());
    }
    page.heading("Left open")?;
    open.iter().try_for_each(|sentence| page.paragraph(2, &escape_prose(sentence)))
}

/// Round trips and stress alone look at nothing that was there before.
pub(crate) fn all_examined(report: &Report) -> &'static str {
    if report.totals.entries == 0 && (report.tar.is_some() || report.stress.is_some()) {
        "What was there before was not looked at: `fscan PATH` does that."
    } else if open_sentences(report).is_empty() {
        "Everything was examined."
    } else {
        "Everything was examined, but not all of it judged."
    }
}

fn write_row<W: Write>(row: &Unchecked, page: &mut Page<'_, W>) -> io::Result<()> {
    let places = counted(row.count, "place", "places");
    let line = format!("{}: {} ({places})", row.what, row.reason.text());
    page.paragraph(2, &escape_prose(&line))?;
    let limit = if page.verbose() { usize::MAX } else { EXAMPLES };
    let mut shown = 0;
    for path in row.examples.iter().take(limit) {
        page.verbatim(4, Style::Plain, &path.escaped())?;
        shown += 1;
    }
    match row.count.saturating_sub(shown) {
        0 => Ok(()),
        more => page.paragraph(4, &format!("... and {} more", grouped(more))),
    }
}

/// Checks that did not run, or not on everything, and why.
pub(crate) fn unfinished_sentences(report: &Report) -> Vec<String> {
    sentences(report, unfinished)
}

/// Checks that ran and left something unjudged.
pub(crate) fn open_sentences(report: &Report) -> Vec<String> {
    sentences(report, left_open)
}

/// A sentence for each state and reason of checks that `state` speaks of.
fn sentences(report: &Report, state: impl Fn(&CheckRun) -> Option<&'static str>) -> Vec<String> {
    let mut names: BTreeMap<(&str, &str), Vec<&str>> = BTreeMap::new();
    for check in report.roots.iter().flat_map(|root| &root.checks) {
        let Some(state) = state(check) else {
            continue;
        };
        let reason = check.reason.as_deref().unwrap_or("no reason given");
        let alike = names.entry((state, reason)).or_default();
        if !alike.contains(&check.name.as_str()) {
            alike.push(&check.name);
        }
    }
    let sentences = names.into_iter().map(|((state, reason), names)| {
        let names = names.join(", ");
        format!("{names}: {state}{reason}")
    });
    sentences.collect()
}

fn unfinished(check: &CheckRun) -> Option<&'static str> {
    match check.status {
        CheckStatus::Ran => None,
        CheckStatus::Partial => Some("checked in part, "),
        CheckStatus::Skipped => Some("skipped, "),
    }
}

/// A check that ran and could not judge something for want of facts.
fn left_open(check: &CheckRun) -> Option<&'static str> {
    (check.status == CheckStatus::Ran && check.reason.is_some()).then_some("")
}
