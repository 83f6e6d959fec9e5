//! The flags of an inode, as FS_IOC_GETFLAGS shows them (ioctl_iflags(2), kernel
//! fs/ext4/ext4.h).

use std::os::fd::BorrowedFd;

use rustix::fs::ioctl_getflags;
use rustix::io::Errno;

/// Flags of an ext2, ext3 or ext4 inode.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InodeFlags(u32);

impl InodeFlags {
    /// Content or names are encrypted.
    pub const ENCRYPT: InodeFlags = InodeFlags(0x800);
    /// A directory with a hash index.
    pub const INDEX: InodeFlags = InodeFlags(0x1000);
    /// Mapped by extents rather than by indirect blocks.
    pub const EXTENTS: InodeFlags = InodeFlags(0x8_0000);
    /// Protected by fs-verity, whose tree stands behind the end of the file.
    pub const VERITY: InodeFlags = InodeFlags(0x10_0000);
    /// The content stands in the inode.
    pub const INLINE_DATA: InodeFlags = InodeFlags(0x1000_0000);
    /// Names are compared without regard to case.
    pub const CASEFOLD: InodeFlags = InodeFlags(0x4000_0000);

    /// Reads the flags of an open file or directory.
    #[inline]
    pub fn read(file: BorrowedFd<'_>) -> Result<Self, Errno> {
        ioctl_getflags(file).map(|flags| InodeFlags(flags.bits()))
    }

    /// Whether all of `other` are set.
    pub fn contains(self, other: InodeFlags) -> bool {
        self.0 & other.0 == other.0
    }
}

#[cfg(test)]
impl std::ops::BitOr for InodeFlags {
    type Output = InodeFlags;

    fn bitor(self, other: InodeFlags) -> InodeFlags {
        InodeFlags(self.0 | other.0)
    }
}
