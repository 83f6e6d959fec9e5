//! The trees that were asked for, what they stand on, how much was seen, and which checks ran.

use maud::{Markup, html};

use super::rows::{ROOM, beyond, rows};
use super::section::{Section, scrolled};
use super::words::{path, plain, prose, word};
use crate::text::summary;
use crate::{CheckRun, CheckStatus, Report, Root};

pub(super) fn section(report: &Report) -> Option<Section> {
    // What was made for the run is gone: nobody can go there.
    let made = |root: &&Root| report.stress.as_ref().is_some_and(|stress| stress.made(&root.path));
    let roots: Vec<_> = report.roots.iter().filter(|root| !made(root)).collect();
    let said = totals(report);
    if roots.is_empty() && said.is_empty() {
        return None;
    }
    let shown = rows(&roots, ROOM, |root| one(root));
    let body = html! {
        @for sentence in said { p { (plain(&sentence)) } }
        (shown.markup)
        (beyond(shown.left_out))
    };
    Some(Section::new("roots", "What was scanned", body))
}

fn totals(report: &Report) -> Vec<String> {
    // Round trips and stress alone walk nothing.
    let else_done =
        report.tar.is_some() || report.stress.is_some() || report.is_about_environment();
    let walked = report.totals.entries > 0 || !else_done;
    let (totals, seconds) = (&report.totals, report.duration_seconds);
    [
        walked.then(|| summary::totals_sentence(totals, seconds)),
        (totals.volatile > 0).then(|| summary::volatile_sentence(totals.volatile)),
        report.resumed.as_ref().map(|resumed| summary::resumed_sentences(resumed, report)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn one(root: &Root) -> Markup {
    let count = |status| root.checks.iter().filter(|check| check.status == status).count();
    let (ran, partial, skipped) =
        (count(CheckStatus::Ran), count(CheckStatus::Partial), count(CheckStatus::Skipped));
    html! {
        article.card {
            h3 { (path(&root.path)) }
            dl.facts {
                dt { "Filesystem" } dd { (or_unknown(&root.filesystem)) }
                dt { "Device" } dd { (or_unknown(&root.device)) }
                @if !root.mount_point.is_empty() {
                    dt { "Mounted at" } dd { (word(&root.mount_point)) }
                    dt { "Options" } dd { (word(&root.mount_options)) }
                    dt { "When the kernel meets damage" }
                    dd { (plain(root.errors_policy.as_deref().unwrap_or("unknown"))) }
                    dt { "UUID" }
                    dd { (plain(root.filesystem_uuid.as_deref().unwrap_or("unknown"))) }
                }
            }
            @if !root.checks.is_empty() {
                details {
                    summary {
                        "Checks: " (ran) " ran"
                        @if partial > 0 { ", " (partial) " in part" }
                        @if skipped > 0 { ", " (skipped) " not" }
                    }
                    (checks(&root.checks))
                }
            }
        }
    }
}

fn or_unknown(text: &str) -> Markup {
    html! { @if text.is_empty() { "unknown" } @else { (word(text)) } }
}

fn checks(checks: &[CheckRun]) -> Markup {
    let shown = rows(checks, ROOM, |check| {
        html! {
            tr {
                th scope="row" { (plain(&check.name)) }
                td { (status(check.status)) }
                td { @if let Some(reason) = &check.reason { (prose(reason)) } }
            }
        }
    });
    let table = html! {
        table {
            thead { tr { th scope="col" { "Check" } th scope="col" { "Ran" } th scope="col" { "Remark" } } }
            tbody { (shown.markup) }
        }
    };
    html! { (scrolled("Checks", &table)) (beyond(shown.left_out)) }
}

fn status(status: CheckStatus) -> Markup {
    match status {
        CheckStatus::Ran => html! { span.status.good { "ran" } },
        CheckStatus::Partial => html! { span.status.doubtful { "in part" } },
        CheckStatus::Skipped => html! { span.status.neutral { "not" } },
    }
}
