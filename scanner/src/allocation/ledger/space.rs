//! The map of space: read piece by piece, held against claims and against the count of free blocks.

use std::os::fd::BorrowedFd;
use std::time::Duration;

use reports::{Code, UncheckedReason};
use rustix::io::Errno;

use super::{Ledger, LedgerOutcome, MOST_CONTESTED, PAUSES};
use crate::allocation::bad_groups::bad_groups;
use crate::allocation::space_map::{Purpose, SpaceMap};
use crate::allocation::space_survey::{Ground, Place, Survey, survey};
use crate::allocation::usage::Usage;
use crate::checks::errno_name;
use crate::extents::Claim;
use crate::features::Feature;
use crate::mounts::Mount;

/// Most groups of blocks that are named one by one.
const MOST_GROUPS: usize = 1000;

impl Ledger<'_> {
    /// Goes through the map of space; none where the kernel does not tell it.
    pub(super) fn survey(
        &self,
        directory: BorrowedFd<'_>,
        map: &mut SpaceMap<'_>,
        claims: &[Claim],
        outcome: &mut LedgerOutcome,
    ) -> Option<Survey> {
        let filesystem = &self.scope.filesystem;
        let (most, all) = (MOST_CONTESTED, self.whole);
        let ground = Ground { directory, filesystem, claims, most, all };
        let tick = || self.workers.current().tick();
        match self.pool.install(|| survey(ground, tick)) {
            Ok(mut surveyed) => {
                let looks = if surveyed.unreadable.is_empty() { 0 } else { 2 };
                for pause in PAUSES.iter().take(looks) {
                    self.workers.pause(Duration::from_millis(*pause));
                    surveyed.unreadable.retain(|place| {
                        self.workers.current().tick();
                        map.range(place.start, place.end, |_| ()).is_err()
                    });
                }
                let still = surveyed.free_metadata.take().filter(|place| {
                    PAUSES.iter().take(2).all(|pause| {
                        self.workers.pause(Duration::from_millis(*pause));
                        is_free_metadata(map, place)
                    })
                });
                surveyed.free_metadata = still;
                for range in &surveyed.unreadable {
                    let expected = "the kernel can say which blocks are free";
                    let found = range.describe(filesystem.block_size);
                    self.find(Code::AllocationMapUnreadable, expected, &found);
                }
                if surveyed.unreadable_beyond > 0 {
                    outcome.open.push(format!(
                        "{} more groups of blocks cannot be read",
                        surveyed.unreadable_beyond
                    ));
                }
                Some(surveyed)
            }
            Err(errno) => {
                self.refuse(Err(errno), outcome);
                None
            }
        }
    }

    /// Takes down that there is no map of space, or none that is understood.
    pub(super) fn refuse(&self, answer: Result<(), Errno>, outcome: &mut LedgerOutcome) {
        let kind = &self.scope.filesystem.kind;
        outcome.skipped = Some(match answer {
            Ok(()) => format!("what GETFSMAP says of {kind} is not known"),
            Err(errno) => format!("GETFSMAP says {} on {kind}", errno_name(errno)),
        });
        let denied = matches!(answer, Err(Errno::PERM | Errno::ACCESS));
        let reason =
            if denied { UncheckedReason::PermissionDenied } else { UncheckedReason::Unsupported };
        self.leave_out(reason, "allocation");
    }

    /// What the count of free blocks has to do with the bitmaps, where nobody can write: loading
    /// them does not change it, and on a device that never was written to it is what they say. (A
    /// mount that turned read-only keeps blocks that were set aside, which the map calls used.)
    pub(super) fn judge_free_blocks(&self, surveyed: &Survey, before: Usage, after: Usage) {
        let block_size = self.scope.filesystem.block_size;
        if let Some(place) = &surveyed.free_metadata {
            let expected = "the filesystem's own blocks are in use";
            self.find(Code::FreeBlocksMismatch, expected, &place.describe(block_size));
        }
        let whole = surveyed.unreadable.is_empty() && !self.gives_out_clusters(surveyed);
        let filesystem = &self.scope.filesystem;
        if !filesystem.oddities.is_ext || !filesystem.is_read_only() || !whole {
            return;
        }
        let free = surveyed.free_bytes / block_size.max(1);
        if after.free_blocks < before.free_blocks {
            self.tell_drop(before, after);
        } else if self.whole && !filesystem.has_writable_device() && free != after.free_blocks {
            let expected = "statfs and the map of space agree on the free blocks";
            let found = format!("statfs counts {} free blocks, the map {free}", after.free_blocks);
            self.find(Code::FreeBlocksMismatch, expected, &found);
        }
    }

    /// A kernel that finds a bitmap wrong takes its whole group of blocks out of use.
    pub(super) fn tell_drop(&self, before: Usage, after: Usage) {
        let expected = "loading the bitmaps does not change the number of free blocks";
        let (before, after) = (before.free_blocks, after.free_blocks);
        let found = format!("{before} free blocks before, {after} after: a bitmap is wrong");
        self.find(Code::FreeBlocksMismatch, expected, &found);
        self.tell_bad_groups();
    }

    /// Names the groups, where the kernel does.
    pub(super) fn tell_bad_groups(&self) {
        let mount = self.scope.filesystem.mount.as_ref();
        let device = mount.and_then(Mount::device_name).unwrap_or_default();
        for group in bad_groups(&device).unwrap_or_default().iter().take(MOST_GROUPS) {
            let expected = "the kernel can say which blocks are free";
            let found = format!("group {group}: the kernel calls its block bitmap corrupted");
            self.find(Code::AllocationMapUnreadable, expected, &found);
        }
    }

    /// Whether space is given out in clusters of blocks (bigalloc). Where the features are not
    /// known, free space tells.
    fn gives_out_clusters(&self, surveyed: &Survey) -> bool {
        let filesystem = &self.scope.filesystem;
        match filesystem.superblock {
            Some(superblock) => superblock.has(Feature::BigAlloc),
            None => surveyed.cluster_blocks(filesystem.block_size) > 1,
        }
    }
}

/// Whether the map says of a place both that it is metadata and that it is free.
fn is_free_metadata(map: &mut SpaceMap<'_>, place: &Place) -> bool {
    let (mut free, mut metadata) = (false, false);
    let asked = map.range(place.start, place.end, |record| {
        let here = record.start < place.end && place.start < record.end;
        free |= here && record.purpose == Purpose::Free;
        metadata |= here && matches!(record.purpose, Purpose::Metadata(_));
    });
    asked.is_ok() && free && metadata
}
