//! Files with several names, which are counted once a tree and so at most once a shard.
//!
//! Names of one file may stand in directories of several shards. Each of them counts it where it
//! meets it first; joining takes off what was counted again, and tells once what was not read.

use std::collections::BTreeMap;

use reports::{PathName, Totals, UncheckedCollector, UncheckedReason};
use serde::{Deserialize, Serialize};

use crate::allocation::Census;
use crate::inode_facts::Device;

/// What was counted of one file with several names.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Linked {
    /// `st_size` in bytes.
    pub bytes_apparent: u64,
    /// `st_blocks` in bytes.
    pub bytes_allocated: u64,
    /// Bytes of content that were read.
    pub bytes_read: u64,
    /// Whether it agrees with a checksum of its own.
    #[serde(default)]
    pub verified: bool,
    /// Inodes and blocks.
    pub census: Census,
    /// Why its content was not read, and by which of its names.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub unread: BTreeMap<UncheckedReason, PathName>,
}

impl Linked {
    /// Notes that its content was not read; of several names the first is told.
    pub fn leave_unread(&mut self, reason: UncheckedReason, path: PathName) {
        let told = self.unread.entry(reason).or_insert_with(|| path.clone());
        if path < *told {
            *told = path;
        }
    }
}

/// What tells a file from others: its device, none where that is the root's, and its number.
pub type LinkedInode = (Option<Device>, u64);

/// What a shard counted of its files with several names.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "Vec<(LinkedInode, Linked)>", into = "Vec<(LinkedInode, Linked)>")]
pub struct LinkedInodes(BTreeMap<LinkedInode, Linked>);

impl From<LinkedInodes> for Vec<(LinkedInode, Linked)> {
    fn from(linked: LinkedInodes) -> Self {
        linked.0.into_iter().collect()
    }
}

impl From<Vec<(LinkedInode, Linked)>> for LinkedInodes {
    fn from(rows: Vec<(LinkedInode, Linked)>) -> Self {
        LinkedInodes(rows.into_iter().collect())
    }
}

impl LinkedInodes {
    /// What was counted of a file so far.
    pub fn of(&mut self, inode: LinkedInode) -> &mut Linked {
        self.0.entry(inode).or_default()
    }

    /// Whether a file of the root's device was counted.
    pub fn has(&self, ino: u64) -> bool {
        self.0.contains_key(&(None, ino))
    }

    /// Adds what another thread of the same shard counted.
    pub fn merge(&mut self, other: LinkedInodes) {
        for (inode, more) in other.0 {
            let linked = self.of(inode);
            linked.bytes_apparent = linked.bytes_apparent.saturating_add(more.bytes_apparent);
            linked.bytes_allocated = linked.bytes_allocated.saturating_add(more.bytes_allocated);
            linked.bytes_read = linked.bytes_read.saturating_add(more.bytes_read);
            linked.verified |= more.verified;
            linked.census.merge(more.census);
            more.unread.into_iter().for_each(|(reason, path)| linked.leave_unread(reason, path));
        }
    }

    /// What of the content was not read, each file once.
    pub fn unread(&self) -> UncheckedCollector {
        let mut unchecked = UncheckedCollector::default();
        for (reason, path) in self.0.values().flat_map(|linked| &linked.unread) {
            unchecked.add(*reason, "content", path.clone());
        }
        unchecked
    }

    /// Takes in another shard's: what both counted is taken off `totals` and `census`. Tells the
    /// numbers of files on the root's device that both have.
    pub fn join(
        &mut self,
        other: LinkedInodes,
        totals: &mut Totals,
        census: &mut Census,
    ) -> Vec<u64> {
        let mut both = Vec::new();
        for (inode, again) in other.0 {
            let Some(known) = self.0.get_mut(&inode) else {
                self.0.insert(inode, again);
                continue;
            };
            let take_off = |sum: &mut u64, again: u64| *sum = sum.saturating_sub(again);
            take_off(&mut totals.bytes_apparent, again.bytes_apparent);
            take_off(&mut totals.bytes_allocated, again.bytes_allocated);
            // One of them may not have been able to read it.
            take_off(&mut totals.bytes_read, again.bytes_read.min(known.bytes_read));
            known.bytes_read = known.bytes_read.max(again.bytes_read);
            take_off(&mut totals.files_verified, u64::from(again.verified && known.verified));
            known.verified |= again.verified;
            census.take_off(again.census);
            again.unread.into_iter().for_each(|(reason, path)| known.leave_unread(reason, path));
            if inode.0.is_none() {
                both.push(inode.1);
            }
        }
        both
    }
}
