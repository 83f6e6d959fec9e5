//! Where an inode's data is: its extent tree, or its pointers and the blocks of pointers.

use std::iter;

use super::place::Place;
use super::volume::{Volume, inode};

/// How a slot says where its blocks are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SlotForm {
    /// `struct ext4_extent`.
    Extent,
    /// `struct ext4_extent_idx`.
    ExtentIndex,
    /// 32 bits in an inode without extents, or in a block of pointers.
    Pointer,
}

/// A place that names a block: of data, or of more slots.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub(super) form: SlotForm,
    pub(super) at: usize,
    pub(super) home: Place,
    /// In blocks of the file.
    pub(super) logical: u64,
    pub(super) physical: u64,
    /// In blocks; 1 where the slot names a block of more slots.
    pub(super) length: u64,
}

/// A header with what follows it: a node of an extent tree.
#[derive(Clone, Debug)]
pub(super) struct Node {
    pub(super) at: usize,
    pub(super) home: Place,
    pub(super) entries: usize,
}

/// All that maps one inode.
#[derive(Clone, Debug, Default)]
pub(super) struct Mapping {
    /// What maps data.
    pub(super) slots: Vec<Slot>,
    /// What leads to blocks of more slots.
    pub(super) indexes: Vec<Slot>,
    pub(super) nodes: Vec<Node>,
}

impl Slot {
    pub(super) fn set_physical(&self, volume: &mut Volume, block: u64) {
        let (low, high) = match self.form {
            SlotForm::Extent => (self.at + 8, Some(self.at + 6)),
            SlotForm::ExtentIndex => (self.at + 4, Some(self.at + 8)),
            SlotForm::Pointer => (self.at, None),
        };
        volume.put32(low, block as u32);
        if let Some(high) = high {
            volume.put16(high, (block >> 32) as u16);
        }
    }
}

impl Mapping {
    /// Of an inode that has a mapping.
    pub(super) fn of(volume: &Volume, number: u32) -> Mapping {
        let (at, home) = (volume.inode_at(number), Place::Inode(number));
        let mut mapping = Mapping::default();
        if volume.u32(at + inode::FLAGS) & inode::EXTENTS != 0 {
            mapping.add_node(volume, number, at + inode::MAP, home);
        } else {
            mapping.add_pointers(volume, number, at + inode::MAP, home);
        }
        mapping
    }

    /// The blocks of data in their order: where each is in the file, and on the device.
    pub(super) fn blocks(&self) -> impl Iterator<Item = (u64, u64)> {
        let blocks_of = |slot: &Slot| {
            let (logical, physical) = (slot.logical, slot.physical);
            (0..slot.length).map(move |n| (logical + n, physical + n))
        };
        self.slots.iter().flat_map(blocks_of)
    }

    /// How many blocks of indexes or pointers are on the longest way to data.
    pub(super) fn levels(&self) -> usize {
        let above = |slot: &Slot| {
            let is_parent = |index: &&Slot| slot.home.is_block(index.physical);
            self.indexes.iter().find(is_parent)
        };
        let way = |slot| iter::successors(above(slot), |index| above(index)).count();
        self.slots.iter().map(way).max().unwrap_or_default()
    }

    fn add_node(&mut self, volume: &Volume, number: u32, at: usize, home: Place) {
        let (entries, depth) = (usize::from(volume.u16(at + 2)), volume.u16(at + 6));
        self.nodes.push(Node { at, home, entries });
        for entry in (0..entries).map(|n| at + 12 + 12 * n) {
            if depth == 0 {
                self.slots.push(extent(volume, entry, home));
            } else {
                let index = extent_index(volume, entry, home);
                let block = index.physical;
                self.indexes.push(index);
                let home = Place::ExtentBlock { inode: number, block };
                self.add_node(volume, number, volume.block_at(block), home);
            }
        }
    }

    /// Twelve blocks, then trees of one, two and three levels.
    fn add_pointers(&mut self, volume: &Volume, number: u32, at: usize, home: Place) {
        let mut logical = 0;
        for n in 0..15 {
            let level = if n < 12 { 0 } else { n - 11 };
            self.add_pointer(volume, number, (at + 4 * n, home), level, &mut logical);
        }
    }

    fn add_pointer(
        &mut self,
        volume: &Volume,
        number: u32,
        (at, home): (usize, Place),
        level: usize,
        logical: &mut u64,
    ) {
        let per_block = volume.geometry.block_size / 4;
        let block = u64::from(volume.u32(at));
        let slot = Slot {
            form: SlotForm::Pointer,
            at,
            home,
            logical: *logical,
            physical: block,
            length: 1,
        };
        if block == 0 {
            *logical += (per_block as u64).pow(level as u32);
        } else if level == 0 {
            self.slots.push(slot);
            *logical += 1;
        } else {
            self.indexes.push(slot);
            let home = Place::PointerBlock { inode: number, block };
            for at in (0..per_block).map(|n| volume.block_at(block) + 4 * n) {
                self.add_pointer(volume, number, (at, home), level - 1, logical);
            }
        }
    }
}

fn extent(volume: &Volume, at: usize, home: Place) -> Slot {
    let length = u64::from(volume.u16(at + 4));
    Slot {
        form: SlotForm::Extent,
        at,
        home,
        logical: u64::from(volume.u32(at)),
        physical: u64::from(volume.u32(at + 8)),
        // Above this stands the length of an extent that was never written.
        length: if length > 0x8000 { length - 0x8000 } else { length },
    }
}

fn extent_index(volume: &Volume, at: usize, home: Place) -> Slot {
    Slot {
        form: SlotForm::ExtentIndex,
        at,
        home,
        logical: u64::from(volume.u32(at)),
        physical: u64::from(volume.u32(at + 4)),
        length: 1,
    }
}
