//! What was found: a group for each kind, with what it means, and every row that has room.

use maud::{Markup, html};

use super::finding_filter;
use super::rows::{beyond, evidence, rows};
use super::section::Section;
use super::verdict::{anchor, badge};
use super::words::{name_of, path, prose, word};
use crate::numbers::{counted, grouped};
use crate::text::findings::occurrences;
use crate::{Finding, Severity};

/// Rows of a kind that are seen at once.
const FIRST: usize = 5;

/// Bytes of markup that rows of one kind may take.
const ROOM: usize = 256 * 1024;

/// Bytes of all kinds together.
const ALL: usize = 4 * 1024 * 1024;

/// Groups that stand open at first.
const OPEN: usize = 3;

pub(super) fn section(findings: &[Finding]) -> Option<Section> {
    if findings.is_empty() {
        return None;
    }
    // Findings come sorted by severity, then by code: equal ones stand side by side.
    let groups = findings.chunk_by(|a, b| (a.severity, a.code) == (b.severity, b.code));
    let groups: Vec<_> = groups.collect();
    let mut left = ALL;
    let shown = rows(groups.iter().enumerate(), ALL, |(index, group)| {
        let markup = one_group(index, group, ROOM.min(left));
        left = left.saturating_sub(markup.0.len());
        markup
    });
    let body = html! {
        (finding_filter::form(&groups))
        div id="finding-groups" { (shown.markup) }
        (beyond(shown.left_out))
        p.muted { code { "fscan explain CODE" } " says on a terminal what a code means and how it is found." }
    };
    let count = grouped(occurrences(findings));
    Some(Section::new("findings", "Findings", body).noted(count))
}

fn one_group(index: usize, group: &[Finding], room: usize) -> Markup {
    let Some(first) = group.first() else { return html! {} };
    let text = first.code.text();
    let (first_rows, rest) = group.split_at(group.len().min(FIRST));
    let shown = rows(first_rows, usize::MAX, one);
    let others = rows(rest, room.saturating_sub(shown.markup.0.len()), one);
    let opened = index < OPEN && first.severity >= Severity::Suspect;
    html! {
        details.card.group.(first.severity.as_str()) id=(anchor(first))
            data-code=(first.code.as_str()) data-severity=(first.severity.as_str()) open[opened] {
            summary {
                (badge(first.severity)) " "
                span.title { (text.title) } " "
                span.muted { code { (text.word) } " · " (counted(occurrences(group), "time", "times")) }
            }
            div.meaning {
                p { (prose(text.meaning)) }
                details {
                    summary { "How it is found, and what to do" }
                    p { (prose(text.detection)) }
                    p { (prose(text.remedy)) }
                }
            }
            ul.findings { (shown.markup) }
            @if others.markup.0.is_empty() { (beyond(others.left_out)) }
            @else {
                details.rest {
                    summary { (counted(rest.len() as u64, "more row", "more rows")) }
                    ul.findings { (others.markup) }
                    (beyond(others.left_out))
                }
            }
        }
    }
}

fn one(row: &Finding) -> Markup {
    html! {
        li.finding {
            p.subject {
                (subject(row))
                @if row.occurrences > 1 { " " span.muted { (grouped(row.occurrences)) " times" } }
                " " span.muted { "first seen " time { (row.first_seen) } }
            }
            dl.facts {
                dt { "Expected" } dd { (prose(&row.expected)) }
                dt { "Found" } dd { (prose(&row.found)) }
                @if !row.evidence.is_empty() {
                    dt { "Evidence" }
                    dd { (evidence(&row.evidence)) }
                }
            }
        }
    }
}

/// What a row speaks of.
fn subject(row: &Finding) -> Markup {
    let subject = &row.subject;
    let inode = subject.inode.map(|number| format!("inode {number}"));
    html! {
        @if let Some(place) = &subject.path { (path(place)) }
        @if subject.is_empty() { "the whole filesystem" }
        @if let Some(inode) = &inode {
            @if subject.path.is_some() { " " span.muted { (inode) } } @else { (name_of(inode)) }
        }
        @if let Some(device) = &subject.device { " " span.muted { "device " (word(device)) } }
    }
}
