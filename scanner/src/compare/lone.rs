//! What exists on one side alone.

use crate::inode_facts::{Device, FileKind, InodeTime};
use crate::manifest::{AttributeDigest, ContentHash, Entry, compare_paths, is_below, name_of};

/// An entry without a counterpart: as much of it as shows whether it is that of the other side
/// under another path, and what differs then. There may be millions.
#[derive(Debug)]
pub(super) struct Lone {
    pub(super) path: Box<[u8]>,
    /// The index of the directory that holds it, if that has no counterpart either.
    pub(super) parent: Option<usize>,
    pub(super) kind: FileKind,
    pub(super) size: u64,
    /// Of a regular file whose content is known.
    pub(super) hash: Option<ContentHash>,
    /// Whether another name of the file was counted.
    is_further_name: bool,
    /// Whether nothing changed the directory that held it.
    pub(super) is_lost: bool,
    mode: u16,
    uid: u32,
    gid: u32,
    pub(super) modified_at: InodeTime,
    extras: Option<Box<Extras>>,
}

/// What few entries have.
#[derive(Debug)]
struct Extras {
    target: Option<Vec<u8>>,
    device: Option<Device>,
    attributes: Vec<AttributeDigest>,
}

impl From<Entry> for Lone {
    fn from(entry: Entry) -> Self {
        let Entry { target, device, attributes, .. } = entry;
        let is_plain = target.is_none() && device.is_none() && attributes.is_empty();
        Lone {
            parent: None,
            kind: entry.kind,
            size: entry.size,
            hash: entry.hash.filter(|_| entry.unreadable.is_empty()),
            is_further_name: entry.same_file_as.is_some(),
            is_lost: false,
            mode: entry.mode,
            uid: entry.uid,
            gid: entry.gid,
            modified_at: entry.modified_at,
            extras: (!is_plain).then(|| Box::new(Extras { target, device, attributes })),
            path: entry.path.into_boxed_slice(),
        }
    }
}

impl Lone {
    /// The entry again, but for its path and what other name it has.
    pub(super) fn entry(&self) -> Entry {
        let extras = self.extras.as_ref();
        Entry {
            path: Vec::new(),
            kind: self.kind,
            mode: self.mode,
            uid: self.uid,
            gid: self.gid,
            size: self.size,
            modified_at: self.modified_at,
            target: self.target().map(<[u8]>::to_vec),
            device: self.device(),
            attributes: extras.map_or_else(Vec::new, |extras| extras.attributes.clone()),
            same_file_as: None,
            hash: self.hash,
            unreadable: Vec::new(),
        }
    }

    pub(super) fn name(&self) -> &[u8] {
        name_of(&self.path)
    }

    pub(super) fn target(&self) -> Option<&[u8]> {
        self.extras.as_ref().and_then(|extras| extras.target.as_deref())
    }

    pub(super) fn device(&self) -> Option<Device> {
        self.extras.as_ref().and_then(|extras| extras.device)
    }

    /// What it counts in bytes: nothing where another name of the file was counted.
    pub(super) fn bytes(&self) -> u64 {
        if self.is_further_name { 0 } else { self.size }
    }

    /// Whether its bytes tell it from others. Those of an empty file do not.
    pub(super) fn is_telling(&self) -> bool {
        self.telling_hash().is_some()
    }

    /// The hash of such bytes.
    pub(super) fn telling_hash(&self) -> Option<ContentHash> {
        self.hash.filter(|_| self.size > 0)
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
    /// Adds the entry that follows. `is_lost` says that nothing changed the directory that held it.
    pub(super) fn push(&mut self, entry: Entry, is_lost: bool) {
        let mut lone = Lone { is_lost, ..Lone::from(entry) };
        let is_above = |index| self.get(index).is_some_and(|up| is_below(&lone.path, &up.path));
        let depth = self.above.iter().rposition(|index| is_above(*index)).map_or(0, |at| at + 1);
        self.above.truncate(depth);
        // All below a directory without a counterpart has none either, so the nearest one above
        // is the one that holds it.
        lone.parent = self.above.last().copied();
        self.above.push(self.all.len());
        self.all.push(lone);
    }

    pub(super) fn iter(&self) -> impl DoubleEndedIterator<Item = (usize, &Lone)> {
        self.all.iter().enumerate()
    }

    pub(super) fn get(&self, index: usize) -> Option<&Lone> {
        self.all.get(index)
    }

    /// The directory that holds an entry, if that has no counterpart either.
    pub(super) fn parent(&self, index: usize) -> Option<usize> {
        self.get(index)?.parent
    }

    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    /// The index of a path.
    pub(super) fn find(&self, path: &[u8]) -> Option<usize> {
        self.all.binary_search_by(|lone| compare_paths(&lone.path, path)).ok()
    }
}
