//! What was not examined, and why. "Could not look" is not "looks fine".

use maud::{Markup, html};

use super::rows::list;
use super::section::Section;
use super::words::{path, plain, prose};
use crate::numbers::{counted, grouped};
use crate::text::unexamined::{all_examined, open_sentences, unfinished_sentences};
use crate::{Report, Unchecked};

pub(super) fn section(report: &Report) -> Option<Section> {
    let unfinished = unfinished_sentences(report);
    let open = open_sentences(report);
    let nothing = report.unchecked.is_empty() && unfinished.is_empty() && open.is_empty();
    if nothing && (report.saw_nothing() || report.is_about_environment()) && report.complete {
        return None;
    }
    let body = html! {
        @if !report.complete { p { strong { "The run stopped before its end." } } }
        @else if nothing { p { (prose(all_examined(report))) } }
        @if !report.unchecked.is_empty() { (list(&report.unchecked, item)) }
        (sentences("These checks did not see everything:", &unfinished))
        (sentences("These left something open:", &open))
    };
    let section = Section::new("unexamined", "Not examined", body);
    let gaps = report.left_something_unchecked();
    Some(if gaps { section.noted("gaps") } else { section })
}

fn sentences(lead: &str, sentences: &[String]) -> Markup {
    html! {
        @if !sentences.is_empty() {
            p { (lead) }
            (list(sentences, |sentence| html! { (prose(sentence)) "." }))
        }
    }
}

fn item(row: &Unchecked) -> Markup {
    let more = row.count.saturating_sub(row.examples.len() as u64);
    html! {
        strong { (plain(&row.what)) } ": " (prose(row.reason.text()))
        " (" (counted(row.count, "place", "places")) ")"
        @if !row.examples.is_empty() {
            details {
                summary { "Where" }
                (list(&row.examples, path))
                @if more > 0 { p.beyond { "… and " (grouped(more)) " more." } }
            }
        }
    }
}
