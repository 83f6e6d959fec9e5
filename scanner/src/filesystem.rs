//! The filesystem that a tree stands on.

use std::fs;
use std::os::fd::BorrowedFd;

use rustix::fs::fstatvfs;

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
        let mount = find_mount(facts);
        let kind = mount.as_ref().map_or("unknown", |mount| &mount.filesystem).to_owned();
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

    /// The kernel's name of the block device (`sda1`, `dm-3`), under which /sys/fs/ext4 and
    /// /proc/fs/ext4 know it. A slash within it stands as `!`.
    pub fn device_name(&self) -> Option<String> {
        let (major, minor) = self.device;
        let link = fs::read_link(format!("/sys/dev/block/{major}:{minor}")).ok();
        let from_sysfs = link.and_then(|path| Some(path.file_name()?.to_str()?.to_owned()));
        from_sysfs.or_else(|| {
            let source = String::from_utf8(self.mount.as_ref()?.source.clone()).ok()?;
            Some(source.strip_prefix("/dev/")?.replace('/', "!"))
        })
    }

    /// Whether a mount of it shows the whole filesystem rather than a directory of it.
    pub fn is_whole(&self) -> bool {
        self.mount.as_ref().is_some_and(|mount| mount.root == b"/")
    }
}

/// The mount that an inode was reached through: by the id, or before Linux 5.8 the last one
/// that was mounted with its device.
fn find_mount(facts: &InodeFacts) -> Option<Mount> {
    let mut table = mounts::read().ok()?;
    let position = match facts.mount_id() {
        Some(id) => table.iter().position(|mount| mount.id == id)?,
        None => table.iter().rposition(|mount| mount.device == facts.device())?,
    };
    Some(table.swap_remove(position))
}
