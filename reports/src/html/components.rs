//! The table that its users know: what works there.

use maud::{Markup, html};

use super::rows::{ROOM, beyond, rows};
use super::section::Section;
use super::words::prose;
use crate::{Component, ComponentStatus, Report};

pub(super) fn section(report: &Report) -> Option<Section> {
    let components = &report.environment.as_ref()?.components;
    if components.is_empty() {
        return None;
    }
    let shown = rows(components, ROOM, row);
    let body = html! {
        table.components {
            thead {
                tr { th scope="col" { "Component" } th scope="col" { "Status" } th scope="col" { "Note" } }
            }
            tbody { (shown.markup) }
        }
        (beyond(shown.left_out))
    };
    let failing = components.iter().filter(|row| row.status == ComponentStatus::Fails).count();
    let section = Section::new("components", "What works here", body);
    Some(if failing > 0 { section.noted(format!("{failing} fail")) } else { section })
}

fn row(component: &Component) -> Markup {
    let tone = match component.status {
        ComponentStatus::Works => "good",
        ComponentStatus::Fails => "bad",
        ComponentStatus::AtRisk => "doubtful",
        ComponentStatus::Unknown => "neutral",
    };
    html! {
        tr {
            th scope="row" { (component.name.title()) }
            td { span.status.(tone) { (component.status.as_str()) } }
            td { (prose(&component.note)) }
        }
    }
}
