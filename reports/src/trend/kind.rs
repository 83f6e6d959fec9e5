//! What kind of run a report is of: only those of one kind look at the same things.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Code, Report};

/// A kind of run.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum TrendKind {
    /// A tree was walked (`fscan PATH`).
    Scan,
    /// Archives were extracted alone (`fscan tar`).
    Tar,
    /// Filesystems were hammered (`fscan stress`).
    Stress,
    /// A machine was asked about (`fscan env`).
    Environment,
    /// An image was checked (`fscan image`).
    Image,
    /// Two manifests were compared (`fscan diff`).
    Diff,
}

impl TrendKind {
    /// The kind of run that a report is of, by what stands in it.
    pub fn of(report: &Report) -> Self {
        let has = |name: &str| {
            report.roots.iter().flat_map(|root| &root.checks).any(|check| check.name == name)
        };
        if report.stress.is_some() {
            TrendKind::Stress
        } else if report.is_about_environment() {
            TrendKind::Environment
        } else if has("image") {
            TrendKind::Image
        } else if report.tar.is_some() && !has("entries") {
            TrendKind::Tar
        } else if report.diff.is_some() && !has("entries") {
            TrendKind::Diff
        } else {
            TrendKind::Scan
        }
    }

    /// The check that looks for a code in such a run. A machine that is asked about is asked in one
    /// check.
    pub(super) fn check_of(self, code: Code) -> &'static str {
        match self {
            TrendKind::Environment => "environment",
            _ => code.text().check,
        }
    }

    /// The word in trends.
    pub fn as_str(self) -> &'static str {
        match self {
            TrendKind::Scan => "scan",
            TrendKind::Tar => "tar",
            TrendKind::Stress => "stress",
            TrendKind::Environment => "environment",
            TrendKind::Image => "image",
            TrendKind::Diff => "diff",
        }
    }
}
