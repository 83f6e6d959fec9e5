//! All names of a few inodes: one more walk, which looks at listed numbers alone.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::CStr;
use std::mem::MaybeUninit;
use std::sync::{Arc, Mutex, PoisonError};

use rustix::io::Errno;

use super::tally::{Sighting, Tallies};
use crate::inode_facts::{Device, FileKind, InodeFacts};
use crate::scope::Scope;
use crate::walk::{DirectoryNode, Listing, OpenDirectory, Subdirectories, Visitor, Worker};

/// Names of one inode that are kept; a file may have 65,000.
const MOST_NAMES: usize = 1000;

/// An inode of a device.
pub(super) type InodeId = (Device, u64);

/// One name of an inode.
#[derive(Clone, Debug)]
pub(super) struct FoundName {
    pub(super) parent: Arc<DirectoryNode>,
    pub(super) name: Box<CStr>,
}

impl FoundName {
    /// The path's bytes.
    pub(super) fn path(&self) -> Vec<u8> {
        self.parent.path_bytes(Some(self.name.to_bytes()))
    }
}

/// The names of an inode, each once: a name is its directory's number and its bytes, so a
/// directory that is moved during the walk does not double the names in it.
#[derive(Clone, Debug, Default)]
pub(super) struct FoundNames {
    pub(super) kept: BTreeMap<(u64, Box<[u8]>), FoundName>,
    pub(super) beyond: u64,
}

/// Collects the names of `wanted` inodes.
pub(super) struct NameCollector<'a> {
    scope: &'a Scope,
    wanted: &'a BTreeSet<InodeId>,
    visited: Tallies,
    found: Mutex<BTreeMap<InodeId, FoundNames>>,
}

impl<'a> NameCollector<'a> {
    pub(super) fn new(scope: &'a Scope, wanted: &'a BTreeSet<InodeId>) -> Self {
        let visited = Tallies::new(scope.filesystem.device, scope.started);
        NameCollector { scope, wanted, visited, found: Mutex::default() }
    }

    pub(super) fn into_found(self) -> BTreeMap<InodeId, FoundNames> {
        self.found.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn note(&self, id: InodeId, parent: &Arc<DirectoryNode>, name: &CStr) {
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        let names = found.entry(id).or_default();
        if names.kept.len() >= MOST_NAMES {
            names.beyond += 1;
            return;
        }
        let found = FoundName { parent: Arc::clone(parent), name: name.into() };
        names.kept.insert((parent.ino, name.to_bytes().into()), found);
    }

    fn is_elsewhere(&self, facts: &InodeFacts) -> bool {
        self.scope.is_elsewhere(facts, true) && !self.scope.options.cross_mounts
    }
}

impl Visitor for NameCollector<'_> {
    fn visit(&self, directory: &OpenDirectory<'_>, worker: &Worker) -> Subdirectories {
        let mut subdirectories = Subdirectories::default();
        let OpenDirectory { node, descriptor, facts } = *directory;
        let other = self.visited.other(facts.device());
        let visited = other.as_deref().unwrap_or_else(|| self.visited.root());
        if self.is_elsewhere(facts) || visited.meet_directory(facts.ino()) == Sighting::Again {
            return subdirectories;
        }
        let mut buffer = vec![MaybeUninit::uninit(); 1 << 16];
        let mut listing = Listing::new(descriptor, &mut buffer, None);
        while let Some(Ok(entry)) = listing.next() {
            worker.tick();
            if matches!(entry.name().to_bytes(), b"." | b"..") || self.scope.control.is_stopped() {
                continue;
            }
            let id = (facts.device(), entry.ino());
            if self.wanted.contains(&id) {
                self.note(id, node, entry.name());
            }
            if matches!(entry.kind(), FileKind::Directory | FileKind::Unknown)
                && let Ok(child) = InodeFacts::of_entry(descriptor, entry.name())
                && child.kind() == FileKind::Directory
                && !self.is_elsewhere(&child)
            {
                let noatime = self.scope.may_skip_atime(&child);
                subdirectories.push(entry.name(), child.ino(), noatime);
            }
        }
        subdirectories
    }

    /// What cannot be opened was noted by the first walk.
    fn unopened(&self, _: &Arc<DirectoryNode>, _: &CStr, _: u64, _: Errno) {}
}
