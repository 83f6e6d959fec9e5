//! Roots behind which another filesystem stands, or only a part of one: what cannot be asked
//! there is said, and is no finding.

use std::fs;
use std::path::Path;

use super::{EXT4, expect_healthy};
use crate::harness::{Dir, Image, Mount, Need, Outcome, content, in_lab, realistic};

/// A check did not judge everything, and says why.
fn expect_reason(outcome: &Outcome, check: &str) {
    let report = outcome.report();
    let run = report.roots[0].checks.iter().find(|run| run.name == check);
    outcome.expect(run.is_some_and(|run| run.reason.is_some()), &format!("{check} has a reason"));
}

/// A check did not run, or not wholly, and says why.
fn expect_not_run(outcome: &Outcome, check: &str) {
    expect_reason(outcome, check);
    let report = outcome.report();
    let run = report.roots[0].checks.iter().find(|run| run.name == check);
    outcome.expect(run.is_some_and(|run| run.status != "ran"), &format!("{check} cannot run"));
}

fn ext4_with_everything(dir: &Dir) -> Image {
    let image = Image::ext4(dir, 64, &[]);
    image.fill_and_age(|top| {
        fs::create_dir(top.join("part")).unwrap();
        realistic(&top.join("part"));
        content(top);
    });
    image
}

fn overlay_over(dir: &Dir, lower: &Path) -> (Mount, Mount) {
    let layers = Mount::tmpfs(&dir.join("layers"), "size=64m");
    let [upper, work] = ["upper", "work"].map(|layer| layers.join(layer));
    fs::create_dir(&upper).unwrap();
    fs::create_dir(&work).unwrap();
    let merged = Mount::overlay(&dir.join("merged"), lower, &upper, &work);
    fs::write(merged.join("in-the-upper-layer"), vec![b'u'; 50_000]).unwrap();
    (layers, merged)
}

/// Blocks and inodes of the rest of the filesystem cannot be counted.
#[test]
fn bind_mount_of_a_part_of_ext4() {
    in_lab(EXT4, |dir| {
        let image = ext4_with_everything(dir);
        let whole = image.mount("rw");
        let part = Mount::bind(&whole.join("part"), &dir.join("bound"));
        expect_reason(&expect_healthy(dir, part.point()), "allocation");
    });
}

/// What is below a mount is not seen, so that sums of the whole filesystem say nothing.
#[test]
fn ext4_with_a_mount_in_it() {
    in_lab(EXT4, |dir| {
        let image = ext4_with_everything(dir);
        for options in ["rw", "ro"] {
            let whole = image.mount(options);
            let covered = Mount::tmpfs(&whole.join("part"), "size=1m");
            expect_healthy(dir, whole.point());
            drop(covered);
        }
    });
}

#[test]
fn directory_of_ext4_that_is_no_mount_point() {
    in_lab(EXT4, |dir| {
        let image = ext4_with_everything(dir);
        for options in ["rw", "ro"] {
            expect_healthy(dir, &image.mount(options).join("part"));
        }
    });
}

#[test]
fn overlay_on_ext4() {
    in_lab(&[EXT4, &[Need::Filesystem("overlay")]].concat(), |dir| {
        let image = ext4_with_everything(dir);
        let lower = image.mount("rw");
        let (_layers, merged) = overlay_over(dir, lower.point());
        let outcome = expect_healthy(dir, merged.point());
        expect_not_run(&outcome, "extents");
        expect_not_run(&outcome, "allocation");
    });
}

#[test]
fn tmpfs_has_neither_extents_nor_maps() {
    in_lab(&[Need::Tool("setpriv")], |dir| {
        let mount = Mount::tmpfs(&dir.join("mnt"), "size=64m");
        content(mount.point());
        let outcome = expect_healthy(dir, mount.point());
        expect_not_run(&outcome, "extents");
        expect_not_run(&outcome, "allocation");
    });
}
