//! Modes and extended attributes.

use super::held::{Case, hold};

const GROUND: &str = "mkdir d0 mode=0755; create f0 mode=0644; symlink f0 f2; symlink d0 f3; \
    symlink f9 f4; setxattr f0 attribute=1 length=20 fill=3 how=any";

const SET: &[Case] = &[
    (
        "a new one",
        "setxattr f0 attribute=2 length=7 fill=1 how=any; getxattr f0 attribute=2 -> bytes=7; listxattr f0 -> a1 a2 attributes=2",
    ),
    (
        "another value",
        "setxattr f0 attribute=1 length=30 fill=4 how=any; getxattr f0 attribute=1 -> bytes=30",
    ),
    (
        "no value",
        "setxattr f0 attribute=1 length=0 fill=4 how=any; getxattr f0 attribute=1 -> bytes=0; listxattr f0 -> a1",
    ),
    ("must not be there, and is", "setxattr f0 attribute=1 length=7 fill=1 how=create -> EEXIST"),
    (
        "must not be there, and is not",
        "setxattr f0 attribute=2 length=7 fill=1 how=create; listxattr f0 -> a2",
    ),
    (
        "must be there, and is",
        "setxattr f0 attribute=1 length=7 fill=1 how=replace; getxattr f0 attribute=1 -> bytes=7",
    ),
    ("must be there, and is not", "setxattr f0 attribute=2 length=7 fill=1 how=replace -> ENODATA"),
    ("too long a value", "setxattr f0 attribute=1 length=65537 fill=1 how=any -> E2BIG"),
    (
        "too long a value, of what is not there",
        "setxattr f1 attribute=1 length=65537 fill=1 how=any -> E2BIG",
    ),
    (
        "too long a value, below what is not there",
        "setxattr d1/f1 attribute=1 length=65537 fill=1 how=any -> ENOENT",
    ),
    (
        "of a directory",
        "setxattr d0 attribute=1 length=7 fill=1 how=any; listxattr d0 -> a1; listxattr f3 -> attributes=0",
    ),
    ("of a link", "setxattr f2 attribute=1 length=7 fill=1 how=any -> EPERM"),
    ("of a link to nothing", "setxattr f4 attribute=1 length=7 fill=1 how=any -> EPERM"),
    ("of what is not there", "setxattr f1 attribute=1 length=7 fill=1 how=any -> ENOENT"),
    ("below a file", "setxattr f0/f1 attribute=1 length=7 fill=1 how=any -> ENOTDIR"),
];

const OTHERS: &[Case] = &[
    ("a value", "getxattr f0 attribute=1 -> bytes=20 zeros=0"),
    ("one that is not there", "getxattr f0 attribute=2 -> ENODATA"),
    ("a value of a link", "getxattr f2 attribute=1 -> ENODATA"),
    ("a value of what is not there", "getxattr f1 attribute=1 -> ENOENT"),
    ("a value below a file", "getxattr f0/f1 attribute=1 -> ENOTDIR"),
    (
        "removed",
        "removexattr f0 attribute=1; listxattr f0 -> attributes=0; getxattr f0 attribute=1 -> ENODATA",
    ),
    ("removed twice", "removexattr f0 attribute=1; removexattr f0 attribute=1 -> ENODATA"),
    ("removed of a link", "removexattr f2 attribute=1 -> EPERM"),
    ("removed of what is not there", "removexattr f1 attribute=1 -> ENOENT"),
    ("listed", "listxattr f0 -> a1 attributes=1"),
    ("listed of a link, which is not followed", "listxattr f2 -> attributes=0"),
    ("listed of what is not there", "listxattr f1 -> ENOENT"),
    ("listed below a file", "listxattr f0/f1 -> ENOTDIR"),
    ("they go with the file", "link f0 f1; unlink f0; rename f1 f5 how=plain; listxattr f5 -> a1"),
    (
        "they go with what is replaced",
        "create f1 mode=0644; rename f1 f0 how=plain; listxattr f0 -> attributes=0",
    ),
];

const MODE: &[Case] = &[
    ("of a file", "chmod f0 mode=0751; stat f0 -> mode=0751"),
    ("of a directory", "chmod d0 mode=0700; stat d0 -> mode=0700"),
    ("through a link", "chmod f2 mode=0600; stat f0 -> mode=0600; stat f2 -> mode=0777"),
    ("through a link to nothing", "chmod f4 mode=0600 -> ENOENT"),
    ("of what is not there", "chmod f1 mode=0600 -> ENOENT"),
    ("below a file", "chmod f0/f1 mode=0600 -> ENOTDIR"),
    ("of all names", "link f0 f1; chmod f1 mode=0600; stat f0 -> mode=0600"),
    ("of what is open", "open h0 f0 how=read mode=00; chmod f0 mode=00; fstat h0 -> mode=00"),
];

#[test]
fn attributes_are_set() {
    hold(GROUND, SET);
}

#[test]
fn attributes_are_read_listed_and_removed() {
    hold(GROUND, OTHERS);
}

#[test]
fn modes_are_set() {
    hold(GROUND, MODE);
}
