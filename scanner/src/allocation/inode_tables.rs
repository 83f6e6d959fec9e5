//! How inodes lie on an ext4, and whether all of their tables can be read without harm.

use std::fs;

use crate::features::Feature;
use crate::filesystem::Filesystem;

/// Most inodes of a sound filesystem that are all tried: their tables are 256 MiB.
const MOST: u64 = 1 << 20;

/// The inode of the initial PID namespace (include/linux/proc_ns.h, `PROC_PID_INIT_INO`).
const INITIAL_PID_NAMESPACE: &str = "pid:[4026531836]";

/// How the inodes of a filesystem lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InodeTables {
    /// All of them.
    pub inodes: u64,
    /// In each group.
    pub a_group: u64,
    /// In each block of a table, at least.
    pub a_block: u64,
}

impl InodeTables {
    /// Of an ext4 whose tables take so many bytes and that has so many block bitmaps; none where
    /// groups are smaller than a bitmap allows (mke2fs -g), so that their borders are not known.
    pub fn of(filesystem: &Filesystem, table_bytes: u64, bitmaps: u64) -> Option<Self> {
        let (block, inodes) = (filesystem.block_size, filesystem.inodes);
        // With blocks of 1 KiB the first one is no part of a group.
        let blocks = filesystem.superblock?.blocks.saturating_sub(u64::from(block == 1024));
        let groups = blocks.div_ceil(block.checked_mul(8)?.max(1)).max(1);
        let odd = bitmaps > groups || block > 4096 || !inodes.is_multiple_of(groups);
        // The kernel may call an inode that holds an attribute damaged when it is opened by handle.
        if odd || filesystem.has(Feature::BigAlloc) || filesystem.has(Feature::EaInode) {
            return None;
        }
        let size = (table_bytes / inodes.max(1)).max(256).next_power_of_two();
        Some(InodeTables { inodes, a_group: inodes / groups, a_block: (block / size).max(1) })
    }

    /// The blocks of the group that an inode belongs to: the first one, and the one behind the last.
    pub fn group_of(&self, ino: u64, block_size: u64) -> (u64, u64) {
        let group = ino.saturating_sub(1) / self.a_group.max(1);
        let a_group = block_size.saturating_mul(8);
        let start = group.saturating_mul(a_group).saturating_add(u64::from(block_size == 1024));
        (start, start.saturating_add(a_group))
    }

    /// Whether so few that all can be tried without knowing of one that has no name.
    pub fn are_few(&self) -> bool {
        self.inodes <= MOST
    }

    /// Whether every table is known to be zeroed where nothing was written to it. mke2fs leaves
    /// that to the kernel only on filesystems with checksums of groups, and the kernel does it in
    /// a thread that ends when all is done (fs/ext4/super.c, `ext4_run_lazyinit_thread`): on a
    /// mount that can be written to, no such thread means that nothing is left to do. Threads of
    /// the kernel show in the initial PID namespace alone.
    pub fn are_zeroed(&self, filesystem: &Filesystem) -> bool {
        let eager = filesystem.lacks(Feature::GdtCsum) && filesystem.lacks(Feature::MetadataCsum);
        let options = filesystem.mount.as_ref().map_or("", |m| m.super_options.as_str());
        let lazily = !options.split(',').any(|option| option == "noinit_itable");
        self.are_few() && (eager || (lazily && no_thread_is_at_it()))
    }
}

fn no_thread_is_at_it() -> bool {
    let own = fs::read_link("/proc/self/ns/pid");
    if own.map_or(true, |own| own.as_os_str() != INITIAL_PID_NAMESPACE) {
        return false;
    }
    let Ok(processes) = fs::read_dir("/proc") else { return false };
    let names = processes.flatten().filter_map(|entry| {
        let id = entry.file_name();
        let is_process = id.as_encoded_bytes().iter().all(u8::is_ascii_digit);
        is_process.then(|| fs::read_to_string(entry.path().join("comm")).unwrap_or_default())
    });
    let mut seen = false;
    for name in names {
        if name.trim() == "ext4lazyinit" {
            return false;
        }
        // Without any thread of the kernel in sight, none means nothing.
        seen |= name.trim() == "kthreadd";
    }
    seen
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;

    use super::*;
    use crate::features::Superblock;
    use crate::inode_facts::InodeFacts;

    fn filesystem(inodes: u64, features: &[Feature]) -> Filesystem {
        let file = tempfile::tempfile().unwrap();
        let facts = InodeFacts::of_descriptor(file.as_fd()).unwrap();
        let mut filesystem = Filesystem::of(file.as_fd(), &facts);
        filesystem.block_size = 4096;
        filesystem.inodes = inodes;
        filesystem.superblock = Some(Superblock::with(features));
        filesystem
    }

    #[test]
    fn tables_are_told_by_groups_of_blocks() {
        let made = filesystem(32 * 8192, &[]);
        let tables = InodeTables::of(&made, 32 * 8192 * 256, 32).unwrap();
        assert_eq!((tables.a_group, tables.a_block), (8192, 16));
        let large = InodeTables::of(&made, 32 * 8192 * 1024, 32).unwrap();
        assert_eq!(large.a_block, 4);
        assert_eq!(InodeTables::of(&filesystem(32 * 8192 + 1, &[]), 0, 32), None);
        assert_eq!(InodeTables::of(&made, 0, 128), None, "smaller groups than usual");
        assert_eq!(InodeTables::of(&filesystem(32 * 8192, &[Feature::BigAlloc]), 0, 32), None);
    }

    #[test]
    fn without_checksums_of_groups_tables_are_zeroed_from_the_start() {
        let made = filesystem(32 * 8192, &[]);
        assert!(InodeTables::of(&made, 0, 32).unwrap().are_zeroed(&made));
        let huge = filesystem(32 * 65_536, &[]);
        assert!(!InodeTables::of(&huge, 0, 32).unwrap().are_zeroed(&huge), "too many to try");
    }
}
