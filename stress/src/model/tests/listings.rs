//! Directories that are read, at once and in steps, while what is in them changes.

use super::held::{Case, hold};

/// Three names; `.` and `..` take 24 bytes each, names of one letter and a digit as well.
const GROUND: &str = "mkdir d0 mode=0755; create d0/f0 mode=0644; mkdir d0/d1 mode=0755; \
    symlink f0 d0/f2; symlink d0 f3";

const AT_ONCE: &[Case] = &[
    ("all", "list d0 buffer=4096 -> . .. f0 d1 f2 end rows=5"),
    ("in small pieces", "list d0 buffer=24 -> f0 d1 f2 end rows=5"),
    ("the top", "list . buffer=4096 -> d0 f3 rows=4"),
    ("through a link", "list f3 buffer=4096 -> f0 rows=5"),
    ("an empty one", "list d0/d1 buffer=4096 -> . .. end rows=2"),
    ("a file", "list d0/f0 buffer=4096 -> ENOTDIR"),
    ("what is not there", "list d2 buffer=4096 -> ENOENT"),
    ("many", "fill d0 crowd=long count=3000; list d0 buffer=32768 -> rows=3005"),
    (
        "after names were removed",
        "fill d0 crowd=short count=300; purge d0 crowd=short count=299; list d0 buffer=4096 -> k299 rows=6",
    ),
    (
        "odd names",
        "create odd0 mode=0644; create odd4 mode=0644; create odd8 mode=0644; create odd9 mode=0644; list . buffer=4096 -> odd0 odd4 odd8 odd9 rows=8",
    ),
];

const IN_STEPS: &[Case] = &[
    (
        "one call",
        "opendir h0 d0; getdents h0 buffer=4096 -> rows=5; getdents h0 buffer=4096 -> rows=0 end; getdents h0 buffer=4096 -> rows=0 end",
    ),
    (
        "a row each",
        "opendir h0 d0; getdents h0 buffer=24 -> rows=1; getdents h0 buffer=24 -> rows=1; getrest h0 buffer=4096 -> rows=3 end",
    ),
    (
        "no room for a row",
        "opendir h0 d0; getdents h0 buffer=23 -> EINVAL; getdents h0 buffer=4096 -> rows=5",
    ),
    ("no room at all", "opendir h0 d0; getdents h0 buffer=0 -> EINVAL"),
    (
        "anew",
        "opendir h0 d0; getrest h0 buffer=4096 -> rows=5; rewinddir h0; getrest h0 buffer=4096 -> rows=5",
    ),
    (
        "anew, from the middle",
        "opendir h0 d0; getdents h0 buffer=24 -> rows=1; rewinddir h0; getrest h0 buffer=4096 -> rows=5",
    ),
    (
        "back to behind the first",
        "opendir h0 d0; getrest h0 buffer=4096; seekdir h0 row=0; getrest h0 buffer=4096 -> rows=4",
    ),
    (
        "back to behind the third",
        "opendir h0 d0; getrest h0 buffer=24; seekdir h0 row=2; getrest h0 buffer=24 -> rows=2",
    ),
    (
        "back to behind the last",
        "opendir h0 d0; getrest h0 buffer=4096; seekdir h0 row=4; getrest h0 buffer=4096 -> rows=0 end",
    ),
    (
        "back, counted anew",
        "opendir h0 d0; getrest h0 buffer=4096; seekdir h0 row=7; getrest h0 buffer=4096 -> rows=2",
    ),
    (
        "back twice",
        "opendir h0 d0; getrest h0 buffer=4096; seekdir h0 row=3; seekdir h0 row=1; getrest h0 buffer=4096 -> rows=3",
    ),
    ("back, with nothing read", "opendir h0 d0; seekdir h0 row=0 -> EINVAL"),
    (
        "back, with nothing read since it began anew",
        "opendir h0 d0; getrest h0 buffer=4096; rewinddir h0; seekdir h0 row=0 -> EINVAL",
    ),
    (
        "two readers",
        "opendir h0 d0; opendir h1 d0; getdents h0 buffer=24; getrest h1 buffer=4096 -> rows=5; getrest h0 buffer=4096 -> rows=4",
    ),
    (
        "opened as a file is",
        "open h0 d0 how=read mode=00; getdents h0 buffer=24 -> rows=1; rewinddir h0; getrest h0 buffer=4096 -> rows=5",
    ),
];

const MEANWHILE: &[Case] = &[
    (
        "a name comes",
        "opendir h0 d0; getdents h0 buffer=24; create d0/f5 mode=0644; getrest h0 buffer=4096 -> end; rewinddir h0; getrest h0 buffer=4096 -> f5 rows=6",
    ),
    (
        "a name goes",
        "opendir h0 d0; getdents h0 buffer=24; unlink d0/f0; getrest h0 buffer=4096 -> end; rewinddir h0; getrest h0 buffer=4096 -> rows=4",
    ),
    (
        "a name is renamed",
        "opendir h0 d0; getdents h0 buffer=24; rename d0/f0 d0/f5 how=plain; getrest h0 buffer=4096 -> end; rewinddir h0; getrest h0 buffer=4096 -> f5 rows=5",
    ),
    ("a name is linked", "opendir h0 d0; link d0/f0 d0/f5; getrest h0 buffer=4096 -> f0 d1 f2 end"),
    (
        "names change places",
        "opendir h0 d0; rename d0/f0 d0/d1 how=exchange; getrest h0 buffer=4096 -> f2 end; rewinddir h0; getrest h0 buffer=4096 -> f0 d1 rows=5",
    ),
    (
        "a name goes and comes back",
        "opendir h0 d0; getrest h0 buffer=4096 -> rows=5; unlink d0/f0; create d0/f0 mode=0644; getrest h0 buffer=4096 -> end",
    ),
    (
        "in another directory nothing is touched",
        "opendir h0 d0; getdents h0 buffer=24; create d0/d1/f0 mode=0644; getrest h0 buffer=4096 -> rows=4",
    ),
    (
        "the directory itself is moved",
        "opendir h0 d0; getdents h0 buffer=24; rename d0 d2 how=plain; getrest h0 buffer=4096 -> rows=4 end",
    ),
    (
        "a crowd goes",
        "fill d0 crowd=short count=200; opendir h0 d0; getdents h0 buffer=96; purge d0 crowd=short count=200; getrest h0 buffer=4096 -> end; rewinddir h0; getrest h0 buffer=4096 -> rows=5",
    ),
    (
        "a crowd comes",
        "opendir h0 d0; getdents h0 buffer=24; fill d0 crowd=short count=200; getrest h0 buffer=96 -> end; rewinddir h0; getrest h0 buffer=4096 -> rows=205",
    ),
];

#[test]
fn directories_are_listed() {
    hold(GROUND, AT_ONCE);
}

#[test]
fn directories_are_read_in_steps() {
    hold(GROUND, IN_STEPS);
}

#[test]
fn directories_are_read_while_they_change() {
    hold(GROUND, MEANWHILE);
}
