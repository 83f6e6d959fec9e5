//! What to do, because of which findings and facts. Rules are data; nothing here runs anything.

mod condition;
mod holder;
mod known;
mod quote;
mod rule;
mod rules;
mod template;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Code, FactName, Severity};
pub use known::Known;
pub use quote::shell_word;

/// What to do, why, and how sure that is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Recommendation {
    /// A stable id (`secure-data`).
    pub id: String,
    /// One line.
    pub title: String,
    /// 1 first: protect, then 2 diagnose, 3 repair, 4 recreate, 5 work round, 6 prevent.
    pub priority: u8,
    /// How much hangs on it: the worst severity of what led to it.
    #[serde(default = "at_least")]
    pub severity: Severity,
    /// The codes that led to it.
    pub because: Vec<Code>,
    /// The facts that led to it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<FactName>,
    /// Why commands that destroy something are not given, where some were left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_back: Option<String>,
    /// In order.
    pub steps: Vec<Step>,
    /// What can go wrong with it.
    pub caveat: String,
    /// Where the advice comes from.
    pub source: String,
    /// How sure it is that this is the right thing to do.
    pub confidence: Confidence,
}

/// What is said of a recommendation that carries no severity: those of older reports.
fn at_least() -> Severity {
    Severity::Info
}

/// One thing to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// What it does.
    pub text: String,
    /// A command that can be pasted, where there is one. Words in capitals (`DEVICE`) stand for
    /// what only the reader knows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub command: Option<String>,
}

/// How sure a recommendation is.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// One of several things that may help.
    Low,
    /// An inference from facts.
    Medium,
    /// What the filesystem's or vendor's documentation says for this case.
    High,
}

impl Confidence {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Confidence::Low => "low",
            Confidence::Medium => "medium",
            Confidence::High => "high",
        }
    }
}

/// The recommendations that follow from what is known, in order.
pub fn recommend(known: Known<'_>) -> Vec<Recommendation> {
    let mut recommendations: Vec<_> = rules::all().filter_map(|rule| rule.apply(known)).collect();
    // The sort is stable: rules of one priority stay in the order of their table.
    recommendations.sort_by_key(|recommendation| recommendation.priority);
    recommendations
}

#[cfg(test)]
mod tests;
