//! The findings of one state, as a table.

use maud::{Markup, html};

use super::series::tone;
use super::{path, plain};
use crate::Subject;
use crate::numbers::grouped;
use crate::trend::text::{capitalised, counts};
use crate::trend::{TrendFinding, TrendSeries, TrendState};

/// Rows of one state.
const ROWS: usize = 100;

/// What became this; what is as it was is folded away.
pub(super) fn of_state(series: &TrendSeries, state: TrendState) -> Markup {
    let rows = series.findings.iter();
    let rows: Vec<_> = rows.filter(|row| row.state == state && row.suppressed.is_none()).collect();
    if rows.is_empty() {
        return html! {};
    }
    let title = format!("{} ({})", capitalised(state.text()), grouped(series.count(state)));
    html! {
        details class={ "card group " (tone(state)) } open[state != TrendState::Same] {
            summary { span.title { (title) } }
            (table(&title, &rows, series))
        }
    }
}

fn table(label: &str, rows: &[&TrendFinding], series: &TrendSeries) -> Markup {
    html! {
        div.scroll tabindex="0" role="region" aria-label=(label) {
            table {
                thead {
                    tr {
                        th scope="col" { "Severity" }
                        th scope="col" { "Finding" }
                        th scope="col" { "Where and what" }
                        th.number scope="col" { "How many" }
                    }
                }
                tbody { @for row in rows.iter().take(ROWS) { (line(row, series)) } }
            }
        }
        @if rows.len() > ROWS { p.beyond { "... and " (rows.len() - ROWS) " more." } }
    }
}

fn line(row: &TrendFinding, series: &TrendSeries) -> Markup {
    html! {
        tr {
            td { span class={ "badge " (row.severity.as_str()) } { (row.severity.as_str()) } }
            td { code { (row.code) } }
            td {
                (subject(&row.subject))
                @if let Some(detail) = row.detail.as_ref() { p.muted { (plain(detail)) } }
                @if row.state.is_worse() && row.detail.is_none() { p.muted { (plain(&row.found)) } }
                @if let Some(because) = &row.because { p.muted { (plain(because)) } }
            }
            td.number { (counts(row, series)) }
        }
    }
}

fn subject(subject: &Subject) -> Markup {
    html! {
        @if *subject == Subject::default() { "all of this code together" }
        @if let Some(name) = &subject.path { (path(name)) }
        @if let Some(inode) = subject.inode { " inode " (inode) }
        @if let Some(device) = &subject.device { " " span.muted { (plain(device)) } }
    }
}

/// What is accepted.
pub(super) fn suppressed(series: &TrendSeries) -> Markup {
    let rows: Vec<_> = series.findings.iter().filter(|row| row.suppressed.is_some()).collect();
    html! {
        @if !rows.is_empty() {
            details.card.group.info {
                summary { span.title { "Suppressed (" (rows.len()) ")" } }
                ul {
                    @for row in rows.iter().take(ROWS) {
                        li {
                            code { (row.code) } " " (glob(row)) ": " (counts(row, series)) " ("
                            (row.state.text()) ")"
                        }
                    }
                }
            }
        }
    }
}

fn glob(row: &TrendFinding) -> String {
    let glob = row.suppressed.as_deref().filter(|glob| !glob.is_empty());
    plain(glob.unwrap_or("anywhere"))
}
