//! Records of a walk, put in the order of a manifest.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use foldhash::fast::RandomState;
use rayon::iter::{IntoParallelRefMutIterator, ParallelIterator};

use super::counts::Counts;
use super::entry::{ContentHash, Entry, EntryView};
use super::linked_names::LinkedNames;
use super::order::{is_below, parent_of};
use super::records::{Noted, Record};
use super::writer::{Block, BlockLines, ManifestWriteError};
use crate::inode_facts::{Device, FileKind, InodeTime};
use crate::walk::DirectoryNode;

/// Paths longer than this, in bytes, are left out: a chain of 100,000 directories would take
/// gigabytes.
pub(super) const LONGEST_PATH: usize = 1 << 16;

/// Directories that are named as holding such paths; where there are more, it is one above them all.
const MOST_CUT: usize = 16;

/// Entries of a block, mostly. Its lines, mostly 200 KiB, stay in a processor's own cache until they are
/// compressed.
const BLOCK: usize = 1024;

type NodeId = *const DirectoryNode;
type InodeId = (Device, u64);

/// The names of one tree, in about 150 bytes each.
#[derive(Debug, Default)]
pub struct RecordTree {
    noted: Noted,
    directories: Vec<Directory>,
    root: Option<usize>,
    several: HashMap<InodeId, SeveralNames, RandomState>,
    left_out: Vec<Vec<u8>>,
    counts: Counts,
    /// Where blocks begin, and how many entries they have.
    blocks: Vec<(Place, usize)>,
    /// Directories that hold names whose paths are too long.
    cut: BTreeSet<Vec<u8>>,
}

/// A directory and what is in it, in the order of names.
#[derive(Debug)]
struct Directory {
    node: Arc<DirectoryNode>,
    /// Its own record.
    own: Option<usize>,
    items: Vec<Item>,
}

/// Something in a directory, by its index.
#[derive(Clone, Copy, Debug)]
enum Item {
    Record(usize),
    Directory(usize),
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
    /// Takes the records of all threads. Paths below the root in `left_out` are no part of the tree:
    /// files that the scan itself writes. Files with `several` names here, or more, are kept in mind.
    pub(super) fn of(noted: Noted, left_out: Vec<Vec<u8>>, several: u32) -> Self {
        let mut tree = RecordTree { left_out, ..RecordTree::default() };
        let mut known: HashMap<NodeId, usize, RandomState> = HashMap::default();
        for (node, run) in noted.runs() {
            let at = tree.directory(&mut known, node);
            for (index, record) in run.clone().zip(noted.records.get(run).unwrap_or_default()) {
                tree.note_inode(record);
                if !record.name.is_empty() {
                    tree.add(at, Item::Record(index));
                    continue;
                }
                if let Some(directory) = tree.directories.get_mut(at) {
                    directory.own = Some(index);
                }
            }
        }
        tree.noted = noted;
        tree.sort();
        tree.count(several);
        tree
    }

    /// The index of a directory; one that is new, and what is new above it, is hung in.
    fn directory(
        &mut self,
        known: &mut HashMap<NodeId, usize, RandomState>,
        node: &Arc<DirectoryNode>,
    ) -> usize {
        if let Some(at) = known.get(&Arc::as_ptr(node)) {
            return *at;
        }
        let first = self.directories.len();
        let (mut at, mut items) = (node, Vec::new());
        loop {
            let index = self.directories.len();
            self.directories.push(Directory { node: Arc::clone(at), own: None, items });
            known.insert(Arc::as_ptr(at), index);
            let Some(above) = at.parent() else {
                self.root = Some(index);
                break;
            };
            if let Some(there) = known.get(&Arc::as_ptr(above)) {
                self.add(*there, Item::Directory(index));
                break;
            }
            (at, items) = (above, vec![Item::Directory(index)]);
        }
        first
    }

    fn add(&mut self, at: usize, item: Item) {
        if let Some(directory) = self.directories.get_mut(at) {
            directory.items.push(item);
        }
    }

