//! What hammering filesystems came to: the report's `stress`.

mod capability;
mod conclusion;
mod coverage;
mod divergence;
mod quirk;
mod reproduction;
mod target;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::PathName;

pub use capability::{StressAbility, StressCapability};
pub use conclusion::StressConclusion;
pub use coverage::{StressCount, StressCoverage};
pub use divergence::StressDivergence;
pub use quirk::StressQuirk;
pub use reproduction::{StressElsewhere, StressElsewhereOutcome, StressMinimised};
pub use target::{StressEnding, StressLatency, StressTarget};

/// Seeded file operations that ran on one or more targets, every outcome held against a model in
/// memory. Its texts may hold words of the system, raw or escaped: renderers escape what a
/// terminal must not see.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Stress {
    /// What the operations were made from: the same seed, profile and threads make the same ones.
    pub seed: u64,
    /// Which mixture of operations it was (`npm`, `mixed`, `metadata`, `data`, `edge`), or
    /// `replay` for a reproducer that ran again.
    pub profile: String,
    /// Of a reproducer that ran again: the divergence that it recorded, as `class` of a row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded: Option<String>,
    /// Lanes of operations on each target, at work at the same time.
    pub threads: u32,
    /// Where operations ran, in the order asked for.
    pub targets: Vec<StressTarget>,
    /// Targets that were asked for and could not be made.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub not_provided: Vec<StressNotProvided>,
    /// What had another outcome than the model and the known differences allow: a row for each
    /// class on each target, in the order they were met.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub divergences: Vec<StressDivergence>,
    /// How many rows `divergences` would have more.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub divergences_beyond: u64,
    /// The known differences between filesystems that could have come up, and how often each did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub quirks: Vec<StressQuirk>,
    /// Which operations ended in which outcomes, and how often.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub coverage: Vec<StressCoverage>,
}

/// A target that was asked for and could not be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StressNotProvided {
    /// The target's name.
    pub name: String,
    /// Why there is none.
    pub why: String,
}

impl Stress {
    /// Whether this is the directory of a target that was made for the run.
    pub fn made(&self, directory: &PathName) -> bool {
        self.targets.iter().any(|target| target.made && target.directory == *directory)
    }

    /// Operations that ran, on all targets.
    pub fn operations(&self) -> u64 {
        total(self.targets.iter().map(|target| target.operations))
    }

    /// How many classes diverged, each counted once for each target.
    pub fn divergence_count(&self) -> u64 {
        self.divergences_beyond.saturating_add(self.divergences.len() as u64)
    }

    /// What diverged on one target.
    pub fn divergences_on<'a>(
        &'a self,
        target: &'a str,
    ) -> impl Iterator<Item = &'a StressDivergence> {
        self.divergences.iter().filter(move |row| row.target == target)
    }

    /// Features that a target is known to have and has not, each with its target.
    pub fn missing_features(&self) -> impl Iterator<Item = (&StressTarget, &StressCapability)> {
        let all = self
            .targets
            .iter()
            .flat_map(|target| target.capabilities.iter().map(move |feature| (target, feature)));
        all.filter(|(_, feature)| feature.is_missing())
    }
}

/// The sum, or the highest number there is: a report from elsewhere may say anything.
fn total(counts: impl Iterator<Item = u64>) -> u64 {
    counts.fold(0, u64::saturating_add)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::{divergence, stress, stress_target};

    #[test]
    fn what_is_beyond_the_rows_counts() {
        let mut hammered = stress();
        assert_eq!(hammered.divergence_count(), 0);
        hammered.divergences = vec![divergence("home"), divergence("shm")];
        hammered.divergences_beyond = 3;
        assert_eq!(hammered.divergence_count(), 5);
        assert_eq!(hammered.divergences_on("shm").count(), 1);
        hammered.divergences_beyond = u64::MAX;
        assert_eq!(hammered.divergence_count(), u64::MAX);
    }

    #[test]
    fn operations_of_all_targets_add_up_and_no_number_is_too_large() {
        let mut hammered = stress();
        let operations = |count| StressTarget { operations: count, ..stress_target("a", "ext4") };
        hammered.targets = vec![operations(3), operations(4)];
        assert_eq!(hammered.operations(), 7);
        hammered.targets.push(operations(u64::MAX));
        assert_eq!(hammered.operations(), u64::MAX);
    }

    #[test]
    fn only_what_was_declared_and_is_absent_is_missing() {
        let mut hammered = stress();
        let row = |feature: &str, declared, found| StressCapability {
            feature: feature.into(),
            declared,
            found,
            detail: None,
        };
        hammered.targets[1].capabilities = vec![
            row("gone", Some(true), StressAbility::Absent),
            row("there", Some(true), StressAbility::Present),
            row("unsure", Some(true), StressAbility::Unknown),
            row("as-declared", Some(false), StressAbility::Absent),
            row("undeclared", None, StressAbility::Absent),
        ];
        let missing: Vec<_> = hammered
            .missing_features()
            .map(|(target, feature)| (target.name.as_str(), feature.feature.as_str()))
            .collect();
        assert_eq!(missing, [("shm", "gone")]);
    }
}
