//! Files with several names, which are counted once a tree and so at most once a shard.
//!
//! Names of one file may stand in directories of several shards. Each of them counts it where it
//! meets it first; joining takes off what was counted again.

use std::collections::BTreeMap;

use reports::Totals;
use serde::{Deserialize, Serialize};

use crate::allocation::Census;

/// What was counted of one file with several names.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Linked {
    /// `st_size` in bytes.
    pub bytes_apparent: u64,
    /// `st_blocks` in bytes.
    pub bytes_allocated: u64,
    /// Bytes of content that were read.
    pub bytes_read: u64,
    /// Inodes and blocks.
    pub census: Census,
}

/// What a shard counted of its files with several names, by their numbers.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LinkedInodes(BTreeMap<u64, Linked>);

impl LinkedInodes {
    /// What was counted of a file so far.
    pub fn of(&mut self, ino: u64) -> &mut Linked {
        self.0.entry(ino).or_default()
    }

    /// Whether a file was counted.
    pub fn has(&self, ino: u64) -> bool {
        self.0.contains_key(&ino)
    }

    /// Adds what another thread of the same shard counted.
    pub fn merge(&mut self, other: LinkedInodes) {
        for (ino, more) in other.0 {
            let linked = self.of(ino);
            linked.bytes_apparent += more.bytes_apparent;
            linked.bytes_allocated += more.bytes_allocated;
            linked.bytes_read += more.bytes_read;
            linked.census.merge(more.census);
        }
    }

    /// Takes in another shard's: what both counted is taken off `totals` and `census`.
    pub fn join(&mut self, other: LinkedInodes, totals: &mut Totals, census: &mut Census) {
        for (ino, again) in other.0 {
            if let Some(known) = self.0.get_mut(&ino) {
                let apparent = again.bytes_apparent.min(totals.bytes_apparent);
                totals.bytes_apparent -= apparent;
                totals.bytes_allocated -= again.bytes_allocated.min(totals.bytes_allocated);
                totals.bytes_read -= again.bytes_read.min(totals.bytes_read);
                census.take_off(again.census);
                known.bytes_read = known.bytes_read.max(again.bytes_read);
            } else {
                self.0.insert(ino, again);
            }
        }
    }
}
