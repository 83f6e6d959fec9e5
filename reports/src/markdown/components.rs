//! The table that its users know: what works there.

use crate::{Component, ComponentStatus, Report};

use super::detail::Detail;
use super::markup::prose;
use super::more;
use super::section::{Section, worth};
use super::table::{Side, table};

pub(super) fn section(report: &Report, detail: &Detail) -> Option<Section> {
    let components = &report.environment.as_ref()?.components;
    if components.is_empty() {
        return None;
    }
    let head = [("Component", Side::Left), ("Status", Side::Left), ("Note", Side::Left)];
    let rows = components.iter().take(detail.rows).map(|component| row(component, detail));
    let mut blocks = vec![table(head, rows)];
    blocks.extend(more(components.len() as u64, detail));
    Some(Section::new("Components", worth::COMPONENTS, &blocks))
}

fn row(component: &Component, detail: &Detail) -> [String; 3] {
    let word = component.status.as_str();
    let status = match component.status {
        ComponentStatus::Works => word.to_owned(),
        ComponentStatus::Fails | ComponentStatus::AtRisk | ComponentStatus::Unknown => {
            format!("**{word}**")
        }
    };
    let title = prose(component.name.title(), detail.text);
    [title, status, prose(&component.note, detail.text)]
}
