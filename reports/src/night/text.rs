//! A night for people: what it came to, step by step, and against the nights before.

use std::io::{self, Write};

use crate::numbers::{duration, grouped};
use crate::path_name::escape_prose;
use crate::text::page::{Page, Style};
use crate::text::table::{Side, write as write_table};
use crate::{CheckRun, CheckStatus, Night, NightStep, PathName, TextOptions, Verdict};

/// Writes a night.
pub fn write_night_text(
    night: &Night,
    options: TextOptions,
    out: &mut impl Write,
) -> io::Result<()> {
    let page = &mut Page::new(out, options);
    let (label, style) = headline(night);
    page.labelled(0, style, label, &sentence(night))?;
    page.blank()?;
    let sides = [Side::Left, Side::Left, Side::Right, Side::Left, Side::Left, Side::Right];
    let head = ["step", "of", "took", "ended", "verdict", "findings"];
    write_table(2, head, night.steps.iter().map(cells), sides, page)?;
    for step in night.steps.iter().filter(|step| !step.is_done() && !step.is_left_out()) {
        page.paragraph(2, &escape_prose(&trouble(step)))?;
    }
    night.troubles.iter().try_for_each(|told| page.paragraph(2, &escape_prose(told)))?;
    lines("Not looked at whole", &not_whole(night), page)?;
    lines("Against the nights before", &night.trend, page)?;
    lines("Removed", &night.removed, page)?;
    lines("Remarks", &night.remarks, page)?;
    page.blank()?;
    page.verbatim(0, Style::Plain, &format!("Reports: {}", night.folder.escaped()))
}

fn headline(night: &Night) -> (&'static str, Style) {
    match (night.complete, night.has_findings(), night.is_done()) {
        (false, ..) => ("NIGHT STOPPED", Style::Doubtful),
        (_, true, true) => ("NIGHT WITH FINDINGS", Style::Bad),
        (_, true, false) => ("NIGHT WITH FINDINGS, NOT ALL DONE", Style::Bad),
        (_, false, false) => ("NIGHT NOT ALL DONE", Style::Doubtful),
        (_, false, true) if !night.looked() => ("NOTHING LOOKED AT", Style::Doubtful),
        (_, false, true) => ("CLEAN NIGHT", Style::Good),
    }
}

fn sentence(night: &Night) -> String {
    let done = night.steps.iter().filter(|step| step.is_done()).count();
    let left_out = match night.steps.iter().filter(|step| step.is_left_out()).count() {
        0 => String::new(),
        left_out => format!(" ({left_out} not run, so that nothing is written)"),
    };
    format!(
        "{done} of {} steps came to their ends{left_out} in {}, from {} on. Operations were made from \
         seed {}.",
        night.steps.len(),
        duration(night.duration_seconds),
        night.started_at,
        night.seed
    )
}

fn cells(step: &NightStep) -> [String; 6] {
    let root = step.root.as_ref().map_or_else(|| "all targets".to_owned(), PathName::escaped);
    let took = step.started_at.map(|_| duration(step.duration_seconds));
    [
        step.step.as_str().to_owned(),
        root,
        took.unwrap_or_default(),
        step.ending.text().to_owned(),
        step.verdict.map(Verdict::as_str).unwrap_or_default().to_owned(),
        step.report.as_ref().map(|_| grouped(step.findings)).unwrap_or_default(),
    ]
}

fn trouble(step: &NightStep) -> String {
    let because = step.because.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
    format!("{}: {}{because}", place(step), step.ending.text())
}

/// `full of /home/coder`.
fn place(step: &NightStep) -> String {
    let root = step.root.as_ref().map(|root| format!(" of {}", root.escaped())).unwrap_or_default();
    format!("{}{root}", step.step.as_str())
}

/// What steps left out that came to their ends all the same.
fn not_whole(night: &Night) -> Vec<String> {
    let of_step = |step: &NightStep| {
        let place = place(step);
        let left_out = Some(trouble(step)).filter(|_| step.is_left_out());
        let checks = checks(step).into_iter().map(|told| format!("{place}: {told}"));
        let settings = step.settings.iter().map(|file| format!("{place}: as {file} has it"));
        left_out.into_iter().chain(checks).chain(settings).collect::<Vec<_>>()
    };
    night.steps.iter().flat_map(of_step).collect()
}

/// Checks that did not run on everything, those together that have one reason. What the step failed
/// at is told of it already.
fn checks(step: &NightStep) -> Vec<String> {
    let mut together: Vec<(&CheckRun, Vec<&str>)> = Vec::new();
    for run in &step.not_whole {
        let is_like = |(first, _): &&mut (&CheckRun, Vec<&str>)| {
            (first.status, &first.reason) == (run.status, &run.reason)
        };
        match together.iter_mut().find(is_like) {
            Some((_, names)) => names.push(&run.name),
            None => together.push((run, vec![&run.name])),
        }
    }
    together.retain(|(run, _)| run.reason.is_none() || run.reason != step.because);
    let told = |(run, names): &(&CheckRun, Vec<&str>)| {
        let checks = if names.len() == 1 { "check" } else { "checks" };
        let how = if run.status == CheckStatus::Partial { "in part" } else { "not at all" };
        let why = run.reason.as_ref().map(|why| format!(": {why}")).unwrap_or_default();
        format!("the {checks} {} ran {how}{why}", names.join(", "))
    };
    together.iter().map(told).collect()
}

fn lines<W: Write>(heading: &str, lines: &[String], page: &mut Page<'_, W>) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    page.heading(heading)?;
    lines.iter().try_for_each(|line| page.paragraph(2, &escape_prose(line)))
}
