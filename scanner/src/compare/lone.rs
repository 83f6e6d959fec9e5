//! What exists on one side alone.

use crate::inode_facts::FileKind;
use crate::manifest::{ContentHash, Entry, compare_paths, parent_of};

/// An entry without a counterpart: as much of it as shows whether it is that of the other side
/// under another path.
#[derive(Debug)]
pub(super) struct Lone {
    pub(super) path: Vec<u8>,
    pub(super) kind: FileKind,
    pub(super) size: u64,
    /// What it counts in bytes: nothing where another name of the file was counted.
    pub(super) bytes: u64,
    /// Of a regular file whose content is known.
    pub(super) hash: Option<ContentHash>,
    pub(super) target: Option<Vec<u8>>,
}

impl From<Entry> for Lone {
    fn from(entry: Entry) -> Self {
        Lone {
            kind: entry.kind,
            size: entry.size,
            bytes: if entry.same_file_as.is_none() { entry.size } else { 0 },
            hash: entry.hash.filter(|_| entry.is_content_known()),
            target: entry.target,
            path: entry.path,
        }
    }
}

/// Those of one side, in the order of their paths.
#[derive(Debug, Default)]
pub(super) struct Lones(Vec<Lone>);

impl Lones {
    pub(super) fn push(&mut self, entry: Entry) {
        self.0.push(entry.into());
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &Lone)> {
        self.0.iter().enumerate()
    }

    pub(super) fn get(&self, index: usize) -> Option<&Lone> {
        self.0.get(index)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// The index of a path.
    pub(super) fn find(&self, path: &[u8]) -> Option<usize> {
        self.0.binary_search_by(|lone| compare_paths(&lone.path, path)).ok()
    }

    /// The index of the directory that holds a path, if that has no counterpart either.
    pub(super) fn find_parent(&self, path: &[u8]) -> Option<usize> {
        parent_of(path).and_then(|parent| self.find(parent))
    }
}
