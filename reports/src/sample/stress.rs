//! Stress runs for tests.

use crate::{
    PathName, Stress, StressAbility, StressCapability, StressCount, StressCoverage,
    StressDivergence, StressElsewhere, StressElsewhereOutcome, StressEnding, StressLatency,
    StressMinimised, StressNotProvided, StressQuirk, StressTarget,
};

use super::{HOSTILE, hostile_text};

fn latency(operation: &str, count: u64, p50_ns: u64, max_ns: u64) -> StressLatency {
    StressLatency {
        operation: operation.into(),
        count,
        p50_ns,
        p90_ns: p50_ns * 4,
        p99_ns: p50_ns * 20,
        p999_ns: p50_ns * 100,
        max_ns,
    }
}

/// A target on which all was done and has its features.
pub(crate) fn stress_target(name: &str, filesystem: &str) -> StressTarget {
    StressTarget {
        name: name.into(),
        directory: PathName::new(format!("/mnt/{name}").into_bytes()),
        filesystem: filesystem.into(),
        made: false,
        mount_options: "rw,relatime".into(),
        operations: 1_200_000,
        rounds: 12,
        seconds: 30.5,
        operations_per_second: 39_344.25,
        bytes_written: 3 << 30,
        live_entries_most: 4_096,
        comparisons: 24,
        listings: 1_310,
        scans: 12,
        no_space: 0,
        latency: vec![
            latency(StressLatency::ALL, 1_200_000, 1_240, 41_300_000),
            latency("rename", 80_000, 2_100, 4_200_000),
        ],
        capabilities: vec![StressCapability {
            feature: "temporary-files".into(),
            declared: Some(true),
            found: StressAbility::Present,
            detail: None,
        }],
        ended: StressEnding::Completed,
        ended_because: None,
    }
}

fn quirk(id: &str, filesystem: &str, text: &str, count: u64) -> StressQuirk {
    StressQuirk {
        id: id.into(),
        filesystem: filesystem.into(),
        text: text.into(),
        source: "readdir(3)".into(),
        defect: false,
        count,
    }
}

fn coverage(operation: &str, outcome: &str, home: u64, shm: u64) -> StressCoverage {
    let count = |target: &str, count| StressCount { target: target.into(), count };
    StressCoverage {
        operation: operation.into(),
        outcome: outcome.into(),
        counts: vec![count("home", home), count("shm", shm)],
    }
}

/// A run on two targets in which nothing diverged.
pub(crate) fn stress() -> Stress {
    Stress {
        seed: 42,
        profile: "mixed".into(),
        recorded: None,
        threads: 2,
        targets: vec![stress_target("home", "ext4"), stress_target("shm", "tmpfs")],
        not_provided: Vec::new(),
        divergences: Vec::new(),
        divergences_beyond: 0,
        quirks: vec![
            quirk("tmpfs-listing-snapshot", "tmpfs", "new names are not listed", 1_200),
            quirk("directory-size", "", "sizes of directories differ", 212),
            quirk("ext4-link-limit", "ext4", "a file has at most 65,000 names", 0),
        ],
        coverage: vec![
            coverage("create", "ok", 400_000, 390_000),
            coverage("create", "EEXIST", 1_200, 1_100),
            coverage("rename", "ok", 70_000, 71_000),
            coverage("rename", "ENOENT", 0, 17),
        ],
    }
}

/// A divergence on `target` that was shortened to three lines and tried nowhere else.
pub(crate) fn divergence(target: &str) -> StressDivergence {
    StressDivergence {
        target: target.into(),
        operation: "rename a/f1 b/f2".into(),
        class: "rename: ENOENT instead of success".into(),
        expected: "success".into(),
        found: "ENOENT".into(),
        evidence: vec!["the directory lists f1".into(), "statx finds f1: inode 12".into()],
        round: 3,
        position: 1_204,
        occurrences: 17,
        reproducer: ["mkdir a", "create a/f1", "rename a/f1 b/f2"].map(Into::into).to_vec(),
        minimised: StressMinimised::Minimised,
        replay_file: Some(PathName::new(b"/tmp/rename 1.fscan".to_vec())),
        elsewhere: Vec::new(),
    }
}

/// A run in which everything happened, with every string hostile.
pub(super) fn hostile_stress() -> Stress {
    let (text, path) = (hostile_text, || PathName::new(HOSTILE.to_vec()));
    let mut stress = stress();
    stress.profile = text();
    stress.not_provided = vec![StressNotProvided { name: text(), why: text() }];
    stress.divergences_beyond = 3;
    for target in &mut stress.targets {
        (target.name, target.directory) = (text(), path());
        (target.filesystem, target.mount_options) = (text(), text());
        (target.ended, target.ended_because) = (StressEnding::Lost, Some(text()));
        target.no_space = 5;
        target.latency.iter_mut().for_each(|row| row.operation = text());
        target.capabilities.push(StressCapability {
            feature: text(),
            declared: Some(true),
            found: StressAbility::Absent,
            detail: Some(text()),
        });
    }
    let elsewhere =
        StressElsewhereOutcome::ALL.map(|outcome| StressElsewhere { target: text(), outcome });
    stress.divergences = vec![StressDivergence {
        target: text(),
        operation: text(),
        class: text(),
        expected: text(),
        found: text(),
        evidence: vec![text()],
        reproducer: vec![text()],
        replay_file: Some(path()),
        elsewhere: elsewhere.to_vec(),
        ..divergence("home")
    }];
    for quirk in &mut stress.quirks {
        (quirk.id, quirk.filesystem) = (text(), text());
        (quirk.text, quirk.source) = (text(), text());
    }
    for row in &mut stress.coverage {
        (row.operation, row.outcome) = (text(), text());
        row.counts.iter_mut().for_each(|count| count.target = text());
    }
    stress
}
