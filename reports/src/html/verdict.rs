//! The head of the page: what it is, how bad it is, and what to do first.

use maud::{Markup, html};

use super::advice::copied;
use super::words::{command, path, plain, prose};
use crate::numbers::{counted, duration, grouped};
use crate::sum::sum;
use crate::text::findings::occurrences;
use crate::text::page::Style;
use crate::text::summary;
use crate::{Finding, Report, Severity};

/// Kinds of defects that are named at once.
const WORST: usize = 3;

/// Trees that are named at once.
const PLACES: usize = 3;

pub(super) fn banner(report: &Report) -> Markup {
    let (label, style) = summary::verdict_label(report);
    html! {
        header.verdict.(tone(style)) {
            div.wrap {
                p.kicker {
                    "fscan · " (plain(&report.tool.host)) " · " time { (report.started_at) }
                    " · took " (duration(report.duration_seconds))
                }
                h1 { (mark(style)) (label) }
                (places(report))
                p.lead { (prose(&summary::verdict_sentences(report))) }
                div.brief {
                    (worst(report))
                    (first(report))
                }
                (severities(report))
            }
        }
    }
}

/// The trees, as far as a line has room.
fn places(report: &Report) -> Markup {
    let more = report.roots.len().saturating_sub(PLACES) as u64;
    html! {
        @if !report.roots.is_empty() {
            p.where {
                @for root in report.roots.iter().take(PLACES) {
                    span {
                        (path(&root.path))
                        " " (plain(&summary::place(root)))
                    }
                }
                @if more > 0 { span { "and " (grouped(more)) " more" } }
            }
        }
    }
}

/// The class of what has a style in text.
pub(super) fn tone(style: Style) -> &'static str {
    match style {
        Style::Good => "good",
        Style::Doubtful => "doubtful",
        Style::Bad => "bad",
        Style::Plain | Style::Strong | Style::Faint => "neutral",
    }
}

/// A sign beside the word, of another shape for each meaning.
fn mark(style: Style) -> Markup {
    let shape = match style {
        Style::Good => "M4 12.5l5 5L20 6.5",
        Style::Doubtful => "M12 4v10M12 18.5v1",
        Style::Bad => "M6 6l12 12M18 6L6 18",
        Style::Plain | Style::Strong | Style::Faint => "M12 10v9M12 5v1",
    };
    html! {
        svg.mark viewBox="0 0 24 24" aria-hidden="true" focusable="false" { path d=(shape) {} }
    }
}

/// The worst kinds of defects, each with the first place.
fn worst(report: &Report) -> Markup {
    let groups = report.findings.chunk_by(|a, b| (a.severity, a.code) == (b.severity, b.code));
    let defects = groups.filter(|group| severity(group) > Severity::Info);
    let defects: Vec<_> = defects.collect();
    let more = defects.len().saturating_sub(WORST) as u64;
    html! {
        @if !defects.is_empty() {
            div {
                h2 { "What was found" }
                ul.worst {
                    @for group in defects.iter().take(WORST) { (kind(group)) }
                }
                @if more > 0 {
                    p { a href="#findings" { (counted(more, "more kind of finding", "more kinds of findings")) } }
                }
            }
        }
    }
}

fn severity(group: &[Finding]) -> Severity {
    group.first().map_or(Severity::Info, |row| row.severity)
}

fn kind(group: &[Finding]) -> Markup {
    let first = group.first();
    html! {
        @if let Some(first) = first {
            li {
                (badge(first.severity)) " "
                a href={ "#" (anchor(first)) } { (first.code.text().title) }
                " " span.muted {
                    (counted(occurrences(group), "time", "times"))
                    @if let Some(place) = &first.subject.path { ", as at " (path(place)) }
                }
            }
        }
    }
}

/// Where the group of a finding stands on the page.
pub(super) fn anchor(finding: &Finding) -> String {
    format!("{}-{}", finding.severity.as_str(), finding.code.as_str())
}

/// A severity as a word that is set apart.
pub(super) fn badge(severity: Severity) -> Markup {
    html! { span.badge.(severity.as_str()) { (severity.as_str()) } }
}

/// The first thing to do.
fn first(report: &Report) -> Markup {
    html! {
        @if let Some(first) = report.recommendations.first() {
            div.first {
                h2 { "Do this first" }
                p.what { a href="#do-1" { (plain(&first.title)) } }
                @if let Some(step) = first.steps.first() {
                    p { (prose(&step.text)) }
                    @if let Some(text) = &step.command { (copied(&command(text))) }
                }
            }
        }
    }
}

/// How many findings of each severity.
fn severities(report: &Report) -> Markup {
    let count = |severity| {
        let rows = report.findings.iter().filter(|row| row.severity == severity);
        sum(rows.map(|row| row.occurrences))
    };
    let tiles = [
        (Severity::Corrupt, "proven damage"),
        (Severity::Suspect, "likely damage"),
        (Severity::Warning, "risks"),
        (Severity::Info, "notes, no defects"),
    ];
    html! {
        @if !report.is_about_environment() && !report.saw_nothing() {
            dl.tiles aria-label="Findings by severity" {
                @for (severity, meaning) in tiles {
                    div.tile.(severity.as_str()).none[count(severity) == 0] {
                        dt { (severity.as_str()) span.muted { (meaning) } }
                        dd { (grouped(count(severity))) }
                    }
                }
            }
        }
    }
}
