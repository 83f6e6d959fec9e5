//! Extended attributes, in blocks of their own and behind the fields of an inode.

use std::ops::Range;

use super::super::mutant::{Mutant, TARGETS};
use super::super::place::Place;
use super::super::volume::{Volume, inode as field};

/// The length of `struct ext4_xattr_header`, and of the one in an inode.
const BLOCK_HEADER: usize = 32;
const INODE_HEADER: usize = 4;
/// `EXT4_XATTR_MAGIC`.
const MAGIC: u32 = 0xea02_0000;
/// Byte offsets in `struct ext4_xattr_header` and `struct ext4_xattr_entry`.
const REFCOUNT: usize = 4;
const VALUE_OFFSET: usize = 2;
const VALUE_SIZE: usize = 8;

/// Attributes that stand together.
struct Attributes {
    home: Place,
    header: Range<usize>,
    /// Where each entry begins, and the first byte behind its name.
    entries: Vec<Range<usize>>,
    /// Where values are.
    values: Vec<Range<usize>>,
}

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
    let header = attributes.header.clone();
    let parts = [&[header][..], &attributes.entries, &attributes.values].concat();
    let at = mutant.rng.any(parts.into_iter().flatten());
    let mask = mutant.rng.mask();
    mutant.volume.flip(at, mask);
    mutant.seal(attributes.home);
    let byte = at - attributes.header.start;
    format!("byte {byte:#x} of the attributes in {} changed by {mask:#04x}", attributes.home)
}

fn any_block(mutant: &mut Mutant<'_>) -> Attributes {
    let block = *mutant.rng.pick(&mutant.census.attribute_blocks);
    let home = Place::AttributeBlock(block);
    let at = home.range(&mutant.volume);
    let first = at.start + BLOCK_HEADER;
    let header = at.start..first;
    Attributes::of(&mutant.volume, home, header, first..at.end, at.start)
}

fn any_in_inode(mutant: &mut Mutant<'_>) -> Attributes {
    let volume = &mutant.volume;
    let header = |at: usize| at + 128 + usize::from(volume.u16(at + field::EXTRA_SIZE));
    let has_some = |at: usize| volume.u32(header(at)) == MAGIC;
    let inodes = mutant.census.inodes.iter().filter(|inode| has_some(inode.at));
    let inode = mutant.rng.any(inodes);
    let (start, home) = (header(inode.at), Place::Inode(inode.number));
    let first = start + INODE_HEADER;
    let end = inode.at + volume.geometry.inode_size;
    Attributes::of(volume, home, start..first, first..end, first)
}

impl Attributes {
    /// Values are counted from `base`.
    fn of(
        volume: &Volume,
        home: Place,
        header: Range<usize>,
        space: Range<usize>,
        base: usize,
    ) -> Attributes {
        let mut found = Attributes { home, header, entries: vec![], values: vec![] };
        let mut at = space.start;
        // Four zero bytes end the list.
        while at + 4 <= space.end && volume.u32(at) != 0 {
            let name_end = at + 16 + usize::from(volume.u8(at));
            let value = base + usize::from(volume.u16(at + VALUE_OFFSET));
            found.entries.push(at..name_end);
            found.values.push(value..value + volume.u32(at + VALUE_SIZE) as usize);
            at = name_end.next_multiple_of(4);
        }
        found
    }
}
