//! What a comparison of two manifests came to: in a sentence, by directory, and path by path.

use maud::{Markup, html};

use super::bars::{bar, stacked};
use super::rows::{ROOM, beyond, rows, uncounted};
use super::section::{Section, scrolled};
use super::words::{path, plain, prose};
use crate::numbers::{bytes, counted, grouped};
use crate::text::comparison::{side, tally, verdict};
use crate::{Diff, DiffDirectory, DiffField, DiffRow, DiffTally};

/// What became of entries, the worst first: its class, and how many they are.
type Fates = [(&'static str, u64); 5];

pub(super) fn section(diff: &Diff) -> Section {
    let (label, style, text) = verdict(diff);
    let unchecked = diff.totals.unchecked;
    let body = html! {
        p.conclusion.(super::verdict::tone(style)) { strong { (super::words::capital(label)) } " " (plain(&text)) "." }
        @if unchecked.entries > 0 { p { strong { "Not comparable: " } (tally(unchecked)) "." } }
        ul {
            li { (prose(&side("before", &diff.before))) }
            li { (prose(&side("after", &diff.after))) }
        }
        (totals(diff))
        (directories(&diff.by_directory))
        (listed("Missing", &diff.missing, diff.left_out.missing))
        (listed("Changed and moved", &diff.changed, diff.left_out.changed))
        (listed("Added", &diff.added, diff.left_out.added))
    };
    let section = Section::new("diff", "Compared with the manifest", body);
    let lost = diff.totals.missing.entries.saturating_add(diff.totals.changed.entries);
    if lost > 0 { section.noted(format!("{} lost or changed", grouped(lost))) } else { section }
}

fn totals(diff: &Diff) -> Markup {
    let totals = &diff.totals;
    let fates: [(&str, &'static str, DiffTally); 7] = [
        ("Missing", "missing", totals.missing),
        ("Changed", "changed", totals.changed),
        ("Metadata", "metadata", totals.metadata),
        ("Moved", "moved", totals.moved),
        ("Added", "added", totals.added),
        ("Unchanged", "unchanged", totals.unchanged),
        ("Not comparable", "unchecked", totals.unchecked),
    ];
    let sum = fates.iter().map(|(.., tally)| tally.entries).fold(0, u64::saturating_add);
    let parts = fates.map(|(_, class, tally)| (class, tally.entries));
    let table = html! {
        table.chart {
            thead { tr { th scope="col" { "Entries" } th.number scope="col" { "Count" } th.number scope="col" { "Size" } th scope="col" { "Share" } } }
            tbody {
                @for (name, class, tally) in fates {
                    tr {
                        th scope="row" { span.swatch.(class) aria-hidden="true" {} (name) }
                        td.number { (grouped(tally.entries)) }
                        td.number { (bytes(tally.bytes)) }
                        td.wide { (bar(&stacked(&[(class, tally.entries)], sum))) }
                    }
                }
            }
        }
    };
    html! {
        figure.stack { (bar(&stacked(&parts, sum))) }
        (scrolled("What became of the entries", &table))
    }
}

fn fates(row: &DiffDirectory) -> Fates {
    [
        ("missing", row.missing),
        ("changed", row.changed),
        ("metadata", row.metadata),
        ("moved", row.moved),
        ("added", row.added),
    ]
}

fn directories(all: &[DiffDirectory]) -> Markup {
    let sum = |row: &DiffDirectory| fates(row).iter().map(|(_, n)| *n).fold(0, u64::saturating_add);
    let most = all.iter().map(sum).max().unwrap_or(0);
    let shown = rows(all, ROOM, |row| {
        html! {
            tr {
                th scope="row" { (name(row)) }
                @for (_, count) in fates(row) { td.number { (grouped(count)) } }
                td.number { (bytes(row.missing_bytes)) }
                td.wide { (bar(&stacked(&fates(row), most))) }
            }
        }
    });
    let head = ["Missing", "Changed", "Metadata", "Moved", "Added", "Bytes missing"];
    let table = html! {
        table.chart {
            thead {
                tr {
                    th scope="col" { "Directory" }
                    @for word in head { th.number scope="col" { (word) } }
                    th scope="col" { "Entries" }
                }
            }
            tbody { (shown.markup) }
        }
    };
    html! {
        @if !all.is_empty() {
            h3 { "By directory" }
            (scrolled("Differences by directory", &table))
            (beyond(shown.left_out))
        }
    }
}

fn name(row: &DiffDirectory) -> Markup {
    html! {
        @match &row.path {
            Some(name) => (path(name)),
            None => (counted(row.directories, "more directory", "more directories")),
        }
    }
}

fn listed(heading: &str, all: &[DiffRow], left_out: u64) -> Markup {
    let shown = rows(all, ROOM, one);
    let count = (all.len() as u64).saturating_add(left_out);
    html! {
        @if count > 0 {
            details.card {
                summary { (heading) " " span.muted { (counted(count, "row", "rows")) } }
                ul.differences { (shown.markup) }
                (beyond(shown.left_out))
                (uncounted(left_out, "; --all-findings lists them"))
            }
        }
    }
}

fn one(row: &DiffRow) -> Markup {
    html! {
        li {
            (path(&row.path)) " " span.muted { (row.kind.as_str()) }
            @if row.below > 0 { span.muted { ", with " (counted(row.below, "entry", "entries")) " below" } }
            @if let Some(from) = &row.from { br; "was " (path(from)) }
            @if !row.fields.is_empty() {
                ul.fields { @for field in &row.fields { (one_field(field)) } }
            }
        }
    }
}

fn one_field(field: &DiffField) -> Markup {
    html! {
        li { (plain(&field.name)) ": " del { (plain(&field.old)) } " → " ins { (plain(&field.new)) } }
    }
}
