//! The blocks that inodes claim, in 24 bytes an extent.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

use super::map::{AttributeBlock, ExtentMap};
use crate::inode_facts::InodeFacts;

/// A run of blocks and whose they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "(u64, u64, u32, u32)", into = "(u64, u64, u32, u32)")]
pub struct Claim {
    /// The first block.
    pub start: u64,
    /// The inode.
    pub ino: u64,
    /// How many blocks.
    pub length: u32,
    flags: u32,
}

/// Claims of one file are put together up to this many blocks.
const LONGEST: u64 = u32::MAX as u64;

const ATTRIBUTES: u32 = 1;
const SHARED: u32 = 2;
const RECENT: u32 = 4;

impl Claim {
    /// The block behind the last one.
    pub fn end(&self) -> u64 {
        self.start.saturating_add(u64::from(self.length))
    }

    /// A block of extended attributes, which inodes share where they have the same ones.
    pub fn is_of_attributes(&self) -> bool {
        self.flags & ATTRIBUTES != 0
    }

    /// The filesystem says that others use the blocks, too.
    pub fn is_shared(&self) -> bool {
        self.flags & SHARED != 0
    }

    /// The inode changed after the scan began, so what it claimed may be another's by now.
    pub fn is_recent(&self) -> bool {
        self.flags & RECENT != 0
    }

    /// Which blocks, whose, and what for: whenever it was looked at.
    fn what(&self) -> (u64, u64, u32, u32) {
        (self.start, self.ino, self.length, self.flags & !RECENT)
    }

    /// Whether it lies in some of the blocks from `start` up to `end`.
    pub fn meets(&self, start: u64, end: u64) -> bool {
        self.start < end && start < self.end()
    }
}

impl From<(u64, u64, u32, u32)> for Claim {
    fn from((start, ino, length, flags): (u64, u64, u32, u32)) -> Self {
        Claim { start, ino, length, flags }
    }
}

impl From<Claim> for (u64, u64, u32, u32) {
    fn from(claim: Claim) -> Self {
        (claim.start, claim.ino, claim.length, claim.flags)
    }
}

/// Claims of fragmented files that are kept at most: 384 MiB of them. A filesystem of this many
/// fragments that is sound is hard to think of; one that was made to exhaust memory, with a million
/// inodes that share one block of extents, is easily made.
const MOST_OF_FRAGMENTS: u64 = 1 << 24;

/// Extents of an inode that are not counted: they take no more memory than its name does.
const UNCOUNTED: usize = 4;

/// How many claims of fragmented files are kept so far, by all threads.
#[derive(Debug, Default)]
pub struct ClaimBudget(AtomicU64);

impl ClaimBudget {
    /// Whether an inode's extents may be kept.
    pub fn allows(&self, extents: usize) -> bool {
        extents <= UNCOUNTED
            || self.0.fetch_add(extents as u64, Ordering::Relaxed) < MOST_OF_FRAGMENTS
    }
}

/// What inodes claim, gathered a thread at a time.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Claims(Vec<Vec<Claim>>);

/// Claims that are allocated at once: memory grows by pieces and is never copied.
const PIECE: usize = 1 << 14;

/// The first piece grows as it must: most directories have few files.
const FIRST_PIECE: usize = 32;

impl Claims {
    /// Adds what an inode's map says. Extents that follow one another on the device become one.
    pub fn add(&mut self, facts: &InodeFacts, map: &ExtentMap, block_size: u64, recent: bool) {
        let Some(block_size) = std::num::NonZero::new(block_size) else { return };
        let recent = if recent { RECENT } else { 0 };
        let mut open: Option<(u64, u64, u32)> = None;
        for extent in map.extents.iter().filter(|extent| extent.has_place()) {
            let start = extent.physical / block_size;
            let end = extent.physical.saturating_add(extent.length).div_ceil(block_size.get());
            let flags = recent | if extent.is_shared() { SHARED } else { 0 };
            match &mut open {
                Some((from, to, same))
                    if *to == start && *same == flags && end - *from <= LONGEST =>
                {
                    *to = end;
                }
                _ => {
                    self.close(facts.ino(), open);
                    open = Some((start, end, flags));
                }
            }
        }
        self.close(facts.ino(), open);
        if let AttributeBlock::At(byte) = map.attribute_block {
            let block = byte / block_size;
            self.push(Claim {
                start: block,
                ino: facts.ino(),
                length: 1,
                flags: recent | ATTRIBUTES,
            });
        }
    }

    fn close(&mut self, ino: u64, open: Option<(u64, u64, u32)>) {
        let Some((mut start, end, flags)) = open else { return };
        while start < end {
            let length = (end - start).min(LONGEST);
            self.push(Claim { start, ino, length: length as u32, flags });
            start += length;
        }
    }

    fn push(&mut self, claim: Claim) {
        if let Some(piece) = self.0.last_mut().filter(|piece| piece.len() < PIECE) {
            piece.push(claim);
            return;
        }
        let room = if self.0.is_empty() { FIRST_PIECE } else { PIECE };
        let mut piece = Vec::with_capacity(room);
        piece.push(claim);
        self.0.push(piece);
    }

    /// Adds another's.
    pub fn append(&mut self, other: Claims) {
        for piece in other.0 {
            match self.0.last_mut().filter(|last| last.len() + piece.len() <= PIECE) {
                Some(last) => last.extend(piece),
                None if piece.len() < PIECE / 2 => {
                    let mut roomy = Vec::with_capacity(PIECE);
                    roomy.extend(piece);
                    self.0.push(roomy);
                }
                None => self.0.push(piece),
            }
        }
    }

