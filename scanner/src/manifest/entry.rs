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
    /// The entry, its parts where they are.
    pub fn view(&self) -> EntryView<'_> {
        EntryView {
            path: &self.path,
            kind: self.kind,
            mode: self.mode,
            uid: self.uid,
            gid: self.gid,
            size: self.size,
            modified_at: self.modified_at,
            target: self.target.as_deref(),
            device: self.device,
            attributes: &self.attributes,
            same_file_as: self.same_file_as.as_deref(),
            hash: self.hash.as_ref(),
            unreadable: &self.unreadable,
        }
    }

    /// Whether the hash stands for all bytes of a regular file, each of them read.
    pub fn is_content_known(&self) -> bool {
        self.hash.is_some() && self.unreadable.is_empty()
    }
}

/// An [`Entry`] whose parts stand elsewhere; the fields are the same.
#[derive(Clone, Copy, Debug)]
#[expect(missing_docs, reason = "the fields of Entry")]
pub struct EntryView<'a> {
    pub path: &'a [u8],
    pub kind: FileKind,
    pub mode: u16,
    pub uid: u32,
    pub gid: u32,
    pub size: u64,
    pub modified_at: InodeTime,
    pub target: Option<&'a [u8]>,
    pub device: Option<Device>,
    pub attributes: &'a [AttributeDigest],
    pub same_file_as: Option<&'a [u8]>,
    pub hash: Option<&'a ContentHash>,
    pub unreadable: &'a [Range<u64>],
}

impl EntryView<'_> {
    /// A copy.
    pub fn to_entry(self) -> Entry {
        Entry {
            path: self.path.to_vec(),
            kind: self.kind,
            mode: self.mode,
            uid: self.uid,
            gid: self.gid,
            size: self.size,
            modified_at: self.modified_at,
            target: self.target.map(<[u8]>::to_vec),
            device: self.device,
            attributes: self.attributes.to_vec(),
            same_file_as: self.same_file_as.map(<[u8]>::to_vec),
            hash: self.hash.copied(),
            unreadable: self.unreadable.to_vec(),
        }
    }
}
