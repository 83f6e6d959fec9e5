//! Healthy trees: nothing at `warning` or above, exit code 0, as root and as nobody. A false
//! alarm costs more trust than anything else.
//!
//! ext4 is mounted as it is by default, with `errors=continue`: that becomes a risk, and a warning,
//! only where there is damage.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::harness::{
    Dir, Fscan, Image, Mount, Need, Outcome, User, chain, counted_by_walkdir, files, in_lab,
    realistic,
};

const EXT4: &[Need] = &[Need::Loop, Need::Tool("mkfs.ext4"), Need::Tool("setpriv")];
const XFS: &[Need] = &[Need::Loop, Need::Tool("mkfs.xfs"), Need::Filesystem("xfs")];
const BTRFS: &[Need] =
    &[Need::Loop, Need::Tool("mkfs.btrfs"), Need::Tool("btrfs"), Need::Filesystem("btrfs")];

/// Scans as root and as nobody; nothing may be found. Returns the outcome as root.
pub(crate) fn expect_healthy(dir: &Dir, top: &Path) -> Outcome {
    expect_healthy_as(User::Nobody, dir, top);
    expect_healthy_as(User::Caller, dir, top)
}

pub(crate) fn expect_healthy_as(user: User, dir: &Dir, top: &Path) -> Outcome {
    let outcome = Fscan::quick(dir).arg(top).user(user).run();
    let report = outcome.expect_code(0).report();
    let codes = report.codes();
    outcome.expect(codes.is_empty(), &format!("as {user:?} a false alarm: {codes:?}"));
    outcome.expect(report.verdict == "healthy", "the verdict is healthy");
    outcome.expect(report.complete, "the scan came to its end");
    outcome
}

/// An ext4 image with the usual tree, filled in one mount and scanned in the next.
fn ext4(mkfs: &'static [&'static str]) {
    in_lab(EXT4, |dir| {
        let image = Image::ext4(dir, 64, mkfs);
        image.fill_and_age(realistic);
        let mount = image.mount("rw");
        let outcome = expect_healthy(dir, mount.point());
        let counted = counted_by_walkdir(mount.point());
        outcome.expect(outcome.report().totals == counted, &format!("walkdir: {counted:#?}"));
    });
}

#[test]
fn ext4_as_made_by_default() {
    ext4(&["-b", "4096"]);
}

#[test]
fn ext4_with_blocks_of_1_kib() {
    ext4(&["-b", "1024"]);
}

#[test]
fn ext4_without_metadata_checksums() {
    ext4(&["-O", "^metadata_csum,^metadata_csum_seed"]);
}

#[test]
fn ext4_with_inline_data() {
    ext4(&["-O", "inline_data", "-I", "512"]);
}

#[test]
fn ext4_with_bigalloc() {
    ext4(&["-O", "bigalloc", "-C", "16384"]);
}

#[test]
fn ext4_as_ext3_was() {
    ext4(&["-O", "^extents,^64bit,^flex_bg,^huge_file,^dir_nlink,^extra_isize"]);
}

/// As root a whole, quiet filesystem can be seen completely, and the report must say so.
#[test]
fn ext4_seen_by_root_leaves_nothing_unchecked() {
    in_lab(EXT4, |dir| {
        let image = Image::ext4(dir, 64, &[]);
        image.fill_and_age(realistic);
        let mount = image.mount("rw");
        let outcome = Fscan::quick(dir).arg("--strict").arg(mount.point()).run();
        outcome.expect(outcome.expect_code(0).report().unchecked.is_empty(), "nothing unchecked");
    });
}

/// Above about 65,000 subdirectories ext4 gives up counting and says 1.
#[test]
fn ext4_with_66_000_subdirectories() {
    in_lab(EXT4, |dir| {
        let image = Image::ext4(dir, 200, &["-b", "1024", "-N", "70000"]);
        let mount = image.mount("rw");
        let crowded = mount.join("crowded");
        fs::create_dir(&crowded).unwrap();
        let names: Vec<String> = (0..66_000).map(|n| n.to_string()).collect();
        chain(&crowded, 1, &names.iter().map(String::as_str).collect::<Vec<_>>());
        expect_healthy(dir, mount.point());
        // nlink stays 1 when few are left.
        for name in &names[100..] {
            fs::remove_dir(crowded.join(name)).unwrap();
        }
        expect_healthy(dir, mount.point());
    });
}

#[test]
fn xfs() {
    in_lab(XFS, |dir| {
        let image = Image::made_by("mkfs.xfs", dir, 320, &["-q", "-K"]);
        image.fill_and_age(realistic);
        expect_healthy(dir, image.mount("rw").point());
    });
}

#[test]
fn btrfs_with_a_subvolume_and_snapshots() {
    in_lab(BTRFS, |dir| {
        let image = Image::made_by("mkfs.btrfs", dir, 256, &["-q", "-K"]);
        image.fill_and_age(|top| {
            realistic(top);
            btrfs(&["subvolume", "create"], &[&top.join("subvolume")]);
            files(&top.join("subvolume/files"), 100);
            btrfs(&["subvolume", "snapshot"], &[top, &top.join("snapshot")]);
            let inner = [top.join("subvolume"), top.join("snapshot/inner")];
            btrfs(&["subvolume", "snapshot", "-r"], &inner.each_ref().map(PathBuf::as_path));
        });
        expect_healthy(dir, image.mount("rw").point());
    });
}

fn btrfs(command: &[&str], paths: &[&Path]) {
    let output = Command::new("btrfs").args(command).args(paths).output().unwrap();
    assert!(output.status.success(), "{output:?}");
}

#[test]
fn tmpfs() {
    in_lab(&[Need::Tool("setpriv")], |dir| {
        let mount = Mount::tmpfs(&dir.join("mnt"), "size=64m");
        realistic(mount.point());
        expect_healthy(dir, mount.point());
    });
}
