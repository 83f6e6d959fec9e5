//! One series: what changed, the findings, the numbers.

use maud::{Markup, html};

use super::{chart, findings, path, plain};
use crate::numbers::{counted, grouped};
use crate::trend::text::{between, capitalised, kernel_errors};
use crate::trend::{Trend, TrendSeries, TrendState};

pub(super) fn section(series: &TrendSeries, trend: &Trend, number: usize) -> Markup {
    let id = format!("series-{number}");
    let reports = counted(series.runs.len() as u64, "report", "reports");
    html! {
        section aria-labelledby=(id) {
            h2 id=(id) { (path(&series.path)) " " span.note { (series.kind.as_str()) } }
            p.muted { (reports) ": " (plain(&series.filesystem)) " on " (plain(&series.device)) }
            (tiles(series))
            (changes(series, trend))
            @for state in TrendState::ALL { (findings::of_state(series, state)) }
            (findings::suppressed(series))
            @if series.findings_beyond > 0 {
                p.beyond { "... and " (grouped(series.findings_beyond)) " more rows." }
            }
            @if let Some(counter) = series.kernel_errors.as_ref().filter(|it| it.increase > 0) {
                p { (kernel_errors(series, counter)) }
            }
            (chart::charts(series, trend))
        }
    }
}

/// How many findings became what.
fn tiles(series: &TrendSeries) -> Markup {
    html! {
        @if series.tallies.is_empty() {
            p { "Nothing was found, as before." }
        } @else {
            dl.tiles {
                @for tally in &series.tallies {
                    div class={ "tile " (tone(tally.state)) } {
                        dt { (capitalised(tally.state.text())) }
                        dd { (grouped(tally.rows)) }
                    }
                }
            }
        }
    }
}

/// The class of a state.
pub(super) fn tone(state: TrendState) -> &'static str {
    match state {
        TrendState::Gone | TrendState::Shrinking => "good",
        TrendState::NotLookedAt | TrendState::Accepted => "suspect",
        TrendState::Same => "info",
        _ => "corrupt",
    }
}

/// What changed besides the findings.
fn changes(series: &TrendSeries, trend: &Trend) -> Markup {
    let moments = series.moments(trend);
    html! {
        @if !series.changes.is_empty() {
            h3 { "Changed" }
            ul {
                @for change in &series.changes {
                    li {
                        (between(change, series, trend, &moments)) ": " (change.aspect.text()) " " code { (plain(&change.to)) }
                        ", before " code { (plain(&change.from)) }
                        @if !change.meaning().is_empty() { " – " (change.meaning()) }
                    }
                }
            }
        }
    }
}
