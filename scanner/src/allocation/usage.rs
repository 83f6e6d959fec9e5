//! What the filesystem itself says is in use (statfs(2)).

use std::os::fd::BorrowedFd;

use rustix::fs::fstatvfs;
use rustix::io::Errno;
use serde::{Deserialize, Serialize};

/// Blocks and inodes in use at one instant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Blocks for content, without the filesystem's static metadata (`f_blocks`).
    pub blocks: u64,
    /// Of these, how many are free (`f_bfree`).
    pub free_blocks: u64,
    /// All inodes (`f_files`).
    pub inodes: u64,
    /// Of these, how many are free (`f_ffree`).
    pub free_inodes: u64,
}

impl Usage {
    /// Asks through any open directory of the filesystem.
    pub fn of(directory: BorrowedFd<'_>) -> Result<Self, Errno> {
        let space = fstatvfs(directory)?;
        Ok(Usage {
            blocks: space.f_blocks,
            free_blocks: space.f_bfree,
            inodes: space.f_files,
            free_inodes: space.f_ffree,
        })
    }

    /// Blocks in use.
    pub fn used_blocks(&self) -> u64 {
        self.blocks.saturating_sub(self.free_blocks)
    }

    /// Inodes in use.
    pub fn used_inodes(&self) -> u64 {
        self.inodes.saturating_sub(self.free_inodes)
    }
}
