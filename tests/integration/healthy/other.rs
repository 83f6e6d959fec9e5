//! xfs, btrfs and tmpfs.

use std::fs;
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use super::expect_healthy;
use crate::harness::{Dir, Image, Mount, Need, content, files, in_lab, realistic, scattered, tool};

const XFS: &[Need] = &[Need::Loop, Need::Tool("mkfs.xfs"), Need::Filesystem("xfs")];
const BTRFS: &[Need] =
    &[Need::Loop, Need::Tool("mkfs.btrfs"), Need::Tool("btrfs"), Need::Filesystem("btrfs")];

/// A filled xfs, scanned writable and read-only.
fn xfs_with(options: &'static [&'static str], fill: impl FnOnce(&Path) + Send + 'static) {
    in_lab(XFS, move |dir| {
        let image = Image::made_by("mkfs.xfs", dir, 320, &[&["-q", "-K"], options].concat());
        image.fill_and_age(fill);
        for options in ["rw", "ro"] {
            expect_healthy(dir, image.mount(options).point());
        }
    });
}

#[test]
fn xfs() {
    xfs_with(&[], everything);
}

#[test]
fn xfs_with_reflinked_files() {
    xfs_with(&["-m", "reflink=1,rmapbt=1"], |top| {
        everything(top);
        reflinks(top);
    });
}

#[test]
fn xfs_without_reflinks() {
    xfs_with(&["-m", "reflink=0"], everything);
}

#[test]
fn xfs_with_blocks_of_1_kib() {
    xfs_with(&["-b", "size=1024"], everything);
}

#[test]
fn btrfs_with_a_subvolume_and_snapshots() {
    btrfs_with(&["rw"], |top| {
        everything(top);
        btrfs(&["subvolume", "create"], &[&top.join("subvolume")]);
        files(&top.join("subvolume/files"), 100);
        reflinks(&top.join("subvolume"));
        btrfs(&["subvolume", "snapshot"], &[top, &top.join("snapshot")]);
        let inner = [top.join("subvolume"), top.join("snapshot/inner")];
        btrfs(&["subvolume", "snapshot", "-r"], &inner.each_ref().map(PathBuf::as_path));
    });
}

/// Without no-holes FIEMAP answers with a delayed extent again, behind which it was asked for more.
#[test]
fn btrfs_that_records_holes_while_files_are_being_written() {
    in_lab(BTRFS, |dir| {
        let image = Image::made_by("mkfs.btrfs", dir, 320, &["-q", "-O", "^no-holes"]);
        let mounted = image.mount("rw");
        for size in [20_480, 24_576, 40_960, 65_536] {
            let file = fs::File::create(mounted.join(&size.to_string())).unwrap();
            file.set_len(size).unwrap();
            file.write_all_at(&[1; 4096], 16_384).unwrap();
        }
        expect_healthy(dir, mounted.point());
    });
}

#[test]
fn btrfs_with_reflinked_files() {
    btrfs_with(&["rw"], |top| {
        everything(top);
        reflinks(top);
    });
}

#[test]
fn btrfs_with_compressed_files() {
    btrfs_with(&["compress-force=zstd", "compress=lzo"], |top| {
        everything(top);
        reflinks(top);
    });
}

#[test]
fn tmpfs() {
    in_lab(&[Need::Tool("setpriv")], |dir| {
        let mount = Mount::tmpfs(&dir.join("mnt"), "size=64m");
        everything(mount.point());
        expect_healthy(dir, mount.point());
    });
}

/// A btrfs, filled through each of the mounts, scanned writable and read-only.
fn btrfs_with(mounts: &'static [&'static str], fill: impl Fn(&Path) + Send + 'static) {
    in_lab(BTRFS, move |dir: &Dir| {
        for options in mounts {
            let image = Image::made_by("mkfs.btrfs", dir, 320, &["-q", "-K", "-f"]);
            {
                let mount = image.mount(options);
                fill(mount.point());
            }
            for options in [*options, "ro"] {
                expect_healthy(dir, image.mount(options).point());
            }
        }
    });
}

fn everything(top: &Path) {
    realistic(top);
    content(top);
    scattered(&top.join("scattered"), 2000, 4096);
}

/// Files that share all or some of their blocks with others.
fn reflinks(top: &Path) {
    let original = top.join("original");
    fs::write(&original, vec![b'o'; 1_000_000]).unwrap();
    for n in 0..20 {
        let copy = top.join(format!("copy-{n}"));
        let status = tool("cp").arg("--reflink=always").args([&original, &copy]).status().unwrap();
        assert!(status.success(), "cp --reflink=always to {}", copy.display());
        let file = fs::File::options().write(true).open(&copy).unwrap();
        // Some of its blocks are its own from now on.
        file.write_all_at(b"changed", n * 40_000).unwrap();
    }
}

fn btrfs(command: &[&str], paths: &[&Path]) {
    let output = tool("btrfs").args(command).args(paths).output().unwrap();
    assert!(output.status.success(), "{output:?}");
}
