//! What `statx` says of one inode.

use std::ffi::CStr;
use std::os::fd::BorrowedFd;
use std::time::Duration;

use rustix::fs::{AtFlags, Statx, StatxAttributes, StatxFlags, statx};
use rustix::io::Errno;

/// `STATX_BASIC_STATS`, and the mount id, which tells where another filesystem begins (Linux 5.8).
const MASK: StatxFlags = StatxFlags::BASIC_STATS.union(StatxFlags::MNT_ID);

/// How often a lookup that says ESTALE is tried again.
const RETRIES: usize = 5;

/// The pause before each of these.
const RETRY_PAUSE: Duration = Duration::from_millis(1);

/// A device number as `(major, minor)`.
pub type Device = (u32, u32);

/// A point in time as seconds and nanoseconds since 1970.
pub type InodeTime = (i64, u32);

/// What kind of file an inode or a directory entry says it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// A regular file.
    Regular,
    /// A directory.
    Directory,
    /// A symbolic link.
    Symlink,
    /// A named pipe.
    Fifo,
    /// A socket.
    Socket,
    /// A character device.
    CharacterDevice,
    /// A block device.
    BlockDevice,
    /// Nothing that stat(2) or readdir(3) knows; for a directory entry: not told.
    Unknown,
}

impl FileKind {
    /// The word people read.
    pub fn as_str(self) -> &'static str {
        match self {
            FileKind::Regular => "regular file",
            FileKind::Directory => "directory",
            FileKind::Symlink => "symbolic link",
            FileKind::Fifo => "FIFO",
            FileKind::Socket => "socket",
            FileKind::CharacterDevice => "character device",
            FileKind::BlockDevice => "block device",
            FileKind::Unknown => "unknown",
        }
    }
}

/// The kinds by their numbers in a mode's upper four bits, which are `d_type`'s as well
/// (inode(7), include/linux/fs_types.h).
const KINDS: [FileKind; 16] = {
    let mut kinds = [FileKind::Unknown; 16];
    kinds[0o01] = FileKind::Fifo;
    kinds[0o02] = FileKind::CharacterDevice;
    kinds[0o04] = FileKind::Directory;
    kinds[0o06] = FileKind::BlockDevice;
    kinds[0o10] = FileKind::Regular;
    kinds[0o12] = FileKind::Symlink;
    kinds[0o14] = FileKind::Socket;
    kinds
};

impl FileKind {
    /// The kind that `d_type`, or a mode without its lower twelve bits, stands for.
    #[inline]
    pub fn of_type_bits(bits: u16) -> Self {
        KINDS.get(usize::from(bits)).copied().unwrap_or(FileKind::Unknown)
    }
}

/// The facts of one inode at one instant (statx(2)): what checks ask for out of the 256 bytes
/// that the kernel fills, since they are handed on for every entry.
#[derive(Clone, Copy, Debug)]
pub struct InodeFacts {
    pub(crate) ino: u64,
    pub(crate) size: u64,
    pub(crate) sectors: u64,
    pub(crate) attributes: StatxAttributes,
    pub(crate) mount_id: Option<u64>,
    pub(crate) changed_at: InodeTime,
    pub(crate) modified_at: InodeTime,
    pub(crate) device: Device,
    pub(crate) special_device: Device,
    pub(crate) nlink: u32,
    pub(crate) uid: u32,
    pub(crate) gid: u32,
    pub(crate) mode: u16,
}

impl From<Statx> for InodeFacts {
    #[inline]
    fn from(statx: Statx) -> Self {
        let has_mount_id = statx.stx_mask & StatxFlags::MNT_ID.bits() != 0;
        InodeFacts {
            ino: statx.stx_ino,
            size: statx.stx_size,
            sectors: statx.stx_blocks,
            attributes: statx.stx_attributes,
            mount_id: has_mount_id.then_some(statx.stx_mnt_id),
            changed_at: (statx.stx_ctime.tv_sec, statx.stx_ctime.tv_nsec),
            modified_at: (statx.stx_mtime.tv_sec, statx.stx_mtime.tv_nsec),
            device: (statx.stx_dev_major, statx.stx_dev_minor),
            special_device: (statx.stx_rdev_major, statx.stx_rdev_minor),
            nlink: statx.stx_nlink,
            uid: statx.stx_uid,
            gid: statx.stx_gid,
            mode: statx.stx_mode,
        }
    }
}

