//! What ext4 uses without a name: inodes and blocks that no walk can count, told by the
//! superblock's features.
//!
//! The journal's own blocks are no part of it: ext4 takes them off the size that statfs tells
//! (fs/ext4/super.c, `ext4_calculate_overhead`), but not the blocks that lead to them.

use std::ops::RangeInclusive;

use crate::features::{Feature, Superblock};
use crate::filesystem::Filesystem;

/// Inodes 1 to 10 (`EXT4_GOOD_OLD_FIRST_INO` - 1). The root is one of them and has a name.
const RESERVED_INODES: u64 = 10;

/// Blocks that quota files may take: a few for each of three kinds, more with many owners.
const QUOTA_BLOCKS: u64 = 1024;

/// The longest extent, in blocks.
const LONGEST_EXTENT: u64 = 1 << 15;

/// Extents that fit into an inode.
const EXTENTS_IN_INODE: u64 = 4;

/// What is in use without a name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hidden {
    /// Inodes, the root left out.
    pub inodes: RangeInclusive<u64>,
    /// Blocks: any number in one of these ranges. None where they cannot be told.
    pub blocks: Option<Vec<RangeInclusive<u64>>>,
}

/// What was learnt of a filesystem's own blocks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Geometry {
    /// The filesystem's size in blocks.
    pub blocks: u64,
    /// The size that statfs tells, in blocks: what static metadata and the journal leave.
    pub usable: u64,
    /// Static metadata in blocks, where GETFSMAP told.
    pub metadata: Option<u64>,
}

impl Geometry {
    /// The journal's length in blocks, as far as it is known: without the odd blocks that
    /// GETFSMAP leaves out near the borders of groups.
    fn journal(&self) -> Option<u64> {
        let own = self.blocks.checked_sub(self.usable)?;
        let journal = own.saturating_sub(self.metadata?);
        Some(if journal >= 1024 { journal / 1024 * 1024 } else { journal })
    }
}

impl Hidden {
    /// What a filesystem hides; none where its features are not known.
    pub fn of(filesystem: &Filesystem, geometry: Geometry) -> Option<Self> {
        let superblock = filesystem.superblock?;
        let one = |feature| u64::from(superblock.has(feature));
        let unnamed = RESERVED_INODES - 1 + one(Feature::OrphanFile);
        // tune2fs can leave the inode of a project quota behind that is not in use any more.
        let inodes = unnamed..=unnamed + one(Feature::Project);
        let counted = !superblock.has(Feature::BigAlloc)
            && !superblock.has(Feature::SharedBlocks)
            && !superblock.has(Feature::EaInode);
        let blocks = counted.then(|| blocks(&superblock, filesystem.block_size, geometry));
        // An attribute that fills an inode of its own: how many there are cannot be told.
        let inodes = if superblock.has(Feature::EaInode) { unnamed..=u64::MAX } else { inodes };
        Some(Hidden { inodes, blocks })
    }
}

fn blocks(
    superblock: &Superblock,
    block_size: u64,
    geometry: Geometry,
) -> Vec<RangeInclusive<u64>> {
    let one = |feature| u64::from(superblock.has(feature));
    let fixed = one(Feature::Mmp) + one(Feature::ResizeInode);
    let orphans =
        if superblock.has(Feature::OrphanFile) { orphan_file(geometry.blocks) } else { 0..=0 };
    let quota = if superblock.has(Feature::Quota) { QUOTA_BLOCKS } else { 0 };
    let least = fixed + orphans.start();
    let most = fixed + orphans.end() + quota;
    let journals = journal_mapping(superblock, block_size, geometry);
    let with = |journal: RangeInclusive<u64>| least + journal.start()..=most + journal.end();
    journals.into_iter().map(with).collect()
}

/// Blocks of the orphan file: made once, by the size that the filesystem had then, and never
/// smaller than 32 (e2fsprogs lib/ext2fs/orphan.c). One that was made smaller and grew since has
/// fewer than its size says.
fn orphan_file(blocks: u64) -> RangeInclusive<u64> {
    32..=(blocks / 4096).clamp(32, 512)
}

/// Blocks that lead to the journal's. Made with extents it needs none for up to four of them; one
/// that was made on ext3 has indirect blocks to this day. (A filesystem with 64bit never was one:
/// nothing but a rebuild of all its group descriptors makes it so.)
fn journal_mapping(
    superblock: &Superblock,
    block_size: u64,
    geometry: Geometry,
) -> Vec<RangeInclusive<u64>> {
    if !superblock.has(Feature::HasJournal) {
        return vec![0..=0];
    }
    let Some(journal) = geometry.journal() else { return vec![0..=1] };
    let indirect = indirect_blocks(journal, block_size / 4);
    // mke2fs of 2008 and before gave it one block more than its size says.
    let indirect = indirect..=indirect_blocks(journal + 1, block_size / 4) + 1;
    if !superblock.has(Feature::Extents) {
        return vec![indirect];
    }
    let fewest = journal.div_ceil(LONGEST_EXTENT);
    let most = if superblock.has(Feature::FlexBg) {
        // Broken by backups of the superblock in one or two groups.
        fewest + 2
    } else {
        // Broken by the metadata of each group of blocks.
        journal.div_ceil((block_size * 8).saturating_sub(1024).max(1)) + 2
    };
    let needs = |extents: u64| u64::from(extents > EXTENTS_IN_INODE);
    let tree = needs(fewest)..=needs(most.max(fewest));
    if superblock.has(Feature::SixtyFourBit) {
        return vec![tree];
    }
    vec![tree, indirect]
}

/// Indirect blocks of a file without holes.
fn indirect_blocks(blocks: u64, pointers: u64) -> u64 {
    let behind = blocks.saturating_sub(12);
    let pointers = pointers.max(1);
    let leaves = behind.div_ceil(pointers);
    let double = behind.saturating_sub(pointers).div_ceil(pointers * pointers);
    leaves + double + u64::from(double > 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ranges(features: &[Feature], journal: u64) -> Vec<RangeInclusive<u64>> {
        let blocks = 1 << 20;
        let metadata = Some(30_000);
        let geometry = Geometry { blocks, usable: blocks - 30_000 - journal, metadata };
        super::blocks(&Superblock::with(features), 4096, geometry)
    }

    #[test]
    fn each_feature_adds_what_it_hides() {
        use Feature::{Extents, FlexBg, HasJournal, Mmp, OrphanFile, Quota, ResizeInode};
        let modern = [HasJournal, Extents, FlexBg, Feature::SixtyFourBit];
        assert_eq!(ranges(&[], 0), [0..=0]);
        assert_eq!(ranges(&[Mmp, ResizeInode], 0), [2..=2]);
        assert_eq!(ranges(&[OrphanFile], 0), [32..=256]);
        assert_eq!(ranges(&[Quota], 0), [0..=1024]);
        assert_eq!(ranges(&[HasJournal, Extents, FlexBg], 16_384), [0..=0, 17..=18]);
        assert_eq!(ranges(&[HasJournal, Extents, FlexBg], 262_144), [1..=1, 257..=258]);
        assert_eq!(ranges(&modern, 16_384), [0..=0], "never ext3");
        assert_eq!(ranges(&[HasJournal], 16_384), [17..=18], "16372 / 1024 and a double one");
    }

    #[test]
    fn indirect_blocks_of_a_whole_file() {
        let table = [(12, 0), (13, 1), (12 + 1024, 1), (12 + 1025, 3), (32_768, 33)];
        for (blocks, expected) in table {
            assert_eq!(indirect_blocks(blocks, 1024), expected, "{blocks}");
        }
    }
}
