//! The table.

use rustix::io::Errno;

use super::{Allows, On, Quirk, Standing, When};
use crate::difference::Aspect;
use crate::op::OpKind;

const MEASURED: &str = "measured on Linux 6.18";
const OVERLAYFS: &str = "Documentation/filesystems/overlayfs.rst; measured on Linux 6.18";

/// Every row.
pub const QUIRKS: &[Quirk] = &[
    Quirk {
        id: "btrfs-directory-links",
        on: On::Filesystem("btrfs"),
        ops: &[],
        allows: Allows::Aspects(&[Aspect::DirectoryLinks]),
        when: When::Found("1"),
        text: "subdirectories are not counted: the link count of a directory is 1",
        source: "libarchive issue 307; measured on Linux 6.18",
        standing: Standing::Legitimate,
    },
    Quirk {
        id: "ext4-link-limit",
        on: On::Filesystem("ext4"),
        ops: &[OpKind::Link, OpKind::LinkHandle],
        allows: Allows::Error(None, Errno::MLINK),
        when: When::Names(65_000),
        text: "a file has at most 65,000 names",
        source: MEASURED,
        standing: Standing::Legitimate,
    },
    Quirk {
        id: "ext4-attribute-space",
        on: On::Filesystem("ext4"),
        ops: &[OpKind::SetAttribute],
        allows: Allows::Error(None, Errno::NOSPC),
        when: When::AttributeBytes(3800),
        text: "all attributes of a file share its inode and one block",
        source: "fs/ext4/xattr.c; measured on Linux 6.18",
        standing: Standing::Legitimate,
    },
    Quirk {
        id: "ext4-removed-directory-seek",
        on: On::Filesystem("ext4"),
        ops: &[OpKind::SeekBack],
        allows: Allows::Error(None, Errno::INVAL),
        when: When::Removed,
        text: "a removed directory has no bytes, so that there is no place in it to go back to",
        source: "fs/ext4/namei.c, ext4_rmdir(); measured on Linux 6.18",
        standing: Standing::Legitimate,
    },
    Quirk {
        id: "ext4-dots-lost",
        on: On::Filesystem("ext4"),
        ops: &[OpKind::ListStep, OpKind::ListRest],
        allows: Allows::Aspects(&[Aspect::RowDotsMissing]),
        when: When::WhileChanging,
        text: "`.` and `..` do not come where a directory gets its hash tree while it is read: until \
               then they stand among the names by their hashes, then before all",
        source: "fs/ext4/namei.c, ext4_htree_fill_tree() of Linux 6.18; measured",
        standing: Standing::Defect(&[
            "mkdir d0 mode=0755",
            "fill d0 crowd=long count=20",
            "opendir h0 d0",
            "getdents h0 buffer=600",
            "fill d0 crowd=short count=300",
            "getrest h0 buffer=32768",
        ]),
    },
    Quirk {
        id: "ext4-times",
        on: On::Filesystem("ext4"),
        ops: &[OpKind::Look, OpKind::LookHandle],
        allows: Allows::Aspects(&[Aspect::Modified]),
        when: When::TimeOutside(-2_147_483_648, 15_032_385_535),
        text: "times are kept from 1901 to 2446",
        source: "Documentation/filesystems/ext4/inodes.rst; measured on Linux 6.18",
        standing: Standing::Legitimate,
    },
    Quirk {
        id: "xfs-times",
        on: On::Filesystem("xfs"),
        ops: &[OpKind::Look, OpKind::LookHandle],
        allows: Allows::Aspects(&[Aspect::Modified]),
        when: When::TimeOutside(-2_147_483_648, 16_299_260_424),
        text: "times are kept from 1901 to 2486",
        source: "fs/xfs/libxfs/xfs_format.h; measured on Linux 6.18",
        standing: Standing::Legitimate,
    },
    Quirk {
        id: "xfs-replaced-directory",
        on: On::Filesystem("xfs"),
        ops: &[OpKind::Rename],
        allows: Allows::Error(Some(Errno::NOTEMPTY), Errno::EXIST),
        when: When::Always,
        text: "a directory that replaces one that is not empty is EEXIST, which POSIX allows",
        source: "rename(3p); measured on Linux 6.18",
        standing: Standing::Legitimate,
    },
    Quirk {
        id: "xfs-link-target",
        on: On::Filesystem("xfs"),
        ops: &[OpKind::Symlink],
        allows: Allows::Error(None, Errno::NAMETOOLONG),
        when: When::TargetBytes(1024),
        text: "a symbolic link's target has at most 1,023 bytes",
        source: MEASURED,
        standing: Standing::Legitimate,
    },
    Quirk {
        id: "btrfs-attribute-space",
        on: On::Filesystem("btrfs"),
        ops: &[OpKind::SetAttribute],
        allows: Allows::ErrorAnyway(Errno::NOSPC),
        when: When::AttributeBytes(15_000),
        text: "an attribute fits into one tree node, of 16 KiB",
        source: "fs/btrfs/xattr.c; measured on Linux 6.18",
        standing: Standing::Legitimate,
    },
    Quirk {
        id: "tmpfs-directory-order",
        on: On::Filesystem("tmpfs"),
        ops: &[OpKind::ListStep, OpKind::ListRest],
        allows: Allows::Aspects(&[Aspect::RowTwice]),
        when: When::WhileChanging,
        text: "where the row that a reader stands before is removed or renamed, the reader goes on \
               in the wrong place, and names that nobody touched come twice",
        source: "fs/libfs.c, offset_dir_lookup() of Linux 6.18: the next higher offset is the row \
                 before, not the one behind; measured",
        standing: Standing::Defect(&[
            "mkdir d0 mode=0755",
            "fill d0 crowd=short count=3",
            "opendir h0 d0",
            "getdents h0 buffer=32768",
            "unlink d0/k0",
            "seekdir h0 row=3",
            "getdents h0 buffer=32768",
        ]),
    },
    Quirk {
        id: "tmpfs-directory-rows-lost",
        on: On::Filesystem("tmpfs"),
        ops: &[OpKind::ListStep, OpKind::ListRest],
        allows: Allows::Aspects(&[Aspect::RowMissing]),
        when: When::WhileChanging,
        text: "the same defect: names that nobody touched do not come at all",
        source: "fs/libfs.c, offset_dir_lookup() of Linux 6.18; measured",
        standing: Standing::Defect(&[
            "create f0 mode=0644",
            "create long0 mode=0644",
            "mkdir d0 mode=0755",
            "create f1 mode=0644",
            "rename f1 long0 how=plain",
            "opendir h0 .",
            "getrest h0 buffer=192",
            "unlink long0",
            "getdents h0 buffer=32768",
            "getdents h0 buffer=32768",
        ]),
    },
    Quirk {
        id: "overlay-directory-links",
        on: On::Overlay,
        ops: &[OpKind::Look, OpKind::LookHandle],
        allows: Allows::Aspects(&[Aspect::DirectoryLinks]),
        when: When::Both(&When::FromLower, &When::Found("1")),
        text: "the link count of a merged directory is 1 once something in it was copied up",
        source: MEASURED,
        standing: Standing::Legitimate,
    },
    Quirk {
        id: "overlay-broken-links",
        on: On::OverlayWithout("index=on"),
        ops: &[],
        allows: Allows::Aspects(&[Aspect::Links, Aspect::InodeNumber, Aspect::RowNumber]),
        when: When::LinkedBelow,
        text: "names of a file of the lower layer become files of their own, with other inode \
               numbers, when they are written by; until then each has the link count of the lower \
               file",
        source: OVERLAYFS,
        standing: Standing::Legitimate,
    },
    Quirk {
        id: "overlay-directory-rename",
        on: On::OverlayWithout("redirect_dir=on"),
        ops: &[OpKind::Rename],
        allows: Allows::ErrorAnyway(Errno::XDEV),
        when: When::LowerDirectory,
        text: "a directory of the lower layer cannot be moved without redirect_dir=on",
        source: OVERLAYFS,
        standing: Standing::Legitimate,
    },
    Quirk {
        id: "overlay-redirect-space",
        on: On::OverlayWith("redirect_dir=on"),
        ops: &[OpKind::Rename],
        allows: Allows::ErrorAnyway(Errno::XDEV),
        when: When::Both(&When::LowerDirectory, &When::MovedAttributeBytes(2000)),
        text: "a directory of the lower layer cannot be moved where the upper layer has no room \
               for the attribute that tells where it came from",
        source: "fs/overlayfs/dir.c, ovl_set_redirect(); measured on Linux 6.18",
        standing: Standing::Legitimate,
    },
    Quirk {
        id: "overlay-metacopy-space",
        on: On::OverlayWith("metacopy=on"),
        ops: &[OpKind::Rename, OpKind::Link],
        allows: Allows::ErrorAnyway(Errno::XDEV),
        when: When::Both(&When::LowerFile, &When::MovedAttributeBytes(2000)),
        text: "a file whose metadata alone was copied up cannot be moved or linked where the upper \
               layer has no room for the attribute that tells where its data is",
        source: "fs/overlayfs/dir.c, ovl_set_redirect(); measured on Linux 6.18",
        standing: Standing::Legitimate,
    },
    Quirk {
        id: "overlay-impure-space",
        on: On::Overlay,
        ops: &[],
        allows: Allows::Error(None, Errno::NOSPC),
        when: When::AttributeBytesAroundLower(3800),
        text: "a lower file cannot be copied up into a directory, nor moved there, that has no room \
               for the attribute which tells that such files are in it",
        source: "fs/overlayfs/util.c, ovl_set_impure(); measured on Linux 6.18",
        standing: Standing::Legitimate,
    },
    Quirk {
        id: "overlay-removed-links",
        on: On::Overlay,
        ops: &[OpKind::LookHandle],
        allows: Allows::Aspects(&[Aspect::Links]),
        when: When::Both(&When::FromLower, &When::Both(&When::Removed, &When::Found("1"))),
        text: "a file of the lower layer that is open and was removed has a link count of 1, not 0, \
               so that it looks as if it still had a name",
        source: "fs/overlayfs/inode.c, ovl_getattr(): the link count is the lower inode's; measured \
                 on Linux 6.18",
        standing: Standing::Defect(&["open h0 f0 how=read mode=00", "unlink f0", "fstat h0"]),
    },
    Quirk {
        id: "overlay-removed-change-time",
        on: On::Overlay,
        ops: &[OpKind::LookHandle],
        allows: Allows::Aspects(&[Aspect::Changed]),
        when: When::Both(&When::FromLower, &When::Removed),
        text: "the same defect: the change time of an open file of the lower layer stays as it was \
               when its name is removed",
        source: "fs/overlayfs/inode.c, ovl_getattr(): the times are the lower inode's; measured on \
                 Linux 6.18",
        standing: Standing::Defect(&["open h0 f0 how=read mode=00", "unlink f0", "fstat h0"]),
    },
    Quirk {
        id: "overlay-userxattr-row-numbers",
        on: On::OverlayWith("userxattr"),
        ops: &[OpKind::List, OpKind::ListStep, OpKind::ListRest],
        allows: Allows::Aspects(&[Aspect::RowNumber]),
        when: When::Always,
        text: "a symbolic link cannot bear the attribute that tells which lower one it was copied \
               from, so its inode number is another one then",
        source: "xattr(7); measured on Linux 6.18",
        standing: Standing::Legitimate,
    },
    Quirk {
        id: "overlay-row-numbers",
        on: On::ForeignLayers,
        ops: &[],
        allows: Allows::Aspects(&[Aspect::RowNumber]),
        when: When::Always,
        text: "listings tell the inode numbers of the layers for directories and copied-up files \
               where the layers are on several filesystems",
        source: OVERLAYFS,
        standing: Standing::Legitimate,
    },
    Quirk {
        id: "overlay-linked-row-numbers",
        on: On::Overlay,
        ops: &[OpKind::List, OpKind::ListStep, OpKind::ListRest],
        allows: Allows::Aspects(&[Aspect::RowNumber]),
        when: When::Brought,
        text: "where a file that was copied up is linked into a directory that was listed before, \
               its new name is listed with the inode number of the upper layer's file, which is not \
               the one that stat tells",
        source: "fs/overlayfs/dir.c, ovl_instantiate() of Linux 6.18: the directory's version stays \
                 as it was, and with it what was remembered of its names; measured",
        standing: Standing::Defect(&[
            "mkdir d0/d0 mode=0755",
            "rename f1 d0/d0/f0 how=plain",
            "list d0/d0 buffer=32768",
            "stat f0",
            "link f0 d0/d0/f1",
            "list d0/d0 buffer=32768",
        ]),
    },
    Quirk {
        id: "overlay-inode-numbers",
        on: On::OverlayWithout("xino=on"),
        ops: &[OpKind::Look, OpKind::LookHandle],
        allows: Allows::Aspects(&[Aspect::InodeNumber]),
        when: When::FromLower,
        text: "the inode number of a lower file may change when it is copied up: where layers are \
               on several filesystems, and with userxattr of symbolic links, which bear no such \
               attributes",
        source: OVERLAYFS,
        standing: Standing::Legitimate,
    },
    Quirk {
        id: "overlay-metacopy-times",
        on: On::OverlayWith("metacopy=on"),
        ops: &[OpKind::Look, OpKind::LookHandle],
        allows: Allows::Aspects(&[Aspect::Modified]),
        when: When::FromLower,
        text: "opening a file for writing whose metadata alone was copied up copies its data, and \
               sets its modification time to now, though nothing was written",
        source: "fs/overlayfs/copy_up.c, ovl_copy_up_meta_inode_data() of Linux 6.18; measured",
        standing: Standing::Defect(&[
            "utimens f0 seconds=0 nanoseconds=0",
            "open h0 f0 how=write mode=00",
            "stat f0",
        ]),
    },
    Quirk {
        id: "overlay-hard-link-rename",
        on: On::OverlayWith("userxattr"),
        ops: &[OpKind::Rename],
        allows: Allows::Error(None, Errno::STALE),
        when: When::OntoItself,
        text: "a name that a lower file was given cannot be renamed onto its other name, which is to \
               do nothing, where the overlay was mounted by an ordinary user in a user namespace",
        source: "measured on Linux 6.18, as uid 65534, upper layer on tmpfs",
        standing: Standing::Defect(&["link f0 f3", "rename f3 f0 how=plain"]),
    },
    Quirk {
        id: "overlay-range-copies",
        on: On::Overlay,
        ops: &[OpKind::Copy],
        allows: Allows::Error(None, Errno::XDEV),
        when: When::FromLower,
        text: "copy_file_range(2) from a lower file to an upper one is EXDEV where the layers are \
               on filesystems of two types",
        source: "copy_file_range(2); measured on Linux 6.18",
        standing: Standing::Legitimate,
    },
];
