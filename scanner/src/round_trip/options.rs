//! What round trips are asked to do, and why there are none.

use std::path::PathBuf;

use reports::{PathName, TarPattern};

use super::packages::{Size, Source, SourceError};
use crate::checks::errno_name;
use crate::scratch::ScratchError;

/// What to do.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "one switch a wish")]
pub struct TripOptions {
    /// The directory in which the scratch directory is made.
    pub directory: PathBuf,
    /// The patterns, one after the other.
    pub patterns: Vec<TarPattern>,
    /// Where the archives come from.
    pub source: Source,
    /// Packages at once; none where the pattern decides.
    pub jobs: Option<usize>,
    /// How often everything is extracted, compared and removed, at least 1.
    pub rounds: u32,
    /// Whether a competing installer is at work.
    pub churn: bool,
    /// Where the same is done beside it.
    pub control: Option<ControlArm>,
    /// Whether what was extracted is left for whoever wants to look at it.
    pub keep: bool,
    /// Do it even where meeting damage would stop the machine (`errors=panic`).
    pub force: bool,
    /// Keep every finding instead of the first hundred of each code.
    pub all_findings: bool,
    /// How much is extracted at most: of generated packages together, and of any one archive.
    pub most: Size,
}

/// A directory on another filesystem that is known to be sound.
#[derive(Clone, Debug)]
pub struct ControlArm {
    /// The directory.
    pub directory: PathBuf,
    /// Whether nothing is done without it: it was asked for.
    pub needed: bool,
}

/// Why there are no round trips.
#[derive(Debug, thiserror::Error)]
pub enum TripError {
    /// There are no archives.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// There is no scratch directory.
    #[error(transparent)]
    Scratch(#[from] ScratchError),
    /// Meeting damage there would stop the machine.
    #[error(
        "{}: mounted with errors=panic: meeting damage would stop this machine (--force)",
        path.escaped()
    )]
    ErrorsPanic {
        /// The directory.
        path: PathName,
    },
    /// The control arm that was asked for cannot be had.
    #[error("--control: {0}")]
    Control(String),
    /// The control arm would be of the same filesystem.
    #[error(
        "{}: it is on the filesystem that is to be judged; give a directory on another one",
        path.escaped()
    )]
    SameFilesystem {
        /// The control arm's directory.
        path: PathName,
    },
    /// The filesystem would be filled.
    #[error(
        "{}: {} MiB are to be written, and {} MiB are free, of which a twentieth stays free; \
         extract less (--generated N), or elsewhere",
        path.escaped(),
        needed >> 20,
        free >> 20
    )]
    NoRoom {
        /// The directory.
        path: PathName,
        /// Bytes to write.
        needed: u64,
        /// Bytes that are free.
        free: u64,
    },
    /// What is written would take more than half of the memory that is available.
    #[error(
        "{}: {} MiB are to be written to memory, and {} MiB are available; extract less \
         (--generated N)",
        path.escaped(),
        needed >> 20,
        available >> 20
    )]
    NoMemory {
        /// The directory, on a tmpfs.
        path: PathName,
        /// Bytes to write.
        needed: u64,
        /// Bytes that are available to this process.
        available: u64,
    },
    /// It would run out of inodes.
    #[error(
        "{}: {needed} inodes are needed, and {free} are free; extract less (--generated N), or elsewhere",
        path.escaped()
    )]
    NoInodes {
        /// The directory.
        path: PathName,
        /// Inodes that are needed.
        needed: u64,
        /// Inodes that are free.
        free: u64,
    },
    /// There is room as far as the filesystem says, and it gives none.
    #[error(
        "{}: mkdir says ENOSPC, and yet {inodes} inodes and {} MiB are free: a bitmap of the \
         filesystem may be wrong; see what `fscan PATH` finds, and `e2fsck -fn` once it is unmounted",
        path.escaped(),
        bytes >> 20
    )]
    FullInSpite {
        /// The directory.
        path: PathName,
        /// Inodes that are told to be free.
        inodes: u64,
        /// Bytes that are told to be free.
        bytes: u64,
    },
    /// Nothing could be tried out.
    #[error("{}: {call} says {}; the scratch directory cannot be used",
        path.escaped(),
        errno_name(*errno))]
    Probe {
        /// What was tried.
        path: PathName,
        /// The call.
        call: &'static str,
        /// What the kernel said.
        errno: rustix::io::Errno,
    },
}
