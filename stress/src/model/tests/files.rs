//! What is in files.

use super::held::{Case, hold};

const GROUND: &str = "mkdir d0 mode=0755; create f0 mode=0644; write f0 at=0 length=10000 fill=1; \
    create f1 mode=0644; symlink f0 f2; symlink f9 f4";

const READ: &[Case] = &[
    ("all", "read f0 at=0 length=20000 -> bytes=10000 zeros=0"),
    ("a part", "read f0 at=4090 length=100 -> bytes=100"),
    ("at the end", "read f0 at=10000 length=100 -> bytes=0"),
    ("behind the end", "read f0 at=20000 length=100 -> bytes=0"),
    ("through a link", "read f2 at=0 length=5 -> bytes=5"),
    ("nothing", "read f0 at=0 length=0 -> bytes=0"),
    ("a directory", "read d0 at=0 length=5 -> EISDIR"),
    ("what is not there", "read f9 at=0 length=5 -> ENOENT"),
    ("a link to nothing", "read f4 at=0 length=5 -> ENOENT"),
    ("below a file", "read f0/f0 at=0 length=5 -> ENOTDIR"),
    ("from no offset", "read f0 at=9223372036854775808 length=5 -> EINVAL"),
    ("from no offset of a directory", "read d0 at=9223372036854775808 length=5 -> EINVAL"),
    ("up to behind the last offset", "read f0 at=9223372036854775807 length=5 -> EINVAL"),
    ("at the last offset", "read f0 at=9223372036854775807 length=0 -> bytes=0"),
];

const WRITE: &[Case] = &[
    ("in the middle", "write f0 at=5000 length=100 fill=9 -> count=100; stat f0 -> size=10000"),
    ("over the end", "write f0 at=9990 length=100 fill=9 -> count=100; stat f0 -> size=10090"),
    (
        "behind the end",
        "write f1 at=5000 length=10 fill=9; read f1 at=0 length=6000 -> bytes=5010 zeros=5000",
    ),
    ("nothing", "write f1 at=5000 length=0 fill=9 -> count=0; stat f1 -> size=0"),
    ("at the end", "append f0 length=10 fill=3 -> count=10; stat f0 -> size=10010"),
    ("nothing at the end", "append f0 length=0 fill=3 -> count=0"),
    (
        "through a link",
        "write f2 at=0 length=10 fill=3; stat f0 -> size=10000; append f2 length=5 fill=1; stat f0 -> size=10005",
    ),
    ("a directory", "write d0 at=0 length=5 fill=1 -> EISDIR; append d0 length=5 fill=1 -> EISDIR"),
    (
        "what is not there",
        "write f9 at=0 length=5 fill=1 -> ENOENT; append f9 length=5 fill=1 -> ENOENT",
    ),
    ("below a file", "write f0/f1 at=0 length=5 fill=1 -> ENOTDIR"),
    ("from no offset", "write f0 at=9223372036854775808 length=5 fill=1 -> EINVAL"),
    ("up to behind the last offset", "write f0 at=9223372036854775800 length=100 fill=1 -> EINVAL"),
    (
        "nothing at the last offset",
        "write f0 at=9223372036854775807 length=0 fill=1 -> count=0; stat f0 -> size=10000",
    ),
];

const LARGEST: &[Case] = &[
    (
        "grown to the largest size",
        "truncate f1 size=LARGEST; stat f1 -> size=LARGEST; append f1 length=0 fill=1 -> count=0; append f1 length=5 fill=1 -> EFBIG",
    ),
    (
        "what fits is written",
        "truncate f1 size=LARGEST-3; write f1 at=LARGEST-3 length=3 fill=1 -> count=3; stat f1 -> size=LARGEST",
    ),
    (
        "by a handle",
        "truncate f1 size=LARGEST-3; open h0 f1 how=write+append mode=00; pwrite h0 at=0 length=5 fill=1 -> EFBIG; fstat h0 -> size=LARGEST; pwrite h0 at=0 length=5 fill=1 -> EFBIG",
    ),
    (
        "copied",
        "truncate f1 size=LARGEST-3; copy f0 f1 at=0 to_at=LARGEST-3 length=5 -> EFBIG; stat f1 -> size=LARGEST",
    ),
    (
        "what fits of more is appended",
        "truncate f1 size=LARGEST-3; append f1 length=5 fill=1 -> BEYOND; stat f1 -> size=LARGEST",
    ),
    ("copied behind it", "copy f0 f1 at=0 to_at=LARGEST length=5 -> EFBIG; stat f1 -> size=0"),
    (
        "what fits is appended",
        "truncate f1 size=LARGEST-3; append f1 length=3 fill=1 -> count=3; append f1 length=1 fill=1 -> EFBIG; stat f1 -> size=LARGEST",
    ),
    (
        "allocated",
        "fallocate f1 how=keep-size at=LARGEST length=1 -> EFBIG; fallocate f1 how=punch at=LARGEST-3 length=4 -> EFBIG; stat f1 -> size=0",
    ),
    (
        "a range inserted",
        "truncate f1 size=LARGEST-3; fallocate f1 how=insert at=0 length=4096 -> EFBIG; stat f1 -> size=LARGEST-3",
    ),
];

