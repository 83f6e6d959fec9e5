//! The filesystem that a tree stands on.

use std::os::fd::BorrowedFd;

use rustix::fs::{fstatfs, fstatvfs};

use crate::inode_facts::{Device, InodeFacts};
use crate::mounts::{self, Mount};
use crate::oddities::{self, Oddities};

/// One mounted filesystem, as far as a check needs to know it.
#[derive(Clone, Debug)]
pub struct Filesystem {
    /// Its line of the mount table; none when the table has no such mount (a mount that was
    /// detached since).
    pub mount: Option<Mount>,
    /// The type (`ext4`), `unknown` without a mount line.
    pub kind: String,
    /// The device number that its directories report.
    pub device: Device,
    /// What may be relied on.
    pub oddities: Oddities,
    /// The block size in bytes (`f_frsize`).
    pub block_size: u64,
    /// Its size in blocks.
    pub blocks: u64,
    /// How many inodes it can have; on ext4 also the highest inode number.
    pub inodes: u64,
}

impl Filesystem {
    /// Learns what `directory`, whose facts are given, stands on.
    pub fn of(directory: BorrowedFd<'_>, facts: &InodeFacts) -> Self {
        let mount = mounts::of_inode(facts);
        let kind = match &mount {
            Some(mount) => mount.filesystem.clone(),
            None => kind_by_magic(directory).to_owned(),
        };
        let space = fstatvfs(directory).ok();
        Filesystem {
            oddities: oddities::of(&kind),
            device: facts.device(),
            block_size: space.as_ref().map_or(0, |s| s.f_frsize),
            blocks: space.as_ref().map_or(0, |s| s.f_blocks),
            inodes: space.as_ref().map_or(0, |s| s.f_files),
            mount,
            kind,
        }
    }

    /// Its size in bytes, 0 where that is unknown.
    pub fn bytes(&self) -> u64 {
        self.blocks.saturating_mul(self.block_size)
    }

    /// Whether a mount of it shows the whole filesystem rather than a directory of it.
    pub fn is_whole(&self) -> bool {
        self.mount.as_ref().is_some_and(|mount| mount.root == b"/")
    }
}

/// The type of a filesystem that the mount table does not tell, for want of /proc: by its magic
/// number (statfs(2)).
fn kind_by_magic(directory: BorrowedFd<'_>) -> &'static str {
    match fstatfs(directory).map_or(0, |statfs| statfs.f_type as u64 & 0xffff_ffff) {
        0xef53 => "ext4",
        0x5846_5342 => "xfs",
        0x9123_683e => "btrfs",
        0x0102_1994 => "tmpfs",
        0x794c_7630 => "overlay",
        0x6573_5546 => "fuse",
        0x6969 => "nfs",
        0x9fa0 => "proc",
        0x6265_6572 => "sysfs",
        _ => "unknown",
    }
}
