//! `dirent-inode-mismatch` and `inode-reserved`: the number in a directory entry.
//!
//! Looks at `d_ino` against `stx_ino`, and at numbers that no name may have: ext4's first ten
//! inodes belong to the filesystem (ext4(5), kernel fs/ext4/ext4.h), and none is above the count
//! of inodes. Proves a damaged entry. Not on overlayfs, which reports foreign numbers, nor at
//! the roots of subvolumes, whose device differs. No privilege.

use reports::Code;

use super::{Anomalies, Anomaly, Seen};
use crate::filesystem::Filesystem;

/// The first inode of ext2, ext3 and ext4 that is not the filesystem's own
/// (`EXT4_GOOD_OLD_FIRST_INO`).
const FIRST_ORDINARY: u64 = 11;

pub(super) fn judge(seen: &Seen<'_>, anomalies: &mut Anomalies) {
    let same = seen.listed_ino == seen.facts.ino();
    let comparable = seen.filesystem.oddities.entry_numbers_match
        && seen.facts.device() == seen.directory_facts.device();
    if !same && comparable {
        anomalies.add(
            Anomaly::new(
                Code::DirentInodeMismatch,
                format!("the name leads to inode {}, as listed", seen.listed_ino),
                format!("it leads to inode {}", seen.facts.ino()),
            )
            .named(seen.name_bytes())
            .inode(seen.facts.ino())
            .compared(),
        );
    }
}

/// Judges a number by itself, which needs no answer from the inode.
#[inline]
pub fn judge_reserved(name: &[u8], ino: u64, filesystem: &Filesystem, anomalies: &mut Anomalies) {
    let beyond = filesystem.inodes > 0 && ino > filesystem.inodes;
    if !filesystem.oddities.is_ext || (ino >= FIRST_ORDINARY && !beyond) {
        return;
    }
    let expected = format!("a number from {FIRST_ORDINARY} to {}", filesystem.inodes);
    let found = format!("the entry names inode {ino}");
    anomalies
        .add(Anomaly::new(Code::InodeReserved, expected, found).named(name).inode(ino).compared());
}
