//! Bitmaps and the counts of what is free.

use super::super::mutant::Mutant;
use super::super::place::Place;
use super::super::volume::{SUPERBLOCK, descriptor, superblock};

/// What a bitmap is of: its fields in the descriptor and in the superblock.
#[derive(Clone, Copy)]
struct Kind {
    bitmap: usize,
    free_in_group: usize,
    free_in_superblock: usize,
    place: fn(u32) -> Place,
}

const BLOCKS: Kind = Kind {
    bitmap: descriptor::BLOCK_BITMAP,
    free_in_group: descriptor::FREE_BLOCKS,
    free_in_superblock: superblock::FREE_BLOCKS,
    place: Place::BlockBitmap,
};

const INODES: Kind = Kind {
    bitmap: descriptor::INODE_BITMAP,
    free_in_group: descriptor::FREE_INODES,
    free_in_superblock: superblock::FREE_INODES,
    place: Place::InodeBitmap,
};

pub(super) fn block_leaked(mutant: &mut Mutant<'_>) -> String {
    let block = *mutant.rng.pick(&mutant.census.free_blocks);
    let place = mutant.volume.block_bit(block);
    format!("free block {block} marked as used{}", flip(mutant, BLOCKS, place, true))
}

pub(super) fn block_freed(mutant: &mut Mutant<'_>) -> String {
    let block = *mutant.rng.pick(&mutant.census.used_blocks);
    let place = mutant.volume.block_bit(block);
    format!("used block {block} marked as free{}", flip(mutant, BLOCKS, place, false))
}

pub(super) fn inode_leaked(mutant: &mut Mutant<'_>) -> String {
    let number = *mutant.rng.pick(&mutant.census.free_inodes);
    let place = mutant.volume.inode_bit(number);
    format!("free inode {number} marked as used{}", flip(mutant, INODES, place, true))
}

pub(super) fn inode_freed(mutant: &mut Mutant<'_>) -> String {
    let inode = mutant.any_inode();
    let place = mutant.volume.inode_bit(inode.number);
    format!("{inode} marked as free{}", flip(mutant, INODES, place, false))
}

/// A whole bitmap, zeroed or random.
pub(super) fn bitmap_overwritten(mutant: &mut Mutant<'_>) -> String {
    let place =
        mutant.any_place(|place| matches!(place, Place::BlockBitmap(_) | Place::InodeBitmap(_)));
    let zeroed = mutant.rng.coin();
    for at in place.range(&mutant.volume) {
        let byte = if zeroed { 0 } else { mutant.rng.draw() as u8 };
        mutant.volume.put(at, &[byte]);
    }
    mutant.seal(place);
    format!("{place} {}", if zeroed { "zeroed" } else { "overwritten with random bytes" })
}

pub(super) fn group_counts(mutant: &mut Mutant<'_>) -> String {
    let group = mutant.rng.below(u64::from(mutant.volume.geometry.groups)) as u32;
    let (field, name) = *mutant.rng.pick(&[
        (descriptor::FREE_BLOCKS, "bg_free_blocks_count"),
        (descriptor::FREE_INODES, "bg_free_inodes_count"),
        (descriptor::USED_DIRECTORIES, "bg_used_dirs_count"),
    ]);
    let at = mutant.volume.descriptor_at(group) + field;
    let old = mutant.volume.u16(at);
    let any = mutant.rng.draw() as u16;
    let new = mutant.rng.other(old, &[0, old.wrapping_sub(1), old.wrapping_add(1), any]);
    mutant.volume.put16(at, new);
    mutant.seal(Place::Descriptors);
    format!("{name} of group {group} from {old} to {new}")
}

pub(super) fn superblock_counts(mutant: &mut Mutant<'_>) -> String {
    let (field, name) = *mutant.rng.pick(&[
        (superblock::FREE_BLOCKS, "s_free_blocks_count"),
        (superblock::FREE_INODES, "s_free_inodes_count"),
    ]);
    let old = mutant.volume.u32(SUPERBLOCK + field);
    let any = mutant.rng.below(1 << 16) as u32;
    let new = mutant.rng.other(old, &[0, old.wrapping_sub(1), old + 1, any, any << 16]);
    mutant.volume.put32(SUPERBLOCK + field, new);
    mutant.seal(Place::Superblock);
    format!("{name} from {old} to {new}")
}

/// Turns a bit over; now and then the counts follow, so that only the owner can tell.
fn flip(mutant: &mut Mutant<'_>, kind: Kind, (group, bit): (u32, usize), used: bool) -> String {
    mutant.volume.flip_bit(kind.bitmap, group, bit);
    let counts_follow = mutant.rng.coin();
    if counts_follow {
        follow(mutant, kind, group, used);
    }
    mutant.seal((kind.place)(group));
    if counts_follow { ", the counts follow".to_owned() } else { String::new() }
}

/// The counts are always sound: the kernel does not mount descriptors with a wrong checksum.
fn follow(mutant: &mut Mutant<'_>, kind: Kind, group: u32, used: bool) {
    let in_group = mutant.volume.descriptor_at(group) + kind.free_in_group;
    let in_superblock = SUPERBLOCK + kind.free_in_superblock;
    let (of_group, of_all) = (mutant.volume.u16(in_group), mutant.volume.u32(in_superblock));
    let [of_group, of_all] =
        [u32::from(of_group), of_all].map(|free| if used { free - 1 } else { free + 1 });
    mutant.volume.put16(in_group, of_group as u16);
    mutant.volume.put32(in_superblock, of_all);
    mutant.volume.fit(Place::Descriptors);
    mutant.volume.fit(Place::Superblock);
}
