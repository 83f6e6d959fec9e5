//! Bytes of a file that cannot be read.

use std::ops::Range;

use rustix::io::Errno;

/// Pieces that are found unreadable in one file before not each is tried any more: each may cost a
/// failing disk seconds.
const MOST_PIECES: usize = 4096;

/// Byte ranges in rising order; neighbours are one.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BadRanges {
    ranges: Vec<Range<u64>>,
    errno: Option<Errno>,
    /// Pieces among them.
    pieces: usize,
    /// Pieces that were found in other parts of the file before.
    pieces_elsewhere: usize,
    /// Not every page between two unreadable ones was tried.
    skipped: bool,
}

impl BadRanges {
    /// Adds bytes that lie behind all others, and what the kernel said.
    pub fn add(&mut self, range: Range<u64>, errno: Errno) {
        self.errno.get_or_insert(errno);
        self.pieces += 1;
        match self.ranges.last_mut() {
            Some(last) if last.end == range.start => last.end = range.end,
            _ => self.ranges.push(range),
        }
    }

    /// The same of bytes of which the first and the last cannot be read, and the others were not tried.
    pub fn skip(&mut self, range: Range<u64>, errno: Errno) {
        self.add(range, errno);
        self.skipped = true;
    }

    /// Whether there are bytes among them that were not tried.
    pub fn has_skipped(&self) -> bool {
        self.skipped
    }

    /// For a part of a file of which so many pieces are unreadable already.
    pub fn after(pieces: usize) -> Self {
        BadRanges { pieces_elsewhere: pieces, ..BadRanges::default() }
    }

    /// How many pieces were found unreadable.
    pub fn pieces(&self) -> usize {
        self.pieces
    }

    /// Adds another part's.
    pub fn merge(&mut self, other: BadRanges) {
        self.errno = self.errno.or(other.errno);
        self.pieces += other.pieces;
        self.skipped |= other.skipped;
        self.ranges.extend(other.ranges);
        self.ranges.sort_by_key(|range| range.start);
        let mut merged: Vec<Range<u64>> = Vec::with_capacity(self.ranges.len());
        for range in self.ranges.drain(..) {
            match merged.last_mut() {
                Some(last) if last.end >= range.start => last.end = last.end.max(range.end),
                _ => merged.push(range),
            }
        }
        self.ranges = merged;
    }

    /// Whether so much cannot be read that not each page is tried any more.
    pub fn are_many(&self) -> bool {
        self.pieces + self.pieces_elsewhere >= MOST_PIECES
    }

    /// Whether all can be read.
    pub fn is_empty(&self) -> bool {
        self.ranges.is_empty()
    }

    /// The ranges.
    pub fn ranges(&self) -> &[Range<u64>] {
        &self.ranges
    }

    /// The first refusal.
    pub fn errno(&self) -> Option<Errno> {
        self.errno
    }

    /// How many bytes they are.
    pub fn bytes(&self) -> u64 {
        self.ranges.iter().map(|range| range.end - range.start).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_become_one() {
        let mut bad = BadRanges::default();
        bad.add(4096..8192, Errno::IO);
        bad.add(8192..12_288, Errno::IO);
        bad.add(40_960..45_056, Errno::IO);
        assert_eq!(bad.ranges(), [4096..12_288, 40_960..45_056]);
        assert_eq!(bad.bytes(), 12_288);
    }

    #[test]
    fn parts_of_several_threads_are_put_in_order() {
        let mut bad = BadRanges::default();
        bad.add(8192..12_288, Errno::IO);
        let mut other = BadRanges::default();
        other.add(4096..8192, Errno::UCLEAN);
        bad.merge(other);
        assert_eq!(bad.ranges().first(), Some(&(4096..12_288)));
        assert_eq!(bad.ranges().len(), 1);
        assert_eq!(bad.errno(), Some(Errno::IO));
    }
}
