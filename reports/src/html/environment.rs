//! What machine, pod and volumes are, and how each fact was learnt.

use maud::{Markup, html};

use super::rows::{ROOM, beyond, list, rows};
use super::section::{Section, scrolled};
use super::words::{path, plain, prose};
use crate::Report;
use crate::environment::{Told, told};

/// Members of a list that one fact names.
const LISTED: usize = 200;

pub(super) fn section(report: &Report) -> Option<Section> {
    let known = report.environment.as_ref().filter(|known| !known.facts.is_empty())?;
    let open = report.is_about_environment();
    let places = told(known, LISTED);
    let shown = rows(&places, 4 * ROOM, |place| one_place(place, open));
    let body = html! { (shown.markup) (beyond(shown.left_out)) };
    let count = known.facts.len().to_string();
    Some(Section::new("environment", "Environment", body).noted(count))
}

fn one_place(place: &Told<'_>, open: bool) -> Markup {
    let shown = rows(&place.known, ROOM, |(fact, words)| {
        html! {
            tr {
                th scope="row" { (fact.name.text().title) }
                td { (prose(words)) }
                td.muted { (prose(&fact.source)) }
            }
        }
    });
    let table = html! {
        table {
            thead { tr { th scope="col" { "Fact" } th scope="col" { "Value" } th scope="col" { "Learnt from" } } }
            tbody { (shown.markup) }
        }
    };
    html! {
        details.card open[open] {
            summary {
                @match place.path { Some(name) => (path(name)), None => "This machine" }
                " " span.muted { (place.known.len()) " facts" }
            }
            @if !place.known.is_empty() { (scrolled("Facts", &table)) (beyond(shown.left_out)) }
            @if !place.unknown.is_empty() {
                p { strong { "Not known:" } }
                (list(&place.unknown, |(why, titles)| html! { (titles.join(", ")) ": " (prose(&plain(why))) }))
            }
        }
    }
}
