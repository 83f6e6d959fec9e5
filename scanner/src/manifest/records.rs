//! What a walk notes for a manifest, a name at a time, in about 120 bytes each.
//!
//! Records and names stand one behind the other: an allocation for each name, and giving it back,
//! took a fifth of the time that a manifest takes.

use std::ffi::CStr;
use std::ops::Range;
use std::os::fd::BorrowedFd;
use std::sync::Arc;

use super::entry::{AttributeDigest, ContentHash};
use super::order::compare_paths;
use super::tree::LONGEST_PATH;
use crate::content::{Content, OpenFile};
use crate::inode_facts::{Device, FileKind, InodeFacts, InodeTime};
use crate::walk::DirectoryNode;

/// Paths that could not be examined are noted up to this number.
const MOST_UNEXAMINED: usize = 100_000;

/// Bytes of the mount points that are named: they stand in one line.
const MOST_MOUNT_BYTES: usize = 1 << 20;

/// A directory, and a name in it; no name stands for the directory itself.
type Place = (Arc<DirectoryNode>, Box<[u8]>);

/// One name.
#[derive(Clone, Debug)]
pub struct Record {
    /// Where its name stands among the [`Noted::names`]; nothing for the directory itself whose
    /// records these are.
    pub name: Range<usize>,
    /// BLAKE3 of its content.
    pub hash: Option<ContentHash>,
    /// `st_size`.
    pub size: u64,
    /// `st_mtim`.
    pub modified_at: InodeTime,
    /// The owner.
    pub uid: u32,
    /// The group.
    pub gid: u32,
    /// `st_mode`.
    pub mode: u16,
    /// What few names have.
    pub more: Option<Box<More>>,
}

/// What few names have.
#[derive(Clone, Debug, Default)]
pub struct More {
    /// Where a symbolic link leads.
    pub target: Option<Vec<u8>>,
    /// The number of a device node.
    pub device: Option<Device>,
    /// Extended attributes by name.
    pub attributes: Vec<AttributeDigest>,
    /// What identifies a file with several names.
    pub inode: Option<(Device, u64)>,
    /// What could not be read.
    pub unreadable: Vec<Range<u64>>,
}

impl Record {
    fn new(facts: &InodeFacts) -> Self {
        Record {
            name: 0..0,
            hash: None,
            size: facts.size(),
            modified_at: facts.modified_at(),
            uid: facts.uid(),
            gid: facts.gid(),
            mode: facts.mode(),
            more: None,
        }
    }

    fn more(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }

    fn with_attributes(mut self, mut attributes: Vec<AttributeDigest>) -> Self {
        if !attributes.is_empty() {
            attributes.sort_unstable();
            self.more().attributes = attributes;
        }
        self
    }

    /// Its type.
    pub fn kind(&self) -> FileKind {
        FileKind::of_type_bits(self.mode >> 12)
    }
}

/// What was noted of names.
#[derive(Clone, Debug, Default)]
pub struct Noted {
    /// In no order, though mostly together with others of the same directory.
    pub records: Vec<Record>,
    /// Their names, one behind the other.
    pub names: Vec<u8>,
    /// Directories, and how many records stand in front of the first of a run of theirs.
    runs: Vec<(Arc<DirectoryNode>, usize)>,
}

impl Noted {
    /// Directories, and which records one behind the other are theirs; some come more than once.
    pub fn runs(&self) -> impl Iterator<Item = (&Arc<DirectoryNode>, Range<usize>)> {
        let begins = self.runs.iter().map(|(_, begin)| *begin);
        let ends = begins.skip(1).chain([self.records.len()]);
        self.runs.iter().zip(ends).map(|((node, begin), end)| (node, *begin..end))
    }

    fn add(&mut self, node: &Arc<DirectoryNode>, name: &[u8], mut record: Record) {
        if self.runs.last().is_none_or(|(last, _)| !Arc::ptr_eq(last, node)) {
            self.runs.push((Arc::clone(node), self.records.len()));
        }
        let begin = self.names.len();
        self.names.extend_from_slice(name);
        record.name = begin..self.names.len();
        self.records.push(record);
    }

    /// Adds another thread's.
    pub fn append(&mut self, other: Noted) {
        if self.records.is_empty() {
            *self = other;
            return;
        }
        let (records, names) = (self.records.len(), self.names.len());
        self.names.extend_from_slice(&other.names);
        self.runs.extend(other.runs.into_iter().map(|(node, begin)| (node, records + begin)));
        self.records.extend(other.records.into_iter().map(|mut record| {
            record.name = names + record.name.start..names + record.name.end;
            record
        }));
    }
}

