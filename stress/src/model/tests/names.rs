//! Making, removing and looking at names, and the order of their errors.

use super::held::{Case, hold};

/// A directory with something in it, an empty one, files, and links: to a file, to a directory, to
/// nothing, to itself.
const GROUND: &str = "mkdir d0 mode=0755; mkdir d0/d1 mode=0755; mkdir d2 mode=0755; \
    create f0 mode=0644; write f0 at=0 length=5000 fill=1; create d0/f1 mode=0600; \
    symlink f0 f2; symlink d0 f3; symlink f9 f4; symlink f5 f5";

const CREATE: &[Case] = &[
    ("a file is made", "create f1 mode=0640; stat f1 -> regular mode=0640 links=1 size=0"),
    ("a file is there", "create f0 mode=0644 -> EEXIST"),
    ("a directory is there", "create d0 mode=0644 -> EEXIST"),
    ("a link to a file is there", "create f2 mode=0644 -> EEXIST"),
    ("a link to nothing is there", "create f4 mode=0644 -> EEXIST"),
    ("a link to itself is there", "create f5 mode=0644 -> EEXIST"),
    ("no directory", "create d1/f0 mode=0644 -> ENOENT"),
    ("a file as directory", "create f0/f0 mode=0644 -> ENOTDIR"),
    ("a link to a file as directory", "create f2/f0 mode=0644 -> ENOTDIR"),
    ("a link to nothing as directory", "create f4/f0 mode=0644 -> ENOENT"),
    ("a link to itself as directory", "create f5/f0 mode=0644 -> ELOOP"),
    ("through a link", "create f3/f7 mode=0644; stat d0/f7 -> regular"),
    (
        "the missing directory is met before the file behind it",
        "create d1/f0/f0 mode=0644 -> ENOENT",
    ),
];

const DIRECTORIES: &[Case] = &[
    ("made", "mkdir d1 mode=0750; stat d1 -> directory mode=0750 links=2"),
    ("something is there", "mkdir f0 mode=0755 -> EEXIST"),
    ("a directory is there", "mkdir d0 mode=0755 -> EEXIST"),
    ("a link is there", "mkdir f4 mode=0755 -> EEXIST"),
    ("no directory", "mkdir d1/d0 mode=0755 -> ENOENT"),
    ("a file as directory", "mkdir f0/d0 mode=0755 -> ENOTDIR"),
    ("removed", "rmdir d2; stat d2 -> ENOENT"),
    ("not empty", "rmdir d0 -> ENOTEMPTY"),
    ("emptied", "rmdir d0/d1; unlink d0/f1; rmdir d0"),
    ("what is not there", "rmdir d1 -> ENOENT"),
    ("a file", "rmdir f0 -> ENOTDIR"),
    ("a link to a directory", "rmdir f3 -> ENOTDIR"),
    ("a link to nothing", "rmdir f4 -> ENOTDIR"),
    ("through a link", "rmdir f3/d1; stat d0/d1 -> ENOENT"),
];

const UNLINK: &[Case] = &[
    ("a file", "unlink f0; stat f0 -> ENOENT"),
    ("a directory", "unlink d0 -> EISDIR"),
    ("an empty directory", "unlink d2 -> EISDIR"),
    ("what is not there", "unlink f1 -> ENOENT"),
    ("below a file", "unlink f0/f1 -> ENOTDIR"),
    ("a link, not what it points to", "unlink f2; stat f0 -> regular"),
    ("a link to a directory", "unlink f3; stat d0 -> directory"),
    ("a link to itself", "unlink f5; stat f5 -> ENOENT"),
    ("twice", "unlink f0; unlink f0 -> ENOENT"),
];

const LOOK: &[Case] = &[
    ("the top", "stat . -> directory links=4"),
    ("a file", "stat f0 -> regular mode=0644 links=1 size=5000"),
    ("a directory counts those in it", "stat d0 -> directory links=3"),
    ("a link itself", "stat f2 -> symlink mode=0777 links=1 size=2"),
    ("a link to itself", "stat f5 -> symlink"),
    ("what is not there", "stat f1 -> ENOENT"),
    ("below a file", "stat f0/f0 -> ENOTDIR"),
    ("below a link to itself", "stat f5/f0 -> ELOOP"),
    (
        "a directory made and removed",
        "mkdir d2/d0 mode=0755; stat d2 -> links=3; rmdir d2/d0; stat d2 -> links=2",
    ),
    ("files do not count", "create d2/f0 mode=0644; stat d2 -> links=2"),
];

const READ_LINK: &[Case] = &[
    ("a link", "readlink f3 -> text=d0"),
    ("a link to nothing", "readlink f4 -> text=f9"),
    ("a file", "readlink f0 -> EINVAL"),
    ("a directory", "readlink d0 -> EINVAL"),
    ("what is not there", "readlink f1 -> ENOENT"),
    ("below a file", "readlink f0/f1 -> ENOTDIR"),
    ("through a link", "symlink f0/d7 d0/f2; readlink f3/f2 -> text=f0/d7"),
    ("where something is", "symlink f0 d0 -> EEXIST"),
    ("where a link to nothing is", "symlink f0 f4 -> EEXIST"),
    ("in no directory", "symlink f0 d1/f0 -> ENOENT"),
    ("in a file", "symlink f0 f0/f0 -> ENOTDIR"),
];

const MANY: &[Case] = &[
    ("a crowd", "fill d2 crowd=short count=30 -> count=30; list d2 buffer=4096 -> rows=32"),
    (
        "those that are there are passed over",
        "create d2/k3 mode=0600; fill d2 crowd=short count=5 -> count=4; stat d2/k3 -> mode=0600",
    ),
    (
        "those that are not there are passed over",
        "fill d2 crowd=long count=4; purge d2 crowd=long count=9 -> count=4; rmdir d2",
    ),
    ("of another crowd", "fill d2 crowd=long count=4; purge d2 crowd=short count=9 -> count=0"),
    (
        "directories are passed over",
        "mkdir d2/k1 mode=0755; fill d2 crowd=short count=3 -> count=2; purge d2 crowd=short count=3 -> count=2; rmdir d2/k1",
    ),
    ("links are removed", "symlink f0 d2/k0; purge d2 crowd=short count=3 -> count=1"),
    (
        "in a file",
        "fill f0 crowd=short count=1 -> ENOTDIR; purge f0 crowd=short count=1 -> ENOTDIR",
    ),
    (
        "in what is not there",
        "fill d1 crowd=short count=1 -> ENOENT; purge d1 crowd=short count=1 -> ENOENT",
    ),
    ("none", "fill d2 crowd=short count=0 -> count=0; purge d2 crowd=short count=0 -> count=0"),
];

#[test]
fn files_are_made() {
    hold(GROUND, CREATE);
}

#[test]
fn directories_are_made_and_removed() {
    hold(GROUND, DIRECTORIES);
}

#[test]
fn names_are_removed() {
    hold(GROUND, UNLINK);
}

#[test]
fn names_are_looked_at() {
    hold(GROUND, LOOK);
}

#[test]
fn symbolic_links_are_made_and_read() {
    hold(GROUND, READ_LINK);
}

#[test]
fn crowds_come_and_go() {
    hold(GROUND, MANY);
}
