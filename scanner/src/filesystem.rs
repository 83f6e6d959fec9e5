//! The filesystem that a tree stands on.

use std::fs;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;
use std::sync::Arc;

use rustix::fs::{CWD, Mode, OFlags, fstatfs, fstatvfs, openat};

use crate::features::{Feature, Superblock};
use crate::filesystem_identity::FilesystemIdentity;
use crate::inode_facts::{Device, FileKind, InodeFacts};
use crate::mounts::{self, Mount};
use crate::oddities::{self, ExtentAddresses, Oddities, Uuid};
use crate::refusals::Refusals;

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
    /// How many of them were in use when this was asked.
    pub used_inodes: u64,
    /// What tells it from another one under the same names.
    pub identity: FilesystemIdentity,
    /// What ext4 was made with; none where the kernel does not tell.
    pub superblock: Option<Superblock>,
    /// The first byte behind its end: of the filesystem where the kernel tells that, else of its
    /// device.
    pub end: Option<u64>,
    /// Questions that it does not answer.
    pub refusals: Arc<Refusals>,
}

impl Filesystem {
    /// Learns what the file or directory at a path stands on; none where it cannot be asked.
    pub fn at(path: &Path) -> Option<Self> {
        let opened = openat(CWD, path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty()).ok()?;
        let facts = InodeFacts::of_descriptor(opened.as_fd()).ok()?;
        Some(Self::of(opened.as_fd(), &facts))
    }

    /// Learns what `directory`, whose facts are given, stands on.
    pub fn of(directory: BorrowedFd<'_>, facts: &InodeFacts) -> Self {
        let mount = mounts::of_inode(facts);
        let kind = match &mount {
            Some(mount) => mount.filesystem.clone(),
            None => kind_by_magic(directory).to_owned(),
        };
        let space = fstatvfs(directory).ok();
        let block_size = space.as_ref().map_or(0, |s| s.f_frsize);
        // A descriptor may be one of O_PATH, by which nothing but a directory can be asked.
        let known = oddities::of(&kind);
        let asks = facts.kind() == FileKind::Directory && known.uuid != Uuid::NotKept;
        let opened = asks.then(|| reopened(directory)).flatten();
        let opened = opened.as_ref().map(AsFd::as_fd);
        let superblock = opened.filter(|_| known.is_ext).and_then(Superblock::read);
        let identity = opened.map(|at| FilesystemIdentity::of(at, known.uuid));
        let size = superblock.map(|superblock| superblock.blocks.saturating_mul(block_size));
        let oddities =
            Oddities { extent_addresses: extent_addresses(mount.as_ref(), known), ..known };
        Filesystem {
            oddities,
            device: facts.device(),
            block_size,
            identity: identity.unwrap_or_default(),
            superblock,
            end: size.or_else(|| device_size(facts.device())),
            blocks: space.as_ref().map_or(0, |s| s.f_blocks),
            inodes: space.as_ref().map_or(0, |s| s.f_files),
            used_inodes: space.as_ref().map_or(0, |s| s.f_files.saturating_sub(s.f_ffree)),
            refusals: Arc::default(),
            mount,
            kind,
        }
    }

    /// The size of its blocks and how many there are, up to its end; none where that is unknown.
    pub fn measures(&self) -> Option<(u64, u64)> {
        let blocks = self.end?.checked_div(self.block_size)?;
        (blocks > 0).then_some((self.block_size, blocks))
    }

    /// Its size in bytes, 0 where that is unknown.
    pub fn bytes(&self) -> u64 {
        self.blocks.saturating_mul(self.block_size)
    }

    /// Whether it is known to lack a feature of ext4.
    pub fn lacks(&self, feature: Feature) -> bool {
        self.superblock.is_some_and(|superblock| !superblock.has(feature))
    }

    /// Whether it is known to have a feature of ext4.
    pub fn has(&self, feature: Feature) -> bool {
        self.superblock.is_some_and(|superblock| superblock.has(feature))
    }

    /// Whether blocks wait to be allocated that no map shows yet (sysfs, ext4); so they may where
    /// it cannot be told.
    pub fn has_delayed_blocks(&self) -> bool {
        let device = self.mount.as_ref().and_then(Mount::device_name).unwrap_or_default();
        let count = fs::read_to_string(format!("/sys/fs/ext4/{device}/delayed_allocation_blocks"));
        count.map_or(true, |count| count.trim() != "0")
    }

    /// Whether its device can be written to, whatever the mount: ext4 then clears away at mount
    /// what a crash left behind.
    pub fn has_writable_device(&self) -> bool {
        let (major, minor) = self.device;
        let read_only = fs::read_to_string(format!("/sys/dev/block/{major}:{minor}/ro"));
        read_only.is_ok_and(|flag| flag.trim() == "0")
    }

    /// Whether nobody can write to it. A mount that is read-only while others are not, such as a
    /// volume that a container may only read, does not make it so, although statfs says so.
    pub fn is_read_only(&self) -> bool {
        self.has_super_option("ro")
    }

    /// Whether statfs tells its size with its own metadata (`minixdf`, ext4(5)).
    pub fn counts_metadata(&self) -> bool {
        self.has_super_option("minixdf")
    }

    fn has_super_option(&self, word: &str) -> bool {
        let options = self.mount.as_ref().map_or("", |mount| mount.super_options.as_str());
        options.split(',').any(|option| option == word)
    }

    /// Whether it was mounted without replaying its journal, so that what is on the disk may be
    /// half of a change.
    pub fn is_unreplayed(&self) -> bool {
        self.has_super_option("noload") || self.has_super_option("norecovery")
    }

    /// Whether a mount of it shows the whole filesystem rather than a directory of it.
    pub fn is_whole(&self) -> bool {
        self.mount.as_ref().is_some_and(|mount| mount.root == b"/")
    }
}

/// A directory, opened again for reading.
fn reopened(at: BorrowedFd<'_>) -> Option<OwnedFd> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    openat(at, c".", flags, Mode::empty()).ok()
}

/// What extents' addresses mean on this mount: with a realtime device xfs has two of them, and an
/// extent does not say which it is on (xfs(5), rtdev).
fn extent_addresses(mount: Option<&Mount>, oddities: Oddities) -> ExtentAddresses {
    let realtime = |mount: &Mount| mount.super_options.split(',').any(|o| o.starts_with("rtdev="));
    if mount.is_some_and(realtime) { ExtentAddresses::Nothing } else { oddities.extent_addresses }
}

/// The size of a block device in bytes (sysfs counts in units of 512).
fn device_size((major, minor): Device) -> Option<u64> {
    let text = fs::read_to_string(format!("/sys/dev/block/{major}:{minor}/size")).ok()?;
    text.trim().parse::<u64>().ok()?.checked_mul(512)
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
