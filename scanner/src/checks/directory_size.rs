//! `directory-size-invalid`: a directory is made of whole blocks.
//!
//! Looks at `st_size` of a directory on ext2, ext3 or ext4: a multiple of the block size, not
//! zero, not more than the device holds nor than `st_blocks` says is allocated, since a directory
//! has no holes; smaller than a block only where the entries stand in
//! the inode itself (`inline_data`, which FS_IOC_GETFLAGS tells). No privilege.

use std::os::fd::BorrowedFd;

use reports::Code;
use rustix::fs::ioctl_getflags;

use super::{Anomalies, Anomaly};
use crate::filesystem::Filesystem;
use crate::inode_facts::InodeFacts;

/// `EXT4_INLINE_DATA_FL` (kernel fs/ext4/ext4.h).
const INLINE_DATA: u32 = 0x1000_0000;

/// Judges a directory's size; asks for its flags only where the size is odd.
pub fn judge(
    directory: BorrowedFd<'_>,
    facts: &InodeFacts,
    filesystem: &Filesystem,
    anomalies: &mut Anomalies,
) {
    let (size, block) = (facts.size(), filesystem.block_size);
    if !filesystem.oddities.is_ext || block == 0 {
        return;
    }
    let whole = size > 0
        && size.is_multiple_of(block)
        && size <= filesystem.bytes()
        && size <= facts.sectors().saturating_mul(512);
    if whole || is_inline(directory, size, block) {
        return;
    }
    let allocated = facts.sectors().saturating_mul(512);
    let expected = format!("a multiple of {block} bytes, at most the {allocated} allocated");
    let found = format!("{size} bytes");
    anomalies.add(
        Anomaly::new(Code::DirectorySizeInvalid, expected, found).inode(facts.ino()).compared(),
    );
}

/// Whether the directory may stand in its inode. Where the flags cannot be read it may.
fn is_inline(directory: BorrowedFd<'_>, size: u64, block: u64) -> bool {
    let flags = ioctl_getflags(directory);
    size < block && flags.map_or(true, |flags| flags.bits() & INLINE_DATA != 0)
}