    /// Forgets those of some inodes.
    pub fn forget(&mut self, of: impl Fn(u64) -> bool) {
        self.0.iter_mut().for_each(|piece| piece.retain(|claim| !of(claim.ino)));
    }

    /// All of them in the order of the device; equal starts by inode, what repeats side by side. Each
    /// piece is given back once it is taken over, so that all of them never lie in memory twice.
    pub fn into_sorted(self) -> Vec<Claim> {
        use rayon::slice::ParallelSliceMut;
        let mut all = Vec::with_capacity(self.0.iter().map(Vec::len).sum());
        for piece in self.0 {
            all.extend_from_slice(&piece);
        }
        all.par_sort_unstable_by_key(|claim: &Claim| (claim.what(), claim.flags));
        all
    }
}

/// Leaves of sorted claims what one look at each inode brings; `looks` tells those that were looked
/// into several times, and how often. What an inode claims twice by itself stays there twice.
pub fn keep_one_look(claims: &mut Vec<Claim>, looks: &BTreeMap<u64, u32>) {
    if looks.is_empty() {
        return;
    }
    // One look in which the file had changed is enough to call its blocks recent.
    for at in (1..claims.len()).rev() {
        if let Some([one, next]) = claims.get_mut(at - 1..=at)
            && one.what() == next.what()
        {
            one.flags |= next.flags & RECENT;
        }
    }
    let mut last = None;
    let mut times = 0_u32;
    claims.retain(|claim| {
        let Some(looks) = looks.get(&claim.ino) else { return true };
        times = if last == Some(claim.what()) { times.wrapping_add(1) } else { 0 };
        last = Some(claim.what());
        times.is_multiple_of((*looks).max(1))
    });
}

#[cfg(test)]
impl Claim {
    /// One of content.
    pub(crate) fn of(ino: u64, start: u64, length: u32) -> Self {
        Claim { start, ino, length, flags: 0 }
    }

    pub(crate) fn attributes(self) -> Self {
        Claim { flags: ATTRIBUTES, ..self }
    }

    pub(crate) fn shared(self) -> Self {
        Claim { flags: SHARED, ..self }
    }

    pub(crate) fn recent(self) -> Self {
        Claim { flags: RECENT, ..self }
    }
}

#[cfg(test)]
mod tests {
    use std::os::fd::AsFd;

    use super::super::map::Extent;
    use super::*;

    fn facts() -> InodeFacts {
        let file = tempfile::tempfile().unwrap();
        InodeFacts::of_descriptor(file.as_fd()).unwrap().changed(|facts| facts.ino = 7)
    }

    #[test]
    fn fragments_are_kept_up_to_a_limit_and_whole_files_always() {
        let budget = ClaimBudget::default();
        assert!(budget.allows(MOST_OF_FRAGMENTS as usize));
        assert!(!budget.allows(5), "the next fragmented file");
        assert!(budget.allows(4));
    }

    #[test]
    fn a_claim_takes_24_bytes() {
        assert_eq!(size_of::<Claim>(), 24);
    }

    #[test]
    fn what_follows_on_the_device_becomes_one() {
        let map = ExtentMap::of(&[
            Extent::written(0, 4096, 4096),
            Extent::written(4096, 8192, 8192),
            Extent::written(12_288, 40_960, 4096),
            Extent::written(16_384, 0, 4096).pending(),
        ]);
        let mut claims = Claims::default();
        claims.add(&facts(), &map, 4096, false);
        assert_eq!(claims.into_sorted(), [Claim::of(7, 1, 3), Claim::of(7, 10, 1)]);
    }

    #[test]
    fn a_run_too_long_for_one_claim_is_split() {
        let map = ExtentMap::of(&[Extent::written(0, 0, (LONGEST + 5) * 1024)]);
        let mut claims = Claims::default();
        claims.add(&facts(), &map, 1024, false);
        let claims = claims.into_sorted();
        assert_eq!(claims.iter().map(|c| u64::from(c.length)).sum::<u64>(), LONGEST + 5);
    }

    #[test]
    fn an_inode_that_was_looked_into_by_each_name_claims_once() {
        let kept = |of: &[Claim], looks: &[(u64, u32)]| {
            let mut claims = Claims::default();
            of.iter().for_each(|claim| claims.push(*claim));
            let mut claims = claims.into_sorted();
            keep_one_look(&mut claims, &looks.iter().copied().collect());
            claims
        };
        let (one, two) = (Claim::of(7, 1, 3), Claim::of(7, 10, 1));
        let other = Claim::of(8, 1, 3);
        assert_eq!(kept(&[one, two, other, one, two], &[(7, 2)]), [one, other, two]);
        let changed = [one.recent()];
        assert_eq!(kept(&[one, one.recent(), one], &[(7, 3)]), changed, "between the looks");
        assert_eq!(kept(&[one, one], &[]), [one, one], "one look, and it claims them twice");
        assert_eq!(kept(&[one; 4], &[(7, 2)]), [one, one], "the same at each of two looks");
        assert_eq!(kept(&[two, two.attributes()], &[(7, 2)]).len(), 2, "content is no attributes");
    }

    #[test]
    fn many_threads_claims_come_out_in_order() {
        let mut all = Claims::default();
        for thread in 0..3_u64 {
            let mut own = Claims::default();
            for n in (0..40_000_u64).rev() {
                own.push(Claim::of(n, n * 3 + thread, 1));
            }
            all.append(own);
        }
        let sorted = all.into_sorted();
        assert_eq!(sorted.len(), 120_000);
        assert!(sorted.windows(2).all(|pair| pair[0].start < pair[1].start));
    }
}
