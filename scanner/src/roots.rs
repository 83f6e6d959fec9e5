//! The trees that were asked for: opened, and each taken once.

use std::ffi::{CStr, CString};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{self, Path, PathBuf};
use std::time::Duration;

use reports::{PathName, UncheckedReason};
use rustix::fs::{CWD, Mode, OFlags, openat};
use rustix::io::Errno;

use crate::checks::{Refusal, errno_name};
use crate::errors_policy::ErrorsPolicy;
use crate::inode_facts::{Device, FileKind, InodeFacts};
use crate::mounts::{self, Mount};
use crate::oddities;
use crate::walk::Workers;

/// Pauses before a root is looked up again, in milliseconds.
const PAUSES: [u64; 3] = [30, 60, 120];

/// Why a root cannot be scanned, or not to its end.
#[derive(Debug, thiserror::Error)]
pub enum RootError {
    /// It could not be looked up or opened.
    #[error("{}: {operation}: {}; {advice}", .path.escaped(), errno_name(*.errno))]
    Unreachable {
        /// The root.
        path: PathName,
        /// The system call.
        operation: &'static str,
        /// Its errno.
        errno: Errno,
        /// What to do.
        advice: &'static str,
        /// Whether the filesystem's own code in this kernel said so.
        answers_for_itself: bool,
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
        /// Where it hangs.
        path: PathName,
        /// How long it was waited for.
        seconds: f64,
    },
    /// The scan was stopped before its end.
    #[error("{}: the scan was stopped", .path.escaped())]
    Stopped {
        /// The root.
        path: PathName,
    },
    /// Shards of it were scanned, and what needs the tree itself could not be done.
    #[error(
        "{}: {cause}; what needs the tree (link counts, overlaps, allocation, round trips) was not \
         finished: merge where the tree is mounted that the shards scanned", .path.escaped()
    )]
    NotFinished {
        /// The root.
        path: PathName,
        /// Why not.
        cause: String,
    },
    /// A thread of the scan panicked.
    #[error("{}: an internal error ended the scan; please report it with the lines above", .path.escaped())]
    Internal {
        /// The root.
        path: PathName,
    },
}

impl RootError {
    /// An error of a system call on a root.
    pub fn unreachable(path: &Path, operation: &'static str, errno: Errno) -> Self {
        let advice = match errno {
            Errno::NOENT => "check the spelling, or whether it is mounted",
            Errno::ACCESS | Errno::PERM => "run fscan as its owner or as root",
            Errno::NOTDIR | Errno::LOOP | Errno::NAMETOOLONG | Errno::INVAL => "check the path",
            Errno::NOTCONN | Errno::TIMEDOUT => "check the server behind this mount",
            Errno::AGAIN | Errno::MFILE | Errno::NFILE | Errno::NOMEM => {
                "raise the limit (ulimit -a) or use fewer --threads"
            }
            _ => "see the kernel log; the filesystem may be damaged",
        };
        let kind = path::absolute(path).ok().and_then(|path| mounts::of_path(&path));
        let answers_for_itself =
            kind.is_some_and(|mount| oddities::of(&mount.filesystem).answers_for_itself);
        RootError::Unreachable { path: path.into(), operation, errno, advice, answers_for_itself }
    }

    /// A root for which no thread could be started.
    pub fn no_thread(path: &Path) -> Self {
        RootError::unreachable(path, "starting threads", Errno::AGAIN)
    }

    /// A root on a mount that may not be looked into.
    pub fn refused(path: &Path, mount: &Mount, reason: UncheckedReason) -> Self {
        let path = path.into();
        match reason {
            UncheckedReason::ErrorsPanic => {
                // Of an overlay it is a layer's mount that has to be mounted otherwise.
                let panics = |layer: &Mount| ErrorsPolicy::of(layer) == Some(ErrorsPolicy::Panic);
                let layer = mount.layers().into_iter().find(panics);
                let mount_point = PathName::new(layer.unwrap_or_else(|| mount.clone()).point);
                RootError::PanicPolicy { path, mount_point }
            }
            _ => RootError::StoresNothing { path, filesystem: mount.filesystem.clone() },
        }
    }

    /// The same of a root whose shards were scanned.
    #[must_use]
    pub fn of_joined(self) -> Self {
        match self {
            RootError::Unreachable { path, operation, errno, .. } => {
                let cause = format!("{operation}: {}", errno_name(errno));
                RootError::NotFinished { path, cause }
            }
            other => other,
        }
    }

    /// The path it is about.
    pub fn path(&self) -> &PathName {
        match self {
            RootError::Unreachable { path, .. }
            | RootError::PanicPolicy { path, .. }
            | RootError::StoresNothing { path, .. }
            | RootError::NoAnswer { path, .. }
            | RootError::NotFinished { path, .. }
            | RootError::Stopped { path }
            | RootError::Internal { path } => path,
        }
    }

