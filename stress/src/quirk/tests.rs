//! Each row explains its own difference, and not the one beside it.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::*;
use crate::model::{Caller, Expected};
use crate::name::{Family, Name};
use crate::operand::Mode;
use crate::outcome::Seen;
use crate::path::Path;
use crate::population;
use crate::reproducer::{Ground, Reproducer};
use crate::target::{InMemory, Target};

const CALLER: Caller = Caller { overrides: true, umask: 0o022 };

/// A target in words: its filesystem, behind a slash its upper layer's, options, and `foreign` where
/// its layers are on several filesystems.
fn nature(words: &str) -> Nature {
    let mut words = words.split(' ');
    let kind = words.next().unwrap();
    let (filesystem, upper) = kind.split_once('/').map_or((kind, None), |(f, u)| (f, Some(u)));
    let options: Vec<String> = words.map(ToOwned::to_owned).collect();
    Nature {
        filesystem: filesystem.to_owned(),
        upper: upper.map(ToOwned::to_owned),
        foreign_layers: options.iter().any(|option| option == "foreign"),
        layered: filesystem == "overlay",
        options,
    }
}

fn empty_model() -> Model {
    Model::new(Arc::default(), CALLER, (0, 0))
}

/// An overlay's tree begins with what the lower layer holds.
fn model(nature: &Nature) -> Model {
    if nature.layered {
        population::model(&Arc::default(), CALLER, nature.links())
    } else {
        empty_model()
    }
}

fn carry_out(model: &mut Model, op: &Op) {
    let plan = model.plan(op);
    assert!(!matches!(plan.expected, Expected::Fails(_)), "{op}: {:?}", plan.expected);
    model.carry_out(plan, &Ok(Seen::Done), (0, 0));
}

/// The rows that explain a difference.
fn explaining(
    nature: &Nature,
    model: &Model,
    op: &Op,
    difference: &Difference,
) -> Vec<&'static str> {
    let rows = QUIRKS.iter().filter(|row| row.concerns(nature));
    rows.filter(|row| row.explains(model, op, difference)).map(|row| row.id).collect()
}

/// Instead of that, this; none is success.
const fn error(expected: Option<Errno>, found: Errno) -> Aspect {
    Aspect::Error(expected, Some(found))
}

const fn fails(found: Errno) -> Aspect {
    error(None, found)
}

