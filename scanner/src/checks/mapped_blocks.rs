//! `inode-blocks-mismatch`: a count of blocks that the map does not explain (and, as
//! `inode-flags-invalid`, a block of attributes on a filesystem that has none).
//!
//! Holds `stx_blocks` against what FIEMAP maps, the block of extended attributes, and the blocks
//! that the map itself takes. Fewer blocks than are mapped are always wrong. More are wrong beyond
//! what the map can need: with extents nothing for up to four of them, and with indirect blocks
//! exactly those that lead to the mapped ranges, with some slack, since the kernel merges extents
//! when it tells of them and can leave a block behind. Proves a damaged inode. ext2, ext3, ext4;
//! no upper bound with bigalloc or ea_inode, or where the features are not known, nor with
//! indirect blocks while blocks of the filesystem wait to be allocated (which sysfs tells).

use reports::Code;

use super::{Anomalies, Mapped};
use crate::extents::{AttributeBlock, Extent};
use crate::features::Feature;
use crate::inode_flags::InodeFlags;

/// Extents that fit into the inode (fs/ext4/ext4_extents.h: 60 bytes, 12 a record, a header).
const IN_INODE: u64 = 4;

/// The longest extent, in blocks (`EXT_INIT_MAX_LEN`).
const LONGEST: u64 = 1 << 15;

/// Blocks that an inode leads to directly (`EXT4_NDIR_BLOCKS`).
const DIRECT: u64 = 12;

/// How many blocks besides the content are possible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Allowance {
    least: u64,
    most: u64,
}

pub(super) fn judge(mapped: &Mapped<'_>, anomalies: &mut Anomalies) {
    let filesystem = mapped.filesystem;
    let (block, facts) = (filesystem.block_size, mapped.facts);
    if !filesystem.oddities.is_ext || block < 512 || mapped.is(InodeFlags::INLINE_DATA) {
        return;
    }
    judge_attribute_block(mapped, anomalies);
    let Some(content) = mapped.map.mapped().map(|bytes| bytes / block) else { return };
    let blocks = facts.sectors() / (block / 512);
    let attributes = match mapped.map.attribute_block {
        AttributeBlock::At(_) => Allowance { least: 1, most: 1 },
        AttributeBlock::Hidden => Allowance { least: 0, most: 1 },
        AttributeBlock::None | AttributeBlock::NotAsked => Allowance { least: 0, most: 0 },
    };
    let mut mapping = mapping(mapped, content);
    if facts.size() == 0 && content == 0 {
        // Cut to nothing, a file gives back all that led to its content.
        mapping.most = 0;
    }
    let least = content + attributes.least + mapping.least;
    let most = content + attributes.most + mapping.most;
    let bounded = filesystem.lacks(Feature::BigAlloc) && filesystem.lacks(Feature::EaInode);
    if blocks >= least && (blocks <= most || !bounded || may_be_delayed(mapped)) {
        return;
    }
    let expected = format!("{least} to {most} blocks: {content} of content and what leads to them");
    anomalies.add(mapped.anomaly(Code::InodeBlocksMismatch, expected, format!("{blocks} blocks")));
}

/// The first attribute that needs a block sets the feature (fs/ext4/xattr.c,
/// `ext4_xattr_update_super_block`).
fn judge_attribute_block(mapped: &Mapped<'_>, anomalies: &mut Anomalies) {
    if let AttributeBlock::At(byte) = mapped.map.attribute_block
        && mapped.filesystem.lacks(Feature::ExtAttr)
    {
        let expected = "no block of attributes on a filesystem without ext_attr";
        let found = format!("block {}", byte / mapped.filesystem.block_size.max(1));
        anomalies.add(mapped.anomaly(Code::InodeFlagsInvalid, expected, found));
    }
}

/// FIEMAP of an inode with indirect blocks leaves out what waits to be allocated behind a hole.
fn may_be_delayed(mapped: &Mapped<'_>) -> bool {
    let extents = mapped.flags.is_some_and(|flags| flags.contains(InodeFlags::EXTENTS));
    !extents && mapped.filesystem.has_delayed_blocks()
}

/// What the map itself takes.
fn mapping(mapped: &Mapped<'_>, content: u64) -> Allowance {
    let block = mapped.filesystem.block_size;
    match mapped.flags {
        Some(flags) if flags.contains(InodeFlags::EXTENTS) => {
            extent_tree(&mapped.map.extents, block, content)
        }
        Some(_) => indirect(&mapped.map.extents, block),
        // The flags could not be read: whichever takes more.
        None => {
            let tree = extent_tree(&mapped.map.extents, block, content);
            let pointers = indirect(&mapped.map.extents, block);
            Allowance { least: 0, most: tree.most.max(pointers.most) }
        }
    }
}

