//! Records of a walk, put in the order of a manifest.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::counts::Counts;
use super::entry::{ContentHash, Entry};
use super::records::{DirectoryRecords, More, Record};
use crate::inode_facts::{Device, FileKind, InodeTime};
use crate::walk::DirectoryNode;

/// Paths longer than this, in bytes, are left out: a chain of 100,000 directories would take
/// gigabytes.
pub(super) const LONGEST_PATH: usize = 1 << 16;

type NodeId = *const DirectoryNode;
type InodeId = (Device, u64);

/// The names of one tree, in about 150 bytes each.
#[derive(Debug, Default)]
pub struct RecordTree {
    directories: Vec<Directory>,
    root: Option<usize>,
    several: HashMap<InodeId, SeveralNames, RandomState>,
    left_out: Vec<Vec<u8>>,
    counts: Counts,
    /// Names whose paths are too long to stand in a manifest.
    pub too_long: u64,
}

/// A directory and what is in it, in the order of names.
#[derive(Debug, Default)]
struct Directory {
    own: Option<Record>,
    items: Vec<Item>,
}

#[derive(Debug)]
enum Item {
    Name(Record),
    Directory(Box<[u8]>, usize),
}

impl Item {
    fn name(&self) -> &[u8] {
        match self {
            Item::Name(record) => &record.name,
            Item::Directory(name, _) => name,
        }
    }
}

/// A file with several names in the tree.
#[derive(Debug, Default)]
struct SeveralNames {
    names: u32,
    hash: Option<ContentHash>,
    /// Size and time of the name under which it was read: another name that shows others was
    /// looked at before or after a change, and its content is not known.
    read_as: (u64, InodeTime),
    unreadable: Vec<std::ops::Range<u64>>,
    first: Vec<u8>,
}

impl RecordTree {
    /// Takes the records of all threads. Paths below the root in `left_out` are no part of the
    /// tree: files that the scan itself writes.
    pub(crate) fn new(all: Vec<DirectoryRecords>, left_out: Vec<Vec<u8>>) -> Self {
        let mut tree = RecordTree { left_out, ..RecordTree::default() };
        let mut known: HashMap<NodeId, usize, RandomState> = HashMap::default();
        for DirectoryRecords { node, records } in all {
            let at = tree.directory(&mut known, &node);
            for record in records {
                tree.note_inode(&record);
                if !record.name.is_empty() {
                    tree.add(at, Item::Name(record));
                    continue;
                }
                if let Some(directory) = tree.directories.get_mut(at) {
                    directory.own = Some(record);
                }
                match node.parent() {
                    Some(above) => {
                        let above = tree.directory(&mut known, above);
                        tree.add(above, Item::Directory(node.name().to_bytes().into(), at));
                    }
                    None => tree.root = Some(at),
                }
            }
        }
        tree.put_in_order();
        tree
    }

    fn directory(
        &mut self,
        known: &mut HashMap<NodeId, usize, RandomState>,
        node: &Arc<DirectoryNode>,
    ) -> usize {
        *known.entry(Arc::as_ptr(node)).or_insert_with(|| {
            self.directories.push(Directory::default());
            self.directories.len() - 1
        })
    }

    fn add(&mut self, at: usize, item: Item) {
        if let Some(directory) = self.directories.get_mut(at) {
            directory.items.push(item);
        }
    }

    /// The content of a file with several names is read under one of them.
    fn note_inode(&mut self, record: &Record) {
        let Some(more) = &record.more else { return };
        let Some(inode) = more.inode else { return };
        let names = self.several.entry(inode).or_default();
        names.names += 1;
        if record.hash.is_some() {
            names.hash = record.hash;
            names.read_as = (record.size, record.modified_at);
            names.unreadable.clone_from(&more.unreadable);
        }
    }

