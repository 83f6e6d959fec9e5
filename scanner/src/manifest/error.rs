//! Why a file could not be read as a manifest.

use std::io;

use reports::PathName;

use super::MANIFEST_VERSION;
use crate::shard::Shard;

/// A file that is no manifest, or one that cannot be trusted. The message is one line that names
/// the file, what is wrong, in which line, and what to do.
#[derive(Debug, thiserror::Error)]
#[error("{}: {fault}", .path.escaped())]
pub struct ManifestError {
    /// The file.
    pub path: PathName,
    /// What is wrong with it.
    pub fault: Fault,
}

/// What is wrong with a manifest. Lines are counted from 1, which is the header.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// It could not be opened.
    #[error("it cannot be opened ({0}); check the path and its permissions")]
    Open(io::Error),
    /// The kernel could not read it.
    #[error("it cannot be read ({0}); see the kernel log, or take another copy")]
    Read(io::Error),
    /// A directory, FIFO, socket or device.
    #[error("it is a {0} and no file; give a manifest that was written with --manifest")]
    NoFile(&'static str),
    /// Not a byte in it.
    #[error("it is empty; give a manifest that was written with --manifest")]
    Empty,
    /// Something else.
    #[error("it is {0} and no manifest; give one that was written with --manifest")]
    Other(&'static str),
    /// Of a later version of the format.
    #[error("the manifest has version {0}, this fscan reads {MANIFEST_VERSION}: use a newer fscan")]
    Newer(u32),
    /// Of one shard.
    #[error(
        "it is part {0} of a manifest, by itself no whole tree; join the parts of all shards with \
         fscan merge"
    )]
    Part(Shard),
    /// It ends before its footer.
    #[error(
        "it is truncated: it ends in line {line} without a footer; copy it again from where it was \
         written, or write it anew"
    )]
    Truncated {
        /// The line that it ends in.
        line: u64,
    },
    /// The compression was damaged.
    #[error(
        "its gzip data is damaged behind line {line} ({error}); copy it again from where it was \
         written"
    )]
    Gzip {
        /// The last line that was read.
        line: u64,
        /// What the decoder said.
        error: io::Error,
    },
    /// The lines are not those that the footer was written for.
    #[error(
        "it was changed after it was written: {what} in line {line} does not fit the lines above; \
         take a copy that nobody edited"
    )]
    Edited {
        /// The line of the footer.
        line: u64,
        /// What does not fit.
        what: &'static str,
    },
    /// A line that is not JSON of an entry, a header or a footer.
    #[error("line {line} is damaged: {what}; take another copy")]
    Line {
        /// The line.
        line: u64,
        /// What is wrong.
        what: String,
    },
    /// A line longer than any entry.
    #[error(
        "line {line} is longer than {limit} bytes, as none of a manifest is; take another copy"
    )]
    LongLine {
        /// The line.
        line: u64,
        /// How long one may be, in bytes.
        limit: usize,
    },
    /// A path that would lead out of the root, or nowhere.
    #[error("line {line} has the path {}, {what}; fscan writes no such manifest", .path.escaped())]
    BadPath {
        /// The line.
        line: u64,
        /// The path.
        path: PathName,
        /// What is wrong with it.
        what: &'static str,
    },
    /// A path that does not come after the one before.
    #[error(
        "line {line} has the path {}, which should stand above the line before; take a copy that \
         nobody sorted or edited",
        .path.escaped()
    )]
    Unsorted {
        /// The line.
        line: u64,
        /// The path.
        path: PathName,
    },
    /// A path that stands there twice.
    #[error("line {line} has the path {} a second time; take another copy", .path.escaped())]
    Twice {
        /// The line.
        line: u64,
        /// The path.
        path: PathName,
    },
    /// A path whose directory has no line above it.
    #[error(
        "line {line} has the path {}, whose directory is not above it; take another copy",
        .path.escaped()
    )]
    NoParent {
        /// The line.
        line: u64,
        /// The path.
        path: PathName,
    },
    /// Something stands behind the footer.
    #[error("something stands behind its footer, line {line}; take another copy")]
    Behind {
        /// The line of the footer.
        line: u64,
    },
}
