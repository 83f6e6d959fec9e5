//! What is open, whether it still has a name or not.

use super::held::{Case, hold};

const GROUND: &str = "mkdir d0 mode=0755; create f0 mode=0644; write f0 at=0 length=100 fill=1; \
    symlink f0 f2; symlink d0 f3; symlink f9 f4; symlink f5 f5";

const OPEN: &[Case] = &[
    ("for reading", "open h0 f0 how=read mode=00; pread h0 at=0 length=200 -> bytes=100"),
    ("for writing", "open h0 f0 how=write mode=00; pwrite h0 at=0 length=10 fill=2 -> count=10"),
    ("through a link", "open h0 f2 how=read mode=00; fstat h0 -> size=100"),
    ("a link, which is refused", "open h0 f2 how=read+nofollow mode=00 -> ELOOP"),
    ("a link to nothing", "open h0 f4 how=read mode=00 -> ENOENT"),
    ("a link to nothing, which is refused", "open h0 f4 how=read+nofollow mode=00 -> ELOOP"),
    ("a link to itself", "open h0 f5 how=read mode=00 -> ELOOP"),
    ("what is not there", "open h0 f1 how=read mode=00 -> ENOENT"),
    ("what is made", "open h0 f1 how=write+create mode=0600; stat f1 -> mode=0600 size=0"),
    (
        "what is there, or made",
        "open h0 f0 how=read+create mode=0600; stat f0 -> mode=0644 size=100",
    ),
    (
        "what a link to nothing points to is made",
        "open h0 f4 how=write+create mode=0600; stat f9 -> regular",
    ),
    (
        "what a link to nothing points to is not made",
        "open h0 f4 how=write+create+exclusive mode=0600 -> EEXIST",
    ),
    (
        "a link to nothing, to be made and refused",
        "open h0 f4 how=write+create+nofollow mode=0600 -> ELOOP",
    ),
    ("what must not be there", "open h0 f0 how=write+create+exclusive mode=0600 -> EEXIST"),
    (
        "a directory, which must not be there",
        "open h0 d0 how=write+create+exclusive mode=0600 -> EEXIST",
    ),
    ("emptied", "open h0 f0 how=write+truncate mode=00; stat f0 -> size=0"),
    ("emptied through a link", "open h0 f2 how=write+create+truncate mode=0600; stat f0 -> size=0"),
    (
        "a directory for reading",
        "open h0 d0 how=read mode=00; fstat h0 -> directory; getrest h0 buffer=4096 -> rows=2",
    ),
    ("a directory for writing", "open h0 d0 how=write mode=00 -> EISDIR"),
    ("a directory, or made", "open h0 d0 how=read+create mode=0600 -> EISDIR"),
    ("a link to a directory for writing", "open h0 f3 how=read+write mode=00 -> EISDIR"),
    ("a link to a directory, which is refused", "open h0 f3 how=read+nofollow mode=00 -> ELOOP"),
    ("below a file", "open h0 f0/f1 how=write+create mode=0600 -> ENOTDIR"),
    ("below what is not there", "open h0 d1/f1 how=write+create mode=0600 -> ENOENT"),
    ("the directory alone", "opendir h0 d0; fstat h0 -> directory"),
    ("the top", "opendir h0 .; getrest h0 buffer=4096 -> d0 f0 end"),
    ("a file as directory", "opendir h0 f0 -> ENOTDIR"),
    ("a link to a directory as directory", "opendir h0 f3; fstat h0 -> directory"),
    ("nothing as directory", "opendir h0 d1 -> ENOENT"),
    ("a handle again", "open h0 f0 how=read mode=00; opendir h0 d0; fstat h0 -> directory"),
    (
        "a handle that stays what it is",
        "open h0 f0 how=read mode=00; open h0 f1 how=read mode=00 -> ENOENT; fstat h0 -> size=100",
    ),
];

const WRONG: &[Case] = &[
    ("nothing to close", "close h0 -> EBADF"),
    ("closed twice", "open h0 f0 how=read mode=00; close h0; close h0 -> EBADF"),
    (
        "nothing open",
        "fstat h0 -> EBADF; pread h0 at=0 length=1 -> EBADF; \
        pwrite h0 at=0 length=1 fill=1 -> EBADF; ftruncate h0 size=1 -> EBADF; \
        fdatasync h0 -> EBADF; getdents h0 buffer=96 -> EBADF; getrest h0 buffer=96 -> EBADF; \
        rewinddir h0 -> EBADF; seekdir h0 row=0 -> EBADF",
    ),
    ("nothing open, and no offset", "pread h0 at=9223372036854775808 length=1 -> EINVAL"),
    (
        "nothing open, and no offset to write at",
        "pwrite h0 at=9223372036854775808 length=1 fill=1 -> EINVAL",
    ),
    ("nothing open, and no size", "ftruncate h0 size=9223372036854775808 -> EINVAL"),
    (
        "a file for writing is not read",
        "open h0 f0 how=write mode=00; pread h0 at=0 length=1 -> EBADF; pread h0 at=0 length=0 -> EBADF",
    ),
    (
        "a file for reading is not written",
        "open h0 f0 how=read mode=00; pwrite h0 at=0 length=1 fill=1 -> EBADF; ftruncate h0 size=1 -> EINVAL",
    ),
    (
        "a file for both",
        "open h0 f0 how=read+write mode=00; pwrite h0 at=0 length=1 fill=1; pread h0 at=0 length=1 -> bytes=1",
    ),
    (
        "a directory is neither",
        "opendir h0 d0; pread h0 at=0 length=1 -> EISDIR; pwrite h0 at=0 length=1 fill=1 -> EBADF; ftruncate h0 size=1 -> EINVAL",
    ),
    (
        "no offset",
        "open h0 f0 how=read+write mode=00; pread h0 at=9223372036854775808 length=1 -> EINVAL; pwrite h0 at=9223372036854775808 length=1 fill=1 -> EINVAL; ftruncate h0 size=9223372036854775808 -> EINVAL",
    ),
    (
        "no offset of a file for appending",
        "open h0 f0 how=write+append mode=00; pwrite h0 at=9223372036854775808 length=1 fill=1 -> EINVAL; pwrite h0 at=9223372036854775807 length=1 fill=1 -> EINVAL",
    ),
    (
        "no offset of a directory",
        "opendir h0 d0; pread h0 at=9223372036854775808 length=1 -> EINVAL; pread h0 at=9223372036854775807 length=1 -> EINVAL; pwrite h0 at=9223372036854775808 length=1 fill=1 -> EINVAL",
    ),
    (
        "no offset of a file for writing",
        "open h0 f0 how=write mode=00; pread h0 at=9223372036854775808 length=1 -> EINVAL",
    ),
    (
        "behind the last offset",
        "open h0 f0 how=read+write mode=00; pread h0 at=9223372036854775807 length=1 -> EINVAL; pwrite h0 at=9223372036854775807 length=1 fill=1 -> EINVAL",
    ),
    (
        "a file is not listed",
        "open h0 f0 how=read mode=00; getdents h0 buffer=96 -> ENOTDIR; getrest h0 buffer=96 -> ENOTDIR",
    ),
    (
        "a file is not gone back in",
        "open h0 f0 how=read mode=00; rewinddir h0 -> ENOTDIR; seekdir h0 row=0 -> ENOTDIR",
    ),
];