    fn put_in_order(&mut self) {
        for directory in &mut self.directories {
            directory.items.sort_unstable_by(|a, b| a.name().cmp(b.name()));
            // A damaged directory lists a name twice; its finding tells of that.
            directory.items.dedup_by(|a, b| a.name() == b.name());
            directory.items.shrink_to_fit();
        }
        self.several.retain(|_, names| names.names > 1 || names.hash.is_none());
        let (mut firsts, mut too_long) = (HashMap::new(), 0);
        let mut counts = Counts::default();
        let mut entries = self.entries();
        while let Some((record, path)) = entries.advance(&mut too_long) {
            let more = record.more.as_deref();
            let inode = more.and_then(|more| more.inode);
            let several = inode.and_then(|inode| self.several.get(&inode));
            let first = several.is_none() || !firsts.contains_key(&inode);
            let own = record.hash.is_some() && more.is_none_or(|more| more.unreadable.is_empty());
            let shared = several.is_some_and(|several| {
                record.hash.is_none()
                    && several.hash.is_some()
                    && several.unreadable.is_empty()
                    && several.read_as == (record.size, record.modified_at)
            });
            let size = if first { record.size } else { 0 };
            counts.add_name(record.kind(), size, own || shared);
            if several.is_some() && first {
                firsts.insert(inode, path.to_vec());
            }
        }
        (self.too_long, self.counts) = (too_long, counts);
        for (inode, first) in firsts {
            if let Some(inode) = inode {
                self.several.entry(inode).or_default().first = first;
            }
        }
    }

    /// What the tree holds, in numbers.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Every name as a manifest has it, made on the fly: a directory before what is in it, names
    /// in the order of their bytes.
    pub fn entries(&self) -> Entries<'_> {
        Entries { tree: self, begun: false, way: Vec::new(), path: Vec::new() }
    }

    fn entry(&self, record: &Record, path: &[u8]) -> Entry {
        let kind = record.kind();
        let More { target, device, attributes, inode, mut unreadable } =
            record.more.as_deref().cloned().unwrap_or_default();
        let (mut hash, mut same_file_as) = (record.hash, None);
        if let Some(names) = inode.and_then(|inode| self.several.get(&inode)) {
            if hash.is_none() && names.read_as == (record.size, record.modified_at) {
                (hash, unreadable) = (names.hash, names.unreadable.clone());
            }
            same_file_as = Some(&names.first).filter(|first| *first != path).cloned();
        }
        Entry {
            path: path.to_vec(),
            kind,
            mode: record.mode & 0o7777,
            uid: record.uid,
            gid: record.gid,
            size: if kind == FileKind::Regular { record.size } else { 0 },
            modified_at: record.modified_at,
            target,
            device,
            attributes,
            same_file_as,
            hash,
            unreadable,
        }
    }
}

/// Goes through a tree's names.
#[derive(Clone, Debug)]
pub struct Entries<'t> {
    tree: &'t RecordTree,
    begun: bool,
    way: Vec<Level>,
    path: Vec<u8>,
}

/// A directory on the way down.
#[derive(Clone, Copy, Debug)]
struct Level {
    directory: usize,
    next: usize,
    /// Of its path, in bytes.
    length: usize,
}

impl<'t> Entries<'t> {
    fn advance(&mut self, too_long: &mut u64) -> Option<(&'t Record, &[u8])> {
        if !self.begun {
            self.begun = true;
            let directory = self.tree.root?;
            self.way.push(Level { directory, next: 0, length: 0 });
            let own = self.tree.directories.get(directory)?.own.as_ref()?;
            return Some((own, &self.path));
        }
        loop {
            let level = self.way.last_mut()?;
            self.path.truncate(level.length);
            let directory = self.tree.directories.get(level.directory)?;
            let Some(item) = directory.items.get(level.next) else {
                self.way.pop();
                continue;
            };
            level.next += 1;
            if level.length > 0 {
                self.path.push(b'/');
            }
            self.path.extend_from_slice(item.name());
            if self.path.len() > LONGEST_PATH {
                *too_long += 1;
                continue;
            }
            if self.tree.left_out.contains(&self.path) {
                continue;
            }
            match item {
                Item::Name(record) => return Some((record, &self.path)),
                Item::Directory(_, directory) => {
                    let (directory, length) = (*directory, self.path.len());
                    self.way.push(Level { directory, next: 0, length });
                    let own = self.tree.directories.get(directory).and_then(|d| d.own.as_ref());
                    if let Some(own) = own {
                        return Some((own, &self.path));
                    }
                }
            }
        }
    }
}

impl Iterator for Entries<'_> {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        let tree = self.tree;
        let (record, path) = self.advance(&mut 0)?;
        Some(tree.entry(record, path))
    }
}
