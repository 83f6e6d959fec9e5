//! Sums of blocks and inodes, counted until three counts of a quiet filesystem agree.

use std::os::fd::BorrowedFd;
use std::time::{Duration, Instant};

use reports::{Code, Severity};

use super::{Ledger, LedgerOutcome, PAUSES, PROVEN};
use crate::allocation::census::{Census, Counter};
use crate::allocation::hidden::Hidden;
use crate::allocation::sums::{Balance, Gap, balance};
use crate::allocation::usage::Usage;
use crate::inode_facts::InodeFacts;
use crate::links::SeenNumbers;
use crate::walk::Walker;

/// A filesystem that is written to is counted again for about as long as the walk took, and no
/// longer than this, in the hope of a quiet moment.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

impl Ledger<'_> {
    /// Holds sums against statfs; a gap must show at three counts of a filesystem that stood
    /// still.
    pub(super) fn judge_sums(
        &self,
        root: BorrowedFd<'_>,
        census: Census,
        usage: Usage,
        still: bool,
        sums: &Sums<'_>,
        outcome: &mut LedgerOutcome,
    ) -> Balance {
        let first = sums.balance(census, usage);
        if first.gaps.is_empty() {
            return first;
        }
        let patience = self.walked.took.min(PATIENCE) + Duration::from_secs(1);
        let begun = Instant::now();
        // Before the bitmaps were loaded it may have been right: a wrong one takes its group out.
        let at_first = sums.balance(census, sums.unloaded);
        let was_right = at_first.gaps.is_empty();
        let (mut proof, mut last) = (u32::from(still), first);
        for pause in PAUSES {
            let restless = proof == 0 && begun.elapsed() > patience;
            if proof >= PROVEN || restless || self.scope.control.is_stopped() {
                break;
            }
            self.workers.pause(Duration::from_millis(pause));
            let Some(counted) = self.count_again(root) else { continue };
            let (again, quiet) = (counted.balance(sums), counted.quiet);
            if again.gaps.is_empty() {
                self.lock().totals.volatile += last.gaps.len() as u64;
                return again;
            }
            if quiet {
                let same = again.same_gaps_as(&last);
                proof = if same { proof + 1 } else { 1 };
                last = again;
            }
        }
        if proof < PROVEN && self.scope.control.is_stopped() {
            return Balance::default();
        }
        if proof < PROVEN {
            let written = "the filesystem was written to, so its sums were not judged";
            outcome.open.push(written.to_owned());
            return Balance::default();
        }
        if !was_right {
            // Told by the numbers from before, if a wrong bitmap changed them.
            let dropped = usage.free_blocks < sums.unloaded.free_blocks;
            let told = if dropped { &at_first } else { &last };
            told.gaps.iter().for_each(|gap| self.tell_gap(gap, told.unnamed));
            if dropped && sums.readable {
                self.tell_bad_groups();
            }
        } else if usage.free_blocks < sums.unloaded.free_blocks && sums.readable {
            self.tell_drop(sums.unloaded, usage);
        }
        last
    }

    /// Counts once more.
    pub(super) fn count_again(&self, root: BorrowedFd<'_>) -> Option<CountedAgain> {
        let before = Usage::of(root).ok()?;
        let facts = InodeFacts::of_descriptor(root).ok()?;
        let counter = Counter::new(self.scope, &facts);
        let stop = self.scope.control.stop_flag();
        let Ledger { descriptors, workers, .. } = *self;
        let walker = Walker { visitor: &counter, descriptors, workers, stop };
        walker.walk(self.pool, self.root, descriptors.open_root().ok()?);
        let (census, seen) = counter.into_counted()?;
        let usage = Usage::of(root).ok()?;
        let quiet = before == usage && census.recent == 0;
        Some(CountedAgain { census, usage, quiet, seen })
    }

    /// More in use than has names is only suspect where something else can explain it: names in a
    /// lost+found that could not be read, deleted files that a crash left behind on a device that
    /// nobody can clear them from, blocks that are known to be bad (badblocks(8)).
    fn tell_gap(&self, gap: &Gap, unnamed: u64) {
        let filesystem = &self.scope.filesystem;
        let mut evidence = Vec::new();
        if gap.by > 0 && self.lost_and_found_unseen {
            evidence.push("lost+found, which only root can read, was not seen");
        }
        if gap.by > 0 && unnamed > 0 && !filesystem.has_writable_device() {
            evidence.push("on a read-only device these can be files deleted before a crash");
        }
        if gap.by > 0 && gap.code == Code::UsedBlocksMismatch {
            evidence.push("a list of bad blocks, which no system call shows, would explain it");
        }
        if filesystem.is_unreplayed() {
            evidence.push("mounted without replaying its journal");
        }
        let mut finding = self.finding(gap.code, &gap.expected, &gap.found);
        if !evidence.is_empty() {
            finding.severity = finding.severity.min(Severity::Suspect);
        }
        finding.evidence = evidence.into_iter().map(str::to_owned).collect();
        self.add(finding);
    }
}

/// What one more count brought.
pub(super) struct CountedAgain {
    census: Census,
    usage: Usage,
    /// Whether the filesystem stood still meanwhile.
    pub(super) quiet: bool,
    /// The numbers that names lead to.
    pub(super) seen: SeenNumbers,
}

impl CountedAgain {
    /// What it comes to.
    pub(super) fn balance(&self, sums: &Sums<'_>) -> Balance {
        sums.balance(self.census, self.usage)
    }
}

/// What sums are made of besides what is counted.
pub(super) struct Sums<'a> {
    pub(super) hidden: &'a Hidden,
    /// How often a block of attributes was counted too often.
    pub(super) shared: u64,
    /// How often more that may have been.
    pub(super) maybe_shared: u64,
    /// What was in use before the bitmaps were loaded.
    pub(super) unloaded: Usage,
    /// How many inodes the first count found.
    pub(super) counted: u64,
    /// Nobody can write.
    pub(super) read_only: bool,
    /// All of them could be.
    pub(super) readable: bool,
}

impl Sums<'_> {
    fn balance(&self, census: Census, usage: Usage) -> Balance {
        let uncertain = census.uncertain + self.maybe_shared;
        let changed = census.inodes != self.counted || census.changed > 0;
        // What shares a block of attributes by now is not known any more.
        let (shared, more) =
            if changed { (0, self.shared + census.changed) } else { (self.shared, 0) };
        let census = Census { uncertain: uncertain + more, ..census };
        balance(census, usage, self.hidden, shared, self.read_only)
    }
}
