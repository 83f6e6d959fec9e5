//! Reading a directory to its end: a block of entries at a time, and of these a batch.

use reports::UncheckedReason;

use super::batch::{Asked, Batch};
use super::{Look, Pass, Room};
use crate::checks::SameNames;
use crate::inode_facts::InodeFacts;
use crate::inspect::InspectionRoom;
use crate::walk::{Block, Listing};

/// Entries after which the walk tells how far it came, and looks whether it was stopped.
const UNREPORTED: u64 = 1024;

impl Look<'_, '_> {
    /// Reads the directory. Tells whether it came to its end, and the hashes of names that were
    /// repeated.
    pub(super) fn list(&mut self, room: &mut Room) -> (bool, Vec<u64>) {
        let most = self.most_names();
        let Room { buffer, hashes, inspection } = room;
        let buffer = buffer.room_for(self.directory.facts, self.filesystem);
        let mut listing = Listing::new(self.directory.descriptor, buffer, most);
        let mut begins = true;
        let mut same = SameNames::new(&self.scope.hasher, hashes);
        let complete = loop {
            let listed = listing.block();
            if std::mem::take(&mut begins) {
                self.left = self.leaves_by(listed.as_ref().and_then(|listed| listed.as_ref().ok()));
                if self.left.is_some() {
                    break false;
                }
            }
            match listed {
                None => break true,
                Some(Ok(block)) => {
                    if !self.entries(block, &mut same, inspection) {
                        break false;
                    }
                }
                Some(Err(error)) => {
                    self.listing_failed(error);
                    break false;
                }
            }
        };
        (complete, same.repeated())
    }

    /// Looks at the entries of a block; false if the scan was stopped meanwhile.
    fn entries(
        &mut self,
        mut block: Block<'_>,
        same: &mut SameNames<'_>,
        inspection: &mut InspectionRoom,
    ) -> bool {
        let mut batch = Batch::new();
        let mut unreported = 0;
        loop {
            self.ask(&mut block, &mut batch);
            for Asked { entry, answer, look_inside, .. } in &mut batch {
                *look_inside = self.entry(*entry, answer, same);
            }
            self.look_inside(&mut batch, inspection);
            unreported += batch.len() as u64;
            let ended = !batch.is_full();
            if ended || unreported >= UNREPORTED {
                self.report(std::mem::take(&mut unreported));
                if self.is_to_end() {
                    self.miss(UncheckedReason::Interrupted, "directory", None);
                    return false;
                }
            }
            if ended {
                return true;
            }
            batch.clear();
        }
    }

    /// Whether the scan is to end. What looked wrong is looked at again all the same, for a moment.
    fn is_to_end(&self) -> bool {
        match self.pass {
            Pass::Walk => self.scope.control.is_stopped(),
            Pass::Again => self.scope.control.is_over(),
        }
    }

    /// Asks for some entries.
    fn ask<'b>(&mut self, block: &mut Block<'b>, batch: &mut Batch<'b>) {
        while !batch.is_full()
            && let Some(entry) = block.next()
        {
            if entry.is_dot() {
                self.dots.note(entry.name.to_bytes(), entry.ino, entry.kind);
                continue;
            }
            let excluded = self.scope.is_excluded(self.directory.node, entry.name.to_bytes());
            let answer =
                (!excluded).then(|| InodeFacts::of_entry(self.directory.descriptor, entry.name));
            batch.push(Asked { entry, answer, look_inside: None, opened: None });
            self.worker.tick();
        }
    }

    /// Tells how far the walk came.
    fn report(&mut self, entries: u64) {
        self.scope.control.add_entries(if self.pass == Pass::Walk { entries } else { 0 });
    }

    /// An ext4 entry takes at least 12 bytes (fs/ext4/ext4.h, `ext4_dir_rec_len`). In a busy
    /// directory entries that are renamed can be listed several times.
    pub(super) fn most_names(&self) -> Option<u64> {
        let in_blocks = self.filesystem.oddities.is_ext.then(|| self.directory.facts.size() / 12);
        in_blocks.map(|names| names.saturating_mul(4).max(4096))
    }
}
