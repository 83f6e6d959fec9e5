//! BLAKE3 of a large file in segments, which any thread may hash in any order.
//!
//! BLAKE3 is a tree: a subtree whose length is a power of two times 1,024 bytes has a chaining
//! value of its own, and two of them make their parent's (BLAKE3 paper, section 2; the crate's
//! `hazmat` module). A segment is such a subtree.

use std::ops::Range;

use blake3::Hasher;
use blake3::hazmat::{
    ChainingValue, HasherExt, Mode, left_subtree_len, merge_subtrees_non_root, merge_subtrees_root,
};

use crate::manifest::ContentHash;

/// The smallest segment, in bytes.
const LEAST: u64 = 1 << 20;

/// Segments of one file at most: 32 bytes are kept for each.
const MOST_SEGMENTS: u64 = 1 << 16;

/// How a file is cut.
#[derive(Clone, Copy, Debug)]
pub struct TreeHash {
    size: u64,
    segment: u64,
}

impl TreeHash {
    /// For a file of `size` bytes; none for one that is a single segment.
    pub fn new(size: u64) -> Option<Self> {
        let segment = size.div_ceil(MOST_SEGMENTS).next_power_of_two().max(LEAST);
        (size > segment).then_some(TreeHash { size, segment })
    }

    /// How many segments there are, two or more.
    pub fn segments(self) -> u64 {
        self.size.div_ceil(self.segment)
    }

    /// The bytes of a segment.
    pub fn range(self, index: u64) -> Range<u64> {
        let start = index.saturating_mul(self.segment).min(self.size);
        start..start.saturating_add(self.segment).min(self.size)
    }

    /// A hasher for the segment that begins at `start`.
    pub fn hasher(start: u64) -> Hasher {
        let mut hasher = Hasher::new();
        hasher.set_input_offset(start);
        hasher
    }

    /// The value of a segment whose bytes were all taken.
    pub fn value(hasher: &Hasher) -> ChainingValue {
        hasher.finalize_non_root()
    }

    /// The hash of the whole. `values` has one for each segment, in their order.
    pub fn merge(self, values: &[ChainingValue]) -> Option<ContentHash> {
        let middle = left_subtree_len(self.size);
        let left = self.subtree(values, 0..middle)?;
        let right = self.subtree(values, middle..self.size)?;
        Some(*merge_subtrees_root(&left, &right, Mode::Hash).as_bytes())
    }

    /// No deeper than the logarithm of the number of segments.
    fn subtree(self, values: &[ChainingValue], range: Range<u64>) -> Option<ChainingValue> {
        let length = range.end - range.start;
        if length <= self.segment {
            return values.get(usize::try_from(range.start / self.segment).ok()?).copied();
        }
        let middle = range.start + left_subtree_len(length);
        let left = self.subtree(values, range.start..middle)?;
        let right = self.subtree(values, middle..range.end)?;
        Some(merge_subtrees_non_root(&left, &right, Mode::Hash))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn in_segments(bytes: &[u8]) -> Option<ContentHash> {
        let tree = TreeHash::new(bytes.len() as u64)?;
        let values: Vec<_> = (0..tree.segments())
            .map(|index| {
                let range = tree.range(index);
                let mut hasher = TreeHash::hasher(range.start);
                hasher.update(&bytes[range.start as usize..range.end as usize]);
                TreeHash::value(&hasher)
            })
            .collect();
        tree.merge(&values)
    }

    #[test]
    fn segments_make_the_same_hash_as_the_whole() {
        let bytes: Vec<u8> =
            (0..9_500_000_u32).map(|n| (n.wrapping_mul(7919) >> 3) as u8).collect();
        for length in [LEAST + 1, 2 * LEAST, 2 * LEAST + 1, 3 * LEAST - 1, 7 * LEAST, 9_500_000] {
            let bytes = &bytes[..length as usize];
            assert_eq!(in_segments(bytes), Some(*blake3::hash(bytes).as_bytes()), "{length}");
        }
        assert_eq!(in_segments(&bytes[..LEAST as usize]), None);
    }

    #[test]
    fn a_huge_file_has_larger_segments() {
        let tree = TreeHash::new(1 << 44).unwrap();
        assert!(tree.segments() <= MOST_SEGMENTS);
        assert_eq!(tree.range(tree.segments() - 1).end, 1 << 44);
    }
}