/// Blocks of an extent tree. On the disk there are at least as many extents as are told.
fn extent_tree(extents: &[Extent], block: u64, content: u64) -> Allowance {
    let told = runs(extents).map(|run| (run.1 - run.0).div_ceil(block).div_ceil(LONGEST)).sum();
    let least = if told > IN_INODE { u64::div_ceil(told, (block - 12) / 12) } else { 0 };
    // A leaf can stay when few extents are left in it.
    let slack = if told > IN_INODE { 8 } else { 1 };
    // After holes were punched each of several extents may stand in a leaf of its own. A leaf was
    // full once, or half of a full one, so it stands for a part of the file.
    let span = extents.last().map_or(0, Extent::end) / block;
    let leaves = span / ((block - 12) / 12 / 4).max(1);
    let punched = if told > 1 { told.min(leaves) + 2 } else { 0 };
    Allowance { least, most: (least + slack + content / 50).max(punched) }
}

/// Runs of the file that follow one another on the device as well.
fn runs(extents: &[Extent]) -> impl Iterator<Item = (u64, u64)> {
    extents
        .chunk_by(|one, next| {
            one.end() == next.logical
                && one.physical.wrapping_add(one.length) == next.physical
                && one.is_unwritten() == next.is_unwritten()
        })
        .map(|run| {
            let bounds = run.first().zip(run.last());
            bounds.map_or((0, 0), |(first, last)| (first.logical, last.end()))
        })
}

/// Indirect blocks: one for each group of pointers that a mapped range needs, at three levels.
fn indirect(extents: &[Extent], block: u64) -> Allowance {
    let pointers = block / 4;
    let squared = pointers.saturating_mul(pointers);
    let mut levels = [Counter::default(), Counter::default(), Counter::default()];
    for extent in extents {
        let first = (extent.logical / block).saturating_sub(DIRECT);
        let Some(last) = (extent.end().div_ceil(block)).checked_sub(DIRECT + 1) else { continue };
        let [single, double, triple] = &mut levels;
        single.add(first / pointers, last / pointers);
        // Behind the one single indirect block there is a double one for `pointers` of them.
        if let Some(last) = last.checked_sub(pointers) {
            let first = first.saturating_sub(pointers);
            double.add(first / squared, last / squared);
            if last >= squared {
                triple.add(0, 0);
            }
        }
    }
    let least = levels.iter().map(|level| level.count).sum::<u64>();
    // Where holes were punched blocks of pointers may stay.
    Allowance { least, most: least + 2 + least / 50 }
}

/// Counts numbers of rising ranges, each once.
#[derive(Default)]
struct Counter {
    count: u64,
    next: u64,
}

impl Counter {
    fn add(&mut self, first: u64, last: u64) {
        let first = first.max(self.next);
        if last >= first {
            self.count += last - first + 1;
            self.next = last + 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BLOCK: u64 = 4096;

    /// Extents of the given blocks, each elsewhere on the device.
    fn scattered(blocks: &[(u64, u64)]) -> Vec<Extent> {
        let place = |n: usize| (n as u64 + 1) * 1_000_000 * BLOCK;
        let extent = |(n, (at, length)): (usize, &(u64, u64))| {
            Extent::written(at * BLOCK, place(n), length * BLOCK)
        };
        blocks.iter().enumerate().map(extent).collect()
    }

    #[test]
    fn up_to_four_extents_need_no_block_but_leaves_may_be_left_over() {
        let few = scattered(&[(0, 1), (2, 1), (4, 1), (6, 1)]);
        assert_eq!(extent_tree(&few, BLOCK, 4), Allowance { least: 0, most: 2 });
        let five = scattered(&[(0, 1), (2, 1), (4, 1), (6, 1), (8, 1)]);
        assert_eq!(extent_tree(&five, BLOCK, 5).least, 1);
        let many: Vec<_> = (0..341).map(|n| (n * 2, 1)).collect();
        assert_eq!(extent_tree(&scattered(&many), BLOCK, 341).least, 2);
    }

    #[test]
    fn a_long_run_is_told_as_one_and_stored_in_pieces() {
        let long = scattered(&[(0, LONGEST * 5)]);
        assert_eq!(extent_tree(&long, BLOCK, LONGEST * 5).least, 1);
    }

    type Blocks = &'static [(u64, u64)];

    #[test]
    fn indirect_blocks_are_those_that_lead_to_the_content() {
        let table: &[(Blocks, u64, &str)] = &[
            (&[(0, 12)], 0, "direct"),
            (&[(0, 13)], 1, "the first indirect block"),
            (&[(0, 12 + 1024)], 1, "all of it"),
            (&[(0, 12 + 1025)], 3, "a double one and the first below it"),
            (&[(12 + 1024 + 1024, 1)], 2, "a sparse file without the single one"),
            (&[(0, 1), (5000, 1), (5002, 1)], 2, "two in the same block"),
        ];
        for (blocks, expected, what) in table {
            assert_eq!(indirect(&scattered(blocks), BLOCK).least, *expected, "{what}");
        }
    }

    #[test]
    fn a_triple_indirect_block_comes_with_two_below_it() {
        let far = 12 + 1024 + 1024 * 1024;
        assert_eq!(indirect(&scattered(&[(far, 1)]), BLOCK).least, 3);
    }
}
