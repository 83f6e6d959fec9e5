//! A healthy ext4 through mounts that show less than they seem to, and on devices that held
//! something else before.

use std::fs::{self, File, OpenOptions};
use std::io::Write;
use std::os::unix::fs::{FileExt, symlink};
use std::path::Path;

use nix::mount::{MsFlags, mount};
use rustix::fs::{FallocateFlags, XattrFlags, fallocate, lsetxattr};

use super::{CONTROL, Control, EXT4, check, expect_healthy};
use crate::harness::{Dir, Fscan, Image, Mount, User, content, in_lab, scattered, tool};

controls! {
    // statfs then tells the size with the metadata in it.
    size_that_counts_metadata { mount: "minixdf" }
    // Two leaves of the extent tree stay, with an extent each.
    scattered_file_punched_to_its_ends { fill: punched_to_its_ends }
    // Without room in the inode all attributes of a link stand in a block, which they share. Nobody
    // is not shown trusted ones.
    links_that_share_attributes { mkfs: &["-I", "128"], fill: links_with_attributes }
}

fn punched_to_its_ends(top: &Path) {
    let path = top.join("punched");
    scattered(&path, 700, 4096);
    let file = OpenOptions::new().write(true).open(&path).unwrap();
    file.sync_all().unwrap();
    let length = file.metadata().unwrap().len();
    let mode = FallocateFlags::PUNCH_HOLE | FallocateFlags::KEEP_SIZE;
    fallocate(&file, mode, 4096, length - 3 * 4096).unwrap();
}

fn links_with_attributes(top: &Path) {
    for n in 0..5 {
        let link = top.join(format!("link-{n}"));
        symlink("target", &link).unwrap();
        lsetxattr(&link, "trusted.same", &[b's'; 600], XattrFlags::empty()).unwrap();
    }
}

/// Lets a mount be read only, while others of the same filesystem can be written to.
fn read_only(view: &Mount) {
    let flags = MsFlags::MS_REMOUNT | MsFlags::MS_BIND | MsFlags::MS_RDONLY;
    mount(None::<&str>, view.point(), None::<&str>, flags, None::<&str>).unwrap();
}

/// A deleted file that is open, with content that may not have its place yet.
fn deleted(path: &Path) -> File {
    let mut file = File::create(path).unwrap();
    file.write_all(&vec![b'd'; 100_000]).unwrap();
    fs::remove_file(path).unwrap();
    file
}

/// As a pod sees a volume that it may only read.
#[test]
fn a_read_only_view_of_a_filesystem_that_is_written_to() {
    in_lab(EXT4, |dir| {
        let image = Image::ext4(dir, 64, &[]);
        image.fill_and_age(content);
        let mount = image.mount("rw");
        let view = Mount::bind(mount.point(), &dir.join("view"));
        read_only(&view);
        expect_healthy(dir, view.point());
        let open = deleted(&mount.join("deleted"));
        fs::write(mount.join("new"), vec![b'n'; 50_000]).unwrap();
        expect_healthy(dir, view.point());
        drop(open);
    });
}

/// Blocks that were set aside for a writer count as free, and stay out of the map.
#[test]
fn a_filesystem_that_was_written_to_and_turned_read_only() {
    in_lab(EXT4, |dir| {
        let image = Image::ext4(dir, 200, &[]);
        let mount = image.mount("rw");
        content(mount.point());
        fs::write(mount.join("small"), "small").unwrap();
        fs::write(mount.join("odd"), [b'o'; 10_000]).unwrap();
        rustix::fs::syncfs(File::open(mount.point()).unwrap()).unwrap();
        let output = tool("mount").args(["-o", "remount,ro"]).arg(mount.point()).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        expect_healthy(dir, mount.point());
    });
}

/// Tables of inodes that were never zeroed hold what was on the device before. Reading that would
/// make the kernel call a healthy filesystem damaged, and turn it read-only.
fn expect_unharmed(dir: &Dir, mkfs: &[&str]) {
    let image = Image::ext4(dir, 256, &[]);
    let file = OpenOptions::new().write(true).open(image.file()).unwrap();
    let garbage = vec![0x5a; 1 << 20];
    for mib in 0..256 {
        file.write_all_at(&garbage, mib << 20).unwrap();
    }
    let lazily = ["-q", "-F", "-b", "4096", "-E", "nodiscard,lazy_itable_init=1"];
    let output = tool("mkfs.ext4").args(lazily).args(mkfs).arg(image.file()).output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let mount = image.mount("errors=remount-ro,noinit_itable");
    content(mount.point());
    let open: Vec<_> = (0..20).map(|n| deleted(&mount.join(&format!("deleted-{n}")))).collect();
    let view = Mount::bind(mount.point(), &dir.join("view"));
    read_only(&view);
    for top in [mount.point(), view.point()] {
        let outcome = Fscan::quick(dir).arg(top).user(User::Caller).run();
        outcome.expect_code(0).expect(outcome.report().codes().is_empty(), "nothing is found");
        let written = fs::write(mount.join("still"), "can be written to");
        outcome.expect(written.is_ok(), "the mount can still be written to");
    }
    drop(open);
}

#[test]
fn tables_of_inodes_that_were_never_zeroed() {
    in_lab(EXT4, |dir| expect_unharmed(dir, &[]));
}

#[test]
fn tables_of_inodes_that_were_never_zeroed_in_small_groups() {
    in_lab(EXT4, |dir| expect_unharmed(dir, &["-g", "8192"]));
}

/// More names than one list can hold (listxattr(2), BUGS): not examined, and no damage.
#[test]
fn more_attributes_than_a_list_holds() {
    in_lab(&[], |dir| {
        let mount = Mount::tmpfs(&dir.join("mnt"), "size=64m");
        let path = mount.join("file");
        fs::write(&path, "").unwrap();
        for n in 0..300 {
            let name = format!("user.{n:03}{}", "k".repeat(240));
            if lsetxattr(&path, name.as_str(), b"v", XattrFlags::empty()).is_err() {
                return;
            }
        }
        let outcome = Fscan::quick(dir).arg(mount.point()).run();
        let report = outcome.expect_code(0).report();
        let row = report.unchecked.iter().find(|row| row.what == "attributes");
        outcome.expect(row.is_some_and(|row| row.count == 1), "the file is named as not examined");
    });
}