impl InodeFacts {
    /// Asks for a name in a directory. Symbolic links are not followed, nothing is mounted, and
    /// a server is not asked for what is known already: the root of a network mount that hangs
    /// below a local directory answers from memory.
    ///
    /// Inlined by force: on processors with return mitigations a return right after a system
    /// call costs more than all that a check does (15 % of a whole walk on an AMD EPYC).
    #[expect(clippy::inline_always, reason = "measured, see above")]
    #[inline(always)]
    pub fn of_entry(directory: BorrowedFd<'_>, name: &CStr) -> Result<Self, Errno> {
        let flags = AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT | AtFlags::STATX_DONT_SYNC;
        match statx(directory, name, flags, MASK) {
            Err(Errno::STALE) => Self::of_contended_entry(directory, name, flags),
            answer => answer.map(InodeFacts::from),
        }
    }

    /// A directory with two names can be at one of them at a time; the kernel says ESTALE while
    /// another thread holds the other one (fs/dcache.c, `__d_unalias`). Damage says it again.
    #[cold]
    fn of_contended_entry(
        directory: BorrowedFd<'_>,
        name: &CStr,
        flags: AtFlags,
    ) -> Result<Self, Errno> {
        for _ in 0..RETRIES {
            std::thread::sleep(RETRY_PAUSE);
            match statx(directory, name, flags, MASK) {
                Err(Errno::STALE) => {}
                answer => return answer.map(InodeFacts::from),
            }
        }
        Err(Errno::STALE)
    }

    /// Asks for what a descriptor stands for.
    #[inline]
    pub fn of_descriptor(descriptor: BorrowedFd<'_>) -> Result<Self, Errno> {
        statx(descriptor, c"", AtFlags::EMPTY_PATH, MASK).map(InodeFacts::from)
    }

    /// The inode number.
    pub fn ino(&self) -> u64 {
        self.ino
    }

    /// The file's type.
    pub fn kind(&self) -> FileKind {
        FileKind::of_type_bits(self.mode >> 12)
    }

    /// Type and permission bits as stat(2) has them.
    pub fn mode(&self) -> u16 {
        self.mode
    }

    /// The link count.
    pub fn nlink(&self) -> u32 {
        self.nlink
    }

    /// The size in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// What is allocated, in units of 512 bytes whatever the block size (stat(2)).
    pub fn sectors(&self) -> u64 {
        self.sectors
    }

    /// The owner's user id, as mapped into this user namespace.
    pub fn uid(&self) -> u32 {
        self.uid
    }

    /// The owner's group id, as mapped into this user namespace.
    pub fn gid(&self) -> u32 {
        self.gid
    }

    /// The filesystem's device number.
    pub fn device(&self) -> Device {
        self.device
    }

    /// The number of the device that a device node stands for.
    pub fn special_device(&self) -> Device {
        self.special_device
    }

    /// The mount it was reached through; none before Linux 5.8.
    pub fn mount_id(&self) -> Option<u64> {
        self.mount_id
    }

    /// Whether it is the root of a mount, so that the directory entry belongs to the inode that
    /// the mount covers.
    pub fn is_mount_root(&self) -> bool {
        self.attributes.contains(StatxAttributes::MOUNT_ROOT)
    }

    /// The attributes that statx tells of.
    pub fn attributes(&self) -> StatxAttributes {
        self.attributes
    }

    /// Whether its content is encrypted by the filesystem (fscrypt).
    pub fn is_encrypted(&self) -> bool {
        self.attributes.contains(StatxAttributes::ENCRYPTED)
    }

    /// When the inode last changed (`st_ctime`), which no user can set.
    pub fn changed_at(&self) -> InodeTime {
        self.changed_at
    }

    /// When its content last changed (`st_mtime`).
    pub fn modified_at(&self) -> InodeTime {
        self.modified_at
    }
}

/// When what a descriptor stands for was made (`stx_btime`); none where the filesystem does not
/// keep that. It is no part of the facts: it lies apart from them in the kernel's memory, and
/// fetching it for each inode takes 2 % of a whole scan.
pub fn time_of_birth(descriptor: BorrowedFd<'_>) -> Option<InodeTime> {
    let statx = statx(descriptor, c"", AtFlags::EMPTY_PATH, StatxFlags::BTIME).ok()?;
    let is_told = statx.stx_mask & StatxFlags::BTIME.bits() != 0;
    is_told.then_some((statx.stx_btime.tv_sec, statx.stx_btime.tv_nsec))
}

#[cfg(test)]
impl InodeFacts {
    /// The same facts with something changed.
    pub(crate) fn changed(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }
}
