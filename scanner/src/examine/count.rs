//! Counting names and what they lead to.

use std::ffi::CStr;

use reports::Totals;

use super::Look;
use crate::inode_facts::{FileKind, InodeFacts};
use crate::links::Sighting;
use crate::shard::may_stray;

impl Look<'_, '_> {
    /// Counts an entry and its inode, and goes on into a directory. Tells whether the inode was
    /// met before.
    pub(super) fn count(&mut self, name: &CStr, facts: &InodeFacts) -> Sighting {
        let totals = &mut self.out.gathered.totals;
        count_kind(totals, facts.kind());
        if facts.kind() == FileKind::Directory {
            if self.scope.options.shard.is_some() {
                self.out.gathered.roll.name(self.scope.linked_inode(facts));
            }
            if self.scope.goes_into(self.directory.node, name.to_bytes(), facts) {
                let noatime = self.scope.may_skip_atime(facts);
                self.out.subdirectories.push(name, facts.ino(), noatime);
            } else if may_stray(self.scope) {
                self.out.subdirectories.pass_by(name, facts.ino());
            }
            return Sighting::First;
        }
        let checks = self.scope.options.checks;
        // Of a file that is looked into by each of two names the blocks must not count twice.
        let asked = checks.links || checks.extents || checks.allocation;
        let counts =
            self.filesystem.oddities.file_links_count_names && (asked || facts.nlink() > 1);
        let met = if counts { self.tally.meet_file(facts, self.singles) } else { Sighting::First };
        if facts.kind() == FileKind::Regular {
            totals.hardlinked += u64::from(facts.nlink() > 1);
            if met == Sighting::First {
                totals.bytes_apparent = totals.bytes_apparent.saturating_add(facts.size());
                let bytes = facts.sectors().saturating_mul(512);
                totals.bytes_allocated = totals.bytes_allocated.saturating_add(bytes);
                if self.is_counted_apart(facts) {
                    let linked = self.out.gathered.linked.of(self.scope.linked_inode(facts));
                    (linked.bytes_apparent, linked.bytes_allocated) = (facts.size(), bytes);
                }
            }
            self.hold(facts);
        }
        met
    }

    /// Whether another shard may come by a name of the same file.
    pub(super) fn is_counted_apart(&self, facts: &InodeFacts) -> bool {
        facts.kind() != FileKind::Directory && self.scope.is_counted_apart(facts)
    }

    /// Counts a file's bytes for this directory. Which of several names is met first is chance, so
    /// each counts its part, unless the totals count each as a file of its own.
    fn hold(&mut self, facts: &InodeFacts) {
        let names = if self.filesystem.oddities.file_links_count_names { facts.nlink() } else { 1 };
        let part = |bytes: u64| if names <= 1 { bytes } else { bytes / u64::from(names) };
        let held = &mut self.out.held;
        held.bytes_apparent = held.bytes_apparent.saturating_add(part(facts.size()));
        let bytes = facts.sectors().saturating_mul(512);
        held.bytes_allocated = held.bytes_allocated.saturating_add(part(bytes));
    }
}

/// Counts one name by what it leads to.
pub fn count_kind(totals: &mut Totals, kind: FileKind) {
    match kind {
        FileKind::Directory => totals.directories += 1,
        FileKind::Regular => totals.files += 1,
        FileKind::Symlink => totals.symlinks += 1,
        _ => totals.other += 1,
    }
}
