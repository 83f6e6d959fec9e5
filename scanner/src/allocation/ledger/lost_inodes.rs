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
use crate::allocation::unattached::{Handles, Tried};
use crate::allocation::usage::Usage;
use crate::links::SeenNumbers;
use crate::names;

/// What sums came to, where they could be made.
pub(super) type Summed<'a> = Option<(&'a Balance, &'a Sums<'a>)>;

impl Ledger<'_> {
    /// Tries inode numbers that no name led to, where there is a reason to. `still` says that nothing
    /// changed during the walk.
    pub(super) fn judge_unattached(
        &self,
        root: BorrowedFd<'_>,
        summed: Summed<'_>,
        still: bool,
        surveyed: &Survey,
        outcome: &mut LedgerOutcome,
    ) {
        let unnamed = summed.map(|(balance, _)| balance.unnamed);
        let damaged =
            self.earlier.damaged || summed.is_some_and(|(balance, _)| !balance.gaps.is_empty());
        if unnamed.unwrap_or_default() == 0 && !damaged {
            return;
        }
        let filesystem = &self.scope.filesystem;
        let bitmaps = surveyed.bitmap_bytes.checked_div(filesystem.block_size).unwrap_or(0);
        let tables = InodeTables::of(filesystem, surveyed.inode_bytes, bitmaps);
        let Some(tables) = tables else {
            outcome.open.push(untried(unnamed, "how its tables of inodes lie is not known"));
            return;
        };
        let Some(seen) = self.seen_in_peace(root, still) else {
            outcome.open.push(untried(unnamed, "the filesystem was written to"));
            return;
        };
        let Ledger { scope, workers, .. } = *self;
        let handles = Handles { scope, workers, directory: root, tables, seen: &seen };
        let (mut tried, everywhere) = self.try_numbers(&handles, unnamed);
        handles.settle(&mut tried);
        self.drop_named(&mut tried.unattached);
        if let Some((balance, sums)) = summed
            && everywhere
            && !filesystem.is_read_only()
            && balance.unnamed > tried.explained()
        {
            self.judge_phantoms(root, &handles, sums);
        }
        tried.unattached.iter().for_each(|ino| self.add(handles.finding(*ino)));
        outcome.open.extend(left_open(unnamed, &tried, everywhere));
    }

    /// Tries the numbers that can be tried without harm. Beyond those beside inodes with names it goes
    /// where `unnamed` inodes in use are not explained yet or their number is not known, and tells
    /// whether it did.
    fn try_numbers(&self, handles: &Handles<'_>, unnamed: Option<u64>) -> (Tried, bool) {
        let filesystem = &self.scope.filesystem;
        let tried = handles.try_numbers(false);
        let is_due = match unnamed {
            Some(unnamed) => unnamed > tried.explained(),
            None => handles.tables.are_few(),
        };
        let everywhere = tried.refused.is_none()
            && is_due
            && (filesystem.is_read_only()
                || self.earlier.refused
                || handles.tables.are_zeroed(filesystem));
        if everywhere { (handles.try_numbers(true), true) } else { (tried, false) }
    }

    /// The numbers that names lead to, of a moment when nothing moved: a directory that changes
    /// places during a walk may be missed with all that is in it. None where there was no such moment.
    fn seen_in_peace(&self, root: BorrowedFd<'_>, still: bool) -> Option<SeenNumbers> {
        let mut seen = if still {
            self.scope.tallies.root().seen()
        } else if self.walked.took > PATIENCE {
            return None;
        } else {
            PAUSES
                .iter()
                .take(PROVEN as usize)
                .find_map(|pause| {
                    self.workers.pause(Duration::from_millis(*pause));
                    self.count_again(root).filter(|counted| counted.quiet)
                })?
                .seen
        };
        seen.insert(self.root.ino);
        Some(seen)
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

/// What is said where no number was tried.
fn untried(unnamed: Option<u64>, why: &str) -> String {
    match unnamed.filter(|unnamed| *unnamed > 0) {
        Some(unnamed) => format!(
            "{unnamed} inodes in use have no name: deleted files that are open, or lost ones; which \
             was not tried, for {why}"
        ),
        None => format!("lost inodes were not looked for: {why}"),
    }
}

/// What trying leaves open.
fn left_open(unnamed: Option<u64>, tried: &Tried, everywhere: bool) -> Option<String> {
    let unnamed = match unnamed {
        Some(unnamed) if unnamed > 0 && tried.unattached.is_empty() => unnamed,
        Some(_) => return None,
        None if tried.refused.is_some() => {
            return Some(
                "lost inodes were not looked for: it takes CAP_DAC_READ_SEARCH".to_owned(),
            );
        }
        None if everywhere => return None,
        None => {
            return Some("lost inodes were looked for only beside inodes with names".to_owned());
        }
    };
    Some(match tried.refused {
        Some(_) => format!(
            "{unnamed} inodes in use have no name: deleted files that are open, or lost ones; only \
             CAP_DAC_READ_SEARCH can tell"
        ),
        None => {
            format!("{unnamed} inodes in use have no name: most likely deleted files that are open")
        }
    })
}
