//! What people work with there, and whether it will work.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A row of the table at the end of a report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Component {
    /// Which.
    pub name: ComponentName,
    /// Whether it works.
    pub status: ComponentStatus,
    /// The evidence, in a sentence.
    pub note: String,
}

/// What people work with, in the order of the table.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum ComponentName {
    /// Images built by Docker.
    DockerBuilds,
    /// BuildKit, which mounts an overlay on what the pod itself stands on.
    BuildkitNestedOverlay,
    /// Extraction of packages, as npm and pnpm do it.
    PackageExtraction,
    /// `node_modules` on tmpfs.
    NodeModulesOnTmpfs,
    /// Images built by Buildah, without root.
    Buildah,
    /// The filesystem on the volume.
    VolumeFilesystem,
    /// The volume itself.
    LonghornVolume,
}

impl ComponentName {
    /// Every one, in order.
    pub const ALL: [ComponentName; 7] = [
        ComponentName::DockerBuilds,
        ComponentName::BuildkitNestedOverlay,
        ComponentName::PackageExtraction,
        ComponentName::NodeModulesOnTmpfs,
        ComponentName::Buildah,
        ComponentName::VolumeFilesystem,
        ComponentName::LonghornVolume,
    ];

    /// As people call it.
    pub fn title(self) -> &'static str {
        match self {
            ComponentName::DockerBuilds => "Docker builds",
            ComponentName::BuildkitNestedOverlay => "BuildKit nested overlay",
            ComponentName::PackageExtraction => "npm/pnpm extraction",
            ComponentName::NodeModulesOnTmpfs => "node_modules on tmpfs",
            ComponentName::Buildah => "Buildah",
            ComponentName::VolumeFilesystem => "PVC filesystem",
            ComponentName::LonghornVolume => "Longhorn volume",
        }
    }
}

/// Whether something works.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum ComponentStatus {
    /// It was tried, or all that it needs is there.
    Works,
    /// It was tried in vain, or what it needs is known to be missing.
    Fails,
    /// It works, and may cease to.
    AtRisk,
    /// What it depends on could not be learnt.
    Unknown,
}

impl ComponentStatus {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            ComponentStatus::Works => "works",
            ComponentStatus::Fails => "fails",
            ComponentStatus::AtRisk => "at risk",
            ComponentStatus::Unknown => "unknown",
        }
    }
}
