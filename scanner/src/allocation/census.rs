//! How many inodes have names and how many blocks they have: counted during the walk, and again by
//! walks that do nothing else.

use std::ffi::CStr;
use std::sync::{Arc, Mutex, PoisonError};

use rustix::io::Errno;
use serde::{Deserialize, Serialize};

use crate::filesystem::Filesystem;
use crate::inline_content::doubtful_blocks;
use crate::inode_facts::{FileKind, InodeFacts};
use crate::links::{SeenNumbers, Sighting, SingleLinks, Tallies};
use crate::scope::Scope;
use crate::stamp::Moment;
use crate::walk::{Buffer, DirectoryNode, Listing, OpenDirectory, Subdirectories, Visitor, Worker};

/// What was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Census {
    /// Inodes with a name, the root's among them.
    pub inodes: u64,
    /// Their blocks.
    pub blocks: u64,
    /// Of these, how many may be none: a file's content may stand in the inode, which is told as
    /// sectors, and a block of attributes that cannot be seen may be shared.
    pub uncertain: u64,
    /// Inodes that changed after the count began.
    pub recent: u64,
    /// Inodes that changed after the scan began; counted by further counts alone.
    pub changed: u64,
}

impl Census {
    /// Counts an inode, once whatever its names.
    pub fn add(&mut self, facts: &InodeFacts, filesystem: &Filesystem, began: Moment) {
        let block = filesystem.block_size;
        if !filesystem.oddities.is_ext {
            return;
        }
        self.inodes += 1;
        if let Some(blocks) = facts.sectors().checked_div(block / 512) {
            self.blocks = self.blocks.saturating_add(blocks);
            self.uncertain += doubtful_blocks(facts, filesystem, began);
        }
        self.recent += u64::from(began.may_precede(facts.changed_at()));
    }

    /// Takes off what was counted twice.
    pub fn take_off(&mut self, again: Census) {
        self.inodes = self.inodes.saturating_sub(again.inodes);
        self.blocks = self.blocks.saturating_sub(again.blocks);
        self.uncertain = self.uncertain.saturating_sub(again.uncertain);
        self.recent = self.recent.saturating_sub(again.recent);
        self.changed = self.changed.saturating_sub(again.changed);
    }

    /// Adds what another thread counted.
    pub fn merge(&mut self, other: Census) {
        self.inodes += other.inodes;
        self.blocks = self.blocks.saturating_add(other.blocks);
        self.uncertain += other.uncertain;
        self.recent += other.recent;
        self.changed += other.changed;
    }
}

/// Counts by a walk.
#[derive(Debug)]
pub struct Counter<'a> {
    scope: &'a Scope,
    began: Moment,
    met: Tallies,
    counted: Mutex<(Census, bool)>,
}

impl<'a> Counter<'a> {
    /// For the filesystem of `scope`, whose root has these facts.
    pub fn new(scope: &'a Scope, root: &InodeFacts) -> Self {
        let began = Moment::now();
        let mut census = Census::default();
        census.add(root, &scope.filesystem, began);
        let met = Tallies::new(scope.filesystem.device, began);
        Counter { scope, began, met, counted: Mutex::new((census, true)) }
    }

    /// What was counted, and the numbers of it; none where something could not be seen.
    pub fn into_counted(self) -> Option<(Census, SeenNumbers)> {
        let seen = self.met.root().seen();
        let (census, whole) = self.counted.into_inner().unwrap_or_else(PoisonError::into_inner);
        whole.then_some((census, seen))
    }

    fn count(&self, census: &mut Census, facts: &InodeFacts) {
        census.add(facts, &self.scope.filesystem, self.began);
        census.changed += u64::from(self.scope.is_recent(facts));
    }

    fn add(&self, census: Census, whole: bool) {
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        counted.0.merge(census);
        counted.1 &= whole;
    }
}

impl Visitor for Counter<'_> {
    fn visit<'s>(
        &'s self,
        directory: &OpenDirectory<'_>,
        worker: &Worker,
        _: &rayon::Scope<'s>,
    ) -> Subdirectories {
        let mut subdirectories = Subdirectories::default();
        let OpenDirectory { descriptor, facts, .. } = *directory;
        let tally = self.met.root();
        if self.scope.is_elsewhere(facts, true) {
            self.add(Census::default(), false);
            return subdirectories;
        }
        if tally.meet_directory(facts.ino()) == Sighting::Again {
            return subdirectories;
        }
        let (mut census, mut whole) = (Census::default(), true);
        // Something may have been moved into it since its name was looked up.
        census.recent += u64::from(self.began.may_precede(facts.changed_at()));
        let (mut buffer, mut singles) = (Buffer::default(), SingleLinks::default());
        let room = buffer.room_for(facts, &self.scope.filesystem);
        let mut listing = Listing::new(descriptor, room, None);
        while let Some(block) = listing.block() {
            let Ok(block) = block else {
                whole = false;
                break;
            };
            for entry in block.filter(|entry| !entry.is_dot()) {
                worker.tick();
                match InodeFacts::of_entry(descriptor, entry.name) {
                    // Something was mounted there since the scan began.
                    Ok(facts) if facts.is_mount_root() || self.scope.is_elsewhere(&facts, true) => {
                        whole = false;
                    }
                    Ok(facts) if facts.kind() == FileKind::Directory => {
                        self.count(&mut census, &facts);
                        let noatime = self.scope.may_skip_atime(&facts);
                        subdirectories.push(entry.name, facts.ino(), noatime);
                    }
                    Ok(facts) => {
                        if tally.meet_file(&facts, &mut singles) == Sighting::First {
                            self.count(&mut census, &facts);
                        }
                    }
                    Err(_) => whole = false,
                }
            }
        }
        tally.meet_singles(&mut singles);
        self.add(census, whole && !self.scope.control.is_stopped());
        subdirectories
    }

    fn unopened(&self, parent: &Arc<DirectoryNode>, name: &CStr, _: u64, _: Errno) {
        self.add(Census::default(), self.scope.is_lost_and_found(parent, name));
    }
}
