//! Claims: which blocks two inodes have in common, and the second look at whatever is wrong with a
//! claim.

use std::collections::BTreeSet;

use reports::{Code, Finding, Severity, Subject, UncheckedReason};

use super::{Ledger, LedgerOutcome, MOST_CONTESTED};
use crate::allocation::contested::{Contested, LookAgain, Settled};
use crate::allocation::space_map::SpaceMap;
use crate::allocation::space_survey::Survey;
use crate::extents::{Claim, Swept, sweep};
use crate::features::Feature;
use crate::names;
use crate::oddities::ExtentAddresses;

impl Ledger<'_> {
    /// Sweeps for overlaps, unless claims mean nothing here.
    pub(super) fn sweep(&self, claims: &[Claim], outcome: &mut LedgerOutcome) -> Swept {
        let filesystem = &self.scope.filesystem;
        if filesystem.oddities.extent_addresses == ExtentAddresses::Nothing {
            outcome.extents_open = Some(format!(
                "where extents lie is not {}'s to say, so whether two files claim a block was not \
                 judged",
                filesystem.kind
            ));
        } else if filesystem.has(Feature::SharedBlocks) {
            outcome.extents_open = Some(
                "the filesystem was made with shared_blocks, so whether two files claim a block \
                 was not judged"
                    .to_owned(),
            );
        } else {
            let mut swept = sweep(claims, MOST_CONTESTED);
            if !self.scope.options.checks.extents {
                swept = Swept { shared_attributes: swept.shared_attributes, ..Swept::default() };
            }
            return swept;
        }
        Swept::default()
    }

    /// Looks again at what looked wrong among the claims.
    pub(super) fn settle_contested(
        &self,
        swept: &Swept,
        surveyed: Option<&Survey>,
        map: &mut SpaceMap<'_>,
    ) {
        let misplaced = surveyed.map_or_else(Vec::new, |surveyed| surveyed.misplaced.clone());
        let mut contested = Contested { overlaps: swept.overlaps.clone(), misplaced };
        let explained = swept.volatile + surveyed.map_or(0, |surveyed| surveyed.volatile);
        self.lock().totals.volatile += explained;
        let wanted = contested.inodes();
        if wanted.is_empty() {
            return;
        }
        let device = self.scope.filesystem.device;
        let wanted: BTreeSet<_> = wanted.into_iter().map(|ino| (device, ino)).collect();
        let (settled, findings) = self.look_again(&wanted, &mut contested, map);
        for _ in 0..settled.unseen {
            self.leave_out(UncheckedReason::OutOfResources, "second look at extents");
        }
        if self.scope.control.is_stopped() {
            self.leave_out(UncheckedReason::Interrupted, "second look at extents");
            return;
        }
        self.lock().totals.volatile += settled.cleared;
        let unsure =
            self.scope.filesystem.superblock.is_none() && self.scope.filesystem.oddities.is_ext;
        for mut finding in findings {
            if unsure && finding.code == Code::ExtentOverlap {
                // A filesystem whose files share blocks by design cannot be told apart.
                finding.severity = Severity::Suspect;
            }
            self.add(finding);
        }
        self.note_contested(&contested);
        self.count_beyond(swept, surveyed, &contested);
    }

    fn look_again(
        &self,
        wanted: &BTreeSet<names::InodeId>,
        contested: &mut Contested,
        map: &mut SpaceMap<'_>,
    ) -> (Settled, Vec<Finding>) {
        let Ledger { scope, descriptors, workers, root, pool, .. } = *self;
        let names = names::collect(scope, descriptors, workers, pool, root, wanted);
        let again = LookAgain { scope, descriptors, workers, names: &names, root };
        let settled = again.settle(contested, map);
        (settled, again.findings(contested))
    }

    /// What was not looked at again for its sheer number is counted where the rest of it stood.
    fn count_beyond(&self, swept: &Swept, surveyed: Option<&Survey>, contested: &Contested) {
        let misplaced = surveyed.map_or(0, |surveyed| surveyed.beyond);
        let rows = [
            (Code::ExtentOverlap, swept.beyond, contested.overlaps.is_empty()),
            (Code::ExtentInFreeSpace, misplaced, contested.misplaced.is_empty()),
        ];
        for (code, count, none_stood) in rows {
            if count > 0 && !none_stood {
                let subject = Subject { path: Some(self.root.path(None)), ..Subject::default() };
                let mut finding = Finding::new(code, subject, "", "many more of this kind");
                finding.occurrences = count;
                self.add(finding);
            }
        }
    }
}
