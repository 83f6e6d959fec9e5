//! Why a scratch directory is not there, or still there.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use reports::PathName;
use rustix::io::Errno;

use crate::checks::errno_name;
use crate::round_trip::NotRemoved;

/// Why there is no scratch directory.
#[derive(Debug, thiserror::Error)]
pub enum ScratchError {
    /// The directory that it shall lie in cannot be opened.
    #[error("{}: open says {}; give another directory", path.escaped(), errno_name(*errno))]
    NoPlace {
        /// The directory.
        path: PathName,
        /// Why.
        errno: Errno,
    },
    /// Damage keeps it from being made.
    #[error(
        "{}: {call} says {}: the filesystem is damaged; look at it with `fscan` before anything \
         is written to it",
        path.escaped(),
        errno_name(*errno)
    )]
    Damage {
        /// What was to be made.
        path: PathName,
        /// The call.
        call: &'static str,
        /// Why.
        errno: Errno,
    },
    /// It cannot be made.
    #[error("{}: {call} says {}; give a directory that can be written to",
        path.escaped(),
        errno_name(*errno))]
    NotMade {
        /// What was to be made.
        path: PathName,
        /// The call.
        call: &'static str,
        /// Why.
        errno: Errno,
    },
}

impl ScratchError {
    /// On a read-only filesystem.
    pub fn read_only(path: &PathName) -> Self {
        ScratchError::not_made(path.clone(), "mkdir", Errno::ROFS)
    }

    pub(super) fn not_made(path: PathName, call: &'static str, errno: Errno) -> Self {
        match errno {
            Errno::UCLEAN | Errno::BADMSG | Errno::IO => ScratchError::Damage { path, call, errno },
            _ => ScratchError::NotMade { path, call, errno },
        }
    }

    /// What the kernel said.
    pub fn errno(&self) -> Errno {
        match self {
            ScratchError::NoPlace { errno, .. }
            | ScratchError::Damage { errno, .. }
            | ScratchError::NotMade { errno, .. } => *errno,
        }
    }
}

/// Why something that was to be removed is still there.
#[derive(Debug, thiserror::Error)]
pub enum NotCleaned {
    /// A run is at work in it.
    #[error("{}: a run of fscan works in it", path.escaped())]
    InUse {
        /// The leftover.
        path: PathName,
    },
    /// Something in it cannot be removed.
    #[error("{}: {call} says {}; find out why (lsattr, findmnt) and remove it by hand", path.escaped(), errno_name(*errno))]
    NotRemoved {
        /// What cannot be removed.
        path: PathName,
        /// The call.
        call: &'static str,
        /// What the kernel said.
        errno: Errno,
    },
    /// Everything was removed, and it is still there.
    #[error("{}: it is there after its removal: scan this filesystem", path.escaped())]
    StillThere {
        /// What is there.
        path: PathName,
    },
}

impl NotCleaned {
    /// The first of what could not be removed below `top`.
    pub(super) fn first_of(left: Vec<NotRemoved>, top: &Path) -> Result<(), Self> {
        let Some(NotRemoved { path, failure, .. }) = left.into_iter().next() else {
            return Ok(());
        };
        let path = PathName::from(top.join(OsStr::from_bytes(&path)).as_path());
        Err(match failure {
            Some(failure) => {
                NotCleaned::NotRemoved { path, call: failure.call.word(), errno: failure.errno }
            }
            None => NotCleaned::StillThere { path },
        })
    }
}
