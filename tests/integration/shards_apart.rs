//! What happens to a tree between the parts of a scan, and what is mounted in it: merged, the parts tell
//! what one scan would, or say that they did not see it, and accuse nobody.

use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::harness::{Image, Mount, Need, Outcome, Shards, User, in_lab};
use crate::shards::{FULL, expect_the_same};

const EXT4: &[Need] = &[Need::Loop, Need::Tool("mkfs.ext4")];

/// Places enough that each part has some of every depth.
fn places(top: &Path) {
    for n in 0..20 {
        let inside = top.join(format!("place-{n}/below/inside"));
        fs::create_dir_all(&inside).unwrap();
        fs::write(inside.join("file"), [b'f'; 5000]).unwrap();
        fs::hard_link(inside.join("file"), top.join(format!("link-{n}"))).unwrap();
    }
}

fn bottom(top: &Path, n: u32) -> std::path::PathBuf {
    top.join(format!("place-{n}/below"))
}

/// Says what was left out for `reason`, and finds nothing.
fn expect_gaps(merged: &Outcome, reason: &str) {
    let report = merged.expect_code(0).report();
    merged.expect(report.codes().is_empty(), "nobody did any damage");
    let gaps = report.unchecked.iter().filter(|row| row.reason == reason);
    merged.expect(gaps.map(|row| row.count).sum::<u64>() > 0, &format!("{reason} is told"));
}

#[test]
fn a_bind_mount_in_the_tree_is_left_out_by_parts_as_by_one_scan() {
    in_lab(EXT4, |dir| {
        let image = Image::ext4(dir, 16, &["-b", "4096"]);
        image.fill(places);
        let mount = image.mount("rw");
        for (n, name) in ["bound", "below/bound"].iter().enumerate() {
            fs::create_dir(mount.join("place-1").join(name)).unwrap();
            fs::create_dir(bottom(mount.point(), n as u32 + 5).join("covered")).unwrap();
        }
        // What is below stands elsewhere as well; a place of the tree is covered by another one.
        let _bound = ["bound", "below/bound"]
            .map(|name| Mount::bind(&mount.join("place-2"), &mount.join("place-1").join(name)));
        let _covering = Mount::bind(&mount.join("place-3"), &mount.join("place-4/below"));
        expect_the_same(dir, mount.point(), &[1, 4], FULL);
    });
}

#[test]
fn a_directory_that_is_closed_or_opened_between_parts_is_never_silently_left_out() {
    in_lab(&[Need::Tool("setpriv")], |dir| {
        let mount = Mount::tmpfs(&dir.join("mnt"), "size=16m");
        places(mount.point());
        let close = |n, mode| {
            let mode = Permissions::from_mode(mode);
            fs::set_permissions(bottom(mount.point(), n), mode).unwrap();
        };
        for (before, after) in [(0o755, 0o700), (0o700, 0o755)] {
            let shards = Shards::new(dir, mount.point(), 2, FULL).user(User::Nobody);
            for (index, mode) in [(0, before), (1, after)] {
                (0..20).for_each(|n| close(n, mode));
                shards.part(index).run().expect_code(0);
            }
            expect_gaps(&shards.merge().run(), "permission-denied");
        }
    });
}

#[test]
fn a_directory_that_vanishes_between_parts_is_no_damage() {
    in_lab(EXT4, |dir| {
        let image = Image::ext4(dir, 16, &["-b", "4096"]);
        image.fill(places);
        let mount = image.mount("rw");
        let shards = Shards::new(dir, mount.point(), 2, FULL);
        shards.part(0).run().expect_code(0);
        (0..15).for_each(|n| fs::remove_dir_all(bottom(mount.point(), n)).unwrap());
        shards.part(1).run().expect_code(0);
        (15..18).for_each(|n| fs::remove_dir_all(bottom(mount.point(), n)).unwrap());
        expect_gaps(&shards.merge().run(), "vanished");
    });
}
