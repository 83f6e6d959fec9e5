//! How much a filesystem holds, and how much of that is free.

use std::os::fd::BorrowedFd;

use rustix::fs::fstatvfs;
use rustix::io::Errno;

/// Bytes and inodes. A total of 0: the filesystem does not say, or has no limit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Space {
    /// Bytes that it holds.
    pub bytes: u64,
    /// Bytes that this user may still write.
    pub free_bytes: u64,
    /// Inodes that it can have.
    pub inodes: u64,
    /// Inodes that this user may still make.
    pub free_inodes: u64,
    /// Bytes that are allocated at least.
    pub block: u64,
}

impl Space {
    /// Asks the filesystem of an open directory.
    pub fn of(directory: BorrowedFd<'_>) -> Result<Self, Errno> {
        let space = fstatvfs(directory)?;
        Ok(Space {
            bytes: space.f_blocks.saturating_mul(space.f_frsize),
            free_bytes: space.f_bavail.saturating_mul(space.f_frsize),
            inodes: space.f_files,
            free_inodes: space.f_favail,
            block: space.f_frsize,
        })
    }

    /// Whether a tenth of the bytes is free when so many were written.
    pub fn has_room_for(&self, bytes: u64) -> bool {
        self.bytes == 0 || leaves_a_tenth(self.bytes, self.free_bytes, bytes)
    }

    /// Whether a tenth of the inodes is free when so many were made.
    pub fn has_inodes_for(&self, inodes: u64) -> bool {
        // A filesystem that makes inodes as it needs them may say that it has none at all.
        self.inodes == 0 || leaves_a_tenth(self.inodes, self.free_inodes, inodes)
    }
}

fn leaves_a_tenth(whole: u64, free: u64, taken: u64) -> bool {
    free.checked_sub(taken).is_some_and(|left| left >= whole / 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tenth_stays_free() {
        let space =
            Space { bytes: 1000, free_bytes: 600, inodes: 50, free_inodes: 20, block: 4096 };
        assert!(space.has_room_for(500) && !space.has_room_for(501));
        assert!(!space.has_room_for(u64::MAX));
        assert!(space.has_inodes_for(15) && !space.has_inodes_for(16));
    }

    #[test]
    fn what_has_no_limit_has_room() {
        let space = Space { bytes: 0, free_bytes: 0, inodes: 0, free_inodes: 0, block: 4096 };
        assert!(space.has_room_for(u64::MAX) && space.has_inodes_for(u64::MAX));
    }
}
