//! Permission bits, for a caller that they hold up, and for one that they do not.

use super::held::{Case, hold, hold_to_modes};

/// Directories with files in them, one without the right to search, to write, to read.
const GROUND: &str = "mkdir d0 mode=0755; create d0/f0 mode=0644; mkdir d0/d1 mode=0755; \
    mkdir d1 mode=0755; create d1/f0 mode=0644; mkdir d1/d1 mode=0755; symlink f0 d1/f2; \
    mkdir d2 mode=0755; create d2/f0 mode=0644; \
    create f0 mode=0644; write f0 at=0 length=10 fill=1; setxattr f0 attribute=1 length=3 fill=1 how=any; \
    create f1 mode=0400; create f2 mode=0200; create f3 mode=00; \
    chmod d0 mode=0600; chmod d1 mode=0500; chmod d2 mode=0300";

/// In `d0` nothing can be searched.
const SEARCH: &[Case] = &[
    (
        "look",
        "stat d0/f0 -> EACCES; stat d0 -> directory; stat d0/f9 -> EACCES; stat d0/d1/f0 -> EACCES",
    ),
    ("too long a name", "stat d0/toolong0 -> EACCES"),
    (
        "make",
        "create d0/f1 mode=0644 -> EACCES; create d0/f0 mode=0644 -> EACCES; mkdir d0/d2 mode=0755 -> EACCES; symlink f0 d0/f1 -> EACCES; tmpfile h0 d0 mode=0600 -> EACCES",
    ),
    (
        "remove",
        "unlink d0/f0 -> EACCES; unlink d0/d1 -> EACCES; rmdir d0/d1 -> EACCES; rmdir d0/f0 -> EACCES",
    ),
    (
        "move",
        "rename d0/f0 f5 how=plain -> EACCES; rename f0 d0/f5 how=plain -> EACCES; rename f9 d0/f5 how=plain -> EACCES; rename d0/f9 d3/f0 how=plain -> ENOENT",
    ),
    (
        "link",
        "link f0 d0/f5 -> EACCES; link d0/f0 f5 -> EACCES; open h0 f0 how=read mode=00; linkfd h0 d0/f5 -> EACCES",
    ),
    (
        "use",
        "read d0/f0 at=0 length=1 -> EACCES; write d0/f0 at=0 length=1 fill=1 -> EACCES; truncate d0/f0 size=0 -> EACCES; chmod d0/f0 mode=0644 -> EACCES; utimens d0/f0 seconds=1 nanoseconds=0 -> EACCES; readlink d0/f0 -> EACCES",
    ),
    (
        "attributes",
        "setxattr d0/f0 attribute=1 length=1 fill=1 how=any -> EACCES; getxattr d0/f0 attribute=1 -> EACCES; listxattr d0/f0 -> EACCES",
    ),
    (
        "too long a value is met before",
        "setxattr d0/f0 attribute=1 length=65537 fill=1 how=any -> E2BIG",
    ),
    (
        "the names can be listed",
        "list d0 buffer=4096 -> f0 d1 rows=4; opendir h0 d0; getrest h0 buffer=96 -> rows=4",
    ),
    (
        "crowds",
        "fill d0 crowd=short count=1 -> EACCES; purge d0 crowd=short count=1 -> EACCES; fill d0 crowd=short count=0 -> count=0",
    ),
    ("the directory itself", "chmod d0 mode=0700; stat d0/f0 -> regular"),
    ("the directory itself is moved", "rename d0 d3 how=plain; stat d3 -> directory mode=0600"),
    (
        "what is open stays so",
        "chmod d0 mode=0700; open h0 d0/f0 how=read+write mode=00; chmod d0 mode=0600; pwrite h0 at=0 length=5 fill=1 -> count=5; fstat h0 -> size=5",
    ),
];