const USED: &[Case] = &[
    (
        "grown",
        "open h0 f0 how=write mode=00; pwrite h0 at=200 length=10 fill=1; stat f0 -> size=210",
    ),
    (
        "nothing is written",
        "open h0 f0 how=write mode=00; pwrite h0 at=200 length=0 fill=1 -> count=0; stat f0 -> size=100",
    ),
    (
        "at the end, whatever the offset",
        "open h0 f0 how=read+write+append mode=00; pwrite h0 at=0 length=10 fill=2 -> count=10; stat f0 -> size=110; append f0 length=5 fill=1; pwrite h0 at=3 length=1 fill=2; stat f0 -> size=116",
    ),
    (
        "cut",
        "open h0 f0 how=write mode=00; ftruncate h0 size=10; stat f0 -> size=10; ftruncate h0 size=50; read f0 at=0 length=100 -> bytes=50 zeros=40",
    ),
    (
        "seen by others",
        "open h0 f0 how=read mode=00; open h1 f0 how=write mode=00; pwrite h1 at=100 length=10 fill=2; pread h0 at=0 length=500 -> bytes=110",
    ),
    (
        "brought to the disk",
        "open h0 f0 how=read mode=00; fdatasync h0; opendir h1 d0; fdatasync h1; fsync f0; fsync d0; fsync f2",
    ),
    (
        "what is not there is not brought to the disk",
        "fsync f1 -> ENOENT; fsync f4 -> ENOENT; fsync f0/f0 -> ENOTDIR; fsync f5 -> ELOOP",
    ),
    (
        "moved while it is open",
        "open h0 f0 how=read+write mode=00; rename f0 d0/f1 how=plain; pwrite h0 at=0 length=200 fill=1; stat d0/f1 -> size=200",
    ),
];

const NAMELESS: &[Case] = &[
    (
        "a file is read and written",
        "open h0 f0 how=read+write mode=00; unlink f0; fstat h0 -> links=0 size=100; pwrite h0 at=100 length=50 fill=2; pread h0 at=0 length=500 -> bytes=150; ftruncate h0 size=10; fstat h0 -> size=10",
    ),
    (
        "a file that was replaced",
        "open h0 f0 how=read mode=00; create f1 mode=0600; rename f1 f0 how=plain; fstat h0 -> links=0 size=100; stat f0 -> size=0 mode=0600",
    ),
    (
        "a file whose name is another file's",
        "open h0 f0 how=read mode=00; unlink f0; create f0 mode=0600; fstat h0 -> links=0 mode=0644; stat f0 -> links=1",
    ),
    ("a file is brought to the disk", "open h0 f0 how=read mode=00; unlink f0; fdatasync h0"),
    (
        "a directory",
        "opendir h0 d0; rmdir d0; fstat h0 -> directory links=0; getdents h0 buffer=4096 -> ENOENT; getrest h0 buffer=4096 -> ENOENT; rewinddir h0; fdatasync h0",
    ),
    (
        "a directory that was read to its end",
        "opendir h0 d0; getrest h0 buffer=4096 -> end; rmdir d0; getdents h0 buffer=4096 -> ENOENT",
    ),
    (
        "a directory that was replaced",
        "mkdir d2 mode=0700; opendir h0 d0; rename d2 d0 how=plain; fstat h0 -> links=0; getdents h0 buffer=4096 -> ENOENT",
    ),
    (
        "a directory whose name is another's",
        "opendir h0 d0; rmdir d0; mkdir d0 mode=0700; create d0/f1 mode=0600; getdents h0 buffer=4096 -> ENOENT",
    ),
    (
        "a second handle",
        "open h0 f0 how=read mode=00; open h1 f0 how=read mode=00; unlink f0; close h0; fstat h1 -> links=0 size=100",
    ),
];

#[test]
fn files_and_directories_are_opened() {
    hold(GROUND, OPEN);
}

#[test]
fn what_cannot_be_done_with_a_handle() {
    hold(GROUND, WRONG);
}

#[test]
fn handles_are_used() {
    hold(GROUND, USED);
}

#[test]
fn what_is_open_outlives_its_name() {
    hold(GROUND, NAMELESS);
}
