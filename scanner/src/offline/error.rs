//! Why an image could not be checked, or not to its end.

use std::io;
use std::path::Path;

use reports::{PathName, UncheckedReason};
use rustix::io::Errno;

use crate::checks::errno_name;

/// Why an image could not be checked. Each message is one line that names the path, what
/// happened and what to do.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// It could not be looked up or opened.
    #[error("{}: {operation}: {}; {advice}", .path.escaped(), errno_name(*.errno))]
    Unreachable {
        /// The path.
        path: PathName,
        /// The system call.
        operation: &'static str,
        /// Its errno.
        errno: Errno,
        /// What to do.
        advice: &'static str,
    },
    /// It is neither a file nor a block device.
    #[error("{}: it is a {kind}; {advice}", .path.escaped())]
    WrongType {
        /// The path.
        path: PathName,
        /// What it is.
        kind: &'static str,
        /// What to do.
        advice: &'static str,
    },
    /// It holds not a byte.
    #[error("{}: it is empty; give an image of a filesystem or a block device", .path.escaped())]
    Empty {
        /// The path.
        path: PathName,
    },
    /// It is shorter than any such filesystem.
    #[error(
        "{}: it is no ext2, ext3 or ext4 filesystem: it ends before a superblock would (1024 bytes \
         at byte 1024, with 0xEF53 at byte 1080); give an image of one or a block device",
        .path.escaped()
    )]
    TooShort {
        /// The path.
        path: PathName,
    },
    /// It is something else.
    #[error(
        "{}: it has no ext2, ext3 or ext4 superblock and seems to be {kind}; {advice}",
        .path.escaped()
    )]
    OtherKind {
        /// The path.
        path: PathName,
        /// What it seems to be.
        kind: &'static str,
        /// What to do.
        advice: &'static str,
    },
    /// It has no superblock, nor a backup of one that e2fsck finds.
    #[error(
        "{0}: it has no ext2, ext3 or ext4 superblock, nor a backup of one where e2fsck looked; \
         if there was such a filesystem, its superblocks are damaged: try e2fsck -fn -b 32768 \
         (or 98304, 163840) on a copy of it",
        .path.escaped()
    )]
    NoSuperblock {
        /// The path.
        path: PathName,
    },
    /// It is mounted or otherwise in use.
    #[error(
        "{}: it is in use: {how}; unmount it or give a snapshot clone, for what e2fsck says of a \
         filesystem in use proves nothing (--force checks it all the same)",
        .path.escaped()
    )]
    InUse {
        /// The path.
        path: PathName,
        /// By what.
        how: String,
    },
    /// There is no e2fsck.
    #[error(
        "{}: e2fsck is not installed; it comes with the package e2fsprogs (apt-get install \
         e2fsprogs, dnf install e2fsprogs, apk add e2fsprogs)",
        .path.escaped()
    )]
    NoChecker {
        /// The path.
        path: PathName,
    },
    /// e2fsck could not be run.
    #[error("{}: e2fsck could not be run: {error}; run it by hand (e2fsck -fn)", .path.escaped())]
    CannotRun {
        /// The path.
        path: PathName,
        /// What the system said.
        error: io::Error,
    },
    /// e2fsck is too old for it, or its feature words are damaged.
    #[error(
        "{}: this e2fsck ({version}) does not know what the filesystem uses ({features}); take a \
         newer e2fsprogs, and if there is none suspect a damaged superblock",
        .path.escaped()
    )]
    UnknownFeatures {
        /// The path.
        path: PathName,
        /// Of e2fsck.
        version: String,
        /// The features' names.
        features: String,
    },
    /// e2fsck ended before it had seen everything.
    #[error("{}: e2fsck gave up before its end: {said}; {advice}", .path.escaped())]
    GaveUp {
        /// The path.
        path: PathName,
        /// Its last words, or how it ended.
        said: String,
        /// What to do.
        advice: &'static str,
    },
    /// The check was stopped before its end.
    #[error("{}: the check was stopped", .path.escaped())]
    Stopped {
        /// The path.
        path: PathName,
    },
}

impl ImageError {
    /// An error of a system call on the path.
    pub(super) fn unreachable(path: &Path, operation: &'static str, errno: Errno) -> Self {
        let advice = match errno {
            Errno::NOENT | Errno::NOTDIR | Errno::LOOP | Errno::NAMETOOLONG | Errno::INVAL => {
                "check the spelling"
            }
            Errno::ACCESS | Errno::PERM => "run fscan as its owner or as root",
            Errno::NXIO | Errno::NODEV | Errno::NOMEDIUM => "check that the device is attached",
            Errno::BUSY => "something holds it exclusively; stop that or give a snapshot clone",
            _ => "see the kernel log; the device may be failing",
        };
        ImageError::Unreachable { path: path.into(), operation, errno, advice }
    }

    /// Why it stays unchecked; none where a part of it was checked, which the check tells.
    pub(super) fn reason(&self) -> Option<UncheckedReason> {
        Some(match self {
            ImageError::GaveUp { .. } => return None,
            ImageError::Unreachable { errno, .. } => match *errno {
                Errno::ACCESS | Errno::PERM => UncheckedReason::PermissionDenied,
                Errno::IO => UncheckedReason::ReadError,
                _ => UncheckedReason::NotFound,
            },
            ImageError::InUse { .. } => UncheckedReason::InUse,
            ImageError::Stopped { .. } => UncheckedReason::Interrupted,
            _ => UncheckedReason::Unsupported,
        })
    }
}
