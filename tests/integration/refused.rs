//! Filesystems that do not answer every question: each refusal is one row of what was not examined
//! and a skipped check that names the reason, and never a finding.

use std::fs;
use std::path::Path;

use crate::harness::{Dir, Fscan, Image, Mount, Need, Report, User, content, files, in_lab};

/// What is refused: the check, and the words of its reason.
type Refused = (&'static str, &'static [&'static str]);

/// Scans as root and as nobody, and finds exactly these refusals.
fn expect_refused(dir: &Dir, top: &Path, refused: &[Refused]) {
    for user in [User::Caller, User::Nobody] {
        let outcome = Fscan::quick(dir).args(["--skip", "kernel"]).arg(top).user(user).run();
        let report = outcome.expect_code(0).report();
        for (check, words) in refused {
            let run = report.roots[0].checks.iter().find(|run| run.name == *check).unwrap();
            let reason = run.reason.as_deref().unwrap_or_default();
            outcome.expect(run.status == "skipped", &format!("as {user:?} {check} is skipped"));
            let named = words.iter().all(|word| reason.contains(word));
            outcome.expect(named, &format!("the reason names {words:?}"));
            outcome.expect(rows(&report, check) == 1, &format!("one row for {check}"));
        }
        let all = report.unchecked.iter().filter(|row| row.reason == "unsupported").count();
        outcome.expect(all == refused.len(), "no other refusal");
    }
}

/// The rows of what was not examined for a check.
fn rows(report: &Report, check: &str) -> usize {
    report.unchecked.iter().filter(|row| row.what == check).count()
}

#[test]
fn tmpfs_has_no_extents_and_no_map_of_space() {
    in_lab(&[Need::Tool("setpriv")], |dir| {
        let mount = Mount::tmpfs(&dir.join("mnt"), "size=64m");
        content(mount.point());
        let refused: &[Refused] = &[
            ("extents", &["FIEMAP", "EOPNOTSUPP", "tmpfs"]),
            ("allocation", &["GETFSMAP", "ENOTTY", "tmpfs"]),
        ];
        expect_refused(dir, mount.point(), refused);
    });
}

/// Also where the walk only comes to it through a mount.
#[test]
fn what_a_filesystem_below_refuses_is_told_by_its_mount_point() {
    in_lab(&[Need::Loop, Need::Tool("mkfs.ext4")], |dir| {
        let image = Image::ext4(dir, 16, &[]);
        image.fill_and_age(|top| files(&top.join("above"), 3));
        let mount = image.mount("rw");
        let below = Mount::tmpfs(&mount.join("below"), "size=1m");
        files(&below.join("files"), 3);
        let outcome = Fscan::quick(dir).arg("--cross-mounts").arg(mount.point()).run();
        let report = outcome.expect_code(0).report();
        let examples = report.unchecked_examples("unsupported");
        outcome.expect(examples == [below.point().to_str().unwrap()], "the mount point is named");
        let allocation = report.roots[0].checks.iter().find(|run| run.name == "allocation");
        let reason = allocation.and_then(|run| run.reason.clone()).unwrap_or_default();
        outcome.expect(reason.contains("mounted below"), "what was not judged there is said");
    });
}

#[test]
fn btrfs_has_no_map_of_space() {
    let needs =
        [Need::Loop, Need::Tool("mkfs.btrfs"), Need::Filesystem("btrfs"), Need::Tool("setpriv")];
    in_lab(&needs, |dir| {
        let image = Image::made_by("mkfs.btrfs", dir, 256, &["-q", "-K"]);
        image.fill_and_age(content);
        let mount = image.mount("rw");
        expect_refused(dir, mount.point(), &[("allocation", &["GETFSMAP", "ENOTTY", "btrfs"])]);
    });
}

/// An overlay has no map of space; of its files one layer may answer and another not.
#[test]
fn overlay_passes_on_what_its_layers_refuse() {
    in_lab(&[Need::Filesystem("overlay"), Need::Tool("setpriv")], |dir| {
        let layers = Mount::tmpfs(&dir.join("layers"), "size=64m");
        let [lower, upper, work] = ["lower", "upper", "work"].map(|layer| layers.join(layer));
        for layer in [&lower, &upper, &work] {
            fs::create_dir(layer).unwrap();
        }
        content(&lower);
        let mount = Mount::overlay(&dir.join("mnt"), &lower, &upper, &work);
        let outcome = Fscan::quick(dir).args(["--skip", "kernel"]).arg(mount.point()).run();
        let report = outcome.expect_code(0).report();
        for check in ["extents", "allocation"] {
            outcome.expect(rows(&report, check) == 1, &format!("one row for {check}"));
        }
        let status = |name: &str| {
            let run = report.roots[0].checks.iter().find(|run| run.name == name).unwrap();
            (run.status.clone(), run.reason.clone().unwrap_or_default())
        };
        outcome.expect(status("extents").0 == "partial", "some layers may answer");
        let (allocation, reason) = status("allocation");
        let named = reason.contains("ENOTTY") && reason.contains("overlay");
        outcome.expect(allocation == "skipped" && named, "the reason names the refusal");
    });
}
