//! The folder below: what an honest filesystem would do.

use std::ffi::OsStr;
use std::fs::{self, File, Metadata, OpenOptions};
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::os::unix::fs::{OpenOptionsExt, chown, lchown};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use fuser::{RenameFlags, TimeOrNow};
use rustix::fs::{
    AtFlags, CWD, FileType, Mode, OFlags, Timespec, Timestamps, UTIME_NOW, UTIME_OMIT, chmodat,
    linkat, mknodat, openat, renameat_with, utimensat,
};

/// Who makes a file.
#[derive(Clone, Copy, Debug)]
pub struct Owner {
    /// The user.
    pub uid: u32,
    /// The group.
    pub gid: u32,
}

/// What a file that is made shall be.
#[derive(Clone, Copy, Debug)]
pub enum New<'a> {
    /// A directory with these permissions.
    Directory(u32),
    /// A symbolic link to there.
    Symlink(&'a Path),
    /// A FIFO, socket or device: the mode with its type, and the device.
    Special(u32, u32),
}

/// Makes what is no regular file.
pub fn make(path: &Path, new: New<'_>, owner: Owner) -> io::Result<Metadata> {
    match new {
        New::Directory(mode) => {
            fs::create_dir(path)?;
            chmodat(CWD, path, Mode::from_raw_mode(mode), AtFlags::empty())?;
        }
        New::Symlink(target) => std::os::unix::fs::symlink(target, path)?,
        New::Special(mode, device) => {
            let kind = FileType::from_raw_mode(mode);
            mknodat(CWD, path, kind, Mode::from_raw_mode(mode & 0o7777), device.into())?;
        }
    }
    belongs_to(path, owner)
}

/// Makes a regular file and opens it.
pub fn create(path: &Path, mode: u32, flags: i32, owner: Owner) -> io::Result<(File, Metadata)> {
    let mut options = open_options(flags);
    let file = options.write(true).create(true).mode(mode & 0o7777).open(path)?;
    chmodat(CWD, path, Mode::from_raw_mode(mode & 0o7777), AtFlags::empty())?;
    Ok((file, belongs_to(path, owner)?))
}

fn belongs_to(path: &Path, owner: Owner) -> io::Result<Metadata> {
    // Only root can give files away; else they are the caller's anyway.
    let _ = lchown(path, Some(owner.uid), Some(owner.gid));
    fs::symlink_metadata(path)
}

/// A file that exists, whatever became of its names.
#[derive(Debug)]
pub struct Itself {
    descriptor: OwnedFd,
}

impl Itself {
    /// What a path names; what a symbolic link leads to if that is what it takes to get there.
    pub fn open(path: &Path, follow: bool) -> io::Result<Self> {
        let flags = OFlags::PATH | OFlags::CLOEXEC;
        let flags = if follow { flags } else { flags | OFlags::NOFOLLOW };
        Ok(Itself { descriptor: openat(CWD, path, flags, Mode::empty())? })
    }

    /// A path that leads to it, and to nothing that it may point to.
    pub fn path(&self) -> PathBuf {
        format!("/proc/self/fd/{}", self.descriptor.as_raw_fd()).into()
    }
}

impl From<Itself> for OwnedFd {
    fn from(itself: Itself) -> Self {
        itself.descriptor
    }
}

impl AsFd for Itself {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.descriptor.as_fd()
    }
}

/// Opens a file that exists.
pub fn open(file: &Itself, flags: i32) -> io::Result<File> {
    open_options(flags).open(file.path())
}

/// Gives a file a further name.
pub fn link(file: &Itself, path: &Path) -> io::Result<()> {
    Ok(linkat(CWD, file.path(), CWD, path, AtFlags::SYMLINK_FOLLOW)?)
}

/// What the kernel cares for itself (O_APPEND, O_EXCL) is left out.
fn open_options(flags: i32) -> OpenOptions {
    let mut options = File::options();
    let access = flags & 0o3;
    options.read(access != 0o1).write(access != 0);
    options.truncate(access != 0 && flags & 0o1000 != 0);
    options
}

/// Removes a name, a directory's or another.
pub fn remove(path: &Path, is_directory: bool) -> io::Result<()> {
    if is_directory { fs::remove_dir(path) } else { fs::remove_file(path) }
}

/// Moves a name.
pub fn rename(from: &Path, to: &Path, flags: RenameFlags) -> io::Result<()> {
    let flags = rustix::fs::RenameFlags::from_bits_retain(flags.bits());
    Ok(renameat_with(CWD, from, CWD, to, flags)?)
}

/// What is to change of a file.
#[derive(Clone, Copy, Debug, Default)]
pub struct Changes {
    /// Permissions.
    pub mode: Option<u32>,
    /// The owner.
    pub uid: Option<u32>,
    /// The group.
    pub gid: Option<u32>,
    /// The size in bytes.
    pub size: Option<u64>,
    /// When it was last read.
    pub accessed: Option<TimeOrNow>,
    /// When it was last written.
    pub modified: Option<TimeOrNow>,
}

/// Changes attributes.
pub fn change(file: &Itself, changes: &Changes) -> io::Result<()> {
    let path = &file.path();
    if let Some(size) = changes.size {
        File::options().write(true).open(path)?.set_len(size)?;
    }
    if changes.uid.is_some() || changes.gid.is_some() {
        chown(path, changes.uid, changes.gid)?;
    }
    if let Some(mode) = changes.mode {
        chmodat(CWD, path, Mode::from_raw_mode(mode & 0o7777), AtFlags::empty())?;
    }
    if changes.accessed.is_some() || changes.modified.is_some() {
        let times = Timestamps {
            last_access: time(changes.accessed),
            last_modification: time(changes.modified),
        };
        utimensat(CWD, path, &times, AtFlags::empty())?;
    }
    Ok(())
}

fn time(time: Option<TimeOrNow>) -> Timespec {
    match time {
        None => Timespec { tv_sec: 0, tv_nsec: UTIME_OMIT },
        Some(TimeOrNow::Now) => Timespec { tv_sec: 0, tv_nsec: UTIME_NOW },
        Some(TimeOrNow::SpecificTime(time)) => match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => Timespec {
                tv_sec: after.as_secs().cast_signed(),
                tv_nsec: i64::from(after.subsec_nanos()),
            },
            Err(before) => {
                let before = before.duration();
                let part = i64::from(before.subsec_nanos());
                let borrow = i64::from(part > 0);
                Timespec {
                    tv_sec: -before.as_secs().cast_signed() - borrow,
                    tv_nsec: borrow * 1_000_000_000 - part,
                }
            }
        },
    }
}

/// The value of an extended attribute, or the list of their names where none is given.
pub fn extended_attribute(file: &Itself, name: Option<&OsStr>) -> io::Result<Vec<u8>> {
    let mut value = Vec::with_capacity(1 << 16);
    let room = rustix::buffer::spare_capacity(&mut value);
    match name {
        Some(name) => rustix::fs::getxattr(file.path(), name, room)?,
        None => rustix::fs::listxattr(file.path(), room)?,
    };
    Ok(value)
}
