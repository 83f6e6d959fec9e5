//! Trees to scan.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileTypeExt, MetadataExt, symlink};
use std::os::unix::net::UnixListener;
use std::path::Path;

use rustix::fs::{CWD, FileType, Mode, OFlags, XattrFlags, makedev, mkdirat, mknodat, openat};
use walkdir::WalkDir;

use super::{Totals, is_root};

/// Names that tools have stumbled over; legal on every filesystem here.
pub(crate) const ODD_NAMES: &[&[u8]] = &[
    b"-rf",
    b"--help",
    b" leading and trailing ",
    b"quote'double\"back\\slash",
    b"$(touch pwned)`id`;&|*?[a]{b}~",
    b"line\nbreak",
    b"carriage\rreturn",
    b"tab\tbell\x07delete\x7f",
    b"\x1b[2J\x1b[31mescape",
    b"\x1b]0;title\x07",
    "c1\u{9b}31m\u{85}".as_bytes(),
    "separators\u{2028}\u{2029}".as_bytes(),
    "bidi\u{202e}gpj.exe\u{2066}".as_bytes(),
    "zero\u{200b}width\u{feff}".as_bytes(),
    "Grüße 日本語 👍".as_bytes(),
    b"not utf8 \xff",
    b"not utf8 \xfe",
    b"not utf8 \\xff",
    b"overlong \xc0\xaf",
    &[b'n'; 255],
];

/// A tree with a bit of everything that a healthy filesystem holds.
pub(crate) fn realistic(top: &Path) {
    let deep = top.join("a/b/c/d/e/f/g/h");
    fs::create_dir_all(&deep).unwrap();
    fs::write(deep.join("leaf"), "leaf").unwrap();
    files(&top.join("many"), 700);
    fs::create_dir(top.join("empty")).unwrap();
    fs::write(top.join("empty.txt"), "").unwrap();
    fs::write(top.join("large"), vec![b'x'; 300_000]).unwrap();
    sparse(&top.join("sparse"));
    hard_links(top);
    symlinks(top);
    attributes(top);
    odd_names(&top.join("odd"));
    special_files(&top.join("special"));
}

fn sparse(path: &Path) {
    use std::os::unix::fs::FileExt;
    let file = File::create(path).unwrap();
    file.set_len(1 << 30).unwrap();
    file.write_all_at(b"middle", 1 << 29).unwrap();
}

fn hard_links(top: &Path) {
    let linked = top.join("linked");
    fs::write(&linked, "one inode, many names").unwrap();
    for n in 0..20 {
        fs::hard_link(&linked, top.join("many").join(format!("link-{n}"))).unwrap();
    }
    fs::hard_link(&linked, top.join("a/b/linked-too")).unwrap();
}

fn symlinks(top: &Path) {
    let links = top.join("symlinks");
    fs::create_dir(&links).unwrap();
    let long = "t".repeat(300);
    let borders = ["t".repeat(58), "t".repeat(59), "t".repeat(60), "t".repeat(61)];
    for (n, target) in borders.iter().enumerate() {
        symlink(target, links.join(format!("border-{n}"))).unwrap();
    }
    for (name, target) in [
        ("fast", "../linked"),
        ("slow", &long),
        ("dangling", "nowhere"),
        ("self", "self"),
        ("ping", "pong"),
        ("pong", "ping"),
        ("dot", "."),
        ("up", ".."),
        ("root", "/"),
    ] {
        symlink(target, links.join(name)).unwrap();
    }
}

/// Attributes small and large; some filesystems hold none or only small ones.
fn attributes(top: &Path) {
    for (name, length) in [("user.small", 10), ("user.block", 3000), ("user.raw", 300)] {
        let path = top.join(format!("with-{name}"));
        fs::write(&path, "attributes").unwrap();
        let value: Vec<u8> = (0..length).map(|n| (n % 256) as u8).collect();
        let _ = rustix::fs::setxattr(&path, name, &value, XattrFlags::empty());
        let _ = rustix::fs::setxattr(top.join("empty"), name, &value, XattrFlags::empty());
    }
}

