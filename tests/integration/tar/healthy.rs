//! Sound filesystems, whatever they are and however they are used: nothing fails, nothing
//! differs, nothing is left.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::Path;

use super::{PATTERNS, expect_names, expect_whole, only_run, tar, trips};
use crate::harness::{Dir, Fscan, Image, Mount, Need, User, default_access_list, in_lab};

const EXT4: &[Need] = &[Need::Loop, Need::Tool("mkfs.ext4"), Need::Tool("setpriv")];
const XFS: &[Need] = &[Need::Loop, Need::Tool("mkfs.xfs"), Need::Filesystem("xfs")];
const BTRFS: &[Need] = &[Need::Loop, Need::Tool("mkfs.btrfs"), Need::Filesystem("btrfs")];
const OVERLAY: &[Need] = &[Need::Loop, Need::Tool("mkfs.ext4"), Need::Filesystem("overlay")];

/// Extracts as root, and then as nobody.
fn expect_healthy(dir: &Dir, top: &Path) {
    let place = top.join("place");
    fs::create_dir(&place).unwrap();
    expect_healthy_twice(dir, &place);
    chown(&place, Some(65534), Some(65534)).unwrap();
    expect_healthy_once(dir, &place, "0022", User::Nobody);
}

/// All patterns, two rounds.
fn expect_healthy_twice(dir: &Dir, place: &Path) {
    let outcome = tar(dir, place).args(["--generated=60", "--rounds=2"]).run();
    expect_whole(&outcome);
    let runs = trips(&outcome).runs;
    let ran: Vec<_> = runs.iter().map(|run| run.pattern.as_str()).collect();
    outcome.expect(ran == PATTERNS, "each pattern runs");
    let rounds = runs.iter().all(|run| run.rounds == 2 && run.packages == 120);
    outcome.expect(rounds, "everything twice");
    expect_names(&outcome, place, &[]);
}

/// All patterns, by somebody and with a umask.
fn expect_healthy_once(dir: &Dir, place: &Path, umask: &'static str, user: User) {
    let outcome = tar(dir, place).arg("--generated=5").umask(umask).user(user).run();
    expect_whole(&outcome);
    expect_names(&outcome, place, &[]);
}

#[test]
fn tmpfs() {
    in_lab(&[Need::Tool("setpriv")], |dir| {
        expect_healthy(dir, Mount::tmpfs(&dir.join("mnt"), "size=256m").point());
    });
}

#[test]
fn ext4() {
    in_lab(EXT4, |dir| {
        let image = Image::ext4(dir, 256, &[]);
        expect_healthy(dir, image.mount("rw").point());
    });
}

/// The same is done in the control directory, and counted apart.
#[test]
fn ext4_beside_a_control() {
    in_lab(EXT4, |dir| {
        let image = Image::ext4(dir, 256, &[]);
        let (place, control) = (image.mount("rw"), Mount::tmpfs(&dir.join("control"), "size=256m"));
        let run = Fscan::new(dir).arg("tar").arg(place.point()).arg("--generated=60");
        let outcome = run.args(["--format=json", "--control"]).arg(control.point()).run();
        expect_whole(&outcome);
        let runs = trips(&outcome).runs;
        let of = |control| runs.iter().filter(move |run| run.control == control);
        for (control, filesystem) in [(false, "ext4"), (true, "tmpfs")] {
            let ran: Vec<_> = of(control).map(|run| run.pattern.as_str()).collect();
            outcome.expect(ran == PATTERNS, "each pattern runs in both places");
            outcome.expect(of(control).all(|run| run.filesystem == filesystem), filesystem);
        }
        let same =
            of(false).zip(of(true)).all(|(a, b)| (a.entries, a.bytes) == (b.entries, b.bytes));
        outcome.expect(same, "the same in both places");
        expect_names(&outcome, place.point(), &[]);
        expect_names(&outcome, control.point(), &[]);
    });
}

/// Inodes of 128 bytes keep no nanoseconds.
#[test]
fn ext4_with_small_inodes_and_blocks() {
    in_lab(EXT4, |dir| {
        let image = Image::ext4(dir, 256, &["-I", "128", "-b", "1024", "-O", "^dir_index"]);
        let mount = image.mount("rw");
        let outcome = tar(dir, mount.point()).arg("--generated=30").run();
        expect_whole(&outcome);
        expect_names(&outcome, mount.point(), &[]);
    });
}

#[test]
fn xfs() {
    in_lab(XFS, |dir| {
        let image = Image::made_by("mkfs.xfs", dir, 320, &["-q", "-K"]);
        expect_healthy(dir, image.mount("rw").point());
    });
}

#[test]
fn btrfs() {
    in_lab(BTRFS, |dir| {
        let image = Image::made_by("mkfs.btrfs", dir, 1024, &["-q"]);
        expect_healthy(dir, image.mount("rw").point());
    });
}

/// An overlay whose upper layer is this; something lies below it.
fn overlay_on(dir: &Dir, upper: &Path) -> Mount {
    let lower = dir.folder("lower");
    fs::create_dir_all(lower.join("below")).unwrap();
    fs::write(lower.join("below/file"), "below").unwrap();
    let layers = ["upper", "work"].map(|name| upper.join(name));
    layers.iter().for_each(|layer| fs::create_dir(layer).unwrap());
    Mount::overlay(&dir.join("merged"), &lower, &layers[0], &layers[1])
}

#[test]
fn overlay_on_tmpfs() {
    in_lab(OVERLAY, |dir| {
        let tmpfs = Mount::tmpfs(&dir.join("mnt"), "size=256m");
        expect_healthy(dir, overlay_on(dir, tmpfs.point()).point());
    });
}

#[test]
fn overlay_on_ext4() {
    in_lab(OVERLAY, |dir| {
        let image = Image::ext4(dir, 256, &[]);
        let mount = image.mount("rw");
        expect_healthy(dir, overlay_on(dir, mount.point()).point());
    });
}

/// What a directory gives to what is made in it, and what the umask takes.
#[test]
fn directories_with_a_group_a_list_or_a_umask() {
    in_lab(EXT4, |dir| {
        let image = Image::ext4(dir, 256, &[]);
        let mount = image.mount("rw");
        let make = |name: &str| {
            let place = mount.join(name);
            fs::create_dir(&place).unwrap();
            chown(&place, Some(65534), Some(100)).unwrap();
            place
        };
        let group = make("group");
        fs::set_permissions(&group, fs::Permissions::from_mode(0o2775)).unwrap();
        let sticky = make("sticky");
        fs::set_permissions(&sticky, fs::Permissions::from_mode(0o1777)).unwrap();
        let listed = make("listed");
        default_access_list(&listed);
        let plain = make("plain");
        let table = [
            (&group, "0022"),
            (&group, "0077"),
            (&sticky, "0002"),
            (&listed, "0022"),
            (&listed, "0077"),
            (&plain, "0077"),
            (&plain, "0000"),
        ];
        for (place, umask) in table {
            for user in [User::Caller, User::Nobody] {
                expect_healthy_once(dir, place, umask, user);
            }
        }
    });
}

/// Twice what a large front-end project has, on what a pod has below it.
#[test]
fn many_packages() {
    in_lab(OVERLAY, |dir| {
        let image = Image::ext4(dir, 1024, &[]);
        let mount = image.mount("rw");
        let overlay = overlay_on(dir, mount.point());
        let npm = tar(dir, overlay.point()).args(["--pattern=npm", "--generated=1500"]);
        let outcome = npm.run();
        expect_whole(&outcome);
        outcome.expect(only_run(&outcome).packages == 1500, "all packages");
    });
}
