//! A tree that writers keep changing at full speed during the whole scan: nothing may be found.

use std::path::Path;

use crate::harness::{Dir, Image, Mount, Need, User, Writers, files, in_lab};
use crate::healthy::expect_healthy_as;

/// Scans again and again while two writers work.
fn expect_healthy_while_written(dir: &Dir, top: &Path) {
    for folder in ["quiet/one", "quiet/two", "quiet/two/three"] {
        files(&top.join(folder), 1000);
    }
    let writers = Writers::start(&top.join("busy"), 2);
    for user in [User::Caller, User::Caller, User::Caller, User::Nobody, User::Nobody] {
        let before = writers.operations();
        let outcome = expect_healthy_as(user, dir, top);
        let report = outcome.report();
        outcome.expect(report.totals.files >= 3000, "the quiet files are all seen");
        outcome.expect(writers.operations() > before, "the writers worked meanwhile");
    }
}

#[test]
fn ext4_with_writers_at_work() {
    let needs = [Need::Loop, Need::Tool("mkfs.ext4"), Need::Tool("setpriv")];
    in_lab(&needs, |dir| {
        let image = Image::ext4(dir, 64, &[]);
        let mount = image.mount("rw");
        expect_healthy_while_written(dir, mount.point());
    });
}

#[test]
fn tmpfs_with_writers_at_work() {
    in_lab(&[Need::Tool("setpriv")], |dir| {
        let mount = Mount::tmpfs(&dir.join("mnt"), "size=64m");
        expect_healthy_while_written(dir, mount.point());
    });
}

#[test]
fn overlay_with_writers_at_work() {
    in_lab(&[Need::Filesystem("overlay"), Need::Tool("setpriv")], |dir| {
        let layers = Mount::tmpfs(&dir.join("layers"), "size=64m");
        for layer in ["lower", "upper", "work"] {
            files(&layers.join(layer), 0);
        }
        files(&layers.join("lower/below"), 500);
        let [lower, upper, work] = ["lower", "upper", "work"].map(|layer| layers.join(layer));
        let mount = Mount::overlay(&dir.join("mnt"), &lower, &upper, &work);
        expect_healthy_while_written(dir, mount.point());
    });
}
