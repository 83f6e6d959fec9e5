//! What tar round trips came to: each run, then each cause of failures with its messages.

use maud::{Markup, html};

use super::rows::{ROOM, beyond, evidence, list, rows, uncounted};
use super::section::{Section, scrolled};
use super::words::{capital, path, plain, word};
use crate::numbers::{bytes, counted, duration, grouped};
use crate::sum::sum;
use crate::text::tar_runs::troubles;
use crate::text::tar_trips::{label, refused, what_and_where};
use crate::{TarClassification, TarError, TarRun, TarTrips};

pub(super) fn section(trips: &TarTrips) -> Section {
    let conclusion = trips.conclusion();
    let (style, label) = label(conclusion);
    let classes = TarClassification::ALL.map(|class| failures(class, &trips.runs));
    let body = html! {
        p.conclusion.(super::verdict::tone(style)) { strong { (capital(label)) } " " (conclusion.text()) }
        p { "Extracted: " (plain(&what_and_where(trips))) "." }
        (runs(&trips.runs))
        @for class in classes { (class) }
        (unreadable(trips))
        (left_off(trips))
    };
    Section::new("tar", "Tar round trips", body).noted(label.trim_end_matches(':'))
}

fn runs(runs: &[TarRun]) -> Markup {
    let shown = rows(runs, ROOM, one_run);
    let head = ["Rounds", "Packages", "Entries", "Compared", "Written", "Time", "Entries/s"];
    let table = html! {
        table {
            thead {
                tr {
                    th scope="col" { "Pattern" } th scope="col" { "Where" } th scope="col" { "Errors" }
                    @for word in head { th.number scope="col" { (word) } }
                }
            }
            tbody { (shown.markup) }
        }
    };
    html! { @if !runs.is_empty() { (scrolled("Runs", &table)) (beyond(shown.left_out)) } }
}

fn one_run(run: &TarRun) -> Markup {
    html! {
        tr {
            th scope="row" { (run.pattern.as_str()) @if run.control { " (control)" } }
            td.roomy { (plain(&run.filesystem)) " in " (path(&run.directory)) }
            td.roomy { (troubles(run).join(", ")) }
            td.number { (grouped(run.rounds.into())) }
            td.number { (grouped(run.packages)) }
            td.number { (grouped(run.entries)) }
            td.number { (grouped(run.verified)) }
            td.number { (bytes(run.bytes)) }
            td.number { (duration(run.seconds)) }
            td.number { @match rate(run) { Some(rate) => (grouped(rate)), None => "–" } }
        }
    }
}

/// Entries a second, where the time is long enough to say so.
fn rate(run: &TarRun) -> Option<u64> {
    (run.seconds >= 0.01).then(|| (run.entries as f64 / run.seconds).round() as u64)
}

/// A cause of failures with every message that has a row.
fn failures(class: TarClassification, runs: &[TarRun]) -> Markup {
    let count = sum(runs.iter().map(|run| run.count(class)));
    // Those of the control arm come last.
    let arm = |control| runs.iter().filter(move |run| run.control == control);
    let errors = arm(false).chain(arm(true)).flat_map(|run| &run.errors);
    let errors: Vec<_> = errors.filter(|error| error.classification == class).collect();
    let tone = if class.accuses_filesystem() { "bad" } else { "doubtful" };
    let unlisted = count.saturating_sub(errors.len() as u64);
    html! {
        @if count > 0 {
            details.card open[class.accuses_filesystem()] {
                summary {
                    span.status.(tone) { (class.as_str()) } " " span.muted { (counted(count, "time", "times")) }
                }
                p { (class.text()) }
                (list(errors, one_error))
                (uncounted(unlisted, " that the report only counts"))
            }
        }
    }
}

/// The message as npm prints it, and what was seen at once.
fn one_error(error: &TarError) -> Markup {
    html! {
        (word(&error.message))
        span.muted {
            " round " (error.round)
            @if let Some(package) = &error.package { ", " (path(package)) }
        }
        @if !error.evidence.is_empty() { (evidence(&error.evidence)) }
    }
}

/// What of the tree that was packed could not be read.
fn unreadable(trips: &TarTrips) -> Markup {
    let count = trips.unreadable_beyond.saturating_add(trips.unreadable.len() as u64);
    html! {
        @if count > 0 {
            h3 { "Not readable" }
            p { (counted(count, "entry", "entries")) " of the tree that was packed could not be read." }
            details.card {
                summary { "Which" }
                (list(&trips.unreadable, one_error))
                (uncounted(trips.unreadable_beyond, ""))
            }
        }
    }
}

/// What of the archives was not extracted.
fn left_off(trips: &TarTrips) -> Markup {
    let count = trips.refused_count();
    html! {
        @if count > 0 {
            h3 { "Not extracted" }
            p { (counted(count, "member or archive was", "members or archives were")) " not extracted." }
            details.card {
                summary { "Which, and why" }
                (list(&trips.refused, |row| html! { (plain(&refused(row))) }))
                (uncounted(trips.refused_beyond, ""))
            }
        }
    }
}
