//! What people work with, judged by facts and findings: the table at the end of a report.

mod buildah;
mod buildkit;
mod docker;
mod filesystem;
mod longhorn;
mod packages;
mod tmpfs;

use crate::{Answer, Component, ComponentName, ComponentStatus, Environment, FactName, Report};

/// A status, and the evidence for it in a sentence.
type Judged = (ComponentStatus, String);

/// Every component, in order.
pub(crate) fn components(report: &Report) -> Vec<Component> {
    let none = Environment::default();
    let known = report.environment.as_ref().unwrap_or(&none);
    let judged = ComponentName::ALL.map(|name| {
        let (status, note) = match name {
            ComponentName::DockerBuilds => docker::judge(known, report),
            ComponentName::BuildkitNestedOverlay => buildkit::judge(known),
            ComponentName::PackageExtraction => packages::judge(report),
            ComponentName::NodeModulesOnTmpfs => tmpfs::judge(known),
            ComponentName::Buildah => buildah::judge(known),
            ComponentName::VolumeFilesystem => filesystem::judge(known, report),
            ComponentName::LonghornVolume => longhorn::judge(known, report),
        };
        Component { name, status, note }
    });
    judged.into()
}

/// A word or name of the machine; none where it is not known.
fn text(known: &Environment, name: FactName) -> Option<&str> {
    known.of_machine(name)?.text()
}

/// Why a fact of the machine is not known.
fn why_unknown(known: &Environment, name: FactName) -> &str {
    let fact = known.facts.iter().find(|fact| fact.name == name && fact.path.is_none());
    match fact.map(|fact| &fact.answer) {
        Some(Answer::Unknown(why)) => why,
        _ => "it was not asked",
    }
}

/// What is added to a note where a program is not there.
fn unless_installed(known: &Environment, program: FactName, name: &str) -> String {
    match text(known, program) {
        Some("") => format!(" {name} is not installed here."),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests;