/// What was noted; nothing where no manifest was asked for.
#[derive(Clone, Debug, Default)]
pub struct Records {
    wanted: bool,
    noted: Noted,
    unexamined: Vec<Place>,
    mounts: Vec<Place>,
}

impl Records {
    /// Nothing yet.
    pub fn new(wanted: bool) -> Self {
        Records { wanted, ..Records::default() }
    }

    /// Notes a file and what it holds, if that is known.
    pub fn add_file(
        &mut self,
        node: &Arc<DirectoryNode>,
        file: &OpenFile,
        facts: &InodeFacts,
        content: Option<Content>,
    ) {
        if !self.wanted || node.is_locked() {
            return;
        }
        let mut record =
            Record::new(facts).with_attributes(file.attributes.clone()).with_identity(facts);
        if let Some(content) = content {
            record.hash = content.hash;
            if !content.bad.is_empty() {
                record.more().unreadable = content.bad.ranges().to_vec();
            }
        }
        self.noted.add(node, file.name.to_bytes(), record);
    }

    /// Notes a name whose content is not read: a directory (`name` is empty then), a link, a
    /// further name of a file.
    pub fn add_name(
        &mut self,
        node: &Arc<DirectoryNode>,
        directory: BorrowedFd<'_>,
        name: &CStr,
        facts: &InodeFacts,
        attributes: Vec<AttributeDigest>,
    ) {
        let holder = if name.is_empty() { node.parent() } else { Some(node) };
        if !self.wanted || holder.is_some_and(|holder| holder.is_locked()) {
            return;
        }
        let mut record = Record::new(facts).with_attributes(attributes);
        if facts.kind() != FileKind::Directory {
            record = record.with_identity(facts);
        }
        match facts.kind() {
            FileKind::Symlink => {
                let target = rustix::fs::readlinkat(directory, name, Vec::new());
                record.more().target = target.ok().map(std::ffi::CString::into_bytes);
            }
            FileKind::CharacterDevice | FileKind::BlockDevice => {
                record.more().device = Some(facts.special_device());
            }
            _ => {}
        }
        self.noted.add(node, name.to_bytes(), record);
    }

    /// Adds another thread's.
    pub fn merge(&mut self, other: Records) {
        self.noted.append(other.noted);
        for (node, name) in other.unexamined {
            self.miss(&node, &name);
        }
        self.mounts.extend(other.mounts);
    }

    /// Notes a directory that another filesystem is mounted on, into which the walk goes.
    pub fn cross(&mut self, node: &Arc<DirectoryNode>, name: &[u8]) {
        if self.wanted {
            self.mounts.push((Arc::clone(node), name.into()));
        }
    }

    /// The paths below the root of such directories, in the order of a manifest, as long as they are not
    /// too many.
    pub fn mounts(&self) -> Vec<Vec<u8>> {
        let path = |(node, name): &Place| node.path_up_to(name, false, LONGEST_PATH);
        let mut paths: Vec<Vec<u8>> = self.mounts.iter().filter_map(path).collect();
        paths.sort_by(|a, b| compare_paths(a, b));
        let mut room = MOST_MOUNT_BYTES;
        paths.retain(|path| {
            let fits = path.len() <= room;
            room = if fits { room - path.len() } else { 0 };
            fits
        });
        paths
    }

    /// Notes what could not be examined: a name, or the whole directory where `name` is empty.
    pub fn miss(&mut self, node: &Arc<DirectoryNode>, name: &[u8]) {
        if !self.wanted || self.unexamined.len() > MOST_UNEXAMINED {
            return;
        }
        if self.unexamined.len() < MOST_UNEXAMINED {
            self.unexamined.push((Arc::clone(node), name.into()));
            return;
        }
        // Too many to be told apart: what is missing anywhere may be one of them.
        let mut root = node;
        while let Some(above) = root.parent() {
            root = above;
        }
        self.unexamined.push((Arc::clone(root), Box::default()));
    }

    /// The paths below the root that could not be examined.
    pub fn unexamined(&self) -> Vec<Vec<u8>> {
        let path = |(node, name): &Place| {
            if name.is_empty() {
                let above = node.parent();
                return above.map_or_else(
                    || Some(Vec::new()),
                    |above| above.path_up_to(node.name().to_bytes(), false, LONGEST_PATH),
                );
            }
            node.path_up_to(name, false, LONGEST_PATH)
        };
        self.unexamined.iter().filter_map(path).collect()
    }

    /// Takes the records themselves out.
    pub fn take_noted(&mut self) -> Noted {
        std::mem::take(&mut self.noted)
    }
}

impl Record {
    fn with_identity(mut self, facts: &InodeFacts) -> Self {
        if facts.nlink() > 1 {
            self.more().inode = Some((facts.device(), facts.ino()));
        }
        self
    }
}
