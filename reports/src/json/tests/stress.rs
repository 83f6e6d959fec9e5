//! The report's `stress` as a reader elsewhere would write it down.

use serde::Deserialize;

use super::wire::PathName;
use super::{from_json, written};
use crate::sample::{divergence, healthy, hostile, stress};
use crate::{Report, Stress as Section};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "being there is what is tested")]
pub(super) struct Stress {
    seed: u64,
    profile: String,
    recorded: Option<String>,
    threads: u32,
    targets: Vec<StressTarget>,
    not_provided: Option<Vec<StressNotProvided>>,
    divergences: Option<Vec<StressDivergence>>,
    divergences_beyond: Option<u64>,
    quirks: Option<Vec<StressQuirk>>,
    coverage: Option<Vec<StressCoverage>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "being there is what is tested")]
struct StressNotProvided {
    name: String,
    why: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "being there is what is tested")]
struct StressTarget {
    name: String,
    path: String,
    path_hex: Option<String>,
    path_elided: Option<u64>,
    filesystem: String,
    made: Option<bool>,
    mount_options: String,
    operations: u64,
    rounds: u64,
    seconds: f64,
    operations_per_second: f64,
    bytes_written: u64,
    live_entries_most: u64,
    comparisons: u64,
    listings: u64,
    scans: u64,
    no_space: Option<u64>,
    latency: Option<Vec<StressLatency>>,
    capabilities: Option<Vec<StressCapability>>,
    ended: String,
    ended_because: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "being there is what is tested")]
struct StressLatency {
    operation: String,
    count: u64,
    p50_ns: u64,
    p90_ns: u64,
    p99_ns: u64,
    p999_ns: u64,
    max_ns: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "being there is what is tested")]
struct StressCapability {
    feature: String,
    declared: Option<bool>,
    found: String,
    detail: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "being there is what is tested")]
struct StressDivergence {
    target: String,
    operation: String,
    class: String,
    expected: String,
    found: String,
    evidence: Option<Vec<String>>,
    round: u64,
    position: u64,
    occurrences: u64,
    reproducer: Option<Vec<String>>,
    minimised: String,
    replay_file: Option<PathName>,
    elsewhere: Option<Vec<StressElsewhere>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "being there is what is tested")]
struct StressElsewhere {
    target: String,
    outcome: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "being there is what is tested")]
struct StressQuirk {
    id: String,
    filesystem: String,
    text: String,
    source: String,
    defect: Option<bool>,
    count: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "being there is what is tested")]
struct StressCoverage {
    operation: String,
    outcome: String,
    counts: Vec<StressCount>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "being there is what is tested")]
struct StressCount {
    target: String,
    count: u64,
}

#[test]
fn the_words_on_the_wire_are_these() {
    let report: super::wire::Report = serde_json::from_str(&written(&hostile())).unwrap();
    let section = report.stress.unwrap();
    assert_eq!((section.seed, section.divergences_beyond), (42, Some(3)));
    let target = &section.targets[0];
    assert_eq!((target.ended.as_str(), target.no_space), ("lost", Some(5)));
    assert!(target.path_hex.is_some());
    let features = target.capabilities.as_ref().unwrap();
    assert_eq!((features[0].found.as_str(), features[1].found.as_str()), ("present", "absent"));
    let divergence = &section.divergences.as_ref().unwrap()[0];
    assert_eq!(divergence.minimised, "minimised");
    assert!(divergence.replay_file.as_ref().unwrap().path_hex.is_some());
    let elsewhere = divergence.elsewhere.as_ref().unwrap().iter();
    let outcomes: Vec<_> = elsewhere.map(|row| row.outcome.as_str()).collect();
    assert_eq!(outcomes, ["same", "other", "as-expected", "not-tried"]);
}

#[test]
fn a_section_reads_back_the_same_and_what_is_empty_is_left_out() {
    let mut section = Section { seed: u64::MAX, ..stress() };
    section.divergences = vec![divergence("home")];
    let full = Report { stress: Some(section.clone()), ..healthy() };
    assert_eq!(from_json(written(&full).as_bytes()).unwrap(), full);

    section.divergences[0].evidence.clear();
    section.divergences[0].reproducer.clear();
    section.divergences[0].replay_file = None;
    (section.quirks, section.coverage) = (Vec::new(), Vec::new());
    for target in &mut section.targets {
        (target.latency, target.capabilities) = (Vec::new(), Vec::new());
    }
    let sparse = Report { stress: Some(section), ..healthy() };
    let text = written(&sparse);
    assert_eq!(from_json(text.as_bytes()).unwrap(), sparse);
    for left_out in ["[]", "null", "_beyond", "no_space", "ended_because"] {
        let value: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert!(!value["stress"].to_string().contains(left_out), "{left_out}: {text}");
    }
    assert!(!written(&healthy()).contains("\"stress\""));
}
