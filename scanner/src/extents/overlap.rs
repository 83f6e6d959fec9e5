//! Blocks that two inodes claim: a sweep over all claims in the order of the device.

use super::claims::Claim;

/// Claims that are held against the next one at most; on a sound filesystem it is one.
const MOST_OPEN: usize = 64;

/// Blocks that two claims have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overlap {
    /// The claim that begins first.
    pub one: Claim,
    /// The other one.
    pub other: Claim,
}

impl Overlap {
    /// The first block and the one behind the last.
    pub fn blocks(&self) -> (u64, u64) {
        (self.one.start.max(self.other.start), self.one.end().min(self.other.end()))
    }
}

/// What a sweep brought.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Overlaps of inodes that did not change, at most as many as were asked for.
    pub overlaps: Vec<Overlap>,
    /// How many more there were.
    pub beyond: u64,
    /// Overlaps that a change explains.
    pub volatile: u64,
    /// How often a block of attributes was claimed by a further inode.
    pub shared_attributes: u64,
}

/// Goes through sorted claims. Two may claim a block where either says that it is shared, and
/// two inodes with equal attributes may share their block. A file that claims a block twice
/// overlaps itself.
pub fn sweep(claims: &[Claim], most: usize) -> Swept {
    let mut swept = Swept::default();
    let mut open: Vec<Claim> = Vec::new();
    for claim in claims {
        open.retain(|before| before.end() > claim.start);
        let mut known = false;
        for before in &open {
            if before.is_of_attributes() && claim.is_of_attributes() {
                known = true;
            } else if !before.is_shared() && !claim.is_shared() {
                swept.add(Overlap { one: *before, other: *claim }, most);
            }
        }
        swept.shared_attributes += u64::from(known);
        if !known && open.len() < MOST_OPEN {
            open.push(*claim);
        }
    }
    swept
}

impl Swept {
    fn add(&mut self, overlap: Overlap, most: usize) {
        if overlap.one.is_recent() || overlap.other.is_recent() {
            self.volatile += 1;
        } else if self.overlaps.len() < most {
            self.overlaps.push(overlap);
        } else {
            self.beyond += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(mut claims: Vec<Claim>) -> Vec<(u64, u64, (u64, u64))> {
        claims.sort_by_key(|claim| (claim.start, claim.ino, claim.length));
        let overlaps = sweep(&claims, 1000).overlaps;
        overlaps.iter().map(|o| (o.one.ino, o.other.ino, o.blocks())).collect()
    }

    #[test]
    fn neighbours_do_not_overlap() {
        assert_eq!(pairs(vec![Claim::of(1, 0, 10), Claim::of(2, 10, 10), Claim::of(3, 25, 1)]), []);
    }

    #[test]
    fn every_pair_is_found_once() {
        let claims = vec![
            Claim::of(1, 0, 100),
            Claim::of(2, 10, 5),
            Claim::of(3, 12, 1),
            Claim::of(4, 90, 20),
        ];
        assert_eq!(
            pairs(claims),
            [(1, 2, (10, 15)), (1, 3, (12, 13)), (2, 3, (12, 13)), (1, 4, (90, 100))]
        );
    }

    #[test]
    fn a_file_can_overlap_itself() {
        assert_eq!(pairs(vec![Claim::of(1, 0, 4), Claim::of(1, 3, 4)]), [(1, 1, (3, 4))]);
    }

    #[test]
    fn what_says_that_it_is_shared_is_no_overlap() {
        assert_eq!(pairs(vec![Claim::of(1, 0, 4).shared(), Claim::of(2, 0, 4).shared()]), []);
    }

    #[test]
    fn blocks_of_attributes_are_shared_by_design_and_counted() {
        let claims: Vec<Claim> = (1..=1000).map(|ino| Claim::of(ino, 7, 1).attributes()).collect();
        let swept = sweep(&claims, 10);
        assert_eq!((swept.overlaps.len(), swept.shared_attributes), (0, 999));
        assert_eq!(pairs(vec![Claim::of(1, 7, 1).attributes(), Claim::of(2, 7, 1)]).len(), 1);
    }

    #[test]
    fn a_change_explains_an_overlap_and_many_are_counted() {
        let claims: Vec<Claim> = (1..=50).map(|ino| Claim::of(ino, 7, 1)).collect();
        let swept = sweep(&claims, 10);
        assert_eq!((swept.overlaps.len(), swept.beyond), (10, 50 * 49 / 2 - 10));
        let swept = sweep(&[Claim::of(1, 7, 1), Claim::of(2, 7, 1).recent()], 10);
        assert_eq!((swept.overlaps.len(), swept.volatile), (0, 1));
    }
}
