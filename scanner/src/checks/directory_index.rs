//! `directory-index-dropped`: the kernel gave up on a directory's hash index while it was read.
//!
//! Looks at EXT4_INDEX_FL (FS_IOC_GETFLAGS) before and after a listing of a directory larger
//! than one block. On filesystems without `metadata_csum` the kernel clears the flag in memory
//! when it meets a broken index (fs/ext4/dir.c, `ext4_readdir` with ERR_BAD_DX_DIR). It happens
//! once a mount, so this is proven at the first look. A writer that adds a name where the
//! `dir_index` feature was taken away clears the flag as well (`ext4_update_dx_flag`), and the
//! directory's times show that. ext4, no privilege.

use std::os::fd::BorrowedFd;

use reports::Code;
use rustix::fs::ioctl_getflags;

use super::Anomaly;
use crate::filesystem::Filesystem;
use crate::inode_facts::InodeFacts;

/// `EXT4_INDEX_FL` (kernel fs/ext4/ext4.h).
const INDEX: u32 = 0x1000;

/// `FS_CASEFOLD_FL` (include/uapi/linux/fs.h).
const CASEFOLD: u32 = 0x4000_0000;

/// Whether a directory had an index when its listing began.
#[derive(Clone, Copy, Debug)]
pub struct IndexFlag {
    before: bool,
}

impl IndexFlag {
    /// Reads the flag of a directory that may have an index.
    pub fn before(directory: BorrowedFd<'_>, facts: &InodeFacts, filesystem: &Filesystem) -> Self {
        let may_have = filesystem.oddities.is_ext && facts.size() > filesystem.block_size;
        IndexFlag { before: may_have && has(directory, INDEX) }
    }

    /// Reads it again after the listing.
    pub fn after(self, directory: BorrowedFd<'_>, facts: &InodeFacts) -> Option<Anomaly> {
        let dropped = self.before && ioctl_getflags(directory).is_ok_and(|f| f.bits() & INDEX == 0);
        let unchanged = || {
            let now = InodeFacts::of_descriptor(directory);
            now.is_ok_and(|now| now.changed_at() == facts.changed_at())
        };
        (dropped && unchanged()).then(|| {
            let found = "the kernel cleared the index flag while the directory was read";
            Anomaly::new(Code::DirectoryIndexDropped, "the hash index stays in use", found)
                .inode(facts.ino())
        })
    }
}

fn has(directory: BorrowedFd<'_>, flag: u32) -> bool {
    ioctl_getflags(directory).is_ok_and(|flags| flags.bits() & flag != 0)
}

/// Whether names in a directory are compared without regard to case. On some kernels such a
/// directory lists names that lookup denies (5c26d2f1d3f5, 231825b2e1ff, 9e28059d5664).
pub fn is_casefolded(directory: BorrowedFd<'_>) -> bool {
    has(directory, CASEFOLD)
}
