//! Fields of inodes that have a name.

use super::super::census::Inode;
use super::super::mutant::Mutant;
use super::super::place::Place;
use super::super::volume::inode as field;

/// Bits of i_flags that an inode rarely has, or has for a reason: INDEX, IMAGIC, HUGE_FILE,
/// EXTENTS, VERITY, ENCRYPT, EA_INODE, INLINE_DATA, CASEFOLD and two that mean nothing.
const FLAGS: [u32; 11] = [
    0x1000,
    0x2000,
    0x4_0000,
    0x8_0000,
    0x10_0000,
    0x800,
    0x20_0000,
    0x1000_0000,
    0x4000_0000,
    0x0100_0000,
    0x8000_0000,
];

pub(super) fn links_count(mutant: &mut Mutant<'_>) -> String {
    let inode = mutant.any_inode();
    let old = mutant.volume.u16(inode.at + field::LINKS);
    let any = mutant.rng.below(65_000) as u16;
    let new = mutant.rng.other(old, &[0, 1, old + 1, old - 1, any]);
    set16(mutant, inode, field::LINKS, new);
    format!("i_links_count of {inode} from {old} to {new}")
}

pub(super) fn mode(mutant: &mut Mutant<'_>) -> String {
    let inode = mutant.any_inode();
    let old = mutant.volume.u16(inode.at + field::MODE);
    let kind = mutant.rng.any((0..16).filter(|kind| *kind != old >> 12));
    set16(mutant, inode, field::MODE, old & 0xfff | kind << 12);
    format!("type in i_mode of {inode} from {:#o} to {kind:#o}", old >> 12)
}

pub(super) fn size(mutant: &mut Mutant<'_>) -> String {
    let inode = mutant.any_inode();
    let [low, high] = [field::SIZE, field::SIZE_HIGH].map(|at| mutant.volume.u32(inode.at + at));
    let old = u64::from(high) << 32 | u64::from(low);
    let block = mutant.volume.geometry.block_size as u64;
    let any = mutant.rng.below(64 * block);
    let high_bits = 1 << (32 + mutant.rng.below(32));
    let fewer = old.saturating_sub(block);
    let new =
        mutant.rng.other(old, &[0, old / 2, fewer, old + 1, old + block, any, old | high_bits]);
    mutant.volume.put32(inode.at + field::SIZE, new as u32);
    set32(mutant, inode, field::SIZE_HIGH, (new >> 32) as u32);
    format!("i_size of {inode} from {old} to {new}")
}

pub(super) fn block_count(mutant: &mut Mutant<'_>) -> String {
    let inode = mutant.any_inode();
    let old = mutant.volume.u32(inode.at + field::BLOCKS);
    let sectors = (mutant.volume.geometry.block_size / 512) as u32;
    let any = mutant.rng.below(1 << 20) as u32;
    let choices = [0, old.wrapping_sub(sectors), old + sectors, old + 1, any];
    let new = mutant.rng.other(old, &choices);
    if mutant.rng.below(6) == 0 {
        set16(mutant, inode, field::BLOCKS_HIGH, 1);
        return format!("upper half of i_blocks of {inode} to 1");
    }
    set32(mutant, inode, field::BLOCKS, new);
    format!("i_blocks of {inode} from {old} to {new}")
}

pub(super) fn flags(mutant: &mut Mutant<'_>) -> String {
    let inode = mutant.any_inode();
    let old = mutant.volume.u32(inode.at + field::FLAGS);
    let new = old ^ *mutant.rng.pick(&FLAGS);
    set32(mutant, inode, field::FLAGS, new);
    format!("i_flags of {inode} from {old:#x} to {new:#x}")
}

/// As of a deleted inode, with or without links left.
pub(super) fn deletion_time(mutant: &mut Mutant<'_>) -> String {
    let inode = mutant.any_inode();
    let time = 1 + mutant.rng.below(1 << 31) as u32;
    let without_links = mutant.rng.coin();
    if without_links {
        mutant.volume.put16(inode.at + field::LINKS, 0);
    }
    set32(mutant, inode, field::DELETION_TIME, time);
    let links = if without_links { ", i_links_count to 0" } else { "" };
    format!("i_dtime of {inode} to {time}{links}")
}

/// All bytes zero, whatever the checksum would be.
pub(super) fn cleared(mutant: &mut Mutant<'_>) -> String {
    let inode = mutant.any_inode();
    let zero = vec![0; mutant.volume.geometry.inode_size];
    mutant.volume.put(inode.at, &zero);
    format!("{inode} zeroed")
}

/// One half of the checksum.
pub(super) fn checksum(mutant: &mut Mutant<'_>) -> String {
    let inode = mutant.any_inode();
    let half = *mutant.rng.pick(&[field::CHECKSUM, field::CHECKSUM_HIGH]);
    let mask = mutant.rng.mask();
    mutant.volume.flip(inode.at + half, mask);
    format!("byte {half:#x} (i_checksum) of {inode} changed by {mask:#04x}")
}

/// What the checksums of the inode's blocks depend on.
pub(super) fn generation(mutant: &mut Mutant<'_>) -> String {
    let inode = mutant.any_inode();
    let mask = mutant.rng.mask();
    mutant.volume.flip(inode.at + field::GENERATION, mask);
    mutant.seal(Place::Inode(inode.number));
    format!("i_generation of {inode} changed by {mask:#04x}")
}

/// Any byte at all.
pub(super) fn byte(mutant: &mut Mutant<'_>) -> String {
    let inode = mutant.any_inode();
    let byte = mutant.rng.index(mutant.volume.geometry.inode_size);
    let mask = mutant.rng.mask();
    mutant.volume.flip(inode.at + byte, mask);
    mutant.seal(Place::Inode(inode.number));
    format!("byte {byte:#x} of {inode} changed by {mask:#04x}")
}

fn set16(mutant: &mut Mutant<'_>, inode: &Inode, field: usize, value: u16) {
    mutant.volume.put16(inode.at + field, value);
    mutant.seal(Place::Inode(inode.number));
}

fn set32(mutant: &mut Mutant<'_>, inode: &Inode, field: usize, value: u32) {
    mutant.volume.put32(inode.at + field, value);
    mutant.seal(Place::Inode(inode.number));
}