    /// Why the rest of the root stays unchecked.
    pub fn reason(&self) -> UncheckedReason {
        match self {
            RootError::Unreachable { errno, .. } => match Refusal::from(*errno) {
                Refusal::Denied => UncheckedReason::PermissionDenied,
                Refusal::NoAnswer => UncheckedReason::NoAnswer,
                Refusal::Damage(_) => UncheckedReason::ReadError,
                Refusal::OutOfResources | Refusal::Unexplained(Errno::AGAIN) => {
                    UncheckedReason::OutOfResources
                }
                Refusal::Gone | Refusal::Unexplained(_) => UncheckedReason::NotFound,
            },
            RootError::PanicPolicy { .. } => UncheckedReason::ErrorsPanic,
            RootError::StoresNothing { .. } => UncheckedReason::PseudoFilesystem,
            RootError::NoAnswer { .. } => UncheckedReason::NoAnswer,
            RootError::NotFinished { .. } => UncheckedReason::NotReached,
            RootError::Stopped { .. } => UncheckedReason::Interrupted,
            RootError::Internal { .. } => UncheckedReason::Unsupported,
        }
    }

    /// What of the root stays unchecked.
    pub fn what(&self) -> &'static str {
        match self {
            RootError::NoAnswer { .. } => "directory",
            RootError::NotFinished { .. } => "the tree as a whole",
            RootError::Stopped { .. } => "the rest of the tree",
            _ => "root",
        }
    }

    /// Whether the scan of the root began and did not come to its end.
    pub fn ended_early(&self) -> bool {
        use RootError::{Internal, NoAnswer, NotFinished, Stopped};
        matches!(self, NoAnswer { .. } | Stopped { .. } | Internal { .. } | NotFinished { .. })
    }

    /// Whether it says that a filesystem is damaged.
    pub fn is_damage(&self) -> bool {
        match self {
            RootError::Unreachable { errno, .. } => {
                matches!(Refusal::from(*errno), Refusal::Damage(_))
            }
            _ => false,
        }
    }
}

/// A root, made absolute and free of symbolic links, with what identifies it.
#[derive(Clone, Debug)]
pub struct ResolvedRoot {
    /// The path.
    pub path: PathBuf,
    /// Whether it is a directory.
    pub is_directory: bool,
    /// The directory, or for a file the one that it stands in.
    pub directory: Option<(Device, u64)>,
}

impl ResolvedRoot {
    /// Resolves a path. A symbolic link given as a root is followed. An error that speaks of
    /// damage must show again before it is believed.
    pub fn of(path: &Path, force: bool, workers: &Workers) -> Result<Self, RootError> {
        heed_policy(path, force)?;
        let mut outcome = Self::look_up(path);
        for pause in PAUSES {
            if !outcome.as_ref().is_err_and(RootError::is_damage) {
                break;
            }
            workers.pause(Duration::from_millis(pause));
            outcome = Self::look_up(path);
        }
        outcome
    }

    fn look_up(path: &Path) -> Result<Self, RootError> {
        let failed = |operation| move |errno| RootError::unreachable(path, operation, errno);
        let resolved = path.canonicalize().map_err(|error| failed("lookup")(errno_of(&error)))?;
        let facts = |path: &Path| -> Result<InodeFacts, RootError> {
            let flags = OFlags::PATH | OFlags::CLOEXEC | OFlags::NOFOLLOW;
            let opened = openat(CWD, path, flags, Mode::empty()).map_err(failed("open"))?;
            InodeFacts::of_descriptor(opened.as_fd()).map_err(failed("statx"))
        };
        let own = facts(&resolved)?;
        let is_directory = own.kind() == FileKind::Directory;
        let directory = match resolved.parent() {
            Some(parent) if !is_directory => facts(parent)?,
            _ => own,
        };
        let directory = Some((directory.device(), directory.ino()));
        Ok(ResolvedRoot { path: resolved, is_directory, directory })
    }

    /// A path that was not looked up.
    pub fn unresolved(path: &Path) -> Self {
        ResolvedRoot { path: path.to_owned(), is_directory: true, directory: None }
    }
}

/// Whether a path may be looked up at all: not where meeting damage would panic this machine,
/// unless that is forced. The mount table alone says so.
pub fn may_be_looked_up(path: &Path, force: bool) -> bool {
    heed_policy(path, force).is_ok()
}

/// Refuses by the mount table alone, before a name of the path is looked up: even that can meet
/// damage.
fn heed_policy(path: &Path, force: bool) -> Result<(), RootError> {
    let mount = path::absolute(path).ok().and_then(|path| mounts::of_path(&path));
    match mount {
        Some(mount) if !force && ErrorsPolicy::of(&mount) == Some(ErrorsPolicy::Panic) => {
            Err(RootError::refused(path, &mount, UncheckedReason::ErrorsPanic))
        }
        _ => Ok(()),
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
