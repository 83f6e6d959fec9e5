//! What tells a filesystem from another one under the same names: its UUID, for any user.

use std::fs;
use std::path::Path;

use reports::{Trend, TrendAspect, TrendState};

use crate::harness::{Dir, Fscan, Image, Mount, Need, User, files, in_lab};

const UUID: &str = "0b5c9f3e-6a1d-4c8e-9f27-3d51e2a4b6c8";

/// The UUID in a report of an ordinary user, and the number that is made from it.
fn identity(dir: &Dir, root: &Path) -> (Option<String>, Option<String>) {
    let scan = Fscan::quick_tree(dir).user(User::Nobody).arg(root).run();
    let mut roots = scan.report().roots;
    let root = roots.pop().unwrap_or_else(|| scan.fail("a root is due"));
    (root.filesystem_uuid, root.filesystem_id)
}

/// What a manifest says of the mount.
fn session(dir: &Dir, root: &Path) -> Option<String> {
    let manifest = dir.join("manifest");
    let scan =
        Fscan::new(dir).args(["--read-only", "--check", "content,attributes", "--force"]).arg(root);
    scan.arg("--manifest").arg(&manifest).run().expect_code(0);
    let lines = fs::read_to_string(&manifest).unwrap();
    let (_, session) = lines.lines().next()?.split_once(r#""mount_session":""#)?;
    Some(session.split_once('"')?.0.to_owned())
}

/// How a filesystem is made with a UUID, and whether statfs tells a number made from it.
fn keeps_its_uuid(mkfs: &'static str, mib: u64, options: &'static [&str], has_id: bool) {
    let kind = mkfs.trim_start_matches("mkfs.");
    in_lab(&[Need::Loop, Need::Tool(mkfs), Need::Filesystem(kind)], move |dir| {
        let image = Image::made_by(mkfs, dir, mib, options);
        let mount = image.mount("rw");
        let (uuid, id) = identity(dir, mount.point());
        assert_eq!((uuid.as_deref(), id.is_some()), (Some(UUID), has_id), "{mkfs}");
        drop(mount);
        let again = image.mount("rw");
        assert_eq!(identity(dir, again.point()).1, id, "{mkfs}: it is kept");
        let first = session(dir, again.point());
        assert!(first.is_some(), "{mkfs}: one mount is told from others");
        again.turn_read_only();
        assert_eq!(session(dir, again.point()), first, "{mkfs}: it stays mounted");
        drop(again);
        let anew = image.mount("rw");
        assert_ne!(session(dir, anew.point()), first, "{mkfs}: it was mounted anew");
    });
}

#[test]
fn ext4_tells_its_uuid() {
    keeps_its_uuid("mkfs.ext4", 16, &["-q", "-F", "-U", UUID], true);
}

#[test]
fn xfs_tells_its_uuid() {
    const OPTIONS: &[&str] = &["-q", "-K", "-m", "uuid=0b5c9f3e-6a1d-4c8e-9f27-3d51e2a4b6c8"];
    keeps_its_uuid("mkfs.xfs", 320, OPTIONS, false);
}

#[test]
fn btrfs_tells_its_uuid() {
    keeps_its_uuid("mkfs.btrfs", 128, &["-q", "-K", "-U", UUID], true);
}

/// tmpfs draws a UUID at each mount; an overlay keeps it in its upper layer.
#[test]
fn what_is_drawn_at_a_mount_is_no_identity() {
    in_lab(&[], |dir| {
        let tmpfs = Mount::tmpfs(&dir.join("tmpfs"), "size=1m");
        assert_eq!(identity(dir, tmpfs.point()), (None, None));
        let overlay = |upper: &str| {
            let [lower, upper, work] = ["lower", upper, &format!("{upper}-work")].map(|name| {
                fs::create_dir_all(tmpfs.join(name)).unwrap();
                tmpfs.join(name)
            });
            let overlay = Mount::overlay(&dir.join("overlay"), &lower, &upper, &work);
            identity(dir, overlay.point()).0
        };
        // Before Linux 6.6 it has none.
        let first = overlay("a");
        assert_eq!(overlay("a"), first);
        assert!(first.is_none() || overlay("b") != first);
    });
}

/// A claim that is deleted and made again: the same path, device and size.
#[test]
fn a_recreated_filesystem_is_told_from_the_one_before() {
    in_lab(&[Need::Loop, Need::Tool("mkfs.ext4")], |dir| {
        let scan = |image: &Image, name: &str| {
            let mount = image.mount("rw");
            let scan =
                Fscan::new(dir).args(["--quick", "--skip", "kernel,environment", "-o", name]);
            scan.arg(mount.point()).run().expect_code(0);
        };
        let made = || {
            let image = Image::ext4(dir, 16, &[]);
            image.fill(|top| files(&top.join("app"), 5));
            image
        };
        let first = made();
        scan(&first, "1.json");
        scan(&first, "2.json");
        drop(first);
        scan(&made(), "3.json");
        let trend = Fscan::new(dir).args(["trend", "--format", "json", "."]).run();
        let told: Trend = serde_json::from_slice(trend.expect_code(0).stdout_bytes()).unwrap();
        let changes = told.series[0].changes.iter();
        let replaced: Vec<_> =
            changes.filter(|it| it.replaces).map(|it| (it.run, it.aspect)).collect();
        trend.expect(replaced == [(2, TrendAspect::FilesystemUuid)], "the third is another one");
        trend.expect(told.series[0].count(TrendState::Same) == 0, "nothing is as it was");
        let text = Fscan::new(dir).args(["trend", "."]).run();
        let prose = text.stdout().split_whitespace().collect::<Vec<_>>().join(" ");
        text.expect(prose.contains("the filesystem was recreated or replaced"), "in words");
    });
}
