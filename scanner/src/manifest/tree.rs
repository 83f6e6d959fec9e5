//! Records of a walk, put in the order of a manifest.

use std::collections::HashMap;
use std::sync::Arc;

use foldhash::fast::RandomState;

use super::entry::{ContentHash, Entry};
use super::records::{DirectoryRecords, More, Record};
use crate::inode_facts::{Device, FileKind};
use crate::walk::DirectoryNode;

/// Paths longer than this, in bytes, are left out: a chain of 100,000 directories would take
/// gigabytes.
const LONGEST_PATH: usize = 1 << 16;

type NodeId = *const DirectoryNode;
type InodeId = (Device, u64);

/// The records of one tree.
#[derive(Debug, Default)]
pub struct RecordTree {
    directories: HashMap<NodeId, Directory, RandomState>,
    files: HashMap<InodeId, SeveralNames, RandomState>,
    roots: Vec<Arc<DirectoryNode>>,
}

/// Where records stand that belong to one directory.
#[derive(Debug, Default)]
struct Directory {
    own: Option<Record>,
    names: Vec<Record>,
    below: Vec<Arc<DirectoryNode>>,
}

/// A file with several names.
#[derive(Debug, Default)]
struct SeveralNames {
    names: u32,
    hash: Option<ContentHash>,
    first: Option<Vec<u8>>,
}

impl RecordTree {
    /// Takes the records of all threads.
    pub fn new(all: Vec<DirectoryRecords>) -> Self {
        let mut tree = RecordTree::default();
        for DirectoryRecords { node, records } in all {
            for record in records {
                tree.add(&node, record);
            }
        }
        tree
    }

    fn add(&mut self, node: &Arc<DirectoryNode>, record: Record) {
        if let Some(inode) = record.more.as_ref().and_then(|more| more.inode) {
            let names = self.files.entry(inode).or_default();
            names.names += 1;
            names.hash = names.hash.or(record.hash);
        }
        let directory = self.directories.entry(Arc::as_ptr(node)).or_default();
        if !record.name.is_empty() {
            directory.names.push(record);
            return;
        }
        directory.own = Some(record);
        match node.parent() {
            Some(above) => {
                let above = self.directories.entry(Arc::as_ptr(above)).or_default();
                above.below.push(Arc::clone(node));
            }
            None => self.roots.push(Arc::clone(node)),
        }
    }

    /// Hands out every entry, a directory before what is in it, names in the order of their bytes.
    /// Returns how many were left out because their paths are too long.
    pub fn visit<E>(mut self, mut visit: impl FnMut(Entry) -> Result<(), E>) -> Result<u64, E> {
        let mut left_out = 0;
        let mut way: Vec<Level> = Vec::new();
        let mut path = Vec::new();
        for root in std::mem::take(&mut self.roots) {
            path.clear();
            if let Some(level) = self.enter(&root, &path, &mut visit)? {
                way.push(level);
            }
            while let Some(level) = way.last_mut() {
                path.truncate(level.length);
                let Some(item) = level.items.pop() else {
                    way.pop();
                    continue;
                };
                if !path.is_empty() {
                    path.push(b'/');
                }
                path.extend_from_slice(item.name());
                if path.len() > LONGEST_PATH {
                    left_out += 1;
                    continue;
                }
                match item {
                    Item::Name(record) => visit(self.entry(record, path.clone()))?,
                    Item::Directory(node) => {
                        if let Some(level) = self.enter(&node, &path, &mut visit)? {
                            way.push(level);
                        }
                    }
                }
            }
        }
        Ok(left_out)
    }

    /// Hands out a directory, and lines up what is in it, the last name first.
    fn enter<E>(
        &mut self,
        node: &Arc<DirectoryNode>,
        path: &[u8],
        visit: &mut impl FnMut(Entry) -> Result<(), E>,
    ) -> Result<Option<Level>, E> {
        let Some(Directory { own: Some(own), names, below }) =
            self.directories.remove(&Arc::as_ptr(node))
        else {
            return Ok(None);
        };
        visit(self.entry(own, path.to_vec()))?;
        let mut items: Vec<Item> = names.into_iter().map(Item::Name).collect();
        items.extend(below.into_iter().map(Item::Directory));
        items.sort_unstable_by(|a, b| b.name().cmp(a.name()));
        // A damaged directory lists a name twice; its finding tells of that.
        items.dedup_by(|a, b| a.name() == b.name());
        Ok(Some(Level { items, length: path.len() }))
    }

    fn entry(&mut self, record: Record, path: Vec<u8>) -> Entry {
        let kind = record.kind();
        let More { target, device, attributes, inode, unreadable } =
            record.more.map(|more| *more).unwrap_or_default();
        let (mut hash, mut same_file_as) = (record.hash, None);
        if let Some(names) = inode.and_then(|inode| self.files.get_mut(&inode)) {
            hash = hash.or(names.hash);
            if names.names > 1 {
                same_file_as.clone_from(&names.first);
                names.first.get_or_insert_with(|| path.clone());
            }
        }
        Entry {
            path,
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

/// A directory on the way down.
#[derive(Debug)]
struct Level {
    items: Vec<Item>,
    /// Of its path, in bytes.
    length: usize,
}

#[derive(Debug)]
enum Item {
    Name(Record),
    Directory(Arc<DirectoryNode>),
}

impl Item {
    fn name(&self) -> &[u8] {
        match self {
            Item::Name(record) => &record.name,
            Item::Directory(node) => node.name().to_bytes(),
        }
    }
}
