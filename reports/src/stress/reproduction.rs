//! How a divergence came to be shown again: shortened here, and tried on other targets.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How far a reproducer was shortened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StressMinimised {
    /// Until nothing could be left out without losing the divergence.
    Minimised,
    /// Not at all: the same operations did not lead to the divergence again.
    NotReproduced,
    /// Not at all, for nobody tried.
    NotTried,
    /// Until the bounds of time or trials were reached; it could become shorter.
    GivenUp,
}

impl StressMinimised {
    /// Every one.
    pub const ALL: [StressMinimised; 4] = [
        StressMinimised::Minimised,
        StressMinimised::NotReproduced,
        StressMinimised::NotTried,
        StressMinimised::GivenUp,
    ];

    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            StressMinimised::Minimised => "minimised",
            StressMinimised::NotReproduced => "not-reproduced",
            StressMinimised::NotTried => "not-tried",
            StressMinimised::GivenUp => "given-up",
        }
    }

    /// What people read beside the number of lines.
    pub fn text(self) -> &'static str {
        match self {
            StressMinimised::Minimised => "minimised",
            StressMinimised::NotReproduced => "the divergence did not show again",
            StressMinimised::NotTried => "not minimised",
            StressMinimised::GivenUp => "could become shorter",
        }
    }
}

/// What a reproducer came to on another target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StressElsewhere {
    /// The name of the other target.
    pub target: String,
    /// What it came to there.
    pub outcome: StressElsewhereOutcome,
}

/// What came of a reproducer on another target.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StressElsewhereOutcome {
    /// The same divergence.
    Same,
    /// What the model has.
    AsExpected,
    /// Another divergence.
    Other,
    /// It was not run there.
    NotTried,
}

impl StressElsewhereOutcome {
    /// Every one.
    pub const ALL: [StressElsewhereOutcome; 4] = [
        StressElsewhereOutcome::Same,
        StressElsewhereOutcome::Other,
        StressElsewhereOutcome::AsExpected,
        StressElsewhereOutcome::NotTried,
    ];

    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            StressElsewhereOutcome::Same => "same",
            StressElsewhereOutcome::AsExpected => "as-expected",
            StressElsewhereOutcome::Other => "other",
            StressElsewhereOutcome::NotTried => "not-tried",
        }
    }

    /// What people read before the names of the targets.
    pub fn text(self) -> &'static str {
        match self {
            StressElsewhereOutcome::Same => "the same on",
            StressElsewhereOutcome::AsExpected => "as expected on",
            StressElsewhereOutcome::Other => "another divergence on",
            StressElsewhereOutcome::NotTried => "not tried on",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_has_the_word_that_it_has_on_the_wire() {
        for minimised in StressMinimised::ALL {
            assert_eq!(serde_json::to_value(minimised).unwrap(), minimised.as_str());
        }
        for outcome in StressElsewhereOutcome::ALL {
            assert_eq!(serde_json::to_value(outcome).unwrap(), outcome.as_str());
        }
    }
}
