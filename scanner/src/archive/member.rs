//! What an archive holds, one member after the other.

use std::ops::Range;

use super::{MemberPath, Refusal};
use crate::inode_facts::InodeTime;

/// The next thing in an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// A member whose names are safe below an empty directory.
    Member(Member),
    /// A member that is not handed on; the reading goes on behind it.
    Refused(RefusedMember),
}

/// A member as it is to be extracted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Where it lies below the archive's root.
    pub path: MemberPath,
    /// What it is.
    pub kind: MemberKind,
    /// The file's size in bytes, holes included; 0 for other kinds.
    pub size: u64,
    /// The permission bits, 0o777 at most: set-user-id, set-group-id and sticky are left out.
    pub mode: u32,
    /// When its content last changed, to the nanosecond where PAX records say so.
    pub mtime: InodeTime,
    /// Where the data lies in a sparse file, in rising order and without empty ranges; the content
    /// that is read is that of these ranges, one after the other. None for other files.
    pub sparse: Option<Vec<Range<u64>>>,
}

impl Member {
    /// Whether it is a regular file, the only kind that has content.
    pub fn is_file(&self) -> bool {
        self.kind == MemberKind::File
    }
}

/// What a member is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MemberKind {
    /// A regular file with content.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Symlink {
        /// Where it leads, as it is written. It does not leave the archive's root.
        target: Vec<u8>,
    },
    /// Another name of a file. Data that came with it was skipped.
    HardLink {
        /// The other name; nothing says that it is in the archive.
        target: MemberPath,
    },
}

/// A member that is unsafe or of a kind that is not extracted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedMember {
    /// Its name as it is written; to be escaped before anybody sees it.
    pub name: Vec<u8>,
    /// Why.
    pub why: Refusal,
}

/// What was odd about an archive that was read to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remark {
    /// It ended with one block of zeros instead of two.
    LoneZeroBlock,
    /// It ended behind a member without any block of zeros; later members may be missing.
    NoEnd,
    /// Bytes that are not zeros stood behind its end, and were ignored as tar ignores them.
    BehindEnd,
    /// Bytes stood behind the gzip data, and were ignored as gzip ignores them.
    BehindGzip,
}
