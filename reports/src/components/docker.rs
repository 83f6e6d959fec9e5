//! Docker mounts an overlay for each build step, whose upper layer lies in its data root.

use super::{Judged, text, unless_installed, why_unknown};
use crate::ComponentStatus::{AtRisk, Fails, Unknown, Works};
use crate::{Environment, FactName, PathName, Report, Severity};

pub(super) fn judge(known: &Environment, report: &Report) -> Judged {
    let (status, note) = data_root(known, report);
    (status, note + &unless_installed(known, FactName::Docker, "Docker"))
}

fn data_root(known: &Environment, report: &Report) -> Judged {
    let root = text(known, FactName::DockerDataRoot);
    let (Some(root), Some(filesystem)) = (root, text(known, FactName::DockerDataRootFilesystem))
    else {
        let why = why_unknown(known, FactName::DockerDataRootFilesystem);
        return (Unknown, format!("Where Docker's data root lies is not known: {why}."));
    };
    let tried = text(known, FactName::NestedOverlay);
    if tried == Some("refused") || filesystem == "overlay" {
        let note = "which cannot be the upper layer of an overlay";
        return (Fails, format!("The data root {root} lies on {filesystem}, {note}."));
    }
    if is_doubtful(root, report) {
        return (AtRisk, format!("The data root {root} lies where damage was found."));
    }
    if let Some(judged) = containerd(known) {
        return judged;
    }
    if tried == Some("works") {
        let note = "where an overlay could be mounted";
        return (Works, format!("The data root {root} lies on {filesystem}, {note}."));
    }
    let note = "whether an overlay can be mounted there could not be tried";
    (Unknown, format!("The data root {root} lies on {filesystem}; {note}."))
}

/// Where images lie if Docker keeps them in containerd's store.
fn containerd(known: &Environment) -> Option<Judged> {
    let filesystem = text(known, FactName::ContainerdRootFilesystem)?;
    let root = text(known, FactName::ContainerdRoot)?;
    if filesystem != "overlay" {
        return None;
    }
    let note = "which cannot be the upper layer of an overlay";
    match text(known, FactName::DockerImageStore) {
        Some("containerd") => {
            Some((Fails, format!("Images lie in {root}, on {filesystem}, {note}.")))
        }
        Some(_) => None,
        None => Some((Unknown, format!("Images may lie in {root}, on {filesystem}, {note}."))),
    }
}

fn is_doubtful(path: &str, report: &Report) -> bool {
    let known = crate::Known::of(report);
    let worst = known.worst_around(&PathName::new(path.as_bytes().to_vec()));
    worst.is_some_and(|worst| worst >= Severity::Suspect)
}
