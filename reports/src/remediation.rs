//! What to do, because of which findings. Rules are data; nothing here runs anything.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Code, Finding, Root};

/// What to do, why, and how sure that is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Recommendation {
    /// A stable id (`stop-writers`).
    pub id: String,
    /// One line.
    pub title: String,
    /// 1 first: protect, then diagnose, repair, work round, prevent.
    pub priority: u8,
    /// The codes that led to it.
    pub because: Vec<Code>,
    /// In order.
    pub steps: Vec<Step>,
    /// What can go wrong with it.
    pub caveat: String,
    /// Where the advice comes from.
    pub source: String,
    /// `high`, `medium` or `low`.
    pub confidence: String,
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// What it does.
    pub text: String,
    /// A command that can be pasted, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
}

/// The recommendations that follow from `findings` on `roots`, in order.
pub fn recommend(findings: &[Finding], roots: &[Root]) -> Vec<Recommendation> {
    let _ = (findings, roots);
    Vec::new()
}
