//! Why a site cannot be used.

use std::path::Path;

use reports::PathName;
use rustix::io::Errno;
use scanner::errno_name;
use scanner::scratch::{NotCleaned, ScratchError};

/// Why there is no site, no ground or no world.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// There are too many threads.
    #[error(
        "a thread cannot be started: {0}; take fewer (--threads), or allow more (ulimit -u, \
         pids.max of the container)"
    )]
    NoThread(std::io::Error),
    /// A thread panicked.
    #[error("a thread of fscan ended early: a mistake in fscan, worth a report")]
    Failed,
    /// There is no scratch directory.
    #[error(transparent)]
    Scratch(#[from] ScratchError),
    /// What the last world left is still there.
    #[error(transparent)]
    NotRemoved(#[from] NotRemoved),
    /// Meeting damage there would stop the machine.
    #[error(
        "{}: mounted with errors=panic: meeting damage would stop this machine (--force)",
        path.escaped()
    )]
    ErrorsPanic {
        /// The directory.
        path: PathName,
    },
    /// The filesystem would be filled.
    #[error(
        "{}: {} MiB may be written, and {} MiB are free, of which a tenth of the filesystem stays \
         free; write less (--max-bytes), or elsewhere",
        path.escaped(),
        needed >> 20,
        free >> 20
    )]
    NoRoom {
        /// The directory.
        path: PathName,
        /// Bytes that may be written.
        needed: u64,
        /// Bytes that are free.
        free: u64,
    },
    /// It would run out of inodes.
    #[error(
        "{}: {needed} inodes may be needed, and {free} are free, of which a tenth of all stays \
         free; work elsewhere",
        path.escaped()
    )]
    NoInodes {
        /// The directory.
        path: PathName,
        /// Inodes that may be needed.
        needed: u64,
        /// Inodes that are free.
        free: u64,
    },
    /// What is written would take more than half of the memory that is available.
    #[error(
        "{}: {} MiB may be written to memory, and {} MiB are available; write less (--max-bytes)",
        path.escaped(),
        needed >> 20,
        available >> 20
    )]
    NoMemory {
        /// The directory, on a tmpfs.
        path: PathName,
        /// Bytes that may be written.
        needed: u64,
        /// Bytes that are available to this process.
        available: u64,
    },
    /// A call failed that makes a directory to work in.
    #[error("{}: {call} says {}; this place cannot be used", path.escaped(), errno_name(*errno))]
    Call {
        /// What it was about.
        path: PathName,
        /// The call.
        call: &'static str,
        /// What the kernel said.
        errno: Errno,
    },
    /// The tree of a lower layer could not be written.
    #[error(
        "{}: writing the lower layer: {}; this place cannot be used",
        path.escaped(),
        errno_name(*errno)
    )]
    Fill {
        /// The lower layer.
        path: PathName,
        /// What the kernel said.
        errno: Errno,
    },
}

impl SiteError {
    /// A call about a path failed.
    pub(super) fn call(path: &Path, call: &'static str) -> impl FnOnce(Errno) -> Self {
        let path = path.into();
        move |errno| SiteError::Call { path, call, errno }
    }

    /// What the kernel said, where it said anything.
    pub fn errno(&self) -> Option<Errno> {
        match self {
            SiteError::Scratch(error) => Some(error.errno()),
            SiteError::NotRemoved(error) => error.errno(),
            SiteError::Call { errno, .. } | SiteError::Fill { errno, .. } => Some(*errno),
            SiteError::ErrorsPanic { .. }
            | SiteError::NoRoom { .. }
            | SiteError::NoInodes { .. }
            | SiteError::NoMemory { .. }
            | SiteError::NoThread(_)
            | SiteError::Failed => None,
        }
    }
}

/// Why something of a site is still there.
#[derive(Debug, thiserror::Error)]
pub enum NotRemoved {
    /// Its removal failed, or did not remove it.
    #[error(transparent)]
    Stays(#[from] NotCleaned),
    /// A mount cannot be taken away.
    #[error("{}: umount says {}; something in it is still open", path.escaped(), errno_name(*errno))]
    Mounted {
        /// Where it is mounted.
        path: PathName,
        /// What the kernel said.
        errno: Errno,
    },
}

impl NotRemoved {
    /// What the kernel said; nothing where all calls said that they did it.
    pub fn errno(&self) -> Option<Errno> {
        match self {
            NotRemoved::Stays(NotCleaned::NotRemoved { errno, .. })
            | NotRemoved::Mounted { errno, .. } => Some(*errno),
            NotRemoved::Stays(NotCleaned::InUse { .. } | NotCleaned::StillThere { .. }) => None,
        }
    }
}
