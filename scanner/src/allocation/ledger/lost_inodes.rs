//! Inodes that no name leads to, where there is a reason to look for some.

use std::collections::BTreeSet;
use std::os::fd::BorrowedFd;
use std::time::Duration;

use reports::Code;

use super::sums::{PATIENCE, Sums};
use super::{Ledger, LedgerOutcome, PAUSES, PROVEN};
use crate::allocation::inode_tables::InodeTables;
use crate::allocation::space_survey::Survey;
use crate::allocation::sums::Balance;
use crate::allocation::unattached::Handles;
use crate::allocation::usage::Usage;
use crate::links::SeenNumbers;
use crate::names;

impl Ledger<'_> {
    /// Tries inode numbers that no name led to, where there is a reason to.
    pub(super) fn judge_unattached(
        &self,
        root: BorrowedFd<'_>,
        balance: &Balance,
        still: bool,
        surveyed: &Survey,
        sums: &Sums<'_>,
        outcome: &mut LedgerOutcome,
    ) {
        let damaged = self.earlier.damaged || !balance.gaps.is_empty();
        if balance.unnamed == 0 && !damaged {
            return;
        }
        let Some(tables) = self.tables(surveyed) else { return };
        let Some(seen) = self.seen_in_peace(root, still, outcome) else { return };
        let filesystem = &self.scope.filesystem;
        let Ledger { scope, workers, .. } = *self;
        let handles = Handles { scope, workers, directory: root, tables, seen: &seen };
        let mut tried = handles.try_numbers(false);
        let found = tried.explained();
        let read_only = filesystem.is_read_only();
        let may_go_on = read_only || self.earlier.refused || tables.are_zeroed(filesystem);
        let everywhere = tried.refused.is_none() && balance.unnamed > found && may_go_on;
        if everywhere {
            tried = handles.try_numbers(true);
        }
        handles.settle(&mut tried);
        self.drop_named(&mut tried.unattached);
        if everywhere && !read_only && balance.unnamed > tried.explained() {
            self.judge_phantoms(root, &handles, sums);
        }
        for ino in &tried.unattached {
            self.add(handles.finding(*ino));
        }
        if balance.unnamed > 0 && tried.unattached.is_empty() {
            let unnamed = balance.unnamed;
            outcome.open.push(match tried.refused {
                Some(_) => format!(
                    "{unnamed} inodes in use have no name: deleted files that are open, or lost \
                     ones; only CAP_DAC_READ_SEARCH can tell"
                ),
                None => format!(
                    "{unnamed} inodes in use have no name: most likely deleted files that are open"
                ),
            });
        }
    }

    /// The same where sums cannot say how many there may be: no further than is safe on any
    /// filesystem.
    pub(super) fn look_for_lost_inodes(
        &self,
        root: BorrowedFd<'_>,
        still: bool,
        surveyed: &Survey,
        outcome: &mut LedgerOutcome,
    ) {
        let Some(tables) = self.tables(surveyed) else { return };
        let Some(seen) = self.seen_in_peace(root, still, outcome) else { return };
        let Ledger { scope, workers, .. } = *self;
        let handles = Handles { scope, workers, directory: root, tables, seen: &seen };
        let mut tried = handles.try_numbers(false);
        handles.settle(&mut tried);
        self.drop_named(&mut tried.unattached);
        tried.unattached.iter().for_each(|ino| self.add(handles.finding(*ino)));
        if tried.refused.is_some() {
            let refused = "lost inodes were not looked for, which takes CAP_DAC_READ_SEARCH";
            outcome.open.push(refused.to_owned());
        }
    }

    fn tables(&self, surveyed: &Survey) -> Option<InodeTables> {
        let filesystem = &self.scope.filesystem;
        let bitmaps = surveyed.bitmap_bytes.checked_div(filesystem.block_size).unwrap_or(0);
        InodeTables::of(filesystem, surveyed.inode_bytes, bitmaps)
    }

    /// The numbers that names lead to, of a moment when nothing moved: a directory that changes
    /// places during a walk may be missed with all that is in it.
    fn seen_in_peace(
        &self,
        root: BorrowedFd<'_>,
        still: bool,
        outcome: &mut LedgerOutcome,
    ) -> Option<SeenNumbers> {
        let again = |pause: &u64| {
            self.workers.pause(Duration::from_millis(*pause));
            let again = self.count_again(root)?;
            again.quiet.then_some(again.seen)
        };
        let mut seen = match still {
            true => Some(self.scope.tallies.root().seen()),
            false if self.walked.took > PATIENCE => None,
            false => PAUSES.iter().take(PROVEN as usize).find_map(again),
        };
        if let Some(seen) = &mut seen {
            seen.insert(self.root.ino);
        } else {
            let written = "the filesystem was written to, so lost inodes were not looked for";
            outcome.open.push(written.to_owned());
        }
        seen
    }

    /// Inodes in use that no number opens, at three counts of a filesystem that stood still. A
    /// directory without a name is one of them: its handle leads nowhere without a way up.
    fn judge_phantoms(&self, root: BorrowedFd<'_>, handles: &Handles<'_>, sums: &Sums<'_>) {
        let mut phantoms = 0;
        for pause in PAUSES.iter().take(PROVEN as usize) {
            self.workers.pause(Duration::from_millis(*pause));
            let before = Usage::of(root);
            let Some(counted) = self.count_again(root).filter(|counted| counted.quiet) else {
                return;
            };
            let balance = counted.balance(sums);
            let explained = handles.try_numbers(true).explained();
            let stood_still = before.is_ok() && before == Usage::of(root);
            if !stood_still || self.scope.control.is_stopped() || balance.unnamed <= explained {
                return;
            }
            phantoms = balance.unnamed - explained;
        }
        let expected = "an inode in use has a name, or is a deleted file that is open";
        let what = if phantoms == 1 { "inode" } else { "inodes" };
        let found = format!("{phantoms} {what} in use: lost directories, or no inodes at all");
        self.find(Code::FreeInodesMismatch, expected, &found);
    }

    /// Leaves out inodes that have got a name, or had one that the walk missed.
    fn drop_named(&self, inodes: &mut Vec<u64>) {
        if inodes.is_empty() {
            return;
        }
        let device = self.scope.filesystem.device;
        let wanted: BTreeSet<_> = inodes.iter().map(|ino| (device, *ino)).collect();
        let Ledger { scope, descriptors, workers, root, pool, .. } = *self;
        let names = names::collect(scope, descriptors, workers, pool, root, &wanted);
        inodes.retain(|ino| !names.of.contains_key(&(device, *ino)));
    }
}