const TRUNCATE: &[Case] = &[
    ("cut", "truncate f0 size=5000; read f0 at=0 length=20000 -> bytes=5000"),
    (
        "cut and grown",
        "truncate f0 size=5000; truncate f0 size=7000; read f0 at=0 length=20000 -> bytes=7000 zeros=2000",
    ),
    ("to nothing", "truncate f0 size=0; stat f0 -> size=0"),
    ("to what it is", "truncate f0 size=10000; stat f0 -> size=10000"),
    ("grown", "truncate f1 size=100000; read f1 at=99990 length=100 -> bytes=10 zeros=10"),
    ("a directory", "truncate d0 size=0 -> EISDIR"),
    ("what is not there", "truncate f9 size=0 -> ENOENT"),
    ("below a file", "truncate f0/f1 size=0 -> ENOTDIR"),
    ("to no size", "truncate f0 size=9223372036854775808 -> EINVAL"),
    ("a directory to no size", "truncate d0 size=9223372036854775808 -> EISDIR"),
    ("what is not there to no size", "truncate f9 size=9223372036854775808 -> ENOENT"),
];

const ALLOCATE: &[Case] = &[
    (
        "over the end",
        "fallocate f0 how=extend at=9000 length=5000; stat f0 -> size=14000; read f0 at=0 length=20000 -> zeros=4000",
    ),
    (
        "within",
        "fallocate f0 how=extend at=0 length=5000; stat f0 -> size=10000; read f0 at=0 length=20000 -> zeros=0",
    ),
    (
        "over the end, the size kept",
        "fallocate f0 how=keep-size at=9000 length=5000; stat f0 -> size=10000",
    ),
    (
        "a hole",
        "fallocate f0 how=punch at=100 length=5000; read f0 at=0 length=20000 -> bytes=10000 zeros=5000",
    ),
    (
        "a hole over the end",
        "fallocate f0 how=punch at=9000 length=50000; read f0 at=0 length=20000 -> bytes=10000 zeros=1000",
    ),
    (
        "zeros",
        "fallocate f0 how=zero at=100 length=5000; read f0 at=0 length=20000 -> bytes=10000 zeros=5000",
    ),
    (
        "zeros over the end",
        "fallocate f0 how=zero at=9000 length=5000; read f0 at=0 length=20000 -> bytes=14000 zeros=5000",
    ),
    (
        "taken out",
        "fallocate f0 how=collapse at=4096 length=4096; read f0 at=0 length=20000 -> bytes=5904 zeros=0",
    ),
    ("taken out up to the end", "fallocate f0 how=collapse at=8192 length=4096 -> EINVAL"),
    (
        "taken out up to the very end",
        "truncate f0 size=8192; fallocate f0 how=collapse at=4096 length=4096 -> EINVAL",
    ),
    (
        "taken out, not in pages",
        "fallocate f0 how=collapse at=100 length=4096 -> EINVAL; fallocate f0 how=collapse at=0 length=100 -> EINVAL",
    ),
    (
        "put in",
        "fallocate f0 how=insert at=4096 length=8192; read f0 at=0 length=20000 -> bytes=18192 zeros=8192",
    ),
    (
        "put in at the end",
        "fallocate f0 how=insert at=12288 length=4096 -> EINVAL; truncate f0 size=8192; fallocate f0 how=insert at=8192 length=4096 -> EINVAL",
    ),
    ("put in, not in pages", "fallocate f0 how=insert at=100 length=4096 -> EINVAL"),
    ("nothing", "fallocate f0 how=extend at=0 length=0 -> EINVAL"),
    ("from no offset", "fallocate f0 how=extend at=9223372036854775808 length=1 -> EINVAL"),
    ("of no length", "fallocate f0 how=extend at=0 length=9223372036854775808 -> EINVAL"),
    ("to no offset", "fallocate f0 how=extend at=9223372036854775807 length=1 -> EFBIG"),
    ("a hole to no offset", "fallocate f0 how=punch at=9223372036854775807 length=1 -> EFBIG"),
    ("a directory", "fallocate d0 how=extend at=0 length=1 -> EISDIR"),
    ("what is not there", "fallocate f9 how=extend at=0 length=0 -> ENOENT"),
];

