//! Hard links, and files that have no name.

use super::held::{Case, hold};

const GROUND: &str = "mkdir d0 mode=0755; create f0 mode=0644; write f0 at=0 length=100 fill=1; \
    symlink f0 f2; symlink f9 f4";

const LINK: &[Case] = &[
    (
        "one file",
        "link f0 d0/f0; stat f0 -> links=2 size=100; append d0/f0 length=10 fill=2; stat f0 -> size=110",
    ),
    ("one of two is removed", "link f0 f1; unlink f0; stat f1 -> links=1 size=100"),
    ("a directory", "link d0 d1 -> EPERM"),
    ("a directory, where something is", "link d0 f0 -> EEXIST"),
    ("where something is", "link f0 d0 -> EEXIST"),
    ("onto itself", "link f0 f0 -> EEXIST"),
    ("onto a link to nothing", "link f0 f4 -> EEXIST"),
    ("what is not there", "link f1 f3 -> ENOENT"),
    ("what is not there, where something is", "link f1 f0 -> ENOENT"),
    ("into no directory", "link f0 d1/f0 -> ENOENT"),
    ("into a file", "link f0 f0/f0 -> ENOTDIR"),
    ("from a file", "link f0/f0 f1 -> ENOTDIR"),
    ("from a file into no directory", "link f0/f0 d1/f1 -> ENOTDIR"),
    ("a symbolic link itself", "link f2 f5; stat f5 -> symlink links=2; readlink f5 -> text=f0"),
    ("a symbolic link to nothing", "link f4 f5; stat f4 -> symlink links=2"),
];

const LINK_HANDLE: &[Case] = &[
    ("what has a name", "open h0 f0 how=read mode=00; linkfd h0 d0/f1; stat f0 -> links=2"),
    ("what has none any more", "open h0 f0 how=read mode=00; unlink f0; linkfd h0 f1 -> ENOENT"),
    (
        "what has none, where something is",
        "open h0 f0 how=read mode=00; unlink f0; linkfd h0 f2 -> EEXIST",
    ),
    ("a directory", "opendir h0 d0; linkfd h0 d1 -> EPERM"),
    ("a removed directory", "opendir h0 d0; rmdir d0; linkfd h0 d1 -> EPERM"),
    ("into no directory", "open h0 f0 how=read mode=00; linkfd h0 d1/f1 -> ENOENT"),
    ("into a file", "open h0 f0 how=read mode=00; linkfd h0 f0/f1 -> ENOTDIR"),
    ("nothing open", "linkfd h0 f1 -> EBADF"),
    ("nothing open, into no directory", "linkfd h0 d1/f1 -> EBADF"),
];

const UNNAMED: &[Case] = &[
    (
        "it has no name",
        "tmpfile h0 d0 mode=0600; fstat h0 -> regular mode=0600 links=0 size=0; rmdir d0",
    ),
    (
        "it gets one",
        "tmpfile h0 . mode=0640; pwrite h0 at=0 length=50 fill=3; linkfd h0 d0/f1; stat d0/f1 -> mode=0640 links=1 size=50",
    ),
    ("and another", "tmpfile h0 . mode=0640; linkfd h0 f1; linkfd h0 f3; fstat h0 -> links=2"),
    (
        "once it had one and lost it, never again",
        "tmpfile h0 . mode=0640; linkfd h0 f1; unlink f1; fstat h0 -> links=0; linkfd h0 f1 -> ENOENT",
    ),
    ("where something is", "tmpfile h0 . mode=0640; linkfd h0 f0 -> EEXIST; linkfd h0 f1"),
    ("in a file", "tmpfile h0 f0 mode=0640 -> ENOTDIR"),
    ("in what is not there", "tmpfile h0 d1 mode=0640 -> ENOENT"),
    ("through a link", "symlink d0 f5; tmpfile h0 f5 mode=0640; fstat h0 -> links=0"),
];

#[test]
fn files_get_other_names() {
    hold(GROUND, LINK);
}

#[test]
fn open_files_get_names() {
    hold(GROUND, LINK_HANDLE);
}

#[test]
fn files_begin_without_a_name() {
    hold(GROUND, UNNAMED);
}
