//! Which operations ended how: what a run reached, and so what its silence is worth.

use std::collections::BTreeSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Stress, total};

/// One way in which one kind of operation ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StressCoverage {
    /// The kind of operation (`rename`).
    pub operation: String,
    /// `ok`, or the name of the error (`ENOENT`).
    pub outcome: String,
    /// How often on each target; one on which it never ended so may be left out.
    pub counts: Vec<StressCount>,
}

impl StressCoverage {
    /// How often on all targets.
    pub fn count(&self) -> u64 {
        total(self.counts.iter().map(|row| row.count))
    }
}

/// How often on one target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StressCount {
    /// The target's name.
    pub target: String,
    /// How often.
    pub count: u64,
}

impl Stress {
    /// The combinations of operation and outcome that came about on some target.
    pub fn covered(&self) -> impl Iterator<Item = &StressCoverage> {
        self.coverage.iter().filter(|row| row.count() > 0)
    }

    /// How many kinds of operations ran.
    pub fn operations_covered(&self) -> usize {
        self.covered().map(|row| row.operation.as_str()).collect::<BTreeSet<_>>().len()
    }

    /// How many outcomes came about, whatever the operation.
    pub fn outcomes_covered(&self) -> usize {
        self.covered().map(|row| row.outcome.as_str()).collect::<BTreeSet<_>>().len()
    }
}

#[cfg(test)]
mod tests {
    use crate::sample::stress;

    #[test]
    fn what_never_came_about_is_not_covered() {
        let mut hammered = stress();
        let covered = (hammered.operations_covered(), hammered.outcomes_covered());
        assert_eq!((covered, hammered.covered().count()), ((2, 3), 4));
        hammered.coverage[0].counts.clear();
        for count in &mut hammered.coverage[1].counts {
            count.count = 0;
        }
        let covered = (hammered.operations_covered(), hammered.outcomes_covered());
        assert_eq!((covered, hammered.covered().count()), ((1, 2), 2));
    }
}
