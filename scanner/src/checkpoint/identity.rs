//! What tells a file, unchanged since it was read, from every other.

use crate::inode_facts::{InodeFacts, InodeTime};
use crate::walk::DirectoryNode;

/// Names of directories that are taken into account, from the file upwards. Deeper down the
/// other facts must do.
const NAMES: usize = 64;

/// The first 16 bytes of BLAKE3 of what identifies a file and its content. Device numbers are not
/// part of it: they change when a machine starts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FileIdentity(pub [u8; 16]);

impl FileIdentity {
    /// Of a file under one of its names.
    pub fn by_place(node: &DirectoryNode, name: &[u8], facts: &InodeFacts) -> Self {
        let mut hasher = hasher(b"place", facts);
        hasher.update(&node.depth.to_le_bytes());
        let mut at = Some(node);
        let above = std::iter::from_fn(|| {
            let node = at?;
            at = node.parent().map(AsRef::as_ref);
            Some(node.name().to_bytes())
        });
        for name in std::iter::once(name).chain(above).take(NAMES) {
            hasher.update(name);
            hasher.update(&[0]);
        }
        finish(&hasher)
    }

    /// Of a file with several names below a root, whichever of them is met first. Only where the
    /// numbers of the filesystem identify inodes. The root is part of it: a clone of a filesystem
    /// has the same numbers and times.
    pub fn by_number(node: &DirectoryNode, facts: &InodeFacts) -> Self {
        let mut hasher = hasher(b"number", facts);
        let mut root = node;
        while let Some(above) = root.parent() {
            root = above;
        }
        hasher.update(root.name().to_bytes());
        finish(&hasher)
    }
}

fn hasher(kind: &[u8], facts: &InodeFacts) -> blake3::Hasher {
    let mut hasher = blake3::Hasher::new();
    hasher.update(kind);
    hasher.update(&facts.ino().to_le_bytes());
    hasher.update(&facts.size().to_le_bytes());
    hasher.update(&bytes(facts.modified_at()));
    hasher.update(&bytes(facts.changed_at()));
    hasher
}

fn bytes((seconds, nanoseconds): InodeTime) -> [u8; 12] {
    let mut bytes = [0; 12];
    let (high, low) = bytes.split_at_mut(8);
    high.copy_from_slice(&seconds.to_le_bytes());
    low.copy_from_slice(&nanoseconds.to_le_bytes());
    bytes
}

fn finish(hasher: &blake3::Hasher) -> FileIdentity {
    let mut identity = [0; 16];
    hasher.finalize_xof().fill(&mut identity);
    FileIdentity(identity)
}
