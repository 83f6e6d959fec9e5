//! What hammering filesystems came to: where, how much and how fast; then what diverged.

use maud::{Markup, html};

use super::rows::{ROOM, beyond, list, rows};
use super::section::{Section, scrolled};
use super::words::{capital, path, plain, prose, word};
use super::{stress_charts, stress_coverage, stress_divergences};
use crate::numbers::{bytes, counted, duration, grouped};
use crate::text::stress::{label, what_and_where, whether_it_shows};
use crate::text::stress_targets::checked;
use crate::{Stress, StressCapability, StressEnding, StressQuirk, StressTarget};

pub(super) fn section(stress: &Stress) -> Section {
    let conclusion = stress.conclusion();
    let (style, label) = label(stress, conclusion);
    let body = html! {
        p.conclusion.(super::verdict::tone(style)) { strong { (capital(&plain(&label))) } " " (prose(conclusion.text())) }
        @if let Some(class) = &stress.recorded {
            p { strong { "Recorded: " } (plain(&whether_it_shows(stress, class))) "." }
        }
        p { "The run: " (plain(&what_and_where(stress))) "." }
        @if !stress.targets.is_empty() { p { "Checked: " (checked(&stress.targets)) "." } }
        (not_provided(stress))
        (stress_divergences::divergences(stress))
        (stress_charts::rates(stress))
        (stress_charts::latencies(stress))
        (targets(stress))
        (stress_coverage::coverage(stress))
        (quirks(stress))
    };
    let section = Section::new("stress", "Stress", body);
    match stress.divergence_count() {
        0 => section,
        count => section.noted(counted(count, "divergence", "divergences")),
    }
}

/// Targets that were asked for and are not there.
fn not_provided(stress: &Stress) -> Markup {
    html! {
        @if !stress.not_provided.is_empty() {
            p { strong { "Not provided:" } }
            (list(&stress.not_provided, |row| html! { (word(&row.name)) ": " (prose(&row.why)) }))
        }
    }
}

fn targets(stress: &Stress) -> Markup {
    let shown = rows(&stress.targets, 4 * ROOM, one_target);
    html! {
        @if !stress.targets.is_empty() {
            h3 { "Targets" }
            (shown.markup)
            (beyond(shown.left_out))
        }
    }
}

fn one_target(target: &StressTarget) -> Markup {
    let tone = match target.ended {
        StressEnding::Completed => "good",
        StressEnding::Lost => "bad",
        _ => "doubtful",
    };
    html! {
        details.card {
            summary {
                strong { (plain(&target.name)) } " "
                span.muted { (plain(&target.filesystem)) ", " (counted(target.operations, "operation", "operations")) }
                " " span.status.(tone) { (target.ended.text()) }
            }
            dl.facts {
                @if let Some(why) = &target.ended_because { dt { "Ended because" } dd { (prose(why)) } }
                @if target.no_space > 0 {
                    dt { "Full disk" } dd { (counted(target.no_space, "operation", "operations")) " met a full disk" }
                }
                dt { "Directory" } dd { (path(&target.directory)) @if target.made { " (made for this run)" } }
                dt { "Mount options" } dd { (word(&target.mount_options)) }
                dt { "Rounds" } dd { (grouped(target.rounds)) " in " (duration(target.seconds)) }
                dt { "Written" } dd { (bytes(target.bytes_written)) }
                dt { "Names at the same time" } dd { "at most " (grouped(target.live_entries_most)) }
            }
            (stress_charts::latency_table(target))
            (capabilities(&target.capabilities))
        }
    }
}

fn capabilities(all: &[StressCapability]) -> Markup {
    let shown = rows(all, ROOM, |row| {
        let found = if row.is_missing() { "missing" } else { row.found.as_str() };
        html! {
            tr {
                th scope="row" { (plain(&row.feature)) }
                td { span.status.bad[row.is_missing()] { (found) } }
                td {
                    @match row.declared { Some(true) => "expected", Some(false) => "not expected", None => "nothing is known" }
                }
                td { @if let Some(detail) = &row.detail { (prose(detail)) } }
            }
        }
    });
    let table = html! {
        table {
            thead {
                tr { th scope="col" { "Feature" } th scope="col" { "Found" } th scope="col" { "On this kind of filesystem" } th scope="col" { "Detail" } }
            }
            tbody { (shown.markup) }
        }
    };
    html! { @if !all.is_empty() { (scrolled("Features", &table)) (beyond(shown.left_out)) } }
}

fn quirks(stress: &Stress) -> Markup {
    let (met, never) =
        (stress.quirks_met().count() as u64, stress.quirks_never_met().count() as u64);
    let explained = counted(stress.differences_explained(), "difference", "differences");
    html! {
        @if !stress.quirks.is_empty() {
            details.card {
                summary {
                    "Known differences " span.muted {
                        (grouped(met)) " came up and explained " (explained) "; " (grouped(never)) " never came up"
                    }
                }
                (list(stress.quirks_met().chain(stress.quirks_never_met()), quirk))
            }
        }
    }
}

fn quirk(quirk: &StressQuirk) -> Markup {
    html! {
        strong { (grouped(quirk.count)) " × " } (word(&quirk.id))
        @if !quirk.filesystem.is_empty() { " (" (plain(&quirk.filesystem)) ")" }
        ": " @if quirk.defect { "a defect: " } (prose(&quirk.text))
        " " span.muted { (prose(&quirk.source)) }
    }
}
