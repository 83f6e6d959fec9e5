//! Which inodes may share a block of extended attributes that cannot be seen.
//!
//! ext4 lets inodes with equal attributes share one block, which each of them counts. Where an
//! attribute stands in the inode as well, FIEMAP hides the block. Inodes that share a block have
//! all that is in it in common, so one that has no attribute in common with another one that has a
//! block shares it with none.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// An attribute of an inode with a block, as hashes of name and value: 16 bytes each.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct AttributePairs {
    /// Hash, then inode number with the highest bit set where the block is hidden.
    pairs: Vec<(u64, u64)>,
    /// Inodes with a hidden block and attributes that could not be read.
    unread: u64,
}

/// Marks an inode whose block is hidden; no inode number is so high.
const HIDDEN: u64 = 1 << 63;

impl AttributePairs {
    /// Adds an inode that has a block, with the hashes of its attributes.
    pub fn add(&mut self, ino: u64, hidden: bool, hashes: &[u64]) {
        let tagged = if hidden { ino | HIDDEN } else { ino };
        self.pairs.extend(hashes.iter().map(|hash| (*hash, tagged)));
        self.unread += u64::from(hidden && hashes.is_empty());
    }

    /// Whether they can have been counted.
    pub fn is_plausible(&self) -> bool {
        self.unread < 1 << 53
    }

    /// Adds another's.
    pub fn append(&mut self, other: AttributePairs) {
        self.pairs.extend(other.pairs);
        self.unread += other.unread;
    }

    /// How many inodes with a hidden block may share it.
    pub fn possibly_shared(mut self) -> u64 {
        self.pairs.sort_unstable();
        self.pairs.dedup();
        let common = self.pairs.chunk_by(|one, other| one.0 == other.0).filter(|g| g.len() > 1);
        let hidden = common.flatten().map(|(_, ino)| ino).filter(|ino| **ino & HIDDEN != 0);
        self.unread + hidden.collect::<BTreeSet<_>>().len() as u64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_has_something_in_common_may_be_shared() {
        let mut pairs = AttributePairs::default();
        pairs.add(12, true, &[1, 2]);
        pairs.add(13, false, &[3]);
        pairs.add(14, false, &[3]);
        assert_eq!(pairs.clone().possibly_shared(), 0, "seen blocks are compared by their places");
        pairs.add(15, true, &[9, 3]);
        assert_eq!(pairs.clone().possibly_shared(), 1);
        pairs.add(16, true, &[2]);
        assert_eq!(pairs.clone().possibly_shared(), 3);
        pairs.add(17, true, &[]);
        assert_eq!(pairs.possibly_shared(), 4, "whatever could not be read");
    }
}
