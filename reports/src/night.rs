//! One night of `fscan nightly`: which steps ran, how each ended, and what they came to.

mod metrics;
mod step;
#[cfg(test)]
mod tests;
mod text;

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::json::write_shown;
use crate::{PathName, Severity, Timestamp};

pub use metrics::{LastReport, write_night_prometheus};
pub use step::{NightEnding, NightStep, NightStepName};
pub use text::write_night_text;

/// The version of this contract. It rises when a reader of the older version would misread a night.
pub const NIGHT_SCHEMA_VERSION: u32 = 1;

/// One night.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Night {
    /// [`NIGHT_SCHEMA_VERSION`] of the writer.
    pub schema_version: u32,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub finished_at: Timestamp,
    /// The time between, in seconds.
    pub duration_seconds: f64,
    /// Whether it came to its end; false after a signal.
    pub complete: bool,
    /// The least severity that makes it a bad one.
    pub fail_on: Severity,
    /// The folder that its reports are in.
    pub folder: PathName,
    /// What the operations of its stress were made from.
    pub seed: u64,
    /// The steps, in the order in which they ran.
    pub steps: Vec<NightStep>,
    /// What it came to against the nights before: a line for each path and kind of run, and behind
    /// it a line for each of the first findings that changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub trend: Vec<String>,
    /// The worst of what is new or growing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worse: Option<Severity>,
    /// Nights that were removed, and why.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub removed: Vec<String>,
    /// What the night itself could not do: its metrics, its comparison.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub troubles: Vec<String>,
    /// What else should be known.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub remarks: Vec<String>,
}

impl Night {
    /// The worst that any step found.
    pub fn worst(&self) -> Option<Severity> {
        self.steps.iter().filter_map(|step| step.worst).max()
    }

    /// Whether something was found that makes it a bad one.
    pub fn has_findings(&self) -> bool {
        self.worst().is_some_and(|worst| worst >= self.fail_on)
    }

    /// Whether every step came to its end, those apart that could not write, and all was kept.
    pub fn is_done(&self) -> bool {
        let is_over = |step: &NightStep| step.is_done() || step.is_left_out();
        self.complete && self.troubles.is_empty() && self.steps.iter().all(is_over)
    }

    /// Whether a step came to its end: where none did, nothing was looked at.
    pub fn looked(&self) -> bool {
        self.steps.iter().any(NightStep::is_done)
    }

    /// Whether every step came to its end, one at least did so, and nothing was found that makes it a
    /// bad one.
    pub fn is_clean(&self) -> bool {
        self.is_done() && self.looked() && !self.has_findings()
    }
}

/// Writes a night as indented JSON that is safe to show on a terminal.
pub fn write_night_json(night: &Night, out: &mut impl Write) -> io::Result<()> {
    write_shown(night, out)
}

/// The schema as indented JSON; `night.schema.json` beside this crate is its committed copy.
pub fn night_schema() -> String {
    let schema = schemars::schema_for!(Night);
    let text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text + "\n"
}
