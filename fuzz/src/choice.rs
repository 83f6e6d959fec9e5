//! Choices that follow from a seed.

/// A row of numbers (SplitMix64).
pub(crate) struct Choice(u64);

impl Choice {
    /// The row of a seed.
    pub(crate) fn new(seed: u32) -> Self {
        Choice(seed.into())
    }

    /// The next number.
    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below another one; 0 where there is none.
    pub(crate) fn among(&mut self, count: usize) -> usize {
        (self.next() % count.max(1) as u64) as usize
    }

    /// One of a few; none of none.
    pub(crate) fn one<'a, T>(&mut self, of: &'a [T]) -> Option<&'a T> {
        of.get(self.among(of.len()))
    }
}
