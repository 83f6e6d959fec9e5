//! What a packing tells of.

use std::fmt;
use std::io;

use rustix::io::Errno;

/// What was packed, in numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PackedSummary {
    /// Directories, the root included.
    pub directories: u64,
    /// Regular files, each counted once.
    pub files: u64,
    /// Symbolic links.
    pub symlinks: u64,
    /// Further names of files.
    pub hard_links: u64,
    /// Devices, FIFOs and sockets, which were left out.
    pub left_out: u64,
    /// Directories whose content was left out since another filesystem is mounted there.
    pub mounts: u64,
    /// Bytes of files, holes included.
    pub bytes: u64,
    /// How often something was told of.
    pub notices: u64,
}

/// Something that is not in the archive as it is in the tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PackNotice<'a> {
    /// Its path below the root, which itself is the empty path.
    pub path: &'a [u8],
    /// What happened.
    pub trouble: Trouble,
}

/// What happened to an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trouble {
    /// The kernel refused something. Nothing of the entry is packed, except after
    /// [`Operation::Read`] (zeros stand for the bytes that could not be read) and for a directory
    /// (it is packed with the names that were read).
    Refused {
        /// What was asked of it.
        operation: Operation,
        /// What it said.
        errno: Errno,
    },
    /// The file changed while it was read. So many bytes are packed as it had at first, zeros for
    /// those that were gone.
    Changed,
    /// It has become something else between a look and the next, and is not packed.
    Replaced,
}

/// What was asked of the kernel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// What an entry is.
    Lstat,
    /// To open a file or a directory.
    Open,
    /// To read a file.
    Read,
    /// To read a symbolic link.
    Readlink,
    /// To list a directory.
    Scandir,
}

impl Operation {
    /// The name of the system call that people know.
    pub fn as_str(self) -> &'static str {
        match self {
            Operation::Lstat => "lstat",
            Operation::Open => "open",
            Operation::Read => "read",
            Operation::Readlink => "readlink",
            Operation::Scandir => "scandir",
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why there is no archive.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    /// The root cannot be read.
    #[error("the tree cannot be packed: {operation} of its root: {errno}; see its permissions")]
    Root {
        /// What was asked of it.
        operation: Operation,
        /// What the kernel said.
        errno: Errno,
    },
    /// The output cannot be written.
    #[error("the archive cannot be written ({0}); what is written of it is not whole: remove it")]
    Output(#[from] io::Error),
}