/// A target; operations, the last of which differs; in what, and what was found; the rows.
type Case = (&'static str, &'static str, Aspect, &'static str, &'static [&'static str]);

const LONG: &str = "long0/long1/long2/long3";

const CASES: &[Case] = &[
    (
        "btrfs",
        "mkdir d0 mode=0755; stat d0",
        Aspect::DirectoryLinks,
        "1",
        &["btrfs-directory-links"],
    ),
    (
        "overlay/btrfs",
        "stat d0",
        Aspect::DirectoryLinks,
        "1",
        &["btrfs-directory-links", "overlay-directory-links"],
    ),
    ("overlay/ext4", "mkdir d5 mode=0755; stat d5", Aspect::DirectoryLinks, "1", &[]),
    (
        "overlay",
        "mkdir d5 mode=0755; stat d5",
        Aspect::DirectoryLinks,
        "1",
        &["btrfs-directory-links"],
    ),
    ("btrfs", "mkdir d0 mode=0755; stat d0", Aspect::DirectoryLinks, "3", &[]),
    ("btrfs", "create f0 mode=0644; stat f0", Aspect::Links, "1", &[]),
    ("ext4", "mkdir d0 mode=0755; stat d0", Aspect::DirectoryLinks, "1", &[]),
    (
        "ext4",
        "create f0 mode=0644; setxattr f0 attribute=1 length=3800 fill=1 how=any",
        fails(Errno::NOSPC),
        "",
        &["ext4-attribute-space"],
    ),
    (
        "ext4",
        "create f0 mode=0644; setxattr f0 attribute=1 length=3799 fill=1 how=any",
        fails(Errno::NOSPC),
        "",
        &[],
    ),
    (
        "ext4",
        "create f0 mode=0644; setxattr f0 attribute=2 length=2000 fill=1 how=any; setxattr f0 attribute=1 length=1800 fill=1 how=any",
        fails(Errno::NOSPC),
        "",
        &["ext4-attribute-space"],
    ),
    (
        "ext4",
        "create f0 mode=0644; setxattr f0 attribute=1 length=3000 fill=1 how=any; setxattr f0 attribute=1 length=3000 fill=1 how=any",
        fails(Errno::NOSPC),
        "",
        &[],
    ),
    (
        "ext4",
        "create f0 mode=0644; setxattr f0 attribute=1 length=4000 fill=1 how=any",
        fails(Errno::IO),
        "",
        &[],
    ),
    ("ext4", "create f0 mode=0644", fails(Errno::NOSPC), "", &[]),
    (
        "xfs",
        "create f0 mode=0644; setxattr f0 attribute=1 length=4000 fill=1 how=any",
        fails(Errno::NOSPC),
        "",
        &[],
    ),
    (
        "btrfs",
        "create f0 mode=0644; setxattr f0 attribute=1 length=15000 fill=1 how=any",
        fails(Errno::NOSPC),
        "",
        &["btrfs-attribute-space"],
    ),
    (
        "btrfs",
        "create f0 mode=0644; setxattr f0 attribute=1 length=14999 fill=1 how=any",
        fails(Errno::NOSPC),
        "",
        &[],
    ),
    (
        "btrfs",
        "create f0 mode=0644; write f0 at=0 length=15000 fill=1",
        fails(Errno::NOSPC),
        "",
        &[],
    ),
    (
        "ext4",
        "mkdir d0 mode=0755; opendir h0 d0; rmdir d0; seekdir h0 row=0",
        fails(Errno::INVAL),
        "",
        &["ext4-removed-directory-seek"],
    ),
    ("ext4", "mkdir d0 mode=0755; opendir h0 d0; seekdir h0 row=0", fails(Errno::INVAL), "", &[]),
    (
        "ext4",
        "mkdir d0 mode=0755; opendir h0 d0; rmdir d0; rewinddir h0",
        fails(Errno::INVAL),
        "",
        &[],
    ),
    (
        "xfs",
        "mkdir d0 mode=0755; opendir h0 d0; rmdir d0; seekdir h0 row=0",
        fails(Errno::INVAL),
        "",
        &[],
    ),
    (
        "ext4",
        "create f0 mode=0644; utimens f0 seconds=-2147483649 nanoseconds=0; stat f0",
        Aspect::Modified,
        "-2147483648.000000000",
        &["ext4-times"],
    ),
    (
        "ext4",
        "create f0 mode=0644; utimens f0 seconds=15032385536 nanoseconds=0; stat f0",
        Aspect::Modified,
        "15032385535.000000000",
        &["ext4-times"],
    ),
    (
        "ext4",
        "create f0 mode=0644; utimens f0 seconds=15032385534 nanoseconds=0; stat f0",
        Aspect::Modified,
        "1.000000000",
        &[],
    ),
    (
        "ext4",
        "create f0 mode=0644; utimens f0 seconds=0 nanoseconds=5; stat f0",
        Aspect::Modified,
        "0.000000000",
        &[],
    ),
    ("ext4", "create f0 mode=0644; stat f0", Aspect::Modified, "0.000000000", &[]),
    (
        "ext4",
        "create f0 mode=0644; utimens f0 seconds=15032385536 nanoseconds=0; stat f0",
        Aspect::Changed,
        "0.000000000",
        &[],
    ),
    (
        "ext4",
        "create f0 mode=0644; opendir h0 .; create f1 mode=0644; getrest h0 buffer=96",
        Aspect::RowDotsMissing,
        "",
        &["ext4-dots-lost"],
    ),
    (
        "ext4",
        "create f0 mode=0644; opendir h0 .; create f1 mode=0644; getrest h0 buffer=96",
        Aspect::RowDotsTwice,
        "",
        &[],
    ),
    (
        "ext4",
        "create f0 mode=0644; opendir h0 .; getrest h0 buffer=96",
        Aspect::RowDotsMissing,
        "",
        &[],
    ),
    ("ext4", "list . buffer=96", Aspect::RowDotsMissing, "", &[]),
    (
        "xfs",
        "create f0 mode=0644; utimens f0 seconds=16299260425 nanoseconds=0; stat f0",
        Aspect::Modified,
        "16299260424.000000000",
        &["xfs-times"],
    ),
    (
        "xfs",
        "create f0 mode=0644; utimens f0 seconds=15032385536 nanoseconds=0; stat f0",
        Aspect::Modified,
        "15032385535.000000000",
        &[],
    ),
    (
        "tmpfs",
        "create f0 mode=0644; utimens f0 seconds=-2147483649 nanoseconds=0; stat f0",
        Aspect::Modified,
        "0.000000000",
        &[],
    ),
    (
        "xfs",
        "rename d0 d1 how=plain",
        error(Some(Errno::NOTEMPTY), Errno::EXIST),
        "",
        &["xfs-replaced-directory"],
    ),
    ("xfs", "rmdir d0", error(Some(Errno::NOTEMPTY), Errno::EXIST), "", &[]),
    ("xfs", "rename d0 d1 how=plain", fails(Errno::EXIST), "", &[]),
    ("ext4", "rename d0 d1 how=plain", error(Some(Errno::NOTEMPTY), Errno::EXIST), "", &[]),
    (
        "overlay/xfs",
        "rename d5 d1 how=plain",
        error(Some(Errno::NOTEMPTY), Errno::EXIST),
        "",
        &["xfs-replaced-directory"],
    ),
    ("xfs", "symlink LONG/f0 f0", fails(Errno::NAMETOOLONG), "", &["xfs-link-target"]),
    ("xfs", "symlink long0/long1/long2/f0 f0", fails(Errno::NAMETOOLONG), "", &[]),
    ("xfs", "create f0 mode=0644", fails(Errno::NAMETOOLONG), "", &[]),
    ("btrfs", "symlink LONG/f0 f0", fails(Errno::NAMETOOLONG), "", &[]),
    (
        "tmpfs",
        "create f0 mode=0644; opendir h0 .; unlink f0; getdents h0 buffer=96",
        Aspect::RowTwice,
        "",
        &["tmpfs-directory-order"],
    ),
    (
        "tmpfs",
        "create f0 mode=0644; opendir h0 .; unlink f0; getrest h0 buffer=96",
        Aspect::RowMissing,
        "",
        &["tmpfs-directory-rows-lost"],
    ),
    (
        "tmpfs",
        "create f0 mode=0644; opendir h0 .; unlink f0; getdents h0 buffer=96",
        Aspect::RowInvented,
        "",
        &[],
    ),
    (
        "tmpfs",
        "create f0 mode=0644; opendir h0 .; getdents h0 buffer=96",
        Aspect::RowTwice,
        "",
        &[],
    ),
    (
        "tmpfs",
        "create f0 mode=0644; opendir h0 .; unlink f0; rewinddir h0; getrest h0 buffer=96",
        Aspect::RowMissing,
        "",
        &[],
    ),
    (
        "tmpfs",
        "create f0 mode=0644; opendir h0 .; unlink f0; list . buffer=96",
        Aspect::RowMissing,
        "",
        &[],
    ),
    (
        "ext4",
        "create f0 mode=0644; opendir h0 .; unlink f0; getrest h0 buffer=96",
        Aspect::RowMissing,
        "",
        &[],
    ),
    ("overlay/ext4", "stat d0", Aspect::DirectoryLinks, "1", &["overlay-directory-links"]),
    (
        "overlay/ext4",
        "opendir h0 d0; fstat h0",
        Aspect::DirectoryLinks,
        "1",
        &["overlay-directory-links"],
    ),
    ("overlay/ext4", "stat d0", Aspect::DirectoryLinks, "2", &[]),
    ("overlay/ext4", "stat f0", Aspect::Links, "1", &[]),
    ("overlay/ext4", "stat f7", Aspect::Links, "3", &["overlay-broken-links"]),
    ("overlay/ext4", "stat f0", Aspect::Links, "3", &[]),
    ("overlay/ext4 xino=on", "stat f7", Aspect::InodeNumber, "3", &["overlay-broken-links"]),
    ("overlay/ext4 xino=on", "stat f0", Aspect::InodeNumber, "3", &[]),
    (
        "overlay/ext4",
        "opendir h0 .; getrest h0 buffer=4096",
        Aspect::RowNumber,
        "f7: inode 7",
        &["overlay-broken-links"],
    ),
    ("overlay/ext4", "list . buffer=4096", Aspect::RowNumber, "f0: inode 7", &[]),
    ("overlay/ext4", "read f7 at=0 length=1", Aspect::Bytes, "", &[]),
    ("overlay/ext4", "create f5 mode=0644; stat f5", Aspect::Links, "3", &[]),
    ("overlay/ext4 index=on", "stat f7", Aspect::Links, "3", &[]),
    (
        "overlay/ext4",
        "rename d0 d5 how=plain",
        fails(Errno::XDEV),
        "",
        &["overlay-directory-rename"],
    ),
    (
        "overlay/ext4",
        "mkdir d5 mode=0755; rename d5 d0 how=exchange",
        fails(Errno::XDEV),
        "",
        &["overlay-directory-rename"],
    ),
    ("overlay/ext4", "mkdir d5 mode=0755; rename d5 d6 how=plain", fails(Errno::XDEV), "", &[]),
    ("overlay/ext4", "rename f0 f5 how=plain", fails(Errno::XDEV), "", &[]),
    ("overlay/ext4 redirect_dir=on", "rename d0 d5 how=plain", fails(Errno::XDEV), "", &[]),
    (
        "overlay/ext4 redirect_dir=on",
        "setxattr d0 attribute=1 length=2000 fill=1 how=any; rename d0 d5 how=plain",
        fails(Errno::XDEV),
        "",
        &["overlay-redirect-space"],
    ),
    (
        "overlay/ext4 redirect_dir=on",
        "setxattr d0 attribute=1 length=1999 fill=1 how=any; rename d0 d5 how=plain",
        fails(Errno::XDEV),
        "",
        &[],
    ),
    (
        "overlay/ext4 redirect_dir=on",
        "setxattr f0 attribute=1 length=2000 fill=1 how=any; rename f0 f5 how=plain",
        fails(Errno::XDEV),
        "",
        &[],
    ),
    ("ext4", "mkdir d0 mode=0755; rename d0 d5 how=plain", fails(Errno::XDEV), "", &[]),
    (
        "overlay/ext4 userxattr",
        "list . buffer=4096",
        Aspect::RowNumber,
        "f2: inode 7",
        &["overlay-userxattr-row-numbers"],
    ),
    ("overlay/ext4 userxattr", "list . buffer=4096", Aspect::RowNumber, "f0: inode 7", &[]),
    ("overlay/ext4 userxattr", "list . buffer=4096", Aspect::RowKind, "f2: inode 7", &[]),
    (
        "overlay/ext4 userxattr",
        "stat f2",
        Aspect::InodeNumber,
        "",
        &["overlay-userxattr-link-numbers"],
    ),
    ("overlay/ext4 userxattr", "stat f0", Aspect::InodeNumber, "", &[]),
    ("overlay/ext4", "stat f2", Aspect::InodeNumber, "", &[]),
    (
        "overlay/ext4 foreign",
        "list . buffer=4096",
        Aspect::RowNumber,
        "f0: inode 7",
        &["overlay-row-numbers"],
    ),
    (
        "overlay/ext4 foreign",
        "mkdir d5 mode=0755; list . buffer=4096",
        Aspect::RowNumber,
        "d5: inode 7",
        &["overlay-row-numbers"],
    ),
    (
        "overlay/ext4 foreign",
        "create f5 mode=0644; list . buffer=4096",
        Aspect::RowNumber,
        "f5: inode 7",
        &[],
    ),
    ("overlay/ext4 foreign xino=on", "list . buffer=4096", Aspect::RowNumber, "f0: inode 7", &[]),
    ("overlay/ext4", "list . buffer=4096", Aspect::RowNumber, "f0: inode 7", &[]),
    ("overlay/ext4 foreign", "stat f0", Aspect::InodeNumber, "", &["overlay-inode-numbers"]),
    ("overlay/ext4", "stat f0", Aspect::InodeNumber, "", &[]),
    (
        "btrfs",
        "create f0 mode=0644; setxattr f0 attribute=2 length=16000 fill=1 how=any; setxattr f0 attribute=1 length=100 fill=1 how=any",
        fails(Errno::NOSPC),
        "",
        &[],
    ),
    (
        "overlay/ext4",
        "setxattr d0 attribute=1 length=3800 fill=1 how=any; open h0 d0/f0 how=read mode=00",
        fails(Errno::NOSPC),
        "",
        &[],
    ),
    (
        "overlay",
        "create f5 mode=0644; opendir h0 .; unlink f5; getdents h0 buffer=96",
        Aspect::RowMissing,
        "",
        &["tmpfs-directory-rows-lost"],
    ),
    (
        "overlay/ext4",
        "create f5 mode=0644; opendir h0 .; unlink f5; getdents h0 buffer=96",
        Aspect::RowMissing,
        "",
        &[],
    ),
    (
        "ramfs",
        "create f5 mode=0644; opendir h0 .; unlink f5; getdents h0 buffer=96",
        Aspect::RowMissing,
        "",
        &["tmpfs-directory-rows-lost"],
    ),
    (
        "ext3",
        "create f0 mode=0644; setxattr f0 attribute=1 length=3800 fill=1 how=any",
        fails(Errno::NOSPC),
        "",
        &["ext4-attribute-space"],
    ),
    ("overlay/ext4 xino=on", "stat f0", Aspect::InodeNumber, "", &[]),
    ("overlay/ext4", "create f5 mode=0644; stat f5", Aspect::InodeNumber, "", &[]),
    ("ext4", "create f0 mode=0644; stat f0", Aspect::InodeNumber, "", &[]),
    (
        "overlay/ext4 metacopy=on",
        "stat f0",
        Aspect::Modified,
        "1.000000000",
        &["overlay-metacopy-times"],
    ),
    (
        "overlay/ext4 metacopy=on",
        "create f5 mode=0644; utimens f5 seconds=5 nanoseconds=0; stat f5",
        Aspect::Modified,
        "1.000000000",
        &[],
    ),
    ("overlay/ext4 metacopy=on", "stat f0", Aspect::Size, "1", &[]),
    ("overlay/ext4", "stat f0", Aspect::Modified, "1.000000000", &[]),
    (
        "overlay/tmpfs userxattr",
        "link f0 f3; rename f3 f0 how=plain",
        fails(Errno::STALE),
        "",
        &["overlay-hard-link-rename"],
    ),
    ("overlay/tmpfs userxattr", "rename f0 f1 how=plain", fails(Errno::STALE), "", &[]),
    ("overlay/tmpfs userxattr", "link f0 f3; unlink f3", fails(Errno::STALE), "", &[]),
    ("overlay/tmpfs", "link f0 f3; rename f3 f0 how=plain", fails(Errno::STALE), "", &[]),
    (
        "overlay/ext4 metacopy=on",
        "setxattr f0 attribute=1 length=2000 fill=1 how=any; rename f0 f5 how=plain",
        fails(Errno::XDEV),
        "",
        &["overlay-metacopy-space"],
    ),
    (
        "overlay/ext4 metacopy=on",
        "setxattr f0 attribute=1 length=2000 fill=1 how=any; link f0 f5",
        fails(Errno::XDEV),
        "",
        &["overlay-metacopy-space"],
    ),
    (
        "overlay/ext4 metacopy=on",
        "setxattr f0 attribute=1 length=1999 fill=1 how=any; rename f0 f5 how=plain",
        fails(Errno::XDEV),
        "",
        &[],
    ),
    (
        "overlay/ext4 metacopy=on",
        "create f5 mode=0644; setxattr f5 attribute=1 length=2000 fill=1 how=any; rename f5 f6 how=plain",
        fails(Errno::XDEV),
        "",
        &[],
    ),
    (
        "overlay/ext4 redirect_dir=on",
        "setxattr f0 attribute=1 length=2000 fill=1 how=any; rename f0 f5 how=plain",
        fails(Errno::XDEV),
        "",
        &[],
    ),
    (
        "overlay/ext4",
        "setxattr d0 attribute=1 length=3800 fill=1 how=any; open h0 d0/f0 how=write mode=00",
        fails(Errno::NOSPC),
        "",
        &["overlay-impure-space"],
    ),
    (
        "overlay/ext4",
        "mkdir d5 mode=0755; setxattr d5 attribute=1 length=3800 fill=1 how=any; rename f0 d5/f0 how=plain",
        fails(Errno::NOSPC),
        "",
        &["overlay-impure-space"],
    ),
    (
        "overlay/ext4",
        "mkdir d5 mode=0755; setxattr d5 attribute=1 length=3800 fill=1 how=any; create d5/f5 mode=0644; rename d5/f5 f0 how=exchange",
        fails(Errno::NOSPC),
        "",
        &["overlay-impure-space"],
    ),
    (
        "overlay/ext4",
        "mkdir d5 mode=0755; setxattr d5 attribute=1 length=3800 fill=1 how=any; create d5/f5 mode=0644; rename d5/f5 f5 how=plain",
        fails(Errno::NOSPC),
        "",
        &[],
    ),
    (
        "overlay/ext4",
        "setxattr d0 attribute=1 length=3800 fill=1 how=any; create f5 mode=0644; rename f5 d0/f0 how=plain",
        fails(Errno::NOSPC),
        "",
        &["overlay-impure-space"],
    ),
    (
        "overlay/ext4",
        "setxattr d0 attribute=1 length=3799 fill=1 how=any; open h0 d0/f0 how=write mode=00",
        fails(Errno::NOSPC),
        "",
        &[],
    ),
    (
        "overlay/ext4",
        "setxattr d0 attribute=1 length=3800 fill=1 how=any; create d0/f5 mode=0644; open h0 d0/f5 how=write mode=00",
        fails(Errno::NOSPC),
        "",
        &[],
    ),
    (
        "overlay/ext4",
        "setxattr d0 attribute=1 length=3800 fill=1 how=any; open h0 d0/f0 how=write mode=00",
        fails(Errno::IO),
        "",
        &[],
    ),
    (
        "overlay/ext4",
        "open h0 f0 how=read mode=00; unlink f0; fstat h0",
        Aspect::Links,
        "1",
        &["overlay-removed-links"],
    ),
    ("overlay/ext4", "open h0 f0 how=read mode=00; unlink f0; fstat h0", Aspect::Links, "2", &[]),
    ("overlay/ext4", "open h0 f0 how=read mode=00; fstat h0", Aspect::Links, "1", &[]),
    (
        "overlay/ext4",
        "open h0 f0 how=read mode=00; unlink f0; fstat h0",
        Aspect::Changed,
        "0.000000000",
        &["overlay-removed-change-time"],
    ),
    ("overlay/ext4", "link f0 f5; stat f0", Aspect::Changed, "0.000000000", &[]),
    (
        "overlay/ext4",
        "create f5 mode=0644; open h0 f5 how=read mode=00; unlink f5; fstat h0",
        Aspect::Links,
        "1",
        &[],
    ),
    (
        "overlay/ext4",
        "mkdir d5 mode=0755; link f0 d5/f1; list d5 buffer=4096",
        Aspect::RowNumber,
        "f1: inode 7",
        &["overlay-linked-row-numbers"],
    ),
    (
        "overlay/ext4",
        "mkdir d5 mode=0755; link f0 d5/f1; list d5 buffer=4096",
        Aspect::RowMissing,
        "f1: inode 7",
        &[],
    ),
    (
        "overlay/ext4",
        "mkdir d5 mode=0755; create d5/f1 mode=0644; list d5 buffer=4096",
        Aspect::RowNumber,
        "f1: inode 7",
        &[],
    ),
    ("overlay/ext4", "link f0 d0/f5; list d0 buffer=4096", Aspect::RowNumber, "f5: inode 7", &[]),
    (
        "overlay/ext4",
        "create f5 mode=0644; copy f0 f5 at=0 to_at=0 length=5",
        fails(Errno::XDEV),
        "",
        &["overlay-range-copies"],
    ),
    (
        "overlay/ext4",
        "create f5 mode=0644; create f6 mode=0644; copy f5 f6 at=0 to_at=0 length=5",
        fails(Errno::XDEV),
        "",
        &[],
    ),
    (
        "overlay/ext4",
        "create f5 mode=0644; copy f0 f5 at=0 to_at=0 length=5",
        Aspect::Count,
        "0",
        &[],
    ),
    (
        "ext4",
        "create f0 mode=0644; create f5 mode=0644; copy f0 f5 at=0 to_at=0 length=5",
        fails(Errno::XDEV),
        "",
        &[],
    ),
    (
        "overlay/tmpfs userxattr",
        "link f0 f5; truncate f5 size=5001; copy f0 f0 at=5000 to_at=0 length=1",
        Aspect::Count,
        "0",
        &["overlay-linked-copies"],
    ),
    (
        "overlay/tmpfs userxattr",
        "create f5 mode=0644; copy f0 f5 at=50 to_at=0 length=1",
        Aspect::Count,
        "0",
        &[],
    ),
    (
        "overlay/tmpfs userxattr",
        "create f5 mode=0644; link f0 f6; unlink f6; copy f0 f5 at=50 to_at=0 length=1",
        Aspect::Count,
        "0",
        &["overlay-linked-copies"],
    ),
    (
        "overlay/tmpfs",
        "link f0 f5; truncate f5 size=5001; copy f0 f0 at=5000 to_at=0 length=1",
        Aspect::Count,
        "0",
        &[],
    ),
    ("ext4", "create f0 mode=0644; stat f0", fails(Errno::IO), "", &[]),
    ("overlay/ext4", "stat f0", fails(Errno::STALE), "", &[]),
];

#[test]
fn a_row_explains_its_own_difference_and_no_other() {
    for (target, lines, aspect, found, expected) in CASES {
        let nature = nature(target);
        let mut model = model(&nature);
        let lines = lines.replace("LONG", LONG);
        let ops: Vec<Op> = lines.split("; ").map(|line| line.parse().unwrap()).collect();
        let (op, before) = ops.split_last().unwrap();
        before.iter().for_each(|op| carry_out(&mut model, op));
        let mut difference = Difference::new(*aspect, "", found);
        if let Some((row, _)) = found.split_once(": inode ") {
            difference = difference.of_row(row.parse::<Path>().unwrap().names()[0]);
        }
        let rows = explaining(&nature, &model, op, &difference);
        assert_eq!(rows, *expected, "{target}: {lines}: {aspect:?}: {found}");
    }
}

/// A small ext4 has blocks of 1 KiB, and less room in them.
#[test]
fn what_fits_into_a_block_depends_on_its_size() {
    let ext4 = nature("ext4");
    let mut small = empty_model();
    small.set_block(1024);
    let explains = |model: &Model, line: &str, found| {
        let op: Op = line.parse().unwrap();
        explaining(&ext4, model, &op, &Difference::error(None, Some(found)))
    };
    // 1,023 bytes, and a NUL.
    let (long, short) = (format!("symlink {LONG}/f0 f0"), format!("symlink {LONG} f0"));
    assert_eq!(explains(&small, &long, Errno::NAMETOOLONG), ["ext4-link-target"]);
    assert_eq!(explains(&small, &short, Errno::NAMETOOLONG), [""; 0]);
    assert_eq!(explains(&empty_model(), &long, Errno::NAMETOOLONG), [""; 0]);
    carry_out(&mut small, &"create f0 mode=0644".parse().unwrap());
    let set = |length| format!("setxattr f0 attribute=1 length={length} fill=1 how=any");
    assert_eq!(explains(&small, &set(728), Errno::NOSPC), ["ext4-attribute-space"]);
    assert_eq!(explains(&small, &set(727), Errno::NOSPC), [""; 0]);
    assert!(small.cannot_follow(&"fallocate f0 how=insert at=0 length=4096".parse().unwrap()));
    assert!(!small.cannot_follow(&"fallocate f0 how=punch at=0 length=4096".parse().unwrap()));
}

#[test]
fn every_row_explains_something() {
    let explained = CASES.iter().flat_map(|(.., rows)| *rows).copied();
    let explained: BTreeSet<&str> = explained.chain([LINK_LIMIT, "ext4-link-target"]).collect();
    let unexplained: Vec<&str> =
        QUIRKS.iter().map(|row| row.id).filter(|id| !explained.contains(id)).collect();
    assert_eq!(unexplained, [""; 0]);
}

const LINK_LIMIT: &str = "ext4-link-limit";

#[test]
fn a_file_on_ext4_may_have_as_many_names_as_its_limit() {
    let mut model = empty_model();
    let file = Path::of(Family::File.name(0));
    carry_out(&mut model, &Op::Create { path: file.clone(), mode: Mode::new(0o644) });
    let mut links = (0..13).flat_map(|directory: u16| {
        let directory = Path::of(Family::Package.name(directory));
        let make = Op::MakeDirectory { path: directory.clone(), mode: Mode::new(0o755) };
        let file = file.clone();
        let names = (0..5000).map(|number| Family::Many.name(number));
        let link = move |name: Name| Op::Link { from: file.clone(), to: directory.join(name) };
        [make].into_iter().chain(names.map(link))
    });
    let ext4 = nature("ext4");
    let link: Op = "link f0 f1".parse().unwrap();
    let refused = Difference::error(None, Some(Errno::MLINK));
    // The file itself has a name as well.
    links.by_ref().take(13 + 64_998).for_each(|op| carry_out(&mut model, &op));
    assert_eq!(explaining(&ext4, &model, &link, &refused), [""; 0], "there are 64,999");
    links.next().into_iter().for_each(|op| carry_out(&mut model, &op));
    assert_eq!(explaining(&ext4, &model, &link, &refused), [LINK_LIMIT]);
    assert_eq!(explaining(&nature("xfs"), &model, &link, &refused), [""; 0]);
    let other = Difference::error(None, Some(Errno::NOSPC));
    assert_eq!(explaining(&ext4, &model, &link, &other), [""; 0]);
}

#[test]
fn rows_are_told_apart_and_known_from_somewhere() {
    let mut ids = BTreeSet::new();
    for row in QUIRKS {
        assert!(ids.insert(row.id), "{} stands twice", row.id);
        let kebab = |word: &str| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        assert!(row.id.split('-').all(kebab), "{}", row.id);
        assert!(row.source.len() > 10, "{}", row.id);
        assert!(row.text.len() > 20 && !row.text.ends_with('.'), "{}", row.id);
        let kinds: BTreeSet<OpKind> = row.ops.iter().copied().collect();
        assert_eq!(kinds.len(), row.ops.len(), "{}: an operation stands twice", row.id);
    }
}

/// A defect is told with operations that show it: up to the last one all goes well, and that is one
/// that the row is about.
#[test]
fn what_shows_a_defect_can_be_replayed() {
    for row in QUIRKS {
        let Standing::Defect(lines) = row.standing else { continue };
        let layered = !matches!(row.on, On::Filesystem(_));
        let ops: Vec<Op> = lines.iter().map(|line| line.parse().unwrap()).collect();
        let mut lower = population::model(&Arc::default(), CALLER, Nature::default().links());
        let mut empty = InMemory::new(Arc::default(), CALLER, (0, 0));
        for op in &ops {
            if layered {
                carry_out(&mut lower, op);
            } else {
                assert!(empty.apply(op).is_ok(), "{}: {op}", row.id);
            }
        }
        let last = ops.last().unwrap().kind();
        assert!(row.ops.contains(&last), "{}: {}", row.id, last.verb());
        let reproducer = Reproducer {
            target: "here".to_owned(),
            filesystem: "tmpfs".to_owned(),
            options: String::new(),
            kernel: "6.18".to_owned(),
            seed: None,
            profile: "mixed".to_owned(),
            umask: Mode::new(0o022),
            privileged: false,
            ground: if layered { Ground::Layers } else { Ground::Empty },
            class: row.id.to_owned(),
            expected: String::new(),
            found: row.text.to_owned(),
            ops,
        };
        assert_eq!(reproducer.to_string().parse::<Reproducer>().unwrap(), reproducer);
    }
}
