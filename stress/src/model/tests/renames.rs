//! renameat2(2): what may replace what, and the order of its errors.

use super::held::{Case, hold};

/// Directories, one in the other, full and empty; files with two names; links.
const GROUND: &str = "mkdir d0 mode=0755; mkdir d0/d1 mode=0755; create d0/d1/f0 mode=0644; \
    mkdir d2 mode=0755; create f0 mode=0644; link f0 f1; create f2 mode=0600; symlink d0 f3; \
    symlink f9 f4";

const PLAIN: &[Case] = &[
    ("a file", "rename f2 f5 how=plain; stat f2 -> ENOENT; stat f5 -> mode=0600 links=1"),
    ("a file onto a file", "rename f2 f0 how=plain; stat f0 -> mode=0600; stat f1 -> links=1"),
    ("a file onto a directory", "rename f0 d2 how=plain -> EISDIR"),
    ("a link onto a directory", "rename f3 d2 how=plain -> EISDIR"),
    ("a directory onto a file", "rename d2 f0 how=plain -> ENOTDIR"),
    ("a directory onto a link to a directory", "rename d2 f3 how=plain -> ENOTDIR"),
    (
        "a directory onto an empty one",
        "rename d0 d2 how=plain; stat d2 -> links=3; stat . -> links=3",
    ),
    ("a directory onto a full one", "rename d2 d0 how=plain -> ENOTEMPTY"),
    ("a directory into itself", "rename d0 d0/d2 how=plain -> EINVAL"),
    ("a directory into what is below it", "rename d0 d0/d1/d2 how=plain -> EINVAL"),
    ("a directory onto the one that it is in", "rename d0/d1 d0 how=plain -> ENOTEMPTY"),
    ("a file onto the directory that it is in", "rename d0/d1/f0 d0 how=plain -> ENOTEMPTY"),
    ("onto itself", "rename f2 f2 how=plain; stat f2 -> links=1"),
    ("a directory onto itself", "rename d0 d0 how=plain; stat d0 -> links=3"),
    (
        "between two names of a file nothing happens",
        "rename f0 f1 how=plain; stat f0 -> links=2; stat f1 -> links=2",
    ),
    ("what is not there", "rename f5 f0 how=plain -> ENOENT"),
    ("what is not there, onto a directory", "rename f5 d0 how=plain -> ENOENT"),
    ("into no directory", "rename f0 d1/f0 how=plain -> ENOENT"),
    ("into a file", "rename f0 f2/f0 how=plain -> ENOTDIR"),
    ("from a file", "rename f0/f0 f2 how=plain -> ENOTDIR"),
    ("from a file into no directory", "rename f0/f0 d1/f2 how=plain -> ENOTDIR"),
    ("from no directory into a file", "rename d1/f0 f0/f2 how=plain -> ENOENT"),
    ("a link, not what it points to", "rename f3 f5 how=plain; readlink f5 -> text=d0"),
    (
        "through a link",
        "rename f3/d1 d1 how=plain; stat d1/f0 -> regular; stat d0 -> links=2; stat . -> links=5",
    ),
    ("onto a link to nothing", "rename f2 f4 how=plain; stat f4 -> regular; stat f9 -> ENOENT"),
    (
        "to another directory",
        "rename d0/d1 d2/d1 how=plain; stat d0 -> links=2; stat d2 -> links=3",
    ),
];

const NO_REPLACE: &[Case] = &[
    ("a file", "rename f2 f5 how=noreplace; stat f5 -> mode=0600"),
    ("onto a file", "rename f2 f0 how=noreplace -> EEXIST"),
    ("onto a directory", "rename f2 d2 how=noreplace -> EEXIST"),
    ("a directory onto a file", "rename d0 f2 how=noreplace -> EEXIST"),
    ("onto a link to nothing", "rename f2 f4 how=noreplace -> EEXIST"),
    ("onto itself", "rename f2 f2 how=noreplace -> EEXIST"),
    ("onto another name of it", "rename f0 f1 how=noreplace -> EEXIST"),
    ("a directory onto the one that it is in", "rename d0/d1 d0 how=noreplace -> EEXIST"),
    ("a directory into itself", "rename d0 d0/d2 how=noreplace -> EINVAL"),
    ("what is not there, onto a file", "rename f5 f0 how=noreplace -> ENOENT"),
];

const EXCHANGE: &[Case] = &[
    (
        "files",
        "rename f0 f2 how=exchange; stat f0 -> mode=0600 links=1; stat f2 -> mode=0644 links=2",
    ),
    (
        "a file and a directory",
        "rename f2 d0 how=exchange; stat f2 -> directory links=3; stat d0 -> regular; stat f2/d1/f0 -> regular",
    ),
    ("a file and a link", "rename f2 f3 how=exchange; readlink f2 -> text=d0"),
    (
        "directories, both full",
        "create d2/f7 mode=0644; rename d0 d2 how=exchange; stat d0/f7 -> regular; stat d2/d1/f0 -> regular",
    ),
    (
        "directories of different directories",
        "rename d0/d1 d2 how=exchange; stat d2/f0 -> regular; stat d0/d1 -> links=2; stat d0 -> links=3; stat . -> links=4",
    ),
    (
        "a directory and a file of another directory",
        "rename d0/d1 f2 how=exchange; stat d0 -> links=2; stat . -> links=5; stat d0/d1 -> regular",
    ),
    (
        "a file and a directory of another directory",
        "rename f2 d0/d1 how=exchange; stat d0 -> links=2; stat . -> links=5",
    ),
    ("with what is not there", "rename f0 f5 how=exchange -> ENOENT"),
    ("what is not there", "rename f5 f0 how=exchange -> ENOENT"),
    ("with what is below it", "rename d0 d0/d1 how=exchange -> EINVAL"),
    ("with what it is in", "rename d0/d1 d0 how=exchange -> EINVAL"),
    ("with itself", "rename d0 d0 how=exchange; stat d0 -> links=3"),
    ("names of one file", "rename f0 f1 how=exchange; stat f0 -> links=2"),
    (
        "a moved directory knows where it is",
        "rename d0/d1 d2 how=exchange; rename d0 d2/d0 how=plain; rename d2 d2/d0/d1/d2 how=plain -> EINVAL",
    ),
];

#[test]
fn names_are_moved() {
    hold(GROUND, PLAIN);
}

#[test]
fn names_are_moved_to_where_nothing_is() {
    hold(GROUND, NO_REPLACE);
}

#[test]
fn names_change_places() {
    hold(GROUND, EXCHANGE);
}
