//! Memory for reading a directory.

use crate::filesystem::Filesystem;
use crate::inode_facts::InodeFacts;

/// The largest buffer that is kept between directories, in bytes. One read of a directory is
/// at most this long; where one must be read at once it is as long as the directory.
const KEPT: usize = 1 << 20;

/// The smallest buffer, in bytes.
const LEAST: usize = 1 << 15;

/// The largest of all, in bytes. Pages that are not filled take no memory.
const MOST: usize = 1 << 30;

/// What tmpfs adds to a directory's size for each name (mm/shmem.c, `BOGO_DIRENT_SIZE`).
const TMPFS_NAME: usize = 20;

/// The most that one name takes in a listing (linux_dirent64 with a name of 255 bytes).
const LISTED_NAME: usize = 280;

/// Memory for one read of a directory, used again from directory to directory.
#[derive(Debug, Default)]
pub struct Buffer(Vec<u8>);

impl Buffer {
    /// Room for one read of a directory. A name takes at most twice the space in a listing that
    /// it takes on disk; tmpfs, whose listings do not survive an unlink between two reads, must
    /// be read at once. Where memory is short a smaller buffer does.
    pub fn room_for(&mut self, facts: &InodeFacts, filesystem: &Filesystem) -> &mut [u8] {
        let size = usize::try_from(facts.size()).unwrap_or(usize::MAX);
        let wanted = if filesystem.oddities.sizes_count_names {
            (size / TMPFS_NAME + 64).saturating_mul(LISTED_NAME).clamp(LEAST, MOST)
        } else {
            size.saturating_mul(2).clamp(LEAST, KEPT)
        };
        if self.0.len() < wanted {
            self.0 = Vec::new();
            // Fresh pages are zero as they come, and take no memory until they are filled.
            let can_be_had = Vec::<u8>::new().try_reserve_exact(wanted).is_ok();
            self.0 = vec![0; if can_be_had { wanted } else { LEAST }];
        }
        &mut self.0
    }

    /// The room that was made last.
    pub fn room(&mut self) -> &mut [u8] {
        &mut self.0
    }

    /// Gives back what a large directory took.
    pub fn release(&mut self) {
        if self.0.len() > KEPT {
            self.0 = Vec::new();
        }
    }
}