/// In `d1` nothing can be written.
const WRITE: &[Case] = &[
    ("look", "stat d1/f0 -> regular; stat d1/f9 -> ENOENT; readlink d1/f2 -> text=f0"),
    (
        "make",
        "create d1/f1 mode=0644 -> EACCES; mkdir d1/d2 mode=0755 -> EACCES; symlink f0 d1/f1 -> EACCES; tmpfile h0 d1 mode=0600 -> EACCES; open h0 d1/f1 how=write+create mode=0644 -> EACCES",
    ),
    (
        "make what is there",
        "create d1/f0 mode=0644 -> EEXIST; mkdir d1/f0 mode=0644 -> EEXIST; symlink f0 d1/f0 -> EEXIST; link f0 d1/f0 -> EEXIST; open h0 d1/f0 how=write+create mode=00",
    ),
    ("too long a target", "symlink f0 d1/toolong0 -> ENAMETOOLONG"),
    ("remove", "unlink d1/f0 -> EACCES; rmdir d1/d1 -> EACCES"),
    ("remove what is not there", "unlink d1/f9 -> ENOENT; rmdir d1/d3 -> ENOENT"),
    ("remove what is of another type", "unlink d1/d1 -> EACCES; rmdir d1/f0 -> EACCES"),
    (
        "link",
        "link f0 d1/f5 -> EACCES; link d1/f0 f5; stat f5 -> links=2; link d1/d1 d1/d5 -> EACCES; open h0 f0 how=read mode=00; linkfd h0 d1/f5 -> EACCES",
    ),
    (
        "move",
        "rename d1/f0 f5 how=plain -> EACCES; rename f0 d1/f5 how=plain -> EACCES; rename f0 d1/f0 how=noreplace -> EEXIST; rename f0 d1/f5 how=exchange -> ENOENT; rename f0 d1/f0 how=exchange -> EACCES",
    ),
    ("move what is of another type", "rename f0 d1/d1 how=plain -> EACCES"),
    ("move within a file's names", "rename d1/f0 d1/f0 how=plain"),
    (
        "use",
        "write d1/f0 at=0 length=5 fill=1 -> count=5; chmod d1/f0 mode=0600; setxattr d1/f0 attribute=1 length=1 fill=1 how=any",
    ),
    (
        "attributes of the directory",
        "setxattr d1 attribute=1 length=1 fill=1 how=any -> EACCES; removexattr d1 attribute=1 -> EACCES; getxattr d1 attribute=1 -> ENODATA; listxattr d1 -> attributes=0",
    ),
    ("crowds", "fill d1 crowd=short count=1 -> EACCES; purge d1 crowd=short count=1 -> count=0"),
    (
        "crowds that are there",
        "chmod d1 mode=0700; fill d1 crowd=short count=2; chmod d1 mode=0500; fill d1 crowd=short count=2 -> count=0; purge d1 crowd=short count=1 -> EACCES",
    ),
    (
        "the directory goes elsewhere",
        "mkdir d3 mode=0755; rename d1 d3/d1 how=plain -> EACCES; rename d1 d4 how=plain",
    ),
    (
        "the directory is changed for another",
        "mkdir d3 mode=0755; mkdir d3/d1 mode=0755; rename d3/d1 d1 how=exchange -> EACCES; rename d3 d1 how=exchange",
    ),
    ("the directory is replaced", "rename d2 d1 how=plain -> ENOTEMPTY"),
    (
        "its time is set all the same",
        "utimens d1 seconds=5 nanoseconds=0; stat d1 -> modified=5.000000000",
    ),
];

