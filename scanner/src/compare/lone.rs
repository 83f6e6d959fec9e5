//! What exists on one side alone.

use crate::inode_facts::FileKind;
use crate::manifest::{ContentHash, Entry, compare_paths, is_below};

/// An entry without a counterpart: as much of it as shows whether it is that of the other side
/// under another path.
#[derive(Debug)]
pub(super) struct Lone {
    pub(super) path: Box<[u8]>,
    pub(super) kind: FileKind,
    pub(super) size: u64,
    /// What it counts in bytes: nothing where another name of the file was counted.
    pub(super) bytes: u64,
    /// Of a regular file whose content is known.
    pub(super) hash: Option<ContentHash>,
    pub(super) target: Option<Box<[u8]>>,
    /// The index of the directory that holds it, if that has no counterpart either.
    pub(super) parent: Option<usize>,
}

impl From<Entry> for Lone {
    fn from(entry: Entry) -> Self {
        Lone {
            kind: entry.kind,
            size: entry.size,
            bytes: if entry.same_file_as.is_none() { entry.size } else { 0 },
            hash: entry.hash.filter(|_| entry.is_content_known()),
            target: entry.target.map(Vec::into_boxed_slice),
            parent: None,
            path: entry.path.into_boxed_slice(),
        }
    }
}

/// Those of one side, in the order of their paths.
#[derive(Debug, Default)]
pub(super) struct Lones {
    all: Vec<Lone>,
    /// The directories above the last one, itself included, the outermost first.
    above: Vec<usize>,
}

impl Lones {
    /// Adds the entry that follows.
    pub(super) fn push(&mut self, entry: Entry) {
        let mut lone = Lone::from(entry);
        let is_above = |index| self.get(index).is_some_and(|up| is_below(&lone.path, &up.path));
        let depth = self.above.iter().rposition(|index| is_above(*index)).map_or(0, |at| at + 1);
        self.above.truncate(depth);
        // All below a directory without a counterpart has none either, so the nearest one above
        // is the one that holds it.
        lone.parent = self.above.last().copied();
        self.above.push(self.all.len());
        self.all.push(lone);
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (usize, &Lone)> {
        self.all.iter().enumerate()
    }

    pub(super) fn get(&self, index: usize) -> Option<&Lone> {
        self.all.get(index)
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// The index of a path.
    pub(super) fn find(&self, path: &[u8]) -> Option<usize> {
        self.all.binary_search_by(|lone| compare_paths(&lone.path, path)).ok()
    }
}
