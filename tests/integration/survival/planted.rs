//! The differences that are planted in a copy, and what is told of each.

use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions, Permissions};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{FileExt, MetadataExt, PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};

use rustix::fs::{
    AtFlags, CWD, FileType, Mode, Timespec, Timestamps, XattrFlags, makedev, mknodat, removexattr,
    setxattr, utimensat,
};

/// A difference: its name, what is there before, what becomes of it, and what is told of it: the
/// kind, the path below its folder (both where it moved), and the fields that differ.
pub(super) struct Planted {
    pub(super) name: &'static str,
    pub(super) before: fn(&Path),
    pub(super) change: fn(&Path),
    pub(super) told: &'static [(&'static str, &'static str, &'static str)],
}

const fn planted(
    name: &'static str,
    before: fn(&Path),
    change: fn(&Path),
    told: &'static [(&'static str, &'static str, &'static str)],
) -> Planted {
    Planted { name, before, change, told }
}

fn file(at: &Path) {
    fs::write(at.join("f"), b"some content of a file").unwrap();
}

fn folder(at: &Path) {
    fs::create_dir(at.join("d")).unwrap();
}

fn link(at: &Path) {
    symlink("target", at.join("l")).unwrap();
}

fn full_folder(at: &Path) {
    fs::create_dir_all(at.join("d/e")).unwrap();
    fs::write(at.join("d/e/f"), b"below").unwrap();
}

/// A folder that no other case has, with all that a folder can hold.
fn rich_folder(at: &Path) {
    let d = at.join("d");
    fs::create_dir_all(d.join("void")).unwrap();
    for name in ["1", "2", "3"] {
        fs::write(d.join(name), format!("{name} of {}", at.display())).unwrap();
    }
    fs::write(d.join("empty"), b"").unwrap();
    symlink("target", d.join("l")).unwrap();
    device(d.join("n"), FileType::CharacterDevice, 1);
    mknodat(CWD, d.join("p"), FileType::Fifo, Mode::from_raw_mode(0o644), 0).unwrap();
}

/// Renames it, and changes something in it while its time stays.
fn renamed_with(at: &Path, change: impl FnOnce(&Path)) {
    rename(at, "d", "e");
    in_place(&at.join("e"), || change(&at.join("e")));
}

fn two_names(at: &Path) {
    file(at);
    fs::hard_link(at.join("f"), at.join("g")).unwrap();
}

pub(super) fn attribute(at: &Path) {
    file(at);
    setxattr(at.join("f"), "user.kept", b"old", XattrFlags::empty()).unwrap();
}

/// Changes something and sets the time of the content back.
fn unnoticed(path: &Path, change: impl FnOnce(&File)) {
    let facts = fs::symlink_metadata(path).unwrap();
    let opened = OpenOptions::new().write(true).open(path).unwrap();
    change(&opened);
    set_time(path, facts.mtime(), facts.mtime_nsec());
}

fn set_time(path: &Path, seconds: i64, nanoseconds: i64) {
    let time = Timespec { tv_sec: seconds, tv_nsec: nanoseconds };
    let times = Timestamps { last_access: time, last_modification: time };
    utimensat(CWD, path, &times, AtFlags::SYMLINK_NOFOLLOW).unwrap();
}

pub(super) fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn rename(at: &Path, from: &str, to: &str) {
    fs::rename(at.join(from), at.join(to)).unwrap();
}

fn device(path: PathBuf, kind: FileType, minor: u32) {
    mknodat(CWD, path, kind, Mode::from_raw_mode(0o600), makedev(9, minor)).unwrap();
}

/// Makes a copy of a name.
fn tear(at: &Path) {
    let before = fs::metadata(at.join("f")).unwrap();
    fs::remove_file(at.join("g")).unwrap();
    fs::copy(at.join("f"), at.join("g")).unwrap();
    set_time(&at.join("g"), before.mtime(), before.mtime_nsec());
}

/// Changes something and sets the time of the folder back.
fn in_place(at: &Path, change: impl FnOnce()) {
    let facts = fs::metadata(at).unwrap();
    change();
    set_time(at, facts.mtime(), facts.mtime_nsec());
}

const NOT_UTF8: &[u8] = b"not utf8 \xff";

