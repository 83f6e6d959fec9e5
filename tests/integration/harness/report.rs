//! The report contract, declared a second time: a field that appears, vanishes or changes its
//! type in the JSON fails here.

#![allow(dead_code, reason = "declared so that an unknown or missing field fails to parse")]

use std::collections::BTreeSet;

use serde::Deserialize;

use super::TarTrips;
use super::environment::Environment;
use super::stress::Stress;
use super::where_it_is::{DeviceBlocks, Directories};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Report {
    pub(crate) schema_version: u32,
    pub(crate) tool: Tool,
    pub(crate) started_at: String,
    pub(crate) finished_at: String,
    pub(crate) duration_seconds: f64,
    pub(crate) complete: bool,
    pub(crate) verdict: String,
    pub(crate) roots: Vec<Root>,
    pub(crate) totals: Totals,
    pub(crate) findings: Vec<Finding>,
    #[serde(default)]
    pub(crate) suppressed: Vec<Suppressed>,
    pub(crate) unchecked: Vec<Unchecked>,
    pub(crate) directories: Option<Directories>,
    #[serde(default)]
    pub(crate) blocks: Vec<DeviceBlocks>,
    pub(crate) resumed: Option<Resumed>,
    pub(crate) environment: Option<Environment>,
    pub(crate) diff: Option<Diff>,
    pub(crate) tar: Option<TarTrips>,
    pub(crate) stress: Option<Stress>,
    pub(crate) recommendations: Vec<Recommendation>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Tool {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) command: Vec<String>,
    pub(crate) host: String,
    pub(crate) kernel: String,
    pub(crate) user: String,
    pub(crate) privileges: Vec<String>,
    pub(crate) settings: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Root {
    pub(crate) path: String,
    pub(crate) path_hex: Option<String>,
    #[serde(default)]
    pub(crate) path_elided: u64,
    pub(crate) filesystem: String,
    pub(crate) device: String,
    pub(crate) mount_options: String,
    pub(crate) mount_point: String,
    pub(crate) errors_policy: Option<String>,
    pub(crate) filesystem_uuid: Option<String>,
    pub(crate) filesystem_id: Option<String>,
    pub(crate) shard: Option<String>,
    pub(crate) checks: Vec<CheckRun>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CheckRun {
    pub(crate) name: String,
    pub(crate) status: String,
    pub(crate) reason: Option<String>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
#[serde(deny_unknown_fields)]
pub(crate) struct Totals {
    pub(crate) entries: u64,
    pub(crate) directories: u64,
    pub(crate) files: u64,
    pub(crate) symlinks: u64,
    pub(crate) other: u64,
    pub(crate) hardlinked: u64,
    pub(crate) bytes_apparent: u64,
    pub(crate) bytes_allocated: u64,
    pub(crate) bytes_read: u64,
    pub(crate) files_verified: u64,
    pub(crate) errors: u64,
    pub(crate) volatile: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Finding {
    pub(crate) code: String,
    pub(crate) severity: String,
    pub(crate) subject: Subject,
    pub(crate) title: String,
    pub(crate) expected: String,
    pub(crate) found: String,
    pub(crate) evidence: Vec<String>,
    pub(crate) occurrences: u64,
    pub(crate) first_seen: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Suppressed {
    pub(crate) code: String,
    pub(crate) severity: String,
    pub(crate) count: u64,
    pub(crate) reason: String,
    pub(crate) expires: Option<String>,
    #[serde(default)]
    pub(crate) expired: bool,
    pub(crate) glob: Option<String>,
    pub(crate) file: Example,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Subject {
    pub(crate) path: Option<String>,
    pub(crate) path_hex: Option<String>,
    #[serde(default)]
    pub(crate) path_elided: u64,
    pub(crate) inode: Option<u64>,
    pub(crate) device: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Resumed {
    pub(crate) checkpoint: Example,
    pub(crate) runs: Vec<ResumedRun>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResumedRun {
    pub(crate) started_at: String,
    pub(crate) files: u64,
    pub(crate) bytes: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Unchecked {
    pub(crate) reason: String,
    pub(crate) what: String,
    pub(crate) count: u64,
    pub(crate) examples: Vec<Example>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Example {
    pub(crate) path: String,
    pub(crate) path_hex: Option<String>,
    #[serde(default)]
    pub(crate) path_elided: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Recommendation {
    pub(crate) id: String,
    pub(crate) title: String,
    pub(crate) priority: u8,
    pub(crate) severity: String,
    pub(crate) because: Vec<String>,
    #[serde(default)]
    pub(crate) facts: Vec<String>,
    pub(crate) held_back: Option<String>,
    pub(crate) steps: Vec<Step>,
    pub(crate) caveat: String,
    pub(crate) source: String,
    pub(crate) confidence: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Step {
    pub(crate) text: String,
    pub(crate) command: Option<String>,
}

impl Report {
    /// The codes of all findings above `info`.
    pub(crate) fn codes(&self) -> BTreeSet<&str> {
        let above_info = self.findings.iter().filter(|f| f.severity != "info");
        above_info.map(|finding| finding.code.as_str()).collect()
    }

    pub(crate) fn findings_of(&self, code: &str) -> Vec<&Finding> {
        self.findings.iter().filter(|f| f.code == code).collect()
    }

    /// How many places were left out for a reason.
    pub(crate) fn unchecked_count(&self, reason: &str) -> u64 {
        let rows = self.unchecked.iter().filter(|row| row.reason == reason);
        rows.map(|row| row.count).sum()
    }

    /// The examples of a reason, as text.
    pub(crate) fn unchecked_examples(&self, reason: &str) -> Vec<&str> {
        let rows = self.unchecked.iter().filter(|row| row.reason == reason);
        let examples = rows.flat_map(|row| &row.examples);
        examples.map(|example| example.path.as_str()).collect()
    }
}

impl Subject {
    /// The path byte by byte: `path_hex` where the bytes are not UTF-8.
    pub(crate) fn path_bytes(&self) -> Option<Vec<u8>> {
        match &self.path_hex {
            Some(hex) => Some(from_hex(hex)),
            None => self.path.clone().map(String::into_bytes),
        }
    }
}

fn from_hex(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2);
    let pairs = digits.map(|pair| std::str::from_utf8(pair).unwrap());
    pairs.map(|pair| u8::from_str_radix(pair, 16).unwrap()).collect()
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Diff {
    pub(crate) before: DiffSide,
    pub(crate) after: DiffSide,
    pub(crate) totals: DiffTotals,
    pub(crate) by_directory: Vec<DiffDirectory>,
    pub(crate) missing: Vec<DiffRow>,
    pub(crate) added: Vec<DiffRow>,
    pub(crate) changed: Vec<DiffRow>,
    pub(crate) left_out: DiffLeftOut,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DiffSide {
    pub(crate) path: String,
    pub(crate) path_hex: Option<String>,
    pub(crate) path_elided: Option<u64>,
    pub(crate) manifest: Option<DiffPath>,
    pub(crate) created_at: String,
    pub(crate) entries: u64,
    pub(crate) bytes: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DiffPath {
    pub(crate) path: String,
    pub(crate) path_hex: Option<String>,
    pub(crate) path_elided: Option<u64>,
}

#[derive(Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DiffTally {
    pub(crate) entries: u64,
    pub(crate) bytes: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DiffTotals {
    pub(crate) missing: DiffTally,
    pub(crate) added: DiffTally,
    pub(crate) moved: DiffTally,
    pub(crate) changed: DiffTally,
    pub(crate) metadata: DiffTally,
    pub(crate) unchanged: DiffTally,
    pub(crate) unchecked: DiffTally,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DiffDirectory {
    pub(crate) path: Option<String>,
    pub(crate) path_hex: Option<String>,
    pub(crate) path_elided: Option<u64>,
    pub(crate) directories: u64,
    pub(crate) missing: u64,
    pub(crate) missing_bytes: u64,
    pub(crate) changed: u64,
    pub(crate) metadata: u64,
    pub(crate) moved: u64,
    pub(crate) added: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DiffRow {
    pub(crate) path: String,
    pub(crate) path_hex: Option<String>,
    pub(crate) path_elided: Option<u64>,
    pub(crate) kind: String,
    pub(crate) from: Option<DiffPath>,
    #[serde(default)]
    pub(crate) below: u64,
    #[serde(default)]
    pub(crate) fields: Vec<DiffField>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DiffField {
    pub(crate) name: String,
    pub(crate) old: String,
    pub(crate) new: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DiffLeftOut {
    pub(crate) missing: u64,
    pub(crate) added: u64,
    pub(crate) changed: u64,
}
