//! Extended attributes where they stand: in a block of their own, or behind the fields of an
//! inode.

use std::iter;
use std::ops::Range;

use super::place::Place;
use super::volume::{Volume, inode as field};

/// The length of `struct ext4_xattr_header`, and of the one in an inode.
const BLOCK_HEADER: usize = 32;
const INODE_HEADER: usize = 4;
/// `EXT4_XATTR_MAGIC`.
const MAGIC: u32 = 0xea02_0000;
/// Byte offsets in `struct ext4_xattr_entry`.
pub(super) const VALUE_OFFSET: usize = 2;
pub(super) const VALUE_SIZE: usize = 8;

/// Attributes that stand together.
pub(super) struct Attributes {
    pub(super) home: Place,
    pub(super) header: Range<usize>,
    /// Where each entry begins, and the first byte behind its name.
    pub(super) entries: Vec<Range<usize>>,
    /// Where values are.
    pub(super) values: Vec<Range<usize>>,
}

impl Attributes {
    pub(super) fn of_block(volume: &Volume, block: u64) -> Attributes {
        let home = Place::AttributeBlock(block);
        let at = home.range(volume);
        let first = at.start + BLOCK_HEADER;
        Attributes::of(volume, home, at.start..first, first..at.end, at.start)
    }

    /// Those behind the fields of an inode, where there are some.
    pub(super) fn of_inode(volume: &Volume, number: u32) -> Option<Attributes> {
        let home = Place::Inode(number);
        let at = home.range(volume);
        let start = at.start + 128 + usize::from(volume.u16(at.start + field::EXTRA_SIZE));
        let first = start + INODE_HEADER;
        (volume.u32(start) == MAGIC)
            .then(|| Attributes::of(volume, home, start..first, first..at.end, first))
    }

    /// The bytes in use: of the header, of entries, of values.
    pub(super) fn in_use(&self) -> Vec<usize> {
        let header = iter::once(&self.header);
        header.chain(&self.entries).chain(&self.values).cloned().flatten().collect()
    }

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