fn odd_names(folder: &Path) {
    fs::create_dir(folder).unwrap();
    for (n, name) in ODD_NAMES.iter().enumerate() {
        let path = folder.join(OsStr::from_bytes(name));
        match n % 3 {
            0 => fs::create_dir(path).unwrap(),
            1 => fs::write(path, name).unwrap(),
            _ => symlink("target", path).unwrap(),
        }
    }
}

/// FIFO, socket and, as root, devices that would block, hang or reboot when opened.
pub(crate) fn special_files(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    let mode = Mode::from_raw_mode(0o666);
    mknodat(CWD, folder.join("fifo"), FileType::Fifo, mode, 0).unwrap();
    // The listener goes, its name stays.
    drop(UnixListener::bind(folder.join("socket")).unwrap());
    if is_root() {
        for (name, kind, major, minor) in [
            ("null", FileType::CharacterDevice, 1, 3),
            ("no-driver", FileType::CharacterDevice, 0x1ff, 0x3ffff),
            ("whiteout-like", FileType::CharacterDevice, 0, 1),
            ("disk", FileType::BlockDevice, 7, 200),
        ] {
            mknodat(CWD, folder.join(name), kind, mode, makedev(major, minor)).unwrap();
        }
    }
}

/// `count` empty files in a folder that is made.
pub(crate) fn files(folder: &Path, count: usize) {
    fs::create_dir_all(folder).unwrap();
    let folder = open_folder(folder);
    for n in 0..count {
        let flags = OFlags::CREATE | OFlags::WRONLY | OFlags::CLOEXEC;
        let file = openat(&folder, format!("name-{n:06}"), flags, Mode::from_raw_mode(0o644));
        drop(file.unwrap());
    }
}

/// Folders in folders, `levels` deep; each level has all of `children` and the first one goes
/// on. Paths grow far beyond what a system call takes, so all is relative to descriptors.
pub(crate) fn chain(top: &Path, levels: usize, children: &[&str]) {
    let mut at = open_folder(top);
    for _ in 0..levels {
        for child in children {
            mkdirat(&at, *child, Mode::from_raw_mode(0o755)).unwrap();
        }
        let flags = OFlags::DIRECTORY | OFlags::CLOEXEC;
        at = openat(&at, children[0], flags, Mode::empty()).unwrap();
    }
}

fn open_folder(path: &Path) -> OwnedFd {
    let flags = OFlags::DIRECTORY | OFlags::CLOEXEC;
    openat(CWD, path, flags, Mode::empty()).unwrap()
}

/// The totals of a quiet tree on one filesystem, by a second opinion.
pub(crate) fn counted_by_walkdir(top: &Path) -> Totals {
    let mut totals = Totals {
        entries: 0,
        directories: 0,
        files: 0,
        symlinks: 0,
        other: 0,
        hardlinked: 0,
        bytes_apparent: 0,
        bytes_allocated: 0,
        bytes_read: 0,
        files_verified: 0,
        errors: 0,
        volatile: 0,
    };
    let mut seen = std::collections::HashSet::new();
    for entry in WalkDir::new(top).same_file_system(true) {
        let meta = entry.unwrap().metadata().unwrap();
        let kind = meta.file_type();
        totals.entries += 1;
        totals.directories += u64::from(kind.is_dir());
        totals.files += u64::from(kind.is_file());
        totals.symlinks += u64::from(kind.is_symlink());
        totals.other += u64::from(
            kind.is_fifo() || kind.is_socket() || kind.is_char_device() || kind.is_block_device(),
        );
        totals.hardlinked += u64::from(kind.is_file() && meta.nlink() > 1);
        if kind.is_file() && seen.insert(meta.ino()) {
            totals.bytes_apparent += meta.len();
            totals.bytes_allocated += meta.blocks() * 512;
        }
    }
    totals
}
