//! Features of a target: what its kind of filesystem is known to have, and what a trial found.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One feature of a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StressCapability {
    /// The feature's word (`temporary-files`).
    pub feature: String,
    /// Whether filesystems of this kind are known to have it; none where nothing is known of the
    /// kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub declared: Option<bool>,
    /// Whether it is there, as a trial in the scratch directory found.
    pub found: StressAbility,
    /// The name of the error that the trial met (`EOPNOTSUPP`), or the limit that it found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

impl StressCapability {
    /// Whether the filesystem is known to have it and has not. That nothing could be found out is
    /// no absence.
    pub fn is_missing(&self) -> bool {
        self.declared == Some(true) && self.found == StressAbility::Absent
    }
}

/// Whether a feature is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StressAbility {
    /// The trial succeeded.
    Present,
    /// The filesystem said that it has no such thing.
    Absent,
    /// The trial failed for a reason that says nothing of the feature, or was not made.
    Unknown,
}

impl StressAbility {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            StressAbility::Present => "present",
            StressAbility::Absent => "absent",
            StressAbility::Unknown => "unknown",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ability_has_the_word_that_it_has_on_the_wire() {
        for found in [StressAbility::Present, StressAbility::Absent, StressAbility::Unknown] {
            assert_eq!(serde_json::to_value(found).unwrap(), found.as_str());
        }
    }
}