/// `d2` cannot be read; of the files `f1` can be read, `f2` written, `f3` neither.
const READ: &[Case] = &[
    (
        "a directory is not listed",
        "list d2 buffer=4096 -> EACCES; opendir h0 d2 -> EACCES; fsync d2 -> EACCES",
    ),
    (
        "what is in it is used",
        "stat d2/f0 -> regular; create d2/f1 mode=0644; rename d2/f1 d2/f5 how=plain; unlink d2/f5",
    ),
    (
        "what is open is read on",
        "chmod d2 mode=0700; opendir h0 d2; chmod d2 mode=0300; getrest h0 buffer=96 -> rows=3",
    ),
    (
        "files are not read",
        "read f2 at=0 length=1 -> EACCES; open h0 f2 how=read mode=00 -> EACCES; open h0 f2 how=read+write mode=00 -> EACCES; fsync f2 -> EACCES; copy f2 f0 at=0 to_at=0 length=1 -> EACCES",
    ),
    (
        "files are written",
        "write f2 at=0 length=5 fill=1 -> count=5; append f2 length=5 fill=1; truncate f2 size=3; open h0 f2 how=write mode=00; copy f0 f2 at=0 to_at=0 length=1 -> count=1",
    ),
    (
        "files are not written",
        "write f1 at=0 length=1 fill=1 -> EACCES; append f1 length=1 fill=1 -> EACCES; truncate f1 size=0 -> EACCES; open h0 f1 how=write mode=00 -> EACCES; open h0 f1 how=write+truncate mode=00 -> EACCES; copy f0 f1 at=0 to_at=0 length=1 -> EACCES; fallocate f1 how=extend at=0 length=1 -> EACCES",
    ),
    (
        "files are read",
        "read f1 at=0 length=1 -> bytes=0; open h0 f1 how=read mode=00; copy f1 f0 at=0 to_at=0 length=1 -> count=0; fsync f1",
    ),
    (
        "neither",
        "read f3 at=0 length=1 -> EACCES; write f3 at=0 length=1 fill=1 -> EACCES; stat f3 -> mode=00; link f3 f5; rename f5 f6 how=plain; unlink f6; chmod f3 mode=0600; write f3 at=0 length=1 fill=1",
    ),
    (
        "no offset is met later",
        "read f3 at=9223372036854775808 length=1 -> EACCES; truncate f3 size=9223372036854775808 -> EACCES; fallocate f3 how=extend at=0 length=0 -> EACCES",
    ),
    (
        "attributes",
        "setxattr f1 attribute=1 length=1 fill=1 how=any -> EACCES; getxattr f1 attribute=1 -> ENODATA; removexattr f1 attribute=1 -> EACCES; getxattr f2 attribute=1 -> EACCES; setxattr f2 attribute=1 length=1 fill=1 how=create; listxattr f3 -> attributes=0",
    ),
    (
        "what is made can be used although its mode forbids it",
        "open h0 f5 how=read+write+create mode=00; pwrite h0 at=0 length=5 fill=1; pread h0 at=0 length=9 -> bytes=5; open h1 f5 how=read mode=00 -> EACCES",
    ),
    (
        "what is there and must not be",
        "open h0 f3 how=write+create+exclusive mode=0600 -> EEXIST; open h0 f3 how=write+create mode=0600 -> EACCES",
    ),
    (
        "a directory is no file before it is forbidden",
        "open h0 d2 how=write mode=00 -> EISDIR; open h0 d2 how=read mode=00 -> EACCES; open h0 d2 how=read+create mode=00 -> EISDIR",
    ),
];

/// What [`SEARCH`], [`WRITE`] and [`READ`] refuse.
const OVERRIDDEN: &[Case] = &[
    (
        "without the right to search",
        "stat d0/f0 -> regular; create d0/f1 mode=0644; rename d0/f0 f5 how=plain; rmdir d0/d1",
    ),
    (
        "without the right to write",
        "create d1/f1 mode=0644; unlink d1/f0; mkdir d3 mode=0755; rename d1 d3/d1 how=plain; fill d3/d1 crowd=short count=3 -> count=3",
    ),
    (
        "without the right to read",
        "list d2 buffer=4096 -> rows=3; read f2 at=0 length=1 -> bytes=0; write f1 at=0 length=1 fill=1 -> count=1; open h0 f3 how=read+write mode=00",
    ),
    (
        "attributes",
        "setxattr f1 attribute=1 length=1 fill=1 how=any; getxattr f2 attribute=1 -> ENODATA; setxattr d1 attribute=1 length=1 fill=1 how=any",
    ),
];

#[test]
fn a_directory_that_cannot_be_searched() {
    hold_to_modes(GROUND, SEARCH);
}

#[test]
fn a_directory_that_cannot_be_written() {
    hold_to_modes(GROUND, WRITE);
}

#[test]
fn what_cannot_be_read() {
    hold_to_modes(GROUND, READ);
}

#[test]
fn permission_bits_do_not_hold_everyone_up() {
    if super::held::overrides() {
        hold(GROUND, OVERRIDDEN);
    }
}
