//! One entry of a tree as a manifest keeps it: what must be the same after a move.

use std::ops::Range;

use crate::inode_facts::{Device, FileKind, InodeTime};

/// BLAKE3 of a file's bytes.
pub type ContentHash = [u8; 32];

/// An extended attribute, an access control list among them: its name, and the first 16 bytes of
/// BLAKE3 of its value.
pub type AttributeDigest = (Box<[u8]>, [u8; 16]);

/// What a manifest says of one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The path below the root, without a slash in front; empty for the root itself. Any bytes
    /// but NUL.
    pub path: Vec<u8>,
    /// Its type.
    pub kind: FileKind,
    /// Permission bits, set-user-id, set-group-id and sticky bit (`st_mode & 0o7777`).
    pub mode: u16,
    /// The owner.
    pub uid: u32,
    /// The group.
    pub gid: u32,
    /// Bytes; of regular files alone, else 0.
    pub size: u64,
    /// When the content was last changed.
    pub modified_at: InodeTime,
    /// Where a symbolic link leads.
    pub target: Option<Vec<u8>>,
    /// Major and minor number of a device node.
    pub device: Option<Device>,
    /// Extended attributes in the order of their names.
    pub attributes: Vec<AttributeDigest>,
    /// The path of the first name, in the order of a manifest, that leads to the same inode; none
    /// for that name itself and for files with a single name.
    pub same_file_as: Option<Vec<u8>>,
    /// What a regular file holds. None where it was not read to its end, or changed all the time.
    pub hash: Option<ContentHash>,
    /// Byte ranges that could not be read; in the hash zero bytes stand for them.
    pub unreadable: Vec<Range<u64>>,
}

impl Entry {
    /// Whether the hash stands for all bytes of a regular file, each of them read.
    pub fn is_content_known(&self) -> bool {
        self.hash.is_some() && self.unreadable.is_empty()
    }
}
