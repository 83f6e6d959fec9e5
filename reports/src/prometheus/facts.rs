//! What works there.

use crate::{ComponentStatus, Report};

use super::{Exposition, Metric, wire_word};

/// Adds the components, each with every status.
pub(super) fn add(report: &Report, page: &mut Exposition) {
    let statuses = [
        ComponentStatus::Works,
        ComponentStatus::Fails,
        ComponentStatus::AtRisk,
        ComponentStatus::Unknown,
    ];
    let components = report.environment.iter().flat_map(|environment| &environment.components);
    let samples = components.flat_map(|component| {
        statuses.map(|status| {
            let labels = [("component", wire_word(component.name)), ("status", wire_word(status))];
            (labels, u8::from(status == component.status))
        })
    });
    page.labelled(
        Metric { name: "component_status", help: "1 for the status of a component, else 0." },
        samples,
    );
}
