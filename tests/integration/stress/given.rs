//! Directories that are given: what is reported of them, and that they are left as they were.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::chown;
use std::path::Path;

use super::{expect_empty, stress};
use crate::harness::{Dir, Image, Mount, Need, Outcome, User, in_lab};

const OPERATIONS: u64 = 3000;

/// How often each operation came to each outcome.
type Coverage = BTreeMap<(String, String), u64>;

/// Runs in a directory of the user, and judges all but what was run.
fn work(dir: &Dir, mounted: &Mount, user: User, seed: u64) -> (Outcome, Coverage) {
    let place = mounted.join("place");
    fs::create_dir_all(&place).unwrap();
    // Its owner alone can give it its time back.
    let owner = if user == User::Nobody { 65534 } else { 0 };
    chown(&place, Some(owner), None).unwrap();
    let before = fs::metadata(&place).unwrap().modified().unwrap();
    let run = stress(dir, "x", &place).user(user).arg(format!("--seed={seed}"));
    let outcome = run.args(["--max-bytes=16M", &format!("--ops={OPERATIONS}")]).run();
    outcome.expect_code(0).expect(outcome.stderr().is_empty(), "there is nothing to say");
    let report = outcome.report();
    outcome.expect(report.complete && report.codes().is_empty(), "nothing is found");
    outcome.expect(report.roots[0].path == place.to_str().unwrap(), "the place is told");
    expect_empty(&outcome, &place);
    let after = fs::metadata(&place).unwrap().modified().unwrap();
    outcome.expect(after == before, "the directory's time is what it was");
    let told = report.stress.unwrap();
    outcome.expect(told.seed == seed && told.profile == "mixed", "what was asked for");
    outcome.expect(told.divergences.is_empty() && told.divergences_beyond == 0, "nothing differs");
    let counts = told.coverage.into_iter().map(|row| {
        outcome.expect(row.counts.len() == 1 && row.counts[0].target == "x", "of one target");
        ((row.operation, row.outcome), row.counts[0].count)
    });
    let coverage = counts.collect();
    (outcome, coverage)
}

fn judge(outcome: &Outcome, coverage: &Coverage, filesystem: &str, features: &[&str]) {
    let told = outcome.report().stress.unwrap();
    let target = &told.targets[0];
    outcome.expect(target.filesystem == filesystem, "the filesystem");
    // It looks at the clock now and then.
    let done = OPERATIONS..OPERATIONS + 64;
    outcome.expect(done.contains(&target.operations), "as many operations as asked for");
    let counted: u64 = coverage.values().sum();
    outcome.expect(counted == target.operations, "each has an outcome");
    let times = |name: &str| target.latency.iter().find(|row| row.operation == name);
    let all = times("all").unwrap();
    outcome.expect(all.count == target.operations, "each has a time");
    let rising = [all.p50_ns, all.p90_ns, all.p99_ns, all.p999_ns, all.max_ns];
    outcome.expect(rising[0] > 0 && rising.is_sorted(), "times rise");
    outcome.expect(times("rename").is_some(), "and are told by operation");
    outcome.expect(target.ended == "completed" && target.bytes_written > 0, "it did it all");
    outcome.expect(target.capabilities.len() == 17, "every feature is tried out");
    for row in &target.capabilities {
        let due = if features.contains(&row.feature.as_str()) { "absent" } else { "present" };
        outcome.expect(row.found == due, &format!("{} is {due}", row.feature));
    }
    let of_this = told.quirks.iter().all(|quirk| quirk.filesystem == filesystem);
    outcome.expect(of_this && !told.quirks.is_empty(), "quirks are those of the filesystem");
    let succeeded = |operation: &str| coverage.contains_key(&(operation.into(), "ok".into()));
    for operation in ["create", "unlink", "rename", "mkdir", "link", "symlink", "write", "list"] {
        outcome.expect(succeeded(operation), &format!("{operation} succeeds"));
    }
}

#[test]
fn a_directory_on_ext4() {
    in_lab(&[Need::Tool("mkfs.ext4"), Need::Loop], |dir| {
        let mounted = Image::ext4(dir, 100, &["-N40000"]).mount("rw");
        for user in [User::Caller, User::Nobody] {
            let (outcome, coverage) = work(dir, &mounted, user, 5);
            judge(&outcome, &coverage, "ext4", &[]);
        }
    });
}

/// What a seed makes is the same each time, and what another one makes is not.
#[test]
fn a_directory_on_tmpfs_by_a_seed() {
    in_lab(&[], |dir| {
        let mounted = Mount::tmpfs(&dir.join("mnt"), "size=200m");
        let absent = ["fallocate-zero", "fallocate-collapse", "fallocate-insert"];
        let mut coverages = vec![];
        for (user, seed) in
            [(User::Caller, 5), (User::Caller, 5), (User::Caller, 6), (User::Nobody, 5)]
        {
            let (outcome, coverage) = work(dir, &mounted, user, seed);
            judge(&outcome, &coverage, "tmpfs", &absent);
            coverages.push(coverage);
        }
        assert_eq!(coverages[0], coverages[1], "the same seed");
        assert_ne!(coverages[0], coverages[2], "another seed");
        // Permissions hold nobody up, and root not.
        let refused = |coverage: &Coverage| coverage.keys().any(|(_, error)| error == "EACCES");
        assert!(!refused(&coverages[0]) && refused(&coverages[3]));
    });
}

/// Only these, and nothing else.
#[test]
fn operations_can_be_chosen() {
    in_lab(&[], |dir| {
        let mounted = Mount::tmpfs(&dir.join("mnt"), "size=200m");
        let run = stress(dir, "x", Path::new(mounted.point())).arg("--operations=create,unlink");
        let outcome = run.args(["--ops=500", "--max-bytes=16M"]).run();
        outcome.expect_code(0);
        let told = outcome.report().stress.unwrap();
        let chosen = |operation: &str| matches!(operation, "create" | "unlink");
        outcome.expect(told.coverage.iter().all(|row| chosen(&row.operation)), "only these");
    });
}
