//! How bad a finding is, and what all findings together say of a filesystem.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What is proven, in rising order.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// True and worth knowing; no defect.
    Info,
    /// A risk.
    Warning,
    /// An anomaly that corruption explains best, but not alone.
    Suspect,
    /// The filesystem contradicts itself, or the kernel refused with EUCLEAN, EBADMSG, EIO or
    /// ESTALE.
    Corrupt,
}

impl Severity {
    /// The word used in reports and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Suspect => "suspect",
            Severity::Corrupt => "corrupt",
        }
    }
}

/// What a report says in one word.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Nothing above `info` was found in what was examined.
    Healthy,
    /// Nothing is damaged, something may become so.
    AtRisk,
    /// Corruption explains what was seen best, but not alone.
    Suspect,
    /// Damage is proven.
    Corrupt,
}

impl Verdict {
    /// The verdict that the worst finding's severity leads to; no finding is healthy.
    pub fn from_worst(worst: Option<Severity>) -> Self {
        match worst {
            None | Some(Severity::Info) => Verdict::Healthy,
            Some(Severity::Warning) => Verdict::AtRisk,
            Some(Severity::Suspect) => Verdict::Suspect,
            Some(Severity::Corrupt) => Verdict::Corrupt,
        }
    }

    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Healthy => "healthy",
            Verdict::AtRisk => "at-risk",
            Verdict::Suspect => "suspect",
            Verdict::Corrupt => "corrupt",
        }
    }
}
