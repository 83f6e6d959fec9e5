//! What is to be seen of an operation.

use rustix::io::Errno;
use scanner::{FileKind, InodeTime};

use super::node::{Modified, NodeId};
use crate::operand::Handle;

/// What an operation should come to.
#[derive(Clone, Debug)]
pub enum Expected {
    /// It is refused.
    Fails(Errno),
    /// It is done, and shows nothing more.
    Done,
    /// This many.
    Count(u64),
    /// These bytes.
    Bytes(Vec<u8>),
    /// What statx says.
    Facts(ExpectedFacts),
    /// Every row of a directory that nobody changes meanwhile.
    Listing(NodeId, u32),
    /// The next rows of an open directory, or all that are left.
    Step {
        /// The directory.
        handle: Handle,
        /// Whether it is read to its end.
        to_end: bool,
        /// The size of the buffer in bytes: a name that does not fit in is EINVAL.
        buffer: u32,
    },
    /// The numbers of attributes.
    Attributes(Vec<u8>),
}

/// What statx should say.
#[derive(Clone, Copy, Debug)]
pub struct ExpectedFacts {
    /// Of what.
    pub node: NodeId,
    /// The type.
    pub kind: FileKind,
    /// Permission bits.
    pub mode: u16,
    /// Names.
    pub links: u32,
    /// Bytes; none of a directory, whose size means nothing.
    pub size: Option<u64>,
    /// The inode number, where it was seen before.
    pub ino: Option<u64>,
    /// What the modification time may be.
    pub modified: Modified,
    /// The change time is this or later.
    pub changed: InodeTime,
}
