//! Claims that lie where no file's blocks are: in free space, or over the filesystem's own
//! metadata. One pass over sorted claims and the sorted map, neither of which is held twice.

use super::space_map::{Purpose, Record};
use crate::extents::Claim;

/// A claim and what the map says of some of its blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Misplaced {
    /// The claim.
    pub claim: Claim,
    /// The first of the blocks.
    pub start: u64,
    /// The block behind the last.
    pub end: u64,
    /// Never [`Purpose::InUse`].
    pub purpose: Purpose,
}

/// Goes through the claims as the map is handed out.
#[derive(Debug)]
pub struct Matcher<'a> {
    claims: &'a [Claim],
    block_size: u64,
    next: usize,
    /// Claims that began before and reach further than the map came so far.
    open: Vec<Claim>,
    most: usize,
    /// What was found, at most as many as were asked for.
    pub found: Vec<Misplaced>,
    /// How many more there were.
    pub beyond: u64,
    /// What a change explains.
    pub volatile: u64,
}

impl<'a> Matcher<'a> {
    /// For sorted claims in blocks of so many bytes; `open` are those that began before all of
    /// them.
    pub fn new(claims: &'a [Claim], open: Vec<Claim>, block_size: u64, most: usize) -> Self {
        let (block_size, found) = (block_size.max(1), Vec::new());
        Matcher { claims, block_size, next: 0, open, most, found, beyond: 0, volatile: 0 }
    }

    /// Takes the next record of the map into account.
    pub fn meet(&mut self, record: Record) {
        if record.purpose == Purpose::InUse {
            return;
        }
        let (start, end) = (record.start / self.block_size, record.end.div_ceil(self.block_size));
        self.open.retain(|claim| claim.end() > start);
        while let Some(claim) = self.claims.get(self.next).filter(|claim| claim.start < end) {
            self.next += 1;
            if claim.end() > start {
                self.open.push(*claim);
            }
        }
        for index in 0..self.open.len() {
            if let Some(claim) = self.open.get(index).copied().filter(|c| c.meets(start, end)) {
                let (start, end) = (claim.start.max(start), claim.end().min(end));
                self.add(Misplaced { claim, start, end, purpose: record.purpose });
            }
        }
    }

    fn add(&mut self, misplaced: Misplaced) {
        if misplaced.claim.is_recent() {
            self.volatile += 1;
        } else if self.found.len() < self.most {
            self.found.push(misplaced);
        } else {
            self.beyond += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK: u64 = 1024;

    fn met(claims: &[Claim], records: &[(u64, u64, Purpose)]) -> Vec<(u64, u64, u64)> {
        let mut matcher = Matcher::new(claims, Vec::new(), BLOCK, 100);
        for (start, end, purpose) in records {
            let (start, end) = (start * BLOCK, end * BLOCK);
            matcher.meet(Record { start, end, purpose: *purpose });
        }
        matcher.found.iter().map(|m| (m.claim.ino, m.start, m.end)).collect()
    }

    #[test]
    fn only_what_is_not_in_use_is_misplaced() {
        let claims = [Claim::of(1, 5, 5), Claim::of(2, 12, 4), Claim::of(3, 20, 1)];
        let map = [
            (0, 5, Purpose::Metadata("inodes")),
            (5, 12, Purpose::InUse),
            (12, 14, Purpose::Free),
            (14, 20, Purpose::InUse),
            (21, 30, Purpose::Free),
        ];
        assert_eq!(met(&claims, &map), [(2, 12, 14)]);
    }

    #[test]
    fn a_long_claim_is_held_against_each_record_and_hides_no_other() {
        let claims = [Claim::of(1, 0, 100), Claim::of(2, 10, 1), Claim::of(3, 50, 1)];
        let map = [(5, 6, Purpose::Free), (10, 11, Purpose::Free), (90, 95, Purpose::Free)];
        assert_eq!(met(&claims, &map), [(1, 5, 6), (1, 10, 11), (2, 10, 11), (1, 90, 95)]);
    }

    #[test]
    fn what_changed_since_is_no_finding_and_many_are_counted() {
        let claims: Vec<_> = (0..300).map(|n| Claim::of(n + 20, n, 1)).collect();
        let mut matcher = Matcher::new(&claims, Vec::new(), BLOCK, 100);
        matcher.meet(Record { start: 0, end: 300 * BLOCK, purpose: Purpose::Free });
        assert_eq!((matcher.found.len(), matcher.beyond), (100, 200));
        let recent = [Claim::of(20, 0, 1).recent()];
        let mut matcher = Matcher::new(&recent, Vec::new(), BLOCK, 100);
        matcher.meet(Record { start: 0, end: BLOCK, purpose: Purpose::Free });
        assert_eq!((matcher.found.len(), matcher.volatile), (0, 1));
    }
}
