//! The report's `stress`, declared a second time.

#![allow(dead_code, reason = "declared so that an unknown or missing field fails to parse")]

use serde::Deserialize;

use super::report::Example;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Stress {
    pub(crate) seed: u64,
    pub(crate) profile: String,
    pub(crate) recorded: Option<String>,
    pub(crate) threads: u32,
    pub(crate) targets: Vec<StressTarget>,
    #[serde(default)]
    pub(crate) not_provided: Vec<StressNotProvided>,
    #[serde(default)]
    pub(crate) divergences: Vec<StressDivergence>,
    #[serde(default)]
    pub(crate) divergences_beyond: u64,
    #[serde(default)]
    pub(crate) quirks: Vec<StressQuirk>,
    #[serde(default)]
    pub(crate) coverage: Vec<StressCoverage>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StressNotProvided {
    pub(crate) name: String,
    pub(crate) why: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StressTarget {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) path_hex: Option<String>,
    #[serde(default)]
    pub(crate) path_elided: u64,
    pub(crate) filesystem: String,
    #[serde(default)]
    pub(crate) made: bool,
    pub(crate) mount_options: String,
    pub(crate) operations: u64,
    pub(crate) rounds: u64,
    pub(crate) seconds: f64,
    pub(crate) operations_per_second: f64,
    pub(crate) bytes_written: u64,
    pub(crate) live_entries_most: u64,
    pub(crate) comparisons: u64,
    pub(crate) listings: u64,
    pub(crate) scans: u64,
    #[serde(default)]
    pub(crate) no_space: u64,
    #[serde(default)]
    pub(crate) latency: Vec<StressLatency>,
    #[serde(default)]
    pub(crate) capabilities: Vec<StressCapability>,
    pub(crate) ended: String,
    pub(crate) ended_because: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StressLatency {
    pub(crate) operation: String,
    pub(crate) count: u64,
    pub(crate) p50_ns: u64,
    pub(crate) p90_ns: u64,
    pub(crate) p99_ns: u64,
    pub(crate) p999_ns: u64,
    pub(crate) max_ns: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StressCapability {
    pub(crate) feature: String,
    pub(crate) declared: Option<bool>,
    pub(crate) found: String,
    pub(crate) detail: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StressDivergence {
    pub(crate) target: String,
    pub(crate) operation: String,
    pub(crate) class: String,
    pub(crate) expected: String,
    pub(crate) found: String,
    #[serde(default)]
    pub(crate) evidence: Vec<String>,
    pub(crate) round: u64,
    pub(crate) position: u64,
    pub(crate) occurrences: u64,
    #[serde(default)]
    pub(crate) reproducer: Vec<String>,
    pub(crate) minimised: String,
    pub(crate) replay_file: Option<Example>,
    #[serde(default)]
    pub(crate) elsewhere: Vec<StressElsewhere>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StressElsewhere {
    pub(crate) target: String,
    pub(crate) outcome: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StressQuirk {
    pub(crate) id: String,
    pub(crate) filesystem: String,
    pub(crate) text: String,
    pub(crate) source: String,
    #[serde(default)]
    pub(crate) defect: bool,
    pub(crate) count: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StressCoverage {
    pub(crate) operation: String,
    pub(crate) outcome: String,
    pub(crate) counts: Vec<StressCount>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StressCount {
    pub(crate) target: String,
    pub(crate) count: u64,
}