const COPY: &[Case] = &[
    (
        "all",
        "copy f0 f1 at=0 to_at=0 length=20000 -> count=10000; read f1 at=0 length=20000 -> bytes=10000 zeros=0",
    ),
    (
        "a part, behind the end",
        "copy f0 f1 at=4000 to_at=500 length=1000 -> count=1000; read f1 at=0 length=20000 -> bytes=1500 zeros=500",
    ),
    ("nothing", "copy f0 f1 at=0 to_at=0 length=0 -> count=0; stat f1 -> size=0"),
    ("from behind the end", "copy f0 f1 at=10000 to_at=0 length=10 -> count=0; stat f1 -> size=0"),
    (
        "nothing behind the end",
        "copy f1 f0 at=0 to_at=20000 length=10 -> count=0; stat f0 -> size=10000",
    ),
    (
        "within one file",
        "copy f0 f0 at=0 to_at=10000 length=10000 -> count=10000; stat f0 -> size=20000",
    ),
    ("onto itself", "copy f0 f0 at=0 to_at=0 length=10 -> EINVAL"),
    (
        "over itself",
        "copy f0 f0 at=0 to_at=50 length=100 -> EINVAL; copy f0 f0 at=50 to_at=0 length=100 -> EINVAL",
    ),
    ("beside itself", "copy f0 f0 at=0 to_at=100 length=100 -> count=100"),
    (
        "beside itself, to before",
        "copy f0 f0 at=100 to_at=0 length=100 -> count=100; copy f0 f0 at=99 to_at=0 length=100 -> EINVAL",
    ),
    ("over itself by another name", "link f0 f3; copy f0 f3 at=0 to_at=50 length=100 -> EINVAL"),
    ("nothing over itself", "copy f0 f0 at=50 to_at=50 length=0 -> count=0"),
    (
        "through links",
        "symlink f1 f3; copy f2 f3 at=0 to_at=0 length=10 -> count=10; stat f1 -> size=10",
    ),
    (
        "holes are zeros",
        "truncate f0 size=20000; copy f0 f1 at=9000 to_at=0 length=20000 -> count=11000; read f1 at=0 length=20000 -> zeros=10000",
    ),
    ("from a directory", "copy d0 f1 at=0 to_at=0 length=10 -> EISDIR"),
    ("to a directory", "copy f0 d0 at=0 to_at=0 length=10 -> EISDIR"),
    ("from what is not there to a directory", "copy f9 d0 at=0 to_at=0 length=10 -> ENOENT"),
    ("to what is not there", "copy f0 f9 at=0 to_at=0 length=10 -> ENOENT"),
    ("from no offset", "copy f0 f1 at=9223372036854775808 to_at=0 length=10 -> EINVAL"),
    ("to no offset", "copy f0 f1 at=0 to_at=9223372036854775808 length=10 -> EINVAL"),
    (
        "to an offset that begins anew",
        "copy f0 f1 at=0 to_at=18446744073709551615 length=10 -> EOVERFLOW",
    ),
    (
        "nothing to an offset that begins anew",
        "copy f1 f0 at=0 to_at=18446744073709551615 length=10 -> EINVAL",
    ),
    ("behind the largest size", "copy f0 f1 at=0 to_at=9223372036854775807 length=10 -> EFBIG"),
    (
        "nothing behind the largest size",
        "copy f1 f0 at=0 to_at=9223372036854775807 length=10 -> EFBIG",
    ),
    (
        "behind the largest size of a directory",
        "copy f0 d0 at=0 to_at=9223372036854775807 length=10 -> EISDIR",
    ),
];

#[test]
fn files_are_read() {
    hold(GROUND, READ);
}

#[test]
fn files_are_written() {
    hold(GROUND, WRITE);
}

#[test]
fn files_have_a_largest_size() {
    hold(GROUND, LARGEST);
}

#[test]
fn files_are_cut_and_grown() {
    hold(GROUND, TRUNCATE);
}

#[test]
fn ranges_are_allocated_cleared_and_moved() {
    hold(GROUND, ALLOCATE);
}

#[test]
fn ranges_are_copied() {
    hold(GROUND, COPY);
}
