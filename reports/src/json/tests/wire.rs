//! The contract as a reader elsewhere would write it down. It is apart from the types on
//! purpose: a field that is renamed, removed or added has to be so here as well.

use serde::Deserialize;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Report {
    pub(super) schema_version: u32,
    pub(super) tool: Tool,
    pub(super) started_at: String,
    pub(super) finished_at: String,
    pub(super) duration_seconds: f64,
    pub(super) complete: bool,
    pub(super) verdict: String,
    pub(super) roots: Vec<Root>,
    pub(super) totals: Totals,
    pub(super) findings: Vec<Finding>,
    pub(super) suppressed: Option<Vec<Suppressed>>,
    pub(super) unchecked: Vec<Unchecked>,
    pub(super) directories: Option<Directories>,
    pub(super) blocks: Option<Vec<DeviceBlocks>>,
    pub(super) environment: Option<Environment>,
    pub(super) diff: Option<Diff>,
    pub(super) tar: Option<TarTrips>,
    pub(super) stress: Option<super::stress::Stress>,
    pub(super) recommendations: Vec<Recommendation>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "being there is what is tested")]
pub(super) struct Tool {
    pub(super) name: String,
    version: String,
    command: Vec<String>,
    host: String,
    kernel: String,
    user: String,
    privileges: Vec<String>,
    settings: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "being there is what is tested")]
pub(super) struct Root {
    pub(super) path: String,
    path_hex: Option<String>,
    path_elided: Option<u64>,
    filesystem: String,
    device: String,
    mount_options: String,
    mount_point: String,
    errors_policy: Option<String>,
    filesystem_uuid: Option<String>,
    filesystem_id: Option<String>,
    shard: Option<String>,
    pub(super) checks: Vec<CheckRun>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "being there is what is tested")]
pub(super) struct CheckRun {
    name: String,
    pub(super) status: String,
    reason: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "being there is what is tested")]
pub(super) struct Totals {
    pub(super) entries: u64,
    directories: u64,
    files: u64,
    symlinks: u64,
    other: u64,
    hardlinked: u64,
    bytes_apparent: u64,
    bytes_allocated: u64,
    bytes_read: u64,
    files_verified: u64,
    errors: u64,
    volatile: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "being there is what is tested")]
pub(super) struct Finding {
    pub(super) code: String,
    pub(super) severity: String,
    pub(super) subject: Subject,
    title: String,
    expected: String,
    found: String,
    evidence: Vec<String>,
    occurrences: u64,
    first_seen: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "being there is what is tested")]
pub(super) struct Subject {
    path: Option<String>,
    pub(super) path_hex: Option<String>,
    path_elided: Option<u64>,
    pub(super) inode: Option<u64>,
    device: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Suppressed {
    pub(super) code: String,
    pub(super) severity: String,
    pub(super) count: u64,
    pub(super) reason: String,
    pub(super) expires: Option<String>,
    pub(super) expired: Option<bool>,
    pub(super) glob: Option<String>,
    pub(super) file: PathName,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "being there is what is tested")]
pub(super) struct Unchecked {
    pub(super) reason: String,
    what: String,
    count: u64,
    pub(super) examples: Vec<PathName>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "being there is what is tested")]
pub(super) struct PathName {
    path: String,
    pub(super) path_hex: Option<String>,
    path_elided: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "being there is what is tested")]
pub(super) struct Directories {
    pub(super) rows: Vec<DirectoryRow>,
    elsewhere_apparent: u64,
    elsewhere_allocated: u64,
    deepest: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "being there is what is tested")]
pub(super) struct DirectoryRow {
    path: String,
    path_hex: Option<String>,
    path_elided: Option<u64>,
    within: Option<u64>,
    directories: u64,
    files: u64,
    bytes_apparent: u64,
    bytes_allocated: u64,
    corrupt: Option<u64>,
    suspect: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "being there is what is tested")]
pub(super) struct DeviceBlocks {
    device: String,
    block_size: u64,
    blocks: u64,
    grain: u64,
    damaged: Vec<BlockRange>,
    affected: Vec<BlockRange>,
    groups: Vec<BlockRange>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "being there is what is tested")]
pub(super) struct BlockRange {
    start: u64,
    blocks: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "being there is what is tested")]
