//! What an operation comes to: what it returned, and what could be seen by it.

use rustix::io::Errno;
use scanner::{FileKind, InodeTime};

use crate::name::Name;

/// What was seen, or the error.
pub type Outcome = Result<Seen, Errno>;

/// What an operation that succeeded shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// Nothing but that it is done.
    Done,
    /// How many bytes were written or copied, or names made or removed.
    Count(u64),
    /// The bytes that were read: of a file, of an attribute, of a symbolic link.
    Bytes(Vec<u8>),
    /// What statx says.
    Facts(Facts),
    /// Rows of a directory.
    Rows(Rows),
    /// The numbers N of the `user.aN` that are there, in order, and other names of `user.`.
    Attributes(Vec<u8>, Vec<Vec<u8>>),
}

/// What statx says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The type.
    pub kind: FileKind,
    /// Permission bits with set-user-id, set-group-id and sticky bit.
    pub mode: u16,
    /// Names.
    pub links: u32,
    /// Bytes.
    pub size: u64,
    /// The inode number.
    pub ino: u64,
    /// When the content changed.
    pub modified: InodeTime,
    /// When anything changed.
    pub changed: InodeTime,
}

/// Rows that a directory gave, and whether that was its end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// In the order they came.
    pub rows: Vec<Row>,
    /// Whether the last call gave nothing.
    pub end: bool,
}

/// A row of a directory, as getdents64 gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its name.
    pub name: RowName,
    /// The type that it claims; none where it claims none.
    pub kind: Option<FileKind>,
    /// The inode number that it claims.
    pub ino: u64,
    /// Where the next row is: d_off.
    pub next: u64,
}

/// The name of a row.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum RowName {
    /// `.`
    Dot,
    /// `..`
    DotDot,
    /// A name of the universe.
    Known(Name),
    /// Another one.
    Foreign(Vec<u8>),
}
