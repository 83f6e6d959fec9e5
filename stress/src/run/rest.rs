//! fscan's own scan of a tree at rest, held against the model.

use std::path::Path;
use std::sync::Arc;

use reports::{Finding, Severity, UncheckedReason};
use scanner::{CheckSet, Control, Effort, Exclusions, FileKind, LonghornSource, ScanOptions};

use super::options::Watch;
use crate::model::Model;

/// What a scan saw that does not agree with the model.
#[derive(Clone, Debug, Default)]
pub struct Disagreement {
    /// Findings that are more than a warning.
    pub findings: Vec<Finding>,
    /// Counts that differ: of what, how many there are, how many were seen.
    pub counts: Vec<(&'static str, u64, u64)>,
}

/// Scans a tree that nobody changes.
pub fn scan(path: &Path, model: &Model, watch: &Watch) -> Disagreement {
    let mut checks = CheckSet::NONE;
    for check in ["entries", "inodes", "links", "extents", "attributes"] {
        checks.set(check, true);
    }
    let options = ScanOptions {
        roots: vec![path.to_owned()],
        checks,
        threads: 1,
        exclude: Exclusions::default(),
        cross_mounts: false,
        force: true,
        all_findings: false,
        max_rate: None,
        keep_cache: true,
        records: false,
        checkpoint: None,
        own_files: Vec::new(),
        untouched: Vec::new(),
        effort: Effort::LookOnly,
        shard: None,
        longhorn: LonghornSource::Nothing,
        stat_timeout: None,
    };
    let seen = scanner::scan(options, &Arc::new(Control::new(|_| {})));
    let bad = |finding: &Finding| finding.severity >= Severity::Suspect;
    let findings = seen.findings.iter().filter(|finding| bad(finding)).cloned().collect();
    let closed = |reason: UncheckedReason| reason == UncheckedReason::PermissionDenied;
    let whole = seen.complete && !seen.unchecked.iter().any(|row| closed(row.reason));
    let mut counts = Vec::new();
    if whole && !watch.is_stopped() {
        let there = model.counts();
        let totals = &seen.totals;
        let rows = [
            ("directories", FileKind::Directory, totals.directories),
            ("files", FileKind::Regular, totals.files),
            ("symbolic links", FileKind::Symlink, totals.symlinks),
        ];
        counts = rows
            .map(|(what, kind, seen)| (what, there(kind), seen))
            .into_iter()
            .filter(|(_, there, seen)| there != seen)
            .collect();
    }
    Disagreement { findings, counts }
}