#[rustfmt::skip]
pub(super) const TABLE: &[Planted] = &[
    planted("a byte, time kept", file,
        |at| unnoticed(&at.join("f"), |f| f.write_all_at(b"X", 3).unwrap()),
        &[("content-changed", "f", "hash")]),
    planted("a byte", file, |at| fs::write(at.join("f"), b"Some content of a file").unwrap(),
        &[("content-differs", "f", "hash mtime")]),
    planted("all zeros, time kept", file,
        |at| unnoticed(&at.join("f"), |f| f.write_all_at(&[0; 22], 0).unwrap()),
        &[("content-changed", "f", "hash")]),
    planted("cut off, time kept", file, |at| unnoticed(&at.join("f"), |f| f.set_len(9).unwrap()),
        &[("content-differs", "f", "size hash")]),
    planted("emptied, time kept", file, |at| unnoticed(&at.join("f"), |f| f.set_len(0).unwrap()),
        &[("content-differs", "f", "size hash")]),
    planted("grown, time kept", file, |at| unnoticed(&at.join("f"), |f| f.set_len(99).unwrap()),
        &[("content-differs", "f", "size hash")]),
    planted("a byte in a large file", |at| fs::write(at.join("f"), vec![7; 20 << 20]).unwrap(),
        |at| unnoticed(&at.join("f"), |f| f.write_all_at(b"X", (20 << 20) - 1).unwrap()),
        &[("content-changed", "f", "hash")]),
    planted("a byte in a hole", |at| File::create(at.join("f")).unwrap().set_len(9 << 20).unwrap(),
        |at| unnoticed(&at.join("f"), |f| f.write_all_at(b"X", 5 << 20).unwrap()),
        &[("content-changed", "f", "hash")]),
    planted("content and mode", file,
        |at| { unnoticed(&at.join("f"), |f| f.write_all_at(b"X", 3).unwrap()); mode(&at.join("f"), 0o600); },
        &[("content-changed", "f", "hash mode")]),
    planted("a name that is not UTF-8", |at| fs::write(at.join(OsStr::from_bytes(NOT_UTF8)), b"a").unwrap(),
        |at| unnoticed(&at.join(OsStr::from_bytes(NOT_UTF8)), |f| f.write_all_at(b"b", 0).unwrap()),
        &[("content-changed", "not utf8 \\xff", "hash")]),
    planted("mode", file, |at| mode(&at.join("f"), 0o600), &[("metadata-changed", "f", "mode")]),
    planted("set-user-id", file, |at| mode(&at.join("f"), 0o4644), &[("metadata-changed", "f", "mode")]),
    planted("sticky bit", folder, |at| mode(&at.join("d"), 0o1755), &[("metadata-changed", "d", "mode")]),
    planted("owner", file, |at| chown(at.join("f"), Some(7), None).unwrap(),
        &[("metadata-changed", "f", "owner")]),
    planted("group", file, |at| chown(at.join("f"), None, Some(7)).unwrap(),
        &[("metadata-changed", "f", "group")]),
    planted("owner of a folder", folder, |at| chown(at.join("d"), Some(7), Some(8)).unwrap(),
        &[("metadata-changed", "d", "owner group")]),
    planted("time", file, |at| set_time(&at.join("f"), 1_600_000_000, 5),
        &[("metadata-changed", "f", "mtime")]),
    planted("a nanosecond", |at| { file(at); set_time(&at.join("f"), 1_600_000_000, 5) },
        |at| set_time(&at.join("f"), 1_600_000_000, 6), &[("metadata-changed", "f", "mtime")]),
    planted("time before 1970", file, |at| set_time(&at.join("f"), -5, 5),
        &[("metadata-changed", "f", "mtime")]),
    planted("time of a folder", folder, |at| set_time(&at.join("d"), 1_600_000_000, 5),
        &[("metadata-changed", "d", "mtime")]),
    planted("attribute", attribute,
        |at| setxattr(at.join("f"), "user.kept", b"new", XattrFlags::empty()).unwrap(),
        &[("metadata-changed", "f", "attribute user.kept")]),
    planted("attribute lost", attribute, |at| removexattr(at.join("f"), "user.kept").unwrap(),
        &[("metadata-changed", "f", "attribute user.kept")]),
    planted("attribute added", attribute,
        |at| setxattr(at.join("f"), "user.more", b"a", XattrFlags::empty()).unwrap(),
        &[("metadata-changed", "f", "attribute user.more")]),
    planted("attribute of a folder", folder,
        |at| setxattr(at.join("d"), "user.more", b"a", XattrFlags::empty()).unwrap(),
        &[("metadata-changed", "d", "attribute user.more")]),
    planted("target", |at| { link(at); set_time(&at.join("l"), 5, 5) },
        |at| in_place(at, || { fs::remove_file(at.join("l")).unwrap(); symlink("Target", at.join("l")).unwrap(); set_time(&at.join("l"), 5, 5) }),
        &[("metadata-changed", "l", "target")]),
    planted("time of a link", link, |at| set_time(&at.join("l"), 1_600_000_000, 5),
        &[("metadata-changed", "l", "mtime")]),
    planted("device number", |at| { device(at.join("n"), FileType::CharacterDevice, 1); set_time(&at.join("n"), 5, 5) },
        |at| in_place(at, || { fs::remove_file(at.join("n")).unwrap(); device(at.join("n"), FileType::CharacterDevice, 2); set_time(&at.join("n"), 5, 5) }),
        &[("metadata-changed", "n", "device")]),
    planted("device type", |at| device(at.join("n"), FileType::CharacterDevice, 1),
        |at| { fs::remove_file(at.join("n")).unwrap(); device(at.join("n"), FileType::BlockDevice, 1); },
        &[("type-changed", "n", "type")]),
    planted("link to file", link,
        |at| { fs::remove_file(at.join("l")).unwrap(); fs::write(at.join("l"), b"target's").unwrap(); },
        &[("type-changed", "l", "type")]),
    planted("file to folder", file,
        |at| { fs::remove_file(at.join("f")).unwrap(); fs::create_dir(at.join("f")).unwrap(); },
        &[("type-changed", "f", "type")]),
    planted("folder to link", folder,
        |at| { fs::remove_dir(at.join("d")).unwrap(); symlink("x", at.join("d")).unwrap(); },
        &[("type-changed", "d", "type")]),
    planted("file to FIFO", file,
        |at| { fs::remove_file(at.join("f")).unwrap(); mknodat(CWD, at.join("f"), FileType::Fifo, Mode::from_raw_mode(0o644), 0).unwrap(); },
        &[("type-changed", "f", "type")]),
    planted("file lost", |at| fs::write(at.join("f"), b"lost").unwrap(),
        |at| fs::remove_file(at.join("f")).unwrap(), &[("entry-missing", "f", "")]),
    planted("empty file lost", |at| fs::write(at.join("f"), b"").unwrap(),
        |at| fs::remove_file(at.join("f")).unwrap(), &[("entry-missing", "f", "")]),
    planted("link lost", link, |at| fs::remove_file(at.join("l")).unwrap(), &[("entry-missing", "l", "")]),
    planted("empty folder lost", folder, |at| fs::remove_dir(at.join("d")).unwrap(),
        &[("entry-missing", "d", "")]),
    planted("folder lost", |at| { fs::create_dir_all(at.join("d/e")).unwrap(); fs::write(at.join("d/e/f"), b"gone").unwrap() },
        |at| fs::remove_dir_all(at.join("d")).unwrap(), &[("entry-missing", "d", "")]),
    planted("newline in a lost name", |at| fs::write(at.join("a\nb"), b"newline").unwrap(),
        |at| fs::remove_file(at.join("a\nb")).unwrap(), &[("entry-missing", "a\nb", "")]),
    planted("file added", |_| (), |at| fs::write(at.join("f"), b"added").unwrap(),
        &[("entry-added", "f", "")]),
    planted("folder added", |_| (), full_folder, &[("entry-added", "d", "")]),
    planted("renamed", |at| fs::write(at.join("f"), b"renamed").unwrap(), |at| rename(at, "f", "g"),
        &[("entry-moved", "f -> g", "")]),
    planted("moved into a folder", |at| { folder(at); fs::write(at.join("f"), b"moved").unwrap() },
        |at| rename(at, "f", "d/f"), &[("entry-moved", "f -> d/f", "")]),
    planted("another Unicode form", |at| fs::write(at.join("é"), b"unicode").unwrap(),
        |at| rename(at, "é", "e\u{301}"), &[("entry-moved", "é -> e\u{301}", "")]),
    planted("another case", |at| fs::write(at.join("name"), b"case").unwrap(),
        |at| rename(at, "name", "Name"), &[("entry-moved", "name -> Name", "")]),
    planted("a space at the end", |at| fs::write(at.join("name"), b"space").unwrap(),
        |at| rename(at, "name", "name "), &[("entry-moved", "name -> name ", "")]),
    planted("renamed, another mode", |at| fs::write(at.join("f"), b"renamed, mode").unwrap(),
        |at| { rename(at, "f", "g"); mode(&at.join("g"), 0o600) },
        &[("entry-moved", "f -> g", ""), ("metadata-changed", "f -> g", "mode")]),
    planted("renamed, another owner and time", |at| fs::write(at.join("f"), b"renamed, owner").unwrap(),
        |at| { rename(at, "f", "g"); chown(at.join("g"), Some(7), None).unwrap(); set_time(&at.join("g"), 5, 5) },
        &[("entry-moved", "f -> g", ""), ("metadata-changed", "f -> g", "owner mtime")]),
    planted("renamed, an attribute lost", |at| { attribute(at); fs::write(at.join("f"), b"renamed, attribute").unwrap() },
        // A plain tar has lost it before.
        |at| { rename(at, "f", "g"); let _ = removexattr(at.join("g"), "user.kept"); },
        &[("entry-moved", "f -> g", ""), ("metadata-changed", "f -> g", "attribute user.kept")]),
    planted("folder renamed", rich_folder, |at| rename(at, "d", "e"), &[("entry-moved", "d -> e", "")]),
    planted("folder renamed, its mode", rich_folder, |at| { rename(at, "d", "e"); mode(&at.join("e"), 0o700) },
        &[("entry-moved", "d -> e", ""), ("metadata-changed", "d -> e", "mode")]),
    planted("folder renamed, a byte in it, time kept", rich_folder,
        |at| renamed_with(at, |e| unnoticed(&e.join("1"), |f| f.write_all_at(b"X", 0).unwrap())),
        &[("entry-moved", "d -> e", ""), ("content-differs", "d/1 -> e/1", "hash")]),
    planted("folder renamed, a file in it written", rich_folder,
        |at| renamed_with(at, |e| fs::write(e.join("1"), b"new").unwrap()),
        &[("entry-moved", "d -> e", ""), ("content-differs", "d/1 -> e/1", "size hash mtime")]),
    planted("folder renamed, a mode in it", rich_folder,
        |at| renamed_with(at, |e| mode(&e.join("empty"), 0o600)),
        &[("entry-moved", "d -> e", ""), ("metadata-changed", "d/empty -> e/empty", "mode")]),
    planted("folder renamed, a link in it leads elsewhere", |at| { rich_folder(at); set_time(&at.join("d/l"), 5, 5) },
        |at| renamed_with(at, |e| { fs::remove_file(e.join("l")).unwrap(); symlink("Target", e.join("l")).unwrap(); set_time(&e.join("l"), 5, 5) }),
        &[("entry-moved", "d -> e", ""), ("metadata-changed", "d/l -> e/l", "target")]),
    planted("folder renamed, a file in it became a link", rich_folder,
        |at| { rename(at, "d", "e"); fs::remove_file(at.join("e/1")).unwrap(); symlink("2", at.join("e/1")).unwrap() },
        &[("entry-moved", "d -> e", ""), ("type-changed", "d/1 -> e/1", "type")]),
    planted("folder renamed, a file in it lost", rich_folder,
        |at| { rename(at, "d", "e"); fs::remove_file(at.join("e/1")).unwrap() },
        &[("entry-missing", "d/1", ""), ("entry-moved", "d -> e", "")]),
    planted("folder renamed, a file moved out of it", rich_folder,
        |at| { rename(at, "d", "e"); rename(at, "e/1", "f") },
        &[("entry-moved", "d -> e", ""), ("entry-moved", "d/1 -> f", "")]),
    planted("folder of empty files and links renamed",
        |at| { fs::create_dir_all(at.join("d/sub")).unwrap(); fs::write(at.join("d/sub/none"), b"").unwrap(); symlink("none", at.join("d/sub/l")).unwrap() },
        |at| rename(at, "d", "e"), &[("entry-moved", "d -> e", "")]),
    planted("hard link torn", two_names, |at| in_place(at, || tear(at)), &[("hard-links-changed", "g", "links")]),
    planted("link of a symbolic link torn", |at| { link(at); fs::hard_link(at.join("l"), at.join("m")).unwrap(); set_time(&at.join("l"), 5, 5) },
        |at| in_place(at, || { fs::remove_file(at.join("m")).unwrap(); symlink("target", at.join("m")).unwrap(); set_time(&at.join("m"), 5, 5) }),
        &[("hard-links-changed", "m", "links")]),
    planted("hard link joined", |at| { file(at); fs::copy(at.join("f"), at.join("g")).unwrap(); set_time(&at.join("f"), 5, 5); set_time(&at.join("g"), 5, 5) },
        |at| in_place(at, || { fs::remove_file(at.join("g")).unwrap(); fs::hard_link(at.join("f"), at.join("g")).unwrap() }),
        &[("hard-links-changed", "g", "links")]),
    planted("a name of a file lost", two_names, |at| fs::remove_file(at.join("g")).unwrap(),
        &[("entry-missing", "g", "")]),
];
