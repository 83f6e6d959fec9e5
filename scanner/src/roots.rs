//! The trees that were asked for: opened, and each taken once.

use std::ffi::{CStr, CString};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use reports::PathName;
use rustix::fs::{CWD, Mode, OFlags, openat};
use rustix::io::Errno;

use crate::checks::errno_name;
use crate::inode_facts::{Device, InodeFacts};

/// Why a root cannot be scanned.
#[derive(Debug, thiserror::Error)]
pub enum RootError {
    /// It could not be looked up or opened.
    #[error("{}: {operation}: {errno}; {advice}", .path.escaped())]
    Unreachable {
        /// The root.
        path: PathName,
        /// The system call.
        operation: &'static str,
        /// Its errno, as the kernel spells it.
        errno: String,
        /// What to do.
        advice: &'static str,
    },
    /// Damage would make the kernel panic.
    #[error(
        "{}: mounted with errors=panic, so meeting damage would panic this machine; remount it \
         with errors=continue (mount -o remount,errors=continue {}) or accept the risk with --force",
        .path.escaped(), .mount_point.escaped()
    )]
    PanicPolicy {
        /// The root.
        path: PathName,
        /// Where its filesystem is mounted.
        mount_point: PathName,
    },
    /// It stores nothing.
    #[error("{}: {filesystem} stores nothing on a disk, there is nothing to scan", .path.escaped())]
    StoresNothing {
        /// The root.
        path: PathName,
        /// The filesystem.
        filesystem: String,
    },
    /// A system call on it never returned.
    #[error(
        "{}: no answer within {seconds} s; the mount seems to hang (--stat-timeout)",
        .path.escaped()
    )]
    NoAnswer {
        /// The root.
        path: PathName,
        /// How long it was waited for.
        seconds: f64,
    },
}

impl RootError {
    /// An error of a system call on a root.
    pub fn unreachable(path: &Path, operation: &'static str, errno: Errno) -> Self {
        let advice = match errno {
            Errno::NOENT => "check the spelling, or whether it is mounted",
            Errno::ACCESS | Errno::PERM => "run fscan as its owner or as root",
            Errno::NOTDIR | Errno::LOOP => "check the path",
            Errno::NOTCONN | Errno::TIMEDOUT => "check the server behind this mount",
            _ => "see the kernel log; the filesystem may be damaged",
        };
        RootError::Unreachable { path: path.into(), operation, errno: errno_name(errno), advice }
    }

    /// Whether it says that a filesystem is damaged.
    pub fn is_damage(&self) -> bool {
        let damage = ["EUCLEAN", "EBADMSG", "EIO", "ESTALE"];
        match self {
            RootError::Unreachable { errno, .. } => damage.iter().any(|d| errno.starts_with(d)),
            _ => false,
        }
    }
}

/// A root, made absolute and free of symbolic links, with what identifies it.
#[derive(Clone, Debug)]
pub struct ResolvedRoot {
    /// The path.
    pub path: PathBuf,
    mount: Option<u64>,
    inode: Option<(Device, u64)>,
}

impl ResolvedRoot {
    /// Resolves a path. A symbolic link given as a root is followed.
    pub fn of(path: &Path) -> Result<Self, RootError> {
        let failed = |operation| move |errno| RootError::unreachable(path, operation, errno);
        let resolved = path.canonicalize().map_err(|error| failed("lookup")(errno_of(&error)))?;
        let flags = OFlags::PATH | OFlags::CLOEXEC | OFlags::NOFOLLOW;
        let opened = openat(CWD, &resolved, flags, Mode::empty()).map_err(failed("open"))?;
        let facts = InodeFacts::of_descriptor(opened.as_fd()).map_err(failed("statx"))?;
        let inode = Some((facts.device(), facts.ino()));
        Ok(ResolvedRoot { path: resolved, mount: facts.mount_id(), inode })
    }

    /// A path that was not looked up.
    pub fn unresolved(path: &Path) -> Self {
        ResolvedRoot { path: path.to_owned(), mount: None, inode: None }
    }

    /// Whether a scan of `self` sees `other`, too.
    pub fn covers(&self, other: &ResolvedRoot, cross_mounts: bool) -> bool {
        let within = other.path.starts_with(&self.path);
        (self.inode.is_some() && self.inode == other.inode)
            || (within && (cross_mounts || self.mount == other.mount))
    }
}

/// The path as the kernel takes it.
pub fn to_c_string(path: &Path) -> Result<Box<CStr>, RootError> {
    let c_string = CString::new(path.as_os_str().as_bytes());
    let no_nul = c_string.map_err(|_| RootError::unreachable(path, "lookup", Errno::INVAL))?;
    Ok(no_nul.into_boxed_c_str())
}

/// The errno behind an error of the standard library.
fn errno_of(error: &io::Error) -> Errno {
    Errno::from_io_error(error).unwrap_or(Errno::INVAL)
}
