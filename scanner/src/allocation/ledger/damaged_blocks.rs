//! Where on the device the damage is, for the report's map of it: contested and misplaced blocks,
//! those behind the end, groups whose bitmaps cannot be read; and the blocks of damaged files, and
//! the groups that damaged inodes are in.

use std::collections::BTreeSet;

use reports::{BlockTally, Code};

use super::Ledger;
use crate::allocation::contested::Contested;
use crate::allocation::inode_tables::InodeTables;
use crate::allocation::space_survey::Survey;
use crate::extents::Claim;
use crate::filesystem::Filesystem;
use crate::oddities::ExtentAddresses;

impl Ledger<'_> {
    /// Notes the blocks of what was found so far, once more is known than its names.
    pub(super) fn note_claims(&self, claims: &[Claim], surveyed: Option<&Survey>) {
        let (mut inodes, mut outside) = (BTreeSet::new(), false);
        for worker in 0..self.workers.iter().count() {
            let findings = &self.gathered.lock(worker).findings;
            inodes.extend(findings.inodes());
            outside |= findings.has(Code::ExtentOutsideDevice);
        }
        // Numbers of other filesystems' inodes say nothing here.
        if !self.scope.others().is_empty() {
            inodes.clear();
        }
        let filesystem = &self.scope.filesystem;
        self.note(|blocks| {
            for claim in claims.iter().filter(|claim| inodes.contains(&claim.ino)) {
                blocks.affect(claim.start, claim.end());
            }
            let end = filesystem.end.unwrap_or(u64::MAX) / filesystem.block_size.max(1);
            for claim in claims.iter().filter(|claim| outside && claim.end() > end) {
                blocks.damage(claim.start.max(end), claim.end());
            }
            if let Some(surveyed) = surveyed {
                note_survey(surveyed, filesystem, &inodes, blocks);
            }
        });
    }

    /// Notes what stood at the second look.
    pub(super) fn note_contested(&self, contested: &Contested) {
        self.note(|blocks| {
            for overlap in &contested.overlaps {
                let (start, end) = overlap.blocks();
                blocks.damage(start, end);
                for claim in [overlap.one, overlap.other] {
                    blocks.affect(claim.start, claim.end());
                }
            }
            for one in &contested.misplaced {
                blocks.damage(one.start, one.end);
                blocks.affect(one.claim.start, one.claim.end());
            }
        });
    }

    fn note(&self, what: impl FnOnce(&mut BlockTally)) {
        let filesystem = &self.scope.filesystem;
        if filesystem.oddities.extent_addresses == ExtentAddresses::Device
            && let Some((block_size, blocks)) = filesystem.measures()
        {
            let mut gathered = self.lock();
            gathered.blocks.measure(block_size, blocks);
            what(&mut gathered.blocks);
        }
    }
}

/// Notes groups that cannot be read, and those that damaged inodes are in.
fn note_survey(
    surveyed: &Survey,
    filesystem: &Filesystem,
    inodes: &BTreeSet<u64>,
    blocks: &mut BlockTally,
) {
    let block_size = filesystem.block_size.max(1);
    for place in surveyed.unreadable.iter().chain(&surveyed.free_metadata) {
        blocks.damage(place.start / block_size, place.end.div_ceil(block_size));
    }
    let bitmaps = surveyed.bitmap_bytes / block_size;
    if let Some(tables) = InodeTables::of(filesystem, surveyed.inode_bytes, bitmaps) {
        for ino in inodes {
            let (start, end) = tables.group_of(*ino, block_size);
            blocks.note_group(start, end);
        }
    }
}
