//! What to do next, in order, with commands that can be copied as they are.

use maud::{Markup, html};

use super::rows::{ROOM, beyond, rows};
use super::section::Section;
use super::words::{command, plain, prose};
use crate::{Recommendation, Step};

pub(super) fn section(recommendations: &[Recommendation]) -> Option<Section> {
    if recommendations.is_empty() {
        return None;
    }
    let shown = rows(recommendations.iter().enumerate(), ROOM, |(index, row)| one(index + 1, row));
    let body = html! {
        ol.advice { (shown.markup) }
        (beyond(shown.left_out))
    };
    let count = recommendations.len().to_string();
    Some(Section::new("advice", "What to do next", body).noted(count))
}

fn one(number: usize, row: &Recommendation) -> Markup {
    let steps = rows(&row.steps, ROOM, one_step);
    html! {
        li.card id={ "do-" (number) } {
            h3 { span.number { (number) } (plain(&row.title)) }
            (because(row))
            ol.steps { (steps.markup) }
            (beyond(steps.left_out))
            @if let Some(why) = &row.held_back {
                p.held { strong { "Held back: " } "commands that destroy something. " (prose(why)) }
            }
            dl.facts {
                dt { "Caveat" } dd { (prose(&row.caveat)) }
                dt { "Source" } dd { (prose(&row.source)) }
                dt { "Confidence" } dd { (row.confidence.as_str()) }
            }
        }
    }
}

/// What led to it.
fn because(row: &Recommendation) -> Markup {
    let codes = row.because.iter().map(|code| code.as_str());
    let facts = row.facts.iter().map(|fact| fact.as_str());
    let causes: Vec<_> = codes.chain(facts).collect();
    html! {
        @if !causes.is_empty() {
            p.muted {
                "Because of "
                @for (index, cause) in causes.iter().enumerate() {
                    @if index > 0 { ", " }
                    code { (cause) }
                }
            }
        }
    }
}

fn one_step(step: &Step) -> Markup {
    html! {
        li {
            p { (prose(&step.text)) }
            @if let Some(text) = &step.command { (copied(&command(text))) }
        }
    }
}

/// A command with a button that copies it; the button is there where the script runs.
pub(super) fn copied(command: &str) -> Markup {
    html! {
        div.command {
            pre tabindex="0" role="group" aria-label="Command" { code { (command) } }
            button.copy type="button" hidden { "Copy" }
        }
    }
}
