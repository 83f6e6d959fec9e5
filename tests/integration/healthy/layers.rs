//! Roots behind which another filesystem stands, or only a part of one: what cannot be asked
//! there is said, and is no finding.

use std::fs;
use std::path::Path;

use super::{EXT4, expect_healthy};
use crate::harness::{Dir, Image, Mount, Need, Outcome, content, in_lab, realistic};

/// Some of a report's checks did not run, or not wholly, and each says why.
fn expect_told(outcome: &Outcome, checks: &[&str]) {
    let report = outcome.report();
    for name in checks {
        let run = report.roots[0].checks.iter().find(|run| run.name == *name);
        let told = run.is_some_and(|run| {
            matches!(run.status.as_str(), "skipped" | "partial") && run.reason.is_some()
        });
        outcome.expect(told, &format!("{name} has to be skipped or partial, with the reason"));
    }
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
        expect_healthy(dir, part.point());
    });
}

#[test]
fn bind_mount_of_a_part_of_ext4_says_what_it_cannot_count() {
    in_lab(EXT4, |dir| {
        let image = ext4_with_everything(dir);
        let whole = image.mount("rw");
        let part = Mount::bind(&whole.join("part"), &dir.join("bound"));
        expect_told(&expect_healthy(dir, part.point()), &["allocation"]);
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
        expect_healthy(dir, merged.point());
    });
}

#[test]
fn overlay_on_ext4_says_what_it_cannot_ask() {
    in_lab(&[EXT4, &[Need::Filesystem("overlay")]].concat(), |dir| {
        let image = ext4_with_everything(dir);
        let lower = image.mount("rw");
        let (_layers, merged) = overlay_over(dir, lower.point());
        expect_told(&expect_healthy(dir, merged.point()), &["extents", "allocation"]);
    });
}

#[test]
fn tmpfs_says_what_it_cannot_ask() {
    in_lab(&[Need::Tool("setpriv")], |dir| {
        let mount = Mount::tmpfs(&dir.join("mnt"), "size=64m");
        content(mount.point());
        expect_told(&expect_healthy(dir, mount.point()), &["extents", "allocation"]);
    });
}
