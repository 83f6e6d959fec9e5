//! Legitimate differences between filesystems, and how often each kept a difference from being a
//! divergence.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Stress, total};

/// One known difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StressQuirk {
    /// Its stable id (`btrfs-directory-links`).
    pub id: String,
    /// The filesystem type that it is of (`btrfs`); empty where it is of all.
    pub filesystem: String,
    /// What differs.
    pub text: String,
    /// Where that is known from: a manual page, a kernel file, a measurement.
    pub source: String,
    /// Whether it is a defect that is known, rather than something a standard allows.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub defect: bool,
    /// How often it explained a difference; 0 where it never came up.
    pub count: u64,
}

impl Stress {
    /// Known differences that came up.
    pub fn quirks_met(&self) -> impl Iterator<Item = &StressQuirk> {
        self.quirks.iter().filter(|quirk| quirk.count > 0)
    }

    /// Known differences that never came up: nothing tried them, or they are none any more.
    pub fn quirks_never_met(&self) -> impl Iterator<Item = &StressQuirk> {
        self.quirks.iter().filter(|quirk| quirk.count == 0)
    }

    /// How many differences were explained.
    pub fn differences_explained(&self) -> u64 {
        total(self.quirks.iter().map(|quirk| quirk.count))
    }
}

#[cfg(test)]
mod tests {
    use crate::sample::stress;

    #[test]
    fn each_is_met_or_never_met() {
        let hammered = stress();
        let met: Vec<_> = hammered.quirks_met().map(|quirk| quirk.id.as_str()).collect();
        let never: Vec<_> = hammered.quirks_never_met().map(|quirk| quirk.id.as_str()).collect();
        assert_eq!(met, ["tmpfs-listing-snapshot", "directory-size"]);
        assert_eq!(never, ["ext4-link-limit"]);
        assert_eq!(hammered.differences_explained(), 1_412);
    }
}
