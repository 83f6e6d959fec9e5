//! Extended attributes, in blocks of their own and behind the fields of an inode.

use super::super::attributes::{Attributes, VALUE_OFFSET, VALUE_SIZE};
use super::super::mutant::{Mutant, TARGETS};
use super::super::place::Place;
use super::super::volume::inode as field;

/// Byte offset in `struct ext4_xattr_header`.
const REFCOUNT: usize = 4;

pub(super) fn block_byte(mutant: &mut Mutant<'_>) -> String {
    let attributes = any_block(mutant);
    change_byte(mutant, &attributes)
}

pub(super) fn refcount(mutant: &mut Mutant<'_>) -> String {
    let attributes = any_block(mutant);
    let at = attributes.header.start + REFCOUNT;
    let old = mutant.volume.u32(at);
    let any = mutant.rng.draw() as u32;
    let new = mutant.rng.other(old, &[0, old - 1, old + 1, 1025, any]);
    mutant.volume.put32(at, new);
    mutant.seal(attributes.home);
    format!("h_refcount of {} from {old} to {new}", attributes.home)
}

pub(super) fn value_offset(mutant: &mut Mutant<'_>) -> String {
    let attributes = if mutant.rng.coin() { any_block(mutant) } else { any_in_inode(mutant) };
    let entry = mutant.rng.pick(&attributes.entries).start;
    let (at, name) = *mutant
        .rng
        .pick(&[(entry + VALUE_OFFSET, "e_value_offs"), (entry + VALUE_SIZE, "e_value_size")]);
    let old = mutant.volume.u16(at);
    let any = mutant.rng.draw() as u16;
    let block = mutant.volume.geometry.block_size as u16;
    let new = mutant.rng.other(old, &[0, old ^ 4, old + 1, block, any]);
    mutant.volume.put16(at, new);
    mutant.seal(attributes.home);
    format!("{name} of an attribute in {} from {old} to {new}", attributes.home)
}

/// The inode's attributes are said to be in another block.
pub(super) fn block_moved(mutant: &mut Mutant<'_>) -> String {
    let inode = mutant.any_inode_where(|inode| inode.attribute_block.is_some());
    let target = *mutant.rng.pick(&TARGETS);
    let (block, words) = mutant.any_target(target, inode);
    mutant.volume.put32(inode.at + field::ATTRIBUTE_BLOCK, block as u32);
    mutant.seal(Place::Inode(inode.number));
    format!("i_file_acl of {inode} to {words}")
}

pub(super) fn in_inode(mutant: &mut Mutant<'_>) -> String {
    let attributes = any_in_inode(mutant);
    change_byte(mutant, &attributes)
}

/// One byte of the header, of an entry or of a value.
fn change_byte(mutant: &mut Mutant<'_>, attributes: &Attributes) -> String {
    let at = mutant.rng.any(attributes.in_use());
    let mask = mutant.rng.mask();
    mutant.volume.flip(at, mask);
    mutant.seal(attributes.home);
    let byte = at - attributes.header.start;
    format!("byte {byte:#x} of the attributes in {} changed by {mask:#04x}", attributes.home)
}

fn any_block(mutant: &mut Mutant<'_>) -> Attributes {
    let block = *mutant.rng.pick(&mutant.census.attribute_blocks);
    Attributes::of_block(&mutant.volume, block)
}

fn any_in_inode(mutant: &mut Mutant<'_>) -> Attributes {
    let numbers = mutant.census.inodes.iter().map(|inode| inode.number);
    mutant.rng.any(numbers.filter_map(|number| Attributes::of_inode(&mutant.volume, number)))
}
