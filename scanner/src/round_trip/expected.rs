//! What must be there when everything was extracted.

use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;

use crate::inode_facts::InodeTime;

/// What must be where.
pub type ByPath = HashMap<Vec<u8>, What, RandomState>;

/// Paths.
pub type Paths = HashSet<Vec<u8>, RandomState>;

/// What a path must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A file.
    File(FileFacts),
    /// A directory, with the mode and time that were set, if they were.
    Directory {
        /// Permission bits.
        mode: Option<u32>,
        /// Modification time.
        mtime: Option<InodeTime>,
    },
    /// A symbolic link.
    Symlink {
        /// Its target.
        target: Vec<u8>,
        /// Modification time.
        mtime: Option<InodeTime>,
    },
}

/// What a file must be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FileFacts {
    /// Bytes.
    pub size: u64,
    /// BLAKE3 of its content.
    pub hash: blake3::Hash,
    /// The mode that it was made with, of which the umask took its share.
    pub made_with: u32,
    /// The mode that was set, where one was.
    pub mode: Option<u32>,
    /// The modification time that was set, where one was.
    pub mtime: Option<InodeTime>,
    /// The path that it is another name of.
    pub same_as: Option<Vec<u8>>,
}

/// Whether two paths are one, or one lies below the other, on a filesystem that does not tell
/// case: then what becomes of the second depends on the first.
pub fn collide(one: &[u8], other: &[u8]) -> bool {
    if one.is_ascii() && other.is_ascii() {
        let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
        let (head, rest) = long.split_at_checked(short.len()).unwrap_or((long, b""));
        return head.eq_ignore_ascii_case(short) && (rest.is_empty() || rest.starts_with(b"/"));
    }
    let (one, other) = (folded(one), folded(other));
    let (short, long) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    long.strip_prefix(short.as_slice())
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
}

/// A path as a filesystem that does not tell case or normalisation sees it.
pub fn folded(path: &[u8]) -> Vec<u8> {
    crate::checks::fold_name(path).into_owned()
}
