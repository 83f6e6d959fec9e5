//! A place that operations ran on: what it is, how much was done there, how fast, how it ended.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{StressCapability, is_zero};
use crate::PathName;

/// One target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct StressTarget {
    /// Its name, as it was given or made up.
    pub name: String,
    /// The directory below which everything happened.
    #[serde(flatten)]
    pub directory: PathName,
    /// The filesystem type there as mounted (`ext4`).
    pub filesystem: String,
    /// Whether it was made for the run, and is gone.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub made: bool,
    /// Mount and superblock options, as the mount table lists them.
    pub mount_options: String,
    /// Operations that ran.
    pub operations: u64,
    /// Rounds that were begun; each has a fresh tree.
    pub rounds: u64,
    /// The time that the operations took, in seconds.
    pub seconds: f64,
    /// Operations a second.
    pub operations_per_second: f64,
    /// Content written, in bytes.
    pub bytes_written: u64,
    /// The most names that were there at the same time.
    pub live_entries_most: u64,
    /// How often the whole tree was compared with the model.
    pub comparisons: u64,
    /// Directories that were read in steps while they changed.
    pub listings: u64,
    /// How often fscan's own scan went over the tree while nothing changed it.
    pub scans: u64,
    /// Operations that met a full disk.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub no_space: u64,
    /// How long operations took: of all together, then of each kind.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub latency: Vec<StressLatency>,
    /// Features that were tried.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub capabilities: Vec<StressCapability>,
    /// How it ended here.
    pub ended: StressEnding,
    /// What made it end so, where there is more to say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_because: Option<String>,
}

impl StressTarget {
    /// How long operations of all kinds took.
    pub fn latency_of_all(&self) -> Option<&StressLatency> {
        self.latency.iter().find(|row| row.operation == StressLatency::ALL)
    }

    /// Whether something ran, and all that was to run.
    pub fn is_whole(&self) -> bool {
        self.ended == StressEnding::Completed && self.operations > 0
    }
}

/// How long operations of one kind took.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StressLatency {
    /// The kind of operation (`rename`), or `all` for all of them together.
    pub operation: String,
    /// How many were timed.
    pub count: u64,
    /// Half of them took no longer than this, in nanoseconds.
    pub p50_ns: u64,
    /// 90 of 100 took no longer, in nanoseconds.
    pub p90_ns: u64,
    /// 99 of 100 took no longer, in nanoseconds.
    pub p99_ns: u64,
    /// 999 of 1,000 took no longer, in nanoseconds.
    pub p999_ns: u64,
    /// The slowest one, in nanoseconds.
    pub max_ns: u64,
}

impl StressLatency {
    /// What stands for all kinds of operations together.
    pub const ALL: &str = "all";
}

/// How a target's run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StressEnding {
    /// All that was asked for was done.
    Completed,
    /// A signal stopped it.
    Stopped,
    /// It was to run until a divergence, and one was met.
    Diverged,
    /// The target vanished or turned read-only.
    Lost,
    /// The disk, its inodes or a quota was full.
    NoSpace,
    /// Nothing could be run there.
    Unusable,
}

impl StressEnding {
    /// Every one.
    pub const ALL: [StressEnding; 6] = [
        StressEnding::Completed,
        StressEnding::Stopped,
        StressEnding::Diverged,
        StressEnding::Lost,
        StressEnding::NoSpace,
        StressEnding::Unusable,
    ];

    /// The word in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            StressEnding::Completed => "completed",
            StressEnding::Stopped => "stopped",
            StressEnding::Diverged => "diverged",
            StressEnding::Lost => "lost",
            StressEnding::NoSpace => "no-space",
            StressEnding::Unusable => "unusable",
        }
    }

    /// What people read beside the target's name.
    pub fn text(self) -> &'static str {
        match self {
            StressEnding::Completed => "came to its end",
            StressEnding::Stopped => "stopped by a signal",
            StressEnding::Diverged => "stopped at the first divergence, as asked for",
            StressEnding::Lost => "lost: it vanished or turned read-only",
            StressEnding::NoSpace => "stopped for want of space, inodes or quota",
            StressEnding::Unusable => "nothing could be run there",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sample::stress_target;

    #[test]
    fn an_ending_has_the_word_that_it_has_on_the_wire() {
        for ending in StressEnding::ALL {
            assert_eq!(serde_json::to_value(ending).unwrap(), ending.as_str());
        }
    }

    #[test]
    fn only_a_target_on_which_all_was_done_is_whole() {
        let target = stress_target("home", "ext4");
        assert!(target.is_whole());
        assert!(!StressTarget { operations: 0, ..target.clone() }.is_whole());
        for ended in &StressEnding::ALL[1..] {
            assert!(!StressTarget { ended: *ended, ..target.clone() }.is_whole(), "{ended:?}");
        }
    }

    #[test]
    fn the_latency_of_all_is_found_among_the_others() {
        let mut target = stress_target("home", "ext4");
        assert_eq!(target.latency_of_all().unwrap().count, 1_200_000);
        target.latency.retain(|row| row.operation == "rename");
        assert_eq!(target.latency.len(), 1);
        assert_eq!(target.latency_of_all(), None);
    }
}