    fn name(&self, item: Item) -> &[u8] {
        match item {
            Item::Record(index) => {
                let range = self.noted.records.get(index).map(|record| record.name.clone());
                range.and_then(|range| self.noted.names.get(range))
            }
            Item::Directory(index) => {
                self.directories.get(index).map(|directory| directory.node.name().to_bytes())
            }
        }
        .unwrap_or_default()
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

    /// Puts what is in each directory in the order of names.
    fn sort(&mut self) {
        let mut all: Vec<Vec<Item>> =
            self.directories.iter_mut().map(|one| std::mem::take(&mut one.items)).collect();
        all.par_iter_mut().for_each(|items| {
            items.sort_unstable_by(|a, b| self.name(*a).cmp(self.name(*b)));
            // A damaged directory lists a name twice; its finding tells of that.
            items.dedup_by(|a, b| self.name(*a) == self.name(*b));
        });
        for (directory, items) in self.directories.iter_mut().zip(all) {
            directory.items = items;
        }
    }

    /// Goes through the tree once, for what must be known before a line can be written.
    fn count(&mut self, several: u32) {
        self.several.retain(|_, names| names.names >= several || names.hash.is_none());
        let (mut firsts, mut blocks) = (HashMap::new(), Vec::new());
        let mut counts = Counts::default();
        let mut cut = BTreeSet::new();
        let mut place = Place::default();
        loop {
            // A place deep down takes much room: a block must be worth it.
            let is_full = |(_, length): &(Place, usize)| is_full(*length, place.bytes());
            let begin = blocks.last().is_none_or(is_full).then(|| place.clone());
            let passed = place.advance(self);
            cut.extend(place.cut.drain(..));
            if cut.len() > MOST_CUT {
                cut = above_all(&cut).into_iter().collect();
            }
            let Some(record) = passed else { break };
            blocks.extend(begin.map(|begin| (begin, 0)));
            if let Some((_, length)) = blocks.last_mut() {
                *length += 1;
            }
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
                firsts.insert(inode, place.path.clone());
            }
        }
        (self.counts, self.blocks, self.cut) = (counts, blocks, cut);
        for (inode, first) in firsts {
            if let Some(inode) = inode {
                self.several.entry(inode).or_default().first = first;
            }
        }
    }

    /// The first name of each file with several links, for a part that `root_device` is the root's
    /// device of.
    pub(crate) fn linked_names(&self, root_device: Device) -> LinkedNames {
        let mut names = LinkedNames::default();
        for ((device, ino), several) in &self.several {
            let device = Some(*device).filter(|device| *device != root_device);
            names.add(device, *ino, several.first.clone());
        }
        names
    }

    /// Paths below the root that are no part of it: files that the scan itself writes.
    pub fn left_out(&self) -> &[Vec<u8>] {
        &self.left_out
    }

    /// Paths of the directories that hold names, or directories with names, which are not among the
    /// entries: their paths are longer than 64 KiB.
    pub fn cut(&self) -> impl Iterator<Item = &[u8]> {
        self.cut.iter().map(Vec::as_slice)
    }

    /// What the tree holds, in numbers.
    pub fn counts(&self) -> Counts {
        self.counts
    }

    /// Every name as a manifest has it, made on the fly: a directory before what is in it, names
    /// in the order of their bytes.
    pub fn entries(&self) -> Entries<'_> {
        Entries { tree: self, place: Place::default() }
    }

    /// The same, in parts that can be gone through at the same time.
    pub fn blocks(&self) -> Vec<TreeBlock<'_>> {
        let blocks = self.blocks.iter();
        blocks.map(|(begin, length)| TreeBlock { tree: self, begin, length: *length }).collect()
    }

    fn view<'v>(&'v self, record: &'v Record, path: &'v [u8]) -> EntryView<'v> {
        let kind = record.kind();
        let more = record.more.as_deref();
        let mut unreadable = more.map_or(&[][..], |more| &more.unreadable);
        let (mut hash, mut same_file_as) = (record.hash.as_ref(), None);
        let inode = more.and_then(|more| more.inode);
        if let Some(names) = inode.and_then(|inode| self.several.get(&inode)) {
            if hash.is_none() && names.read_as == (record.size, record.modified_at) {
                (hash, unreadable) = (names.hash.as_ref(), &names.unreadable);
            }
            same_file_as = Some(names.first.as_slice()).filter(|first| *first != path);
        }
        EntryView {
            path,
            kind,
            mode: record.mode & 0o7777,
            uid: record.uid,
            gid: record.gid,
            size: if kind == FileKind::Regular { record.size } else { 0 },
            modified_at: record.modified_at,
            target: more.and_then(|more| more.target.as_deref()),
            device: more.and_then(|more| more.device),
            attributes: more.map_or(&[], |more| &more.attributes),
            same_file_as,
            hash,
            unreadable,
        }
    }
}

