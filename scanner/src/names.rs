//! All names of a few inodes: one more walk, which looks at listed numbers alone.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::CStr;
use std::os::fd::BorrowedFd;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rustix::io::Errno;

use crate::inode_facts::{Device, FileKind, InodeFacts};
use crate::links::{Sighting, Tallies};
use crate::scope::Scope;
use crate::walk::{
    Buffer, Descriptors, DirectoryNode, Dirent, Listing, OpenDirectory, Subdirectories, Visitor,
    Walker, Worker, Workers,
};

/// Names of one inode that are kept; a file may have 65,000.
const MOST_NAMES: usize = 1000;

/// An inode of a device.
pub type InodeId = (Device, u64);

/// One name of an inode.
#[derive(Clone, Debug)]
pub struct FoundName {
    pub parent: Arc<DirectoryNode>,
    pub name: Box<CStr>,
}

impl FoundName {
    /// The path's bytes.
    pub fn path(&self) -> Vec<u8> {
        self.parent.path_bytes(Some(self.name.to_bytes()))
    }
}

/// The names of an inode, each once: a name is its directory's number and its bytes, so a
/// directory that is moved during the walk does not double the names in it.
#[derive(Clone, Debug, Default)]
pub struct FoundNames {
    pub kept: BTreeMap<(u64, Box<[u8]>), FoundName>,
    pub beyond: u64,
}

/// What a walk for names brought.
#[derive(Debug, Default)]
pub struct Names {
    pub of: BTreeMap<InodeId, FoundNames>,
    /// Whether a directory could not be read to its end, so that names may be missing.
    pub incomplete: bool,
}

impl Names {
    /// Adds what another walk found.
    pub fn extend(&mut self, other: Names) {
        self.incomplete |= other.incomplete;
        for (id, names) in other.of {
            self.of.entry(id).or_default().kept.extend(names.kept);
        }
    }
}

/// Walks once more for the names of `wanted` inodes.
pub fn collect(
    scope: &Scope,
    descriptors: &Descriptors,
    workers: &Workers,
    pool: &rayon::ThreadPool,
    root: &Arc<DirectoryNode>,
    wanted: &BTreeSet<InodeId>,
) -> Names {
    let collector = NameCollector::new(scope, wanted);
    let stop = scope.control.stop_flag();
    let walker = Walker { visitor: &collector, descriptors, workers, stop };
    match descriptors.open_root() {
        Ok(descriptor) => walker.walk(pool, root, descriptor),
        Err(errno) => collector.unopened(root, root.name(), root.ino, errno),
    }
    collector.into_names()
}

/// Collects the names of `wanted` inodes.
struct NameCollector<'a> {
    scope: &'a Scope,
    wanted: &'a BTreeSet<InodeId>,
    visited: Tallies,
    names: Mutex<Names>,
}

impl<'a> NameCollector<'a> {
    fn new(scope: &'a Scope, wanted: &'a BTreeSet<InodeId>) -> Self {
        let visited = Tallies::new(scope.filesystem.device, scope.started);
        NameCollector { scope, wanted, visited, names: Mutex::default() }
    }

    fn into_names(self) -> Names {
        self.names.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, Names> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, id: InodeId, parent: &Arc<DirectoryNode>, name: &CStr) {
        let mut names = self.lock();
        let found = names.of.entry(id).or_default();
        if found.kept.len() >= MOST_NAMES {
            found.beyond += 1;
            return;
        }
        let name_here = FoundName { parent: Arc::clone(parent), name: name.into() };
        found.kept.insert((parent.ino, name.to_bytes().into()), name_here);
    }

    /// Whether the first walk went there, too.
    fn may_enter(&self, facts: &InodeFacts) -> bool {
        !self.scope.is_elsewhere(facts, true)
            || (self.scope.options.cross_mounts && self.scope.may_enter(facts).is_ok())
    }

    fn is_new(&self, facts: &InodeFacts) -> bool {
        let other = self.visited.other(facts.device());
        let visited = other.as_deref().unwrap_or_else(|| self.visited.root());
        visited.meet_directory(facts.ino()) == Sighting::First
    }

    /// The entry as a subdirectory to go on with.
    fn subdirectory(&self, descriptor: BorrowedFd<'_>, entry: &Dirent<'_>) -> Option<InodeFacts> {
        if !matches!(entry.kind, FileKind::Directory | FileKind::Unknown) {
            return None;
        }
        match InodeFacts::of_entry(descriptor, entry.name) {
            Ok(facts) if facts.kind() == FileKind::Directory && self.may_enter(&facts) => {
                Some(facts)
            }
            Ok(_) => None,
            Err(_) => {
                self.lock().incomplete = true;
                None
            }
        }
    }
}

impl Visitor for NameCollector<'_> {
    fn visit<'s>(
        &'s self,
        directory: &OpenDirectory<'_>,
        worker: &Worker,
        _: &rayon::Scope<'s>,
    ) -> Subdirectories {
        let mut subdirectories = Subdirectories::default();
        let OpenDirectory { node, descriptor, facts } = *directory;
        if !self.may_enter(facts) || !self.is_new(facts) {
            return subdirectories;
        }
        let other = self.scope.other_filesystem(directory);
        let filesystem = other.as_deref().unwrap_or(&self.scope.filesystem);
        let mut buffer = Buffer::default();
        let mut listing = Listing::new(descriptor, buffer.room_for(facts, filesystem), None);
        while let Some(block) = listing.block() {
            let Ok(block) = block else {
                self.lock().incomplete = true;
                break;
            };
            if self.scope.control.is_stopped() {
                break;
            }
            for entry in block.filter(|entry| !entry.is_dot()) {
                worker.tick();
                if self.scope.is_excluded(node, entry.name.to_bytes()) {
                    continue;
                }
                let id = (facts.device(), entry.ino);
                if self.wanted.contains(&id) {
                    self.note(id, node, entry.name);
                }
                if let Some(child) = self.subdirectory(descriptor, &entry) {
                    let noatime = self.scope.may_skip_atime(&child);
                    subdirectories.push(entry.name, child.ino(), noatime);
                }
            }
        }
        subdirectories
    }

    /// The judge of link counts knows of `lost+found`; any other directory is missing.
    fn unopened(&self, parent: &Arc<DirectoryNode>, name: &CStr, _: u64, _: Errno) {
        self.lock().incomplete |= !self.scope.is_lost_and_found(parent, name);
    }
}
