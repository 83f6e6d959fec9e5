//! What `statx` says of one inode.

use std::ffi::CStr;
use std::os::fd::BorrowedFd;
use std::time::Duration;

use rustix::fs::{AtFlags, FileType, Statx, StatxAttributes, StatxFlags, statx};
use rustix::io::Errno;

/// `STATX_BASIC_STATS` and the mount id, which tells where another filesystem begins
/// (Linux 5.8).
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

impl From<FileType> for FileKind {
    fn from(kind: FileType) -> Self {
        match kind {
            FileType::RegularFile => FileKind::Regular,
            FileType::Directory => FileKind::Directory,
            FileType::Symlink => FileKind::Symlink,
            FileType::Fifo => FileKind::Fifo,
            FileType::Socket => FileKind::Socket,
            FileType::CharacterDevice => FileKind::CharacterDevice,
            FileType::BlockDevice => FileKind::BlockDevice,
            FileType::Unknown => FileKind::Unknown,
        }
    }
}

/// The facts of one inode at one instant (statx(2)).
#[derive(Clone, Copy, Debug)]
pub struct InodeFacts(Statx);

impl InodeFacts {
    /// Asks for a name in a directory. Symbolic links are not followed, nothing is mounted, and
    /// a server is not asked for what is known already: the root of a network mount that hangs
    /// below a local directory answers from memory.
    #[inline]
    pub fn of_entry(directory: BorrowedFd<'_>, name: &CStr) -> Result<Self, Errno> {
        let flags = AtFlags::SYMLINK_NOFOLLOW | AtFlags::NO_AUTOMOUNT | AtFlags::STATX_DONT_SYNC;
        match statx(directory, name, flags, MASK) {
            Err(Errno::STALE) => Self::of_contended_entry(directory, name, flags),
            answer => answer.map(InodeFacts),
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
                answer => return answer.map(InodeFacts),
            }
        }
        Err(Errno::STALE)
    }

    /// Asks for what a descriptor stands for.
    pub fn of_descriptor(descriptor: BorrowedFd<'_>) -> Result<Self, Errno> {
        statx(descriptor, c"", AtFlags::EMPTY_PATH, MASK).map(InodeFacts)
    }

    /// The inode number.
    pub fn ino(&self) -> u64 {
        self.0.stx_ino
    }

    /// The file's type.
    pub fn kind(&self) -> FileKind {
        FileType::from_raw_mode(self.0.stx_mode.into()).into()
    }

    /// Type and permission bits as stat(2) has them.
    pub fn mode(&self) -> u16 {
        self.0.stx_mode
    }

    /// The link count.
    pub fn nlink(&self) -> u32 {
        self.0.stx_nlink
    }

    /// The size in bytes.
    pub fn size(&self) -> u64 {
        self.0.stx_size
    }

    /// What is allocated, in units of 512 bytes whatever the block size (stat(2)).
    pub fn sectors(&self) -> u64 {
        self.0.stx_blocks
    }

    /// The owner's user id, as mapped into this user namespace.
    pub fn uid(&self) -> u32 {
        self.0.stx_uid
    }

    /// The owner's group id, as mapped into this user namespace.
    pub fn gid(&self) -> u32 {
        self.0.stx_gid
    }

    /// The filesystem's device number.
    pub fn device(&self) -> Device {
        (self.0.stx_dev_major, self.0.stx_dev_minor)
    }

    /// The mount it was reached through; none before Linux 5.8.
    pub fn mount_id(&self) -> Option<u64> {
        (self.0.stx_mask & StatxFlags::MNT_ID.bits() != 0).then_some(self.0.stx_mnt_id)
    }

    /// Whether it is the root of a mount, so that the directory entry belongs to the inode that
    /// the mount covers.
    pub fn is_mount_root(&self) -> bool {
        self.0.stx_attributes.contains(StatxAttributes::MOUNT_ROOT)
    }

    /// The attributes that statx tells of.
    pub fn attributes(&self) -> StatxAttributes {
        self.0.stx_attributes
    }

    /// Whether its content is encrypted by the filesystem (fscrypt).
    pub fn is_encrypted(&self) -> bool {
        self.0.stx_attributes.contains(StatxAttributes::ENCRYPTED)
    }

    /// When the inode last changed (`st_ctime`), which no user can set.
    pub fn changed_at(&self) -> InodeTime {
        (self.0.stx_ctime.tv_sec, self.0.stx_ctime.tv_nsec)
    }

    /// When its content last changed (`st_mtime`).
    pub fn modified_at(&self) -> InodeTime {
        (self.0.stx_mtime.tv_sec, self.0.stx_mtime.tv_nsec)
    }
}

#[cfg(test)]
impl InodeFacts {
    /// The same facts with something changed.
    pub(crate) fn changed(mut self, change: impl FnOnce(&mut Statx)) -> Self {
        change(&mut self.0);
        self
    }
}