/// The path of the lowest directory that is each of these or above it.
fn above_all<'p>(paths: impl IntoIterator<Item = &'p Vec<u8>>) -> Option<Vec<u8>> {
    let mut paths = paths.into_iter();
    let mut above: &[u8] = paths.next()?;
    for path in paths {
        while path != above && !is_below(path, above) {
            above = parent_of(above).unwrap_or_default();
        }
    }
    Some(above.to_vec())
}

/// Whether a block has enough entries, at a place that takes so many bytes.
fn is_full(entries: usize, place: usize) -> bool {
    entries >= BLOCK.max(place / 16)
}

/// Whether a block of `entries` that ends in `last` is one as a tree is cut into, which a joined
/// manifest is cut into as well.
pub(super) fn is_full_behind(entries: usize, last: &Entry) -> bool {
    let names = last.path.split(|byte| *byte == b'/').filter(|name| !name.is_empty()).count();
    let levels = names + usize::from(last.kind == FileKind::Directory);
    is_full(entries, levels * size_of::<Level>() + last.path.len())
}

/// A place in a tree, in front of an entry.
#[derive(Clone, Debug, Default)]
struct Place {
    begun: bool,
    way: Vec<Level>,
    /// The path of the entry that was passed last.
    path: Vec<u8>,
    /// Directories passed, until somebody takes them, in which paths grow too long.
    cut: Vec<Vec<u8>>,
}

/// A directory on the way down.
#[derive(Clone, Copy, Debug)]
struct Level {
    directory: usize,
    next: usize,
    /// Of its path, in bytes.
    length: usize,
}

impl Place {
    /// Memory that a copy takes.
    fn bytes(&self) -> usize {
        self.way.len() * size_of::<Level>() + self.path.len()
    }

    /// Passes the next entry.
    fn advance<'t>(&mut self, tree: &'t RecordTree) -> Option<&'t Record> {
        if !self.begun {
            self.begun = true;
            let root = tree.root?;
            self.way.push(Level { directory: root, next: 0, length: 0 });
            if let Some(own) = tree.directories.get(root)?.own {
                return tree.noted.records.get(own);
            }
        }
        loop {
            let level = self.way.last_mut()?;
            self.path.truncate(level.length);
            let directory = tree.directories.get(level.directory)?;
            let Some(item) = directory.items.get(level.next) else {
                self.way.pop();
                continue;
            };
            level.next += 1;
            if level.length > 0 {
                self.path.push(b'/');
            }
            self.path.extend_from_slice(tree.name(*item));
            if self.path.len() > LONGEST_PATH {
                self.path.truncate(level.length);
                if self.cut.last() != Some(&self.path) {
                    self.cut.push(self.path.clone());
                }
                if self.cut.len() > MOST_CUT {
                    self.cut = above_all(&self.cut).into_iter().collect();
                }
                continue;
            }
            if tree.left_out.contains(&self.path) {
                continue;
            }
            let index = match *item {
                Item::Record(index) => Some(index),
                Item::Directory(directory) => {
                    self.way.push(Level { directory, next: 0, length: self.path.len() });
                    tree.directories.get(directory).and_then(|directory| directory.own)
                }
            };
            if let Some(index) = index {
                return tree.noted.records.get(index);
            }
        }
    }
}

/// Goes through a tree's names.
#[derive(Clone, Debug)]
pub struct Entries<'t> {
    tree: &'t RecordTree,
    place: Place,
}

impl Iterator for Entries<'_> {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        let record = self.place.advance(self.tree)?;
        Some(self.tree.view(record, &self.place.path).to_entry())
    }
}

/// Names of a tree, one behind the other.
#[derive(Clone, Copy, Debug)]
pub struct TreeBlock<'t> {
    tree: &'t RecordTree,
    begin: &'t Place,
    length: usize,
}

impl Block for TreeBlock<'_> {
    fn write(&self, lines: &mut BlockLines) -> Result<(), ManifestWriteError> {
        let mut place = self.begin.clone();
        for _ in 0..self.length {
            let Some(record) = place.advance(self.tree) else { break };
            lines.add(&self.tree.view(record, &place.path))?;
        }
        Ok(())
    }
}
