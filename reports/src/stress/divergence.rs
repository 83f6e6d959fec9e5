//! An operation with an outcome that nothing known allows.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{StressElsewhere, StressElsewhereOutcome, StressMinimised};
use crate::PathName;

/// One class of divergence on one target, as it was first met.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StressDivergence {
    /// The name of the target.
    pub target: String,
    /// The operation, as a line of a reproducer.
    pub operation: String,
    /// What kind of divergence it is, in words that stay the same from run to run (`rename:
    /// ENOENT instead of success`).
    pub class: String,
    /// What the model has.
    pub expected: String,
    /// What the target did.
    pub found: String,
    /// What was seen beside it, a fact a line.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<String>,
    /// In which round.
    pub round: u64,
    /// Which operation of its round it was.
    pub position: u64,
    /// How often this class was met on this target, the first time included.
    pub occurrences: u64,
    /// Operations that lead to it, a line each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reproducer: Vec<String>,
    /// How far the reproducer was shortened.
    pub minimised: StressMinimised,
    /// The file that `fscan replay` runs, where one was written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replay_file: Option<PathName>,
    /// What the reproducer came to on the other targets.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub elsewhere: Vec<StressElsewhere>,
}

impl StressDivergence {
    /// The targets on which the reproducer came to `outcome`.
    pub fn elsewhere_with(&self, outcome: StressElsewhereOutcome) -> impl Iterator<Item = &str> {
        let rows = self.elsewhere.iter().filter(move |row| row.outcome == outcome);
        rows.map(|row| row.target.as_str())
    }
}
