//! What maps an inode's data: extents and their headers, indexes, pointers.
//!
//! The inode is chosen first, then the place in its mapping: else nearly all damage would be in
//! the file with the most extents.

use super::super::census::Inode;
use super::super::mapping::{Node, Slot};
use super::super::mutant::{Mutant, TARGETS, Target};
use super::super::place::Place;

/// Byte offsets in `struct ext4_extent` and `struct ext4_extent_idx`.
const LOGICAL: usize = 0;
const LENGTH: usize = 4;
/// Byte offsets in `struct ext4_extent_header`, with their names.
const HEADER: [(usize, &str); 4] =
    [(0, "eh_magic"), (2, "eh_entries"), (4, "eh_max"), (6, "eh_depth")];
const ENTRY: usize = 12;

pub(super) fn into_file(mutant: &mut Mutant<'_>) -> String {
    move_data(mutant, Target::OtherFile)
}

pub(super) fn into_free(mutant: &mut Mutant<'_>) -> String {
    move_data(mutant, Target::Free)
}

pub(super) fn into_metadata(mutant: &mut Mutant<'_>) -> String {
    move_data(mutant, Target::Metadata)
}

pub(super) fn beyond_device(mutant: &mut Mutant<'_>) -> String {
    move_data(mutant, Target::BeyondDevice)
}

/// A block of extents or pointers is said to be elsewhere.
pub(super) fn index(mutant: &mut Mutant<'_>) -> String {
    let inode = mutant.any_inode_where(|inode| !inode.mapping.indexes.is_empty());
    let slot = mutant.rng.pick(&inode.mapping.indexes);
    let target = *mutant.rng.pick(&TARGETS);
    move_slot(mutant, inode, slot, target)
}

pub(super) fn length(mutant: &mut Mutant<'_>) -> String {
    let (inode, slot) = any_extent(mutant);
    let old = mutant.volume.u16(slot.at + LENGTH);
    let any = mutant.rng.below(0x1_0000) as u16;
    let new = mutant.rng.other(old, &[0, old - 1, old + 1, old ^ 0x8000, any]);
    mutant.volume.put16(slot.at + LENGTH, new);
    mutant.seal(slot.home);
    format!("ee_len of extent {} of {inode} from {old} to {new}", slot.logical)
}

pub(super) fn logical(mutant: &mut Mutant<'_>) -> String {
    let (inode, slot) = any_extent(mutant);
    let old = mutant.volume.u32(slot.at + LOGICAL);
    let any = mutant.rng.draw() as u32;
    let near = mutant.rng.below(64) as u32;
    let new = mutant.rng.other(old, &[old + 1, old.wrapping_sub(1), near, any]);
    mutant.volume.put32(slot.at + LOGICAL, new);
    mutant.seal(slot.home);
    format!("ee_block of extent {old} of {inode} to {new}")
}

/// Two neighbours in a node change their logical places.
pub(super) fn order(mutant: &mut Mutant<'_>) -> String {
    let two = |node: &&Node| node.entries >= 2;
    let inode = mutant.any_inode_where(|inode| inode.mapping.nodes.iter().any(|n| two(&n)));
    let node = mutant.rng.any(inode.mapping.nodes.iter().filter(two));
    let first = node.at + ENTRY + ENTRY * mutant.rng.index(node.entries - 1);
    let [one, other] = [first, first + ENTRY].map(|at| mutant.volume.u32(at + LOGICAL));
    mutant.volume.put32(first + LOGICAL, other);
    mutant.volume.put32(first + ENTRY + LOGICAL, one);
    mutant.seal(node.home);
    format!("ee_block {one} and {other} of {inode} changed places")
}

pub(super) fn header(mutant: &mut Mutant<'_>) -> String {
    let inode = mutant.any_inode_where(|inode| !inode.mapping.nodes.is_empty());
    let node = mutant.rng.pick(&inode.mapping.nodes);
    let (field, name) = *mutant.rng.pick(&HEADER);
    let old = mutant.volume.u16(node.at + field);
    let any = mutant.rng.draw() as u16;
    let new = mutant.rng.other(old, &[0, old.wrapping_sub(1), old + 1, any]);
    mutant.volume.put16(node.at + field, new);
    mutant.seal(node.home);
    format!("{name} in {} of {inode} from {old} to {new}", node.home)
}

pub(super) fn block_bytes(mutant: &mut Mutant<'_>) -> String {
    let below = |node: &&Node| matches!(node.home, Place::ExtentBlock { .. });
    let inode = mutant.any_inode_where(|inode| inode.mapping.nodes.iter().any(|n| below(&n)));
    let node = mutant.rng.any(inode.mapping.nodes.iter().filter(below));
    let count = 1 + mutant.rng.below(8);
    mutant.scatter_in_use(node.home, count);
    mutant.seal(node.home);
    format!("{count} bytes in the used part of {}", node.home)
}

pub(super) fn pointer_block_bytes(mutant: &mut Mutant<'_>) -> String {
    let inode = mutant.any_inode_where(|inode| !inode.mapping.indexes.is_empty());
    let block = mutant.rng.any(inode.mapping_blocks());
    let count = 1 + mutant.rng.below(8);
    mutant.scatter(block.range(&mutant.volume), count);
    format!("{count} bytes of {block}")
}

fn any_extent<'a>(mutant: &mut Mutant<'a>) -> (&'a Inode, &'a Slot) {
    let inode = mutant.any_inode_where(|inode| !inode.mapping.slots.is_empty());
    (inode, mutant.rng.pick(&inode.mapping.slots))
}

fn move_data(mutant: &mut Mutant<'_>, target: Target) -> String {
    let (inode, slot) = any_extent(mutant);
    move_slot(mutant, inode, slot, target)
}

fn move_slot(mutant: &mut Mutant<'_>, inode: &Inode, slot: &Slot, target: Target) -> String {
    let (block, words) = mutant.any_target(target, inode);
    slot.set_physical(&mut mutant.volume, block);
    mutant.seal(slot.home);
    format!("{:?} {} of {inode} in {} to {words}", slot.form, slot.logical, slot.home)
}
