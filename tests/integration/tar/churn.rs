//! Beside a competing installer: what it takes away is told, and accuses nobody.

use std::path::Path;
use std::time::{Duration, Instant};

use super::{expect_names, only_run, tar, trips};
use crate::harness::{Dir, Image, Mount, Need, in_lab};

/// How long a collision of the two may be waited for.
const LONG: Duration = Duration::from_secs(30);

/// Runs it until both have met at least once.
fn meet(dir: &Dir, place: &Path, pattern: &str) {
    let started = Instant::now();
    loop {
        let run = tar(dir, place).args(["--churn", "--generated=40", "--rounds=2"]);
        let outcome = run.args(["--pattern", pattern]).run();
        let report = outcome.expect_code(0).report();
        let innocent = ["healthy", "at-risk"].contains(&report.verdict.as_str());
        outcome.expect(innocent, "neither suspect nor corrupt");
        let above_info = report.findings.iter().any(|finding| finding.severity != "info");
        outcome.expect(!above_info, "nothing that was asked for is a defect");
        outcome.expect(trips(&outcome).churn, "the report says what was done");
        let run = only_run(&outcome);
        let classes = run.by_classification.iter().map(|row| row.classification.as_str());
        let alone = classes.clone().all(|class| class == "parent-removed");
        outcome.expect(alone, "every error has that cause");
        outcome.expect(run.differing == 0 && run.left_behind == 0, "nothing else happens");
        expect_names(&outcome, place, &[]);
        if classes.count() > 0 {
            let named = run.errors.iter().all(|error| {
                error.message.starts_with("TAR_ENTRY_ERROR ENOENT: no such file or directory, ")
                    || error.errno != "ENOENT"
            });
            outcome.expect(named, "in node-tar's words");
            return;
        }
        outcome.expect(started.elapsed() < LONG, "the two meet");
    }
}

/// What it takes away makes an installer fail that remembers the directories that it made.
#[test]
fn npm_cached_on_tmpfs() {
    in_lab(&[], |dir| {
        meet(dir, Mount::tmpfs(&dir.join("mnt"), "size=256m").point(), "npm-cached");
    });
}

/// The other ways meet it as well.
#[test]
fn each_pattern_on_tmpfs() {
    in_lab(&[], |dir| {
        let mount = Mount::tmpfs(&dir.join("mnt"), "size=256m");
        for pattern in ["npm", "pnpm", "sequential"] {
            meet(dir, mount.point(), pattern);
        }
    });
}

#[test]
fn npm_cached_on_ext4() {
    in_lab(&[Need::Loop, Need::Tool("mkfs.ext4")], |dir| {
        let image = Image::ext4(dir, 256, &[]);
        meet(dir, image.mount("rw").point(), "npm-cached");
    });
}
