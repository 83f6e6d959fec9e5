//! The table.

use rustix::io::Errno;

use super::{Allows, On, Quirk, When};
use crate::difference::Aspect;
use crate::op::OpKind;

const MEASURED: &str = "measured on Linux 6.18";

/// Every row.
pub const QUIRKS: &[Quirk] = &[
    Quirk {
        id: "btrfs-directory-links",
        on: On::Filesystem("btrfs"),
        ops: &[],
        allows: Allows::Aspect(Aspect::DirectoryLinks),
        when: When::Found("1"),
        text: "btrfs does not count subdirectories: the link count of a directory is 1",
        source: "libarchive issue 307; measured on Linux 6.18",
    },
    Quirk {
        id: "ext4-link-limit",
        on: On::Filesystem("ext4"),
        ops: &[OpKind::Link, OpKind::LinkHandle],
        allows: Allows::Error(None, Errno::MLINK),
        when: When::Names(65_000),
        text: "a file has at most 65,000 names",
        source: MEASURED,
    },
];