pub(super) struct Diff {
    before: DiffSide,
    after: DiffSide,
    totals: DiffTotals,
    by_directory: Vec<DiffDirectory>,
    pub(super) missing: Vec<DiffRow>,
    added: Vec<DiffRow>,
    changed: Vec<DiffRow>,
    left_out: DiffLeftOut,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "being there is what is tested")]
pub(super) struct DiffSide {
    path: String,
    path_hex: Option<String>,
    path_elided: Option<u64>,
    manifest: Option<PathName>,
    created_at: String,
    entries: u64,
    bytes: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "being there is what is tested")]
pub(super) struct DiffTally {
    entries: u64,
    bytes: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "being there is what is tested")]
pub(super) struct DiffTotals {
    missing: DiffTally,
    added: DiffTally,
    moved: DiffTally,
    changed: DiffTally,
    metadata: DiffTally,
    unchanged: DiffTally,
    unchecked: DiffTally,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "being there is what is tested")]
pub(super) struct DiffDirectory {
    path: Option<String>,
    path_hex: Option<String>,
    path_elided: Option<u64>,
    directories: u64,
    missing: u64,
    missing_bytes: u64,
    changed: u64,
    metadata: u64,
    moved: u64,
    added: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "being there is what is tested")]
pub(super) struct DiffRow {
    path: String,
    pub(super) path_hex: Option<String>,
    path_elided: Option<u64>,
    pub(super) kind: String,
    from: Option<PathName>,
    below: Option<u64>,
    fields: Vec<DiffField>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "being there is what is tested")]
pub(super) struct DiffField {
    name: String,
    old: String,
    new: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "being there is what is tested")]
pub(super) struct DiffLeftOut {
    missing: u64,
    added: u64,
    changed: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "being there is what is tested")]
pub(super) struct TarTrips {
    source: String,
    seed: Option<u64>,
    jobs: Option<u32>,
    churn: bool,
    pub(super) runs: Vec<TarRun>,
    pub(super) refused: Vec<TarRefused>,
    #[serde(default)]
    unreadable: Vec<TarError>,
    unreadable_beyond: Option<u64>,
    refused_beyond: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "being there is what is tested")]
pub(super) struct TarRun {
    pub(super) pattern: String,
    path: String,
    path_hex: Option<String>,
    path_elided: Option<u64>,
    filesystem: String,
    control: bool,
    rounds: u32,
    packages: u64,
    entries: u64,
    verified: u64,
    bytes: u64,
    seconds: f64,
    differing: Option<u64>,
    left_behind: Option<u64>,
    pub(super) errors: Option<Vec<TarError>>,
    errors_beyond: Option<u64>,
    by_classification: Option<Vec<TarErrorCount>>,
    complete: bool,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "being there is what is tested")]
pub(super) struct TarError {
    message: String,
    syscall: String,
    errno: String,
    path: String,
    pub(super) path_hex: Option<String>,
    path_elided: Option<u64>,
    pub(super) classification: String,
    package: Option<PathName>,
    round: u32,
    evidence: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "being there is what is tested")]
pub(super) struct TarErrorCount {
    classification: String,
    count: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "being there is what is tested")]
pub(super) struct TarRefused {
    archive: PathName,
    pub(super) member: Option<PathName>,
    why: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Environment {
    pub(super) facts: Vec<Fact>,
    pub(super) components: Vec<Component>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "being there is what is tested")]
pub(super) struct Fact {
    pub(super) name: String,
    pub(super) path: Option<String>,
    pub(super) path_hex: Option<String>,
    path_elided: Option<u64>,
    pub(super) value: Option<serde_json::Value>,
    pub(super) unknown: Option<String>,
    source: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Component {
    pub(super) name: String,
    pub(super) status: String,
    pub(super) note: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "being there is what is tested")]
pub(super) struct Recommendation {
    pub(super) id: String,
    title: String,
    priority: u8,
    severity: String,
    pub(super) because: Vec<String>,
    pub(super) facts: Option<Vec<String>>,
    held_back: Option<String>,
    steps: Vec<Step>,
    caveat: String,
    source: String,
    pub(super) confidence: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(dead_code, reason = "being there is what is tested")]
pub(super) struct Step {
    text: String,
    command: Option<String>,
}
